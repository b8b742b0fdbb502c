"""Smoothed rates: against a numerical integral, and judged by simulation where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.shrinkage import WIDEST, shrink


def test_posterior_is_that_of_a_numerical_integral_over_mean_and_spread():
    count, exposure = np.array([0, 3, 9]), np.array([1.0, 2.0, 3.0])

    def weight(log_m, c):
        shape, m = 1 / c**2, np.exp(log_m)
        return float(np.prod(stats.nbinom.pmf(count, shape, shape / (shape + exposure * m))) * c)

    def mean(log_m, c):
        return (c**-2 + count[0]) / (c**-2 / np.exp(log_m) + exposure[0])

    span = (0.01, WIDEST, -20, 8)
    rough = {"epsabs": 1e-7, "epsrel": 1e-4}
    total = integrate.dblquad(weight, *span, **rough)[0]
    expected = integrate.dblquad(lambda log_m, c: weight(log_m, c) * mean(log_m, c), *span, **rough)[0] / total
    assert shrink(count, exposure).mean[0] == pytest.approx(expected, rel=0.01)


def test_rates_are_pulled_towards_each_other_and_small_territories_most():
    count, exposure = np.array([4, 40, 8, 80, 21]), np.array([1.0, 10.0, 8.0, 80.0, 14.0])
    raw, fit = count / exposure, shrink(count, exposure)
    moved = np.abs(fit.mean - raw)
    assert fit.mean.min() > 1
    assert fit.mean.max() < 4
    assert moved[0] > moved[1]  # both had 4 per unit
    assert moved[2] > moved[3]  # both had 1


def test_draws_have_the_mean_and_the_variance_of_the_posterior():
    fit = shrink(np.array([0, 3, 9, 30]), np.array([1.0, 2.0, 3.0, 4.0]))
    draws = fit.draws(40_000, np.random.default_rng(1))
    assert draws.shape == (40_000, 4)
    assert draws.mean(axis=0) == pytest.approx(fit.mean, rel=0.02)
    assert draws.var(axis=0) == pytest.approx(fit.variance, rel=0.05)


def test_same_seed_same_draws():
    fit = shrink(np.array([1, 5]), np.array([1.0, 2.0]))
    one, same, other = (fit.draws(5, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert (one == same).all()
    assert (one != other).all()


def test_one_caller_does_not_change_the_numbers_of_the_next():
    count, exposure = np.array([0, 3, 9]), np.array([1.0, 2.0, 3.0])
    fit = shrink(count, exposure)
    low, kept = fit.quantile(0.025), fit.quantile(0.025).copy()
    low[:] = -1
    assert (shrink(count, exposure).quantile(0.025) == kept).all()
    with pytest.raises(ValueError, match="read-only"):
        fit.mean[0] = 7
    count[0] = 30
    other = shrink(count, exposure)
    assert other.mean[0] > fit.mean[0] + 5
    assert other.quantile(0.025)[0] > kept[0]


@pytest.mark.parametrize(
    ("count", "exposure"),
    [([1], [1.0]), ([0, 0], [1.0, 1.0]), ([-1, 2], [1.0, 1.0]), ([1, 2], [1.0, 0.0]), ([1, 2], [1.0, np.nan])],
    ids=["one-territory", "no-event", "negative", "no-exposure", "unknown-exposure"],
)
def test_counts_that_cannot_be_smoothed_are_refused(count, exposure):
    with pytest.raises(BadInput, match="smoothing needs"):
        shrink(np.array(count), np.array(exposure))


def _simulated(people, mean, spread, family, runs, seed):
    """Return coverage of the 95 % intervals, and squared errors of smoothed and raw rates, over simulated counts."""
    rng = np.random.default_rng(seed)
    held, smooth, raw = [], [], []
    for _ in range(runs):
        if spread == 0:
            rates = np.full(len(people), mean)
        elif family == "gamma":
            rates = rng.gamma(1 / spread**2, mean * spread**2, len(people))
        else:
            s = np.sqrt(np.log(1 + spread**2))
            rates = mean * np.exp(s * rng.standard_normal(len(people)) - s * s / 2)
        count = rng.poisson(rates * people)
        if count.sum() == 0:
            continue
        fit = shrink(count, people)
        low, high = fit.interval()
        held.append(((low <= rates) & (rates <= high)).mean())
        smooth.append(((fit.mean - rates) ** 2).mean())
        raw.append(((count / people - rates) ** 2).mean())
    return np.mean(held), np.mean(smooth), np.mean(raw)


@pytest.mark.parametrize(
    ("level", "mean", "spread", "family"),
    [
        ("region", 0.5, 0, "gamma"),
        ("region", 2.2, 0, "gamma"),
        ("region", 0.5, 0.4, "gamma"),
        ("region", 2.2, 0.4, "lognormal"),
        ("region", 0.15, 0.8, "gamma"),
        ("region", 2.2, 0.8, "lognormal"),
        ("region", 0.5, 1.5, "gamma"),
        ("departement", 0.5, 0, "gamma"),
        ("departement", 2.2, 0.4, "lognormal"),
        ("departement", 0.15, 0.8, "gamma"),
    ],
)
def test_on_simulated_counts_intervals_cover_and_errors_shrink(raw, level, mean, spread, family):
    people = np.array([float(row["population"]) for row in read_rows(raw, f"{level}s")]) / 1e5
    covered, smooth, bare = _simulated(people, mean, spread, family, 120 if level == "region" else 40, seed=11)
    assert covered >= 0.94 - 0.012  # two standard errors of the simulation; the benchmark runs it longer, at 0.94
    assert smooth < bare
    if spread < 0.5:
        assert smooth < 0.8 * bare


def test_intervals_are_quantiles_of_the_posterior_not_of_a_matched_law():
    """Against 400,000 draws of the same posterior, whose quantiles err by less than 1 %."""
    fit = shrink(np.array([0, 1, 3, 9, 60]), np.array([2.0, 0.4, 2.0, 3.0, 4.0]))
    draws = fit.draws(400_000, np.random.default_rng(5))
    low, high = fit.interval(0.95)
    assert low == pytest.approx(np.quantile(draws, 0.025, axis=0), rel=0.03, abs=0.002)
    assert high == pytest.approx(np.quantile(draws, 0.975, axis=0), rel=0.01)
    matched = stats.gamma.ppf(0.025, fit.mean**2 / fit.variance, scale=fit.variance / fit.mean)
    assert (np.abs(low - matched) > 0.05 * matched).any()


@pytest.mark.parametrize("probability", [1e-4, 0.1, 0.5, 0.9, 0.9999])
def test_a_quantile_leaves_its_probability_below(probability: float):
    fit = shrink(np.array([0, 1, 3, 9, 60]), np.array([2.0, 0.4, 2.0, 3.0, 4.0]))
    shape = fit.spread[:, None] ** -2
    laws = stats.gamma(shape + fit.count, scale=1 / (shape / fit.centre[:, None] + fit.exposure))
    assert fit.weight @ laws.cdf(fit.quantile(probability)) == pytest.approx(np.full(5, probability), abs=1e-8)


@pytest.mark.parametrize("probability", [0.025, 0.1, 0.5])
def test_a_quantile_is_found_to_the_last_digits_where_machines_differ(probability: float):
    """For a hundred territories, of which some are found before others: ten digits are printed."""
    rng = np.random.default_rng(0)
    exposure = rng.uniform(1, 30, 100)
    fit = shrink(rng.poisson(exposure / 2), exposure)
    shape = fit.spread[:, None] ** -2
    laws = stats.gamma(shape + fit.count, scale=1 / (shape / fit.centre[:, None] + fit.exposure))
    assert fit.weight @ laws.cdf(fit.quantile(probability)) == pytest.approx(np.full(100, probability), rel=1e-12)
