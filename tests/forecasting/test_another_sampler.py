"""France by another sampler: counts simulated forwards from the beliefs, weighed by what was printed.

It shares no code with `posterior` nor with `turns`, only the figures and the beliefs.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tests.forecasting.test_posterior import first_level, simulate
from tlanalysis.data.evidence import observations
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.input_figures import as_figures, usable
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.prior_beliefs import Priors
from tlanalysis.forecasting.weights import learned_weights

SIZE = 60_000
YEARS = np.arange(2018, 2031)


def forwards(name, figures, seed):
    """Return log counts of 2030 and their unnormalised weights, under one curve.

    Each printed point of France has a definition of its own, so that its offset is part of its error and the first
    level can be drawn from its exact posterior, given how the path moves.
    """
    rng = np.random.default_rng(seed)
    wanted, held, offsets = simulate(name, figures, YEARS, rng, SIZE)
    start = wanted[:, [0]]
    wanted, held = wanted - start, held - start
    errors = figures.errors[:, 0] * np.exp(figures.errors[:, 1] * rng.standard_normal((SIZE, len(figures.errors))))
    noise = np.hypot(errors[:, figures.nature], figures.fixed)
    (points,) = np.nonzero(figures.point)
    assert len(set(figures.which)) == len(figures.which)
    means, sds = figures.offsets[figures.which[points]].T
    gap = figures.value[points] - means - first_level(figures) - held[:, points]  # first level's move + error
    variance = noise[:, points] ** 2 + sds**2
    precision = 1 + (1 / variance).sum(axis=1)
    centre = (gap / variance).sum(axis=1) / precision
    log_weight = -0.5 * (np.log(variance).sum(axis=1) + np.log(precision))
    log_weight -= 0.5 * ((gap**2 / variance).sum(axis=1) - centre**2 * precision)
    level = first_level(figures) + centre + rng.standard_normal(SIZE) / np.sqrt(precision)
    (last,) = np.nonzero(~figures.point)
    for i in last:
        read = level + held[:, i] + offsets[:, figures.which[i]] + figures.shift[i]
        high, low = ((bound - read) / noise[:, i] for bound in (figures.high[i], figures.low[i]))
        log_weight = log_weight + np.log(np.maximum(norm.cdf(high) - norm.cdf(low), 1e-300))
    counted = level + wanted[:, -1] + offsets[:, figures.which[-1]] + errors[:, 0] * rng.standard_normal(SIZE)
    return counted, np.exp(log_weight)


def test_another_sampler_agrees_on_france():
    # Turns are tested alone: without them the forecast is the posterior of the mixture.
    beliefs = Priors(turn=(0.0, 0.08))
    published = observations("tiers_lieux", "FR")
    figures = as_figures(usable(published, beliefs), beliefs)
    counted, weight = [], []
    for seed, name in enumerate(CURVES):
        drawn, likely = forwards(name, figures, seed)
        counted.append(drawn)
        weight.append(learned_weights()[name] * likely)
    counted, weight = np.concatenate(counted), np.concatenate(weight)
    ess = weight.sum() ** 2 / (weight**2).sum()
    assert ess > 1500  # the comparison means something
    fc = forecast(published, 2030, priors=beliefs, recalibrate=False)
    ours = np.log(fc.draws[2030].to_numpy())
    order = np.argsort(counted)
    share = np.cumsum(weight[order]) / weight.sum()
    for q in (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975):
        theirs = counted[order][np.searchsorted(share, q)]
        error = np.sqrt(q * (1 - q) * (1 / ess + 1 / fc.diagnostics["ess"]))
        assert (ours < theirs).mean() == pytest.approx(q, abs=4 * error)
