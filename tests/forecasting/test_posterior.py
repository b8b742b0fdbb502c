"""The posterior of levels and offsets, and the evidence, against computations that share nothing with the sampler.

Where a curve has one or two parameters, they are integrated on a grid and a plain multivariate normal is conditioned
for each of them. Where it has more, or where figures are intervals, counts are simulated forwards from the prior, and
weighed by (or kept for) what they would have made people print. Tolerances are five standard errors.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from tests.forecasting.test_model import counts, seen
from tlanalysis.forecasting import model
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.input_figures import Figures, as_figures, usable
from tlanalysis.forecasting.posterior import Posterior, sample
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors

YEARS = np.array([2018, 2020, 2022, 2025])
SIZE = 20_000
COUNT_ERROR = 0.06
SURE = Priors(error={"compte": (0.03, 0.0), "estime": (0.12, 0.0)}, turn=(0.0, 0.1))


def figures_of(values, *, when, error, which, offsets, learned=0.0):
    """Return figures from plain numbers; a pair is an interval. Each figure has a nature of its own, after counts."""
    pairs = [value if isinstance(value, tuple) else (np.nan, np.nan) for value in values]
    low, high = np.log(np.array(pairs, dtype=float)).T
    point = np.array([np.nan if isinstance(value, tuple) else np.log(value) for value in values])
    if learned:  # one nature for all, whose error has this log-spread
        nature, errors, fixed = [0] * len(values), [(COUNT_ERROR, learned)], error
    else:
        nature, errors, fixed = (
            range(1, len(values) + 1),
            [(COUNT_ERROR, 0), *((e, 0) for e in error)],
            [0] * len(values),
        )
    nothing = [0.0] * len(values)
    return Figures(*map(np.array, (when, point, low, high, fixed, nothing, list(nature), errors, which, offsets)))


def noise_of(figures, z=0.0):
    """Return the standard deviation of each figure, at one value of what is learned about errors."""
    median, spread = figures.errors.T
    return np.hypot((median * np.exp(spread * z))[figures.nature], figures.fixed)


TWO = figures_of([1000, 1500], when=[2018.5, 2021.2], error=[0.05, 0.1], which=[0, 0], offsets=[(0.0, 0.15)])
THREE = figures_of(
    [900, 1500, 1450],
    when=[2018.2, 2020.5, 2023.1],
    error=[0.04, 0.12, 0.05],
    which=[0, 1, 1],
    offsets=[(-0.3, 0.15), (0.05, 0.1)],
)
LEARNED = figures_of(
    [900, 1500, 1450],
    when=[2018.2, 2020.5, 2023.1],
    error=[0.02, 0.03, 0.02],
    which=[0, 1, 1],
    offsets=[(-0.3, 0.15), (0.05, 0.1)],
    learned=0.7,
)
# A few points that an honest simulation often comes close to.
LOOSE = figures_of(
    [1000, 1300, 1900],
    when=[2018.5, 2020.5, 2023.5],
    error=[0.3, 0.25, 0.25],
    which=[0, 1, 1],
    offsets=[(-0.2, 0.2), (0.1, 0.15)],
)
HELD = figures_of(
    [1000, (1100, 1500), (900, 1300)],
    when=[2018.5, 2021.5, 2023.5],
    error=[0.3, 0.1, 0.2],
    which=[0, 1, 1],
    offsets=[(-0.2, 0.2), (0.1, 0.15)],
)
ONLY_HELD = figures_of(
    [(600, 1800), (800, 2000), (1000, 3000)],
    when=[2018.5, 2020.5, 2023.5],
    error=[0.1, 0.1, 0.2],
    which=[0, 1, 0],
    offsets=[(0.1, 0.2), (0.0, 0.15)],
)


def drawn(name, figures, *, size=SIZE, years=YEARS, seed=0, priors=DEFAULT):
    return sample(name, figures, years, priors, np.random.default_rng(seed), size)


def wanted_times(figures, years):
    """Return years since the first figure, at the middle of the wanted years and at the figures."""
    start = figures.when.min()
    return np.concatenate([np.maximum(years + 0.5 - start, 0), figures.when - start])


def first_level(figures):
    """Return where the prior of the first level is centred: the first figure, its offset taken off."""
    value = figures.value[0]
    if np.isnan(value):
        value = (figures.low[0] + figures.high[0]) / 2
    return value - figures.offsets[figures.which[0], 0]


# ------------------------------------------------------------------------------------------------ on a grid


COUNT = 31


def nodes(count):
    """Return the points and weights that integrate over one standard normal."""
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    return points, weights / weights.sum()


def gaussian(name, z, figures, years, priors):
    """Return mean and covariance of (levels wanted, offsets, figures), built entry by entry."""
    times = wanted_times(figures, years)
    shock = priors.shock[0] * np.exp(priors.shock[1] * z[0])
    if name == "croissance_constante":
        path, (mean_b, sd_b) = times, priors.growth
    else:
        path = 1 - np.exp(-priors.speed[0] * np.exp(priors.speed[1] * z[1]) * times)
        mean_b, sd_b = priors.room
    levels, offsets = len(times), len(figures.offsets)
    mean = np.concatenate([first_level(figures) + mean_b * path, figures.offsets[:, 0]])
    cov = np.zeros((levels + offsets, levels + offsets))
    for i, j in product(range(levels), range(levels)):
        cov[i, j] = 1.0 + sd_b**2 * path[i] * path[j] + shock**2 * min(times[i], times[j])
    for p in range(offsets):
        cov[levels + p, levels + p] = figures.offsets[p, 1] ** 2
    # What is kept: wanted levels, offsets; what is seen: level + offset + error.
    kept = [np.eye(levels + offsets)[i] for i in [*range(len(years)), *range(levels, levels + offsets)]]
    seen_rows = []
    for i, perimeter in enumerate(figures.which):
        row = np.zeros(levels + offsets)
        row[len(years) + i] = row[levels + perimeter] = 1
        seen_rows.append(row)
    read = np.array(kept + seen_rows)
    noise = np.diag([0.0] * len(kept) + list(noise_of(figures, z[-1]) ** 2))
    return read @ mean, read @ cov @ read.T + noise


def on_grid(name, figures, years, priors):
    """Return evidence, posterior mean and covariance of (levels, offsets), by integration over the parameters."""
    points, weights = nodes(COUNT)
    parameters = (1 if name == "croissance_constante" else 2) + int(figures.errors[0, 1] > 0)
    evidence, means, seconds = [], [], []
    for chosen in product(range(COUNT), repeat=parameters):
        mean, cov = gaussian(name, points[list(chosen)], figures, years, priors)
        n = len(mean) - len(figures.value)
        density = multivariate_normal(mean[n:], cov[n:, n:]).pdf(figures.value)
        gain = cov[:n, n:] @ np.linalg.inv(cov[n:, n:])
        centre = mean[:n] + gain @ (figures.value - mean[n:])
        spread = cov[:n, :n] - gain @ cov[n:, :n]
        evidence.append(np.prod(weights[list(chosen)]) * density)
        means.append(centre)
        seconds.append(spread + np.outer(centre, centre))
    total = np.sum(evidence)
    share = np.array(evidence) / total
    mean = share @ np.array(means)
    return total, mean, np.tensordot(share, np.array(seconds), 1) - np.outer(mean, mean)


OTHERS = Priors(growth=(-0.1, 0.2), shock=(0.1, 0.3), room=(0.2, 0.5), speed=(0.8, 0.3))


@pytest.mark.parametrize(
    ("figures", "years", "priors"),
    [
        pytest.param(TWO, YEARS, DEFAULT, id="two"),
        pytest.param(THREE, YEARS, DEFAULT, id="three"),
        pytest.param(THREE, np.array([2019, 2024]), OTHERS, id="other-priors"),
        pytest.param(LEARNED, YEARS, DEFAULT, id="errors-learned"),
    ],
)
@pytest.mark.parametrize("name", ["croissance_constante", "gompertz"])
def test_points_against_a_grid(name, figures, years, priors):
    evidence, mean, cov = on_grid(name, figures, years, priors)
    found = drawn(name, figures, years=years, priors=priors)
    w, both = found.weight, np.hstack([found.level, found.offset])
    assert both.shape[1] == len(years) + len(figures.offsets)
    assert np.exp(found.log_evidence) == pytest.approx(evidence, rel=5 / np.sqrt(found.ess))
    sd = np.sqrt(np.diag(cov))
    assert np.abs((w @ both - mean) / sd).max() < 5 / np.sqrt(found.ess)
    away = (both - mean) / sd
    correlation = (away * w[:, None]).T @ away
    # Products of two normals: their variance is at most 2.
    assert np.abs(correlation - cov / np.outer(sd, sd)).max() < 5 * np.sqrt(2.5 / found.ess)


def test_the_sampler_wastes_few_draws():
    for name in CURVES:
        assert drawn(name, THREE, size=4000).ess > 1000


# ---------------------------------------------------------------------------------------- forwards from the prior


def simulate(name, figures, years, rng, size, priors=DEFAULT):
    """Draw counts from the prior as they come about, year after year: log levels wanted, at the figures, offsets."""
    times = wanted_times(figures, years)
    z = rng.standard_normal((4, size))
    shock = priors.shock[0] * np.exp(priors.shock[1] * z[0])
    speed = priors.speed[0] * np.exp(priors.speed[1] * z[1])
    level = first_level(figures) + rng.standard_normal(size)
    stops = np.unique(np.concatenate([times, np.arange(np.ceil(times.max()))]))
    path = np.empty((size, len(stops)))
    if name == "tendance_amortie":
        low, high = priors.damping
        decay = -np.log(low + (high - low) * norm.cdf(z[1]))
        size_of_change = priors.growth_shock[0] * np.exp(priors.growth_shock[1] * z[2])
        growth, now, value = priors.growth[0] + priors.growth[1] * rng.standard_normal(size), 0.0, np.zeros(size)
        for i, stop in enumerate(stops):
            value = value + growth * (1 - np.exp(-decay * (stop - now))) / decay
            growth, now = growth * np.exp(-decay * (stop - now)), stop
            path[:, i] = value
            if stop == int(stop):
                growth = growth + priors.waning + size_of_change * rng.standard_normal(size)
        shock = shock / 2
    elif name == "logistique":
        ratio = np.exp(np.log(np.exp(priors.room[0]) - 1) + 1.6 * priors.room[1] * z[2])
        path = np.log((1 + ratio) / (1 + ratio * np.exp(-np.outer(stops, speed)))).T
    elif name == "gompertz":
        room = priors.room[0] + priors.room[1] * rng.standard_normal(size)
        path = (room * (1 - np.exp(-np.outer(stops, speed)))).T
    else:
        path = np.outer(priors.growth[0] + priors.growth[1] * rng.standard_normal(size), stops)
    walk = np.zeros(size)
    for i, stop in enumerate(stops):
        if i:
            walk = walk + shock * np.sqrt(stop - stops[i - 1]) * rng.standard_normal(size)
        path[:, i] += level + walk
    path = path[:, np.searchsorted(stops, times)]
    offsets = np.array([m + s * rng.standard_normal(size) for m, s in figures.offsets]).T
    return path[:, : len(years)], path[:, len(years) :], offsets


def brute_force(name, figures, years, size, seed=1):
    """Return evidence with its standard error, and weighted draws of (levels, offsets), by simulation."""
    rng = np.random.default_rng(seed)
    wanted, held, offsets = simulate(name, figures, years, rng, size)
    weight, noise = np.ones(size), noise_of(figures)
    for i, perimeter in enumerate(figures.which):
        reads = held[:, i] + offsets[:, perimeter]
        if np.isnan(figures.value[i]):  # kept when what would be printed lies inside
            printed = reads + noise[i] * rng.standard_normal(size)
            weight = weight * ((figures.low[i] <= printed) & (printed <= figures.high[i]))
        else:
            weight = weight * norm.pdf(figures.value[i], reads, noise[i])
    return weight.mean(), weight.std() / np.sqrt(size), weight / weight.sum(), np.hstack([wanted, offsets])


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param(LOOSE, id="points"),
        pytest.param(HELD, id="a-point-and-intervals"),
        pytest.param(ONLY_HELD, id="intervals-only"),
    ],
)
@pytest.mark.parametrize("name", CURVES)
def test_against_forward_simulation(name, figures):
    evidence, error, w, both = brute_force(name, figures, YEARS, 100_000)
    found = drawn(name, figures)
    draws = np.hstack([found.level, found.offset])
    noise = np.sqrt(1 / found.ess + (w**2).sum())
    assert (w**2).sum() < 1 / 500  # the comparison means something
    assert np.exp(found.log_evidence) == pytest.approx(evidence, abs=5 * np.hypot(error, evidence / np.sqrt(found.ess)))
    mean, sd = w @ both, np.sqrt(w @ (both - w @ both) ** 2)
    assert np.abs((found.weight @ draws - mean) / sd).max() < 5 * noise
    # Not the mean alone: the share of draws below the mean, and below one standard deviation either side.
    for mark in (mean - sd, mean, mean + sd):
        assert np.abs(found.weight @ (draws < mark) - w @ (both < mark)).max() < 5 * 0.5 * noise
    spread = np.sqrt(found.weight @ (draws - found.weight @ draws) ** 2)
    assert spread / sd == pytest.approx(1, abs=5 * noise)


def test_a_year_before_the_first_figure_is_read_at_the_first_figure():
    late = figures_of([1000, 1500], when=[2018.9, 2021.5], error=[0.05, 0.1], which=[0, 0], offsets=[(0.0, 0.15)])
    found = drawn("croissance_constante", late, years=np.array([2018]), size=4000)
    # Error of the figure and its offset, on a flat prior.
    assert found.weight @ found.level[:, 0] == pytest.approx(np.log(1000), abs=0.02)


# ------------------------------------------------------------------------------------------------ weighted draws


def test_weights_by_hand():
    posterior = Posterior(*[np.zeros((2, 1))] * 3, np.log([1.0, 3.0]), *[np.zeros(2)] * 2)
    assert posterior.log_evidence == pytest.approx(np.log(2))
    assert posterior.weight == pytest.approx([0.25, 0.75])
    assert posterior.ess == pytest.approx(1 / (1 / 16 + 9 / 16))


def test_weights_of_impossible_figures():
    posterior = Posterior(*[np.zeros((2, 1))] * 3, np.full(2, -np.inf), *[np.zeros(2)] * 2)
    assert (posterior.log_evidence, posterior.ess, posterior.weight.tolist()) == (-np.inf, 0, [0, 0])


# ------------------------------------------------------------------------------------------------ the whole forecast


def test_curves_are_weighed_by_what_was_learned_times_evidence():
    rows = usable(counts(y2018=1003, y2020=1207, y2023=1511))
    figures = as_figures(rows, SURE)
    constant, gompertz = (on_grid(name, figures, YEARS, SURE)[0] for name in ("croissance_constante", "gompertz"))
    learned = {"croissance_constante": 0.7, "gompertz": 0.3, "logistique": 0.0, "tendance_amortie": 0.0}
    fc = model.forecast(rows, 2025, priors=SURE, weights=learned, size=1000, proposals=30_000)
    table = fc.curves.set_index("courbe")
    assert table["poids_appris"].to_dict() == learned
    expected = 0.7 * constant / (0.7 * constant + 0.3 * gompertz)
    assert table["poids"]["croissance_constante"] == pytest.approx(expected, abs=0.02)
    assert table["poids"][["logistique", "tendance_amortie"]].tolist() == [0, 0]
    assert table["poids"].sum() == pytest.approx(1)


def test_draws_are_what_the_last_perimeter_would_print():
    rows = seen(("2018", 900, "compte", "narrow"), ("2020", 1400, "estime", "wide"), ("2023", 1500, "compte", "wide"))
    beliefs = replace(SURE, offsets={"narrow": (-0.3, 0.15), "wide": (0.2, 0.1)})
    years = np.arange(2018, 2027)
    _, mean, cov = on_grid("croissance_constante", as_figures(usable(rows), beliefs), years, beliefs)
    only = {name: float(name == "croissance_constante") for name in CURVES}
    fc = model.forecast(rows, 2026, priors=beliefs, weights=only, size=20_000, proposals=40_000, recalibrate=False)
    n, wide = len(years), len(years) + 1
    expected = mean[:n] + mean[wide]
    variance = np.diag(cov)[:n] + cov[wide, wide] + 2 * cov[:n, wide]
    levels, draws = np.log(fc.levels.to_numpy()), np.log(fc.draws.to_numpy())
    ess = fc.diagnostics["ess"]
    assert ess > 8000
    for found, spread in ((levels, variance), (draws, variance + 0.03**2)):
        sd = np.sqrt(spread)
        assert (np.abs(found.mean(axis=0) - expected) / sd).max() < 5 / np.sqrt(ess)
        assert found.std(axis=0) / sd == pytest.approx(1, abs=5 / np.sqrt(ess))


def test_diagnostics_count_what_was_drawn():
    fc = model.forecast(counts(y2018=1003, y2020=1207, y2023=1511), 2025, size=500, proposals=8000)
    said = fc.diagnostics
    assert set(said) == {"ess", "proposals", "draws", "ceiling_learned"}
    assert said["draws"] == len(fc.draws) == 500
    assert said["proposals"] == pytest.approx(8000, abs=4)  # shares of curves are rounded
    assert 1000 < said["ess"] < said["proposals"]


def test_the_ceiling_is_learned_from_a_plateau_only():
    plateau = counts(y2010=1003, y2013=1607, y2016=1809, y2019=1821, y2022=1813)
    start = counts(y2018=1003, y2019=1107)
    learned = [model.forecast(rows, 2025, size=500, proposals=8000).diagnostics for rows in (plateau, start)]
    assert 0 <= learned[1]["ceiling_learned"] < 0.3 < learned[0]["ceiling_learned"] <= 1


@pytest.mark.parametrize(
    "weights", [{"logistique": 1.0}, dict.fromkeys([*CURVES, "droite"], 0.2)], ids=["some-missing", "one-too-many"]
)
def test_weights_of_other_curves_are_refused(weights):
    with pytest.raises(model.BadInput, match=r"logistique.*look at"):
        model.forecast(counts(y2018=1003, y2020=1207), 2025, weights=weights, size=100, proposals=400)
