"""Scores against closed forms and sums written out."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from tlanalysis.forecasting.scores import covered, crps, interval_score, pit

numbers = st.integers(-1000, 1000).map(lambda n: n / 4)


@pytest.mark.parametrize("truth", [-1.0, 3.0, 4.2, 9.0])
@pytest.mark.parametrize(("mean", "sd"), [(3.0, 1.0), (3.0, 2.5)])
def test_crps_of_a_normal(mean, sd, truth):
    draws = norm(mean, sd).ppf((np.arange(20_000) + 0.5) / 20_000)
    z = (truth - mean) / sd
    # Gneiting and Raftery (2007), equation 21.
    closed = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / sqrt(pi))
    assert crps(draws, truth) == pytest.approx(closed, abs=1e-3 * sd)


def test_crps_of_random_draws_of_a_normal():
    draws = np.random.default_rng(3).normal(10, 2, 100_000)
    # At the mean: sd (sqrt(2) - 1) / sqrt(pi).
    assert crps(draws, 10) == pytest.approx(2 * (sqrt(2) - 1) / sqrt(pi), abs=0.01)


@given(st.lists(numbers, min_size=1, max_size=12), numbers)
def test_crps_is_the_distance_to_the_truth_less_half_that_between_draws(draws, truth):
    n = len(draws)
    to_truth = sum(abs(x - truth) for x in draws) / n
    between = sum(abs(x - y) for x in draws for y in draws) / n**2
    assert crps(np.array(draws), truth) == pytest.approx(to_truth - between / 2, abs=1e-9)


@given(numbers, numbers)
def test_crps_of_one_draw_is_the_absolute_error(draw, truth):
    assert crps(np.array([draw]), truth) == pytest.approx(abs(draw - truth))


def test_crps_leaves_its_draws_as_they_were():
    draws = np.array([3, 1, 2])
    crps(draws, 2)
    assert draws.tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("truth", "level", "score"),
    [
        pytest.param(10, 0.8, 4, id="inside-is-the-width"),
        pytest.param(8, 0.8, 4, id="on-the-lower-bound"),
        pytest.param(12, 0.8, 4, id="on-the-upper-bound"),
        pytest.param(13, 0.8, 4 + 10 * 1, id="above"),
        pytest.param(5, 0.8, 4 + 10 * 3, id="below"),
        pytest.param(12.5, 0.95, 4 + 40 * 0.5, id="above-95"),
        pytest.param(14, 0.5, 4 + 4 * 2, id="above-50"),
    ],
)
def test_interval_score(truth, level, score):
    assert interval_score(8, 12, truth, level) == pytest.approx(score)


@pytest.mark.parametrize(("truth", "share"), [(0, 0), (1, 0.1), (2, 0.4), (2.5, 0.6), (3, 0.8), (4, 1)])
def test_pit_by_hand(truth, share):
    assert pit(np.array([3, 1, 2, 2, 3]), truth) == pytest.approx(share)


def test_pit_is_uniform_when_forecasts_are_calibrated():
    rng = np.random.default_rng(5)
    centres, spreads = rng.normal(0, 10, 400), rng.uniform(0.5, 3, 400)
    found = [pit(rng.normal(m, s, 500), rng.normal(m, s)) for m, s in zip(centres, spreads, strict=True)]
    assert kstest(found, "uniform").pvalue > 0.01
    narrow = [pit(rng.normal(m, s / 3, 500), rng.normal(m, s)) for m, s in zip(centres, spreads, strict=True)]
    assert kstest(narrow, "uniform").pvalue < 1e-6


@pytest.mark.parametrize(
    ("truth", "level", "held"),
    [(10, 0.8, True), (90, 0.8, True), (9, 0.8, False), (91, 0.8, False), (5, 0.95, True), (2, 0.95, False)],
)
def test_covered(truth, level, held):
    assert covered(np.arange(101), truth, level) is held
