"""The last widening: quantiles move by their factors, draws keep their order, no series recalibrates itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tlanalysis.forecasting import corpus
from tlanalysis.forecasting.recalibration import QUANTILES, factors, fit, label, learned, recalibrated
from tlanalysis.forecasting.weights import SERIES

DRAWS = np.random.default_rng(0).standard_normal(50_001)
WIDER = np.log([[1.5, 1, 1], [1.2, 1, 1], [1.3, 1, 1], [2.0, 1, 1]]) * [1, 0, 0]


def test_quantiles_move_by_their_factors_and_the_median_stays():
    moved = recalibrated(DRAWS, 2.0, 4, WIDER)
    middle = np.median(DRAWS)
    assert np.median(moved) == pytest.approx(middle)
    away = np.quantile(DRAWS, QUANTILES) - middle
    assert np.quantile(moved, QUANTILES) - middle == pytest.approx(away * [1.5, 1.2, 1.3, 2.0], rel=1e-3)


def test_draws_keep_their_order():
    moved = recalibrated(DRAWS, 2.0, 4, np.log([[1, 1, 1], [3, 1, 1], [3, 1, 1], [1, 1, 1]]) * [1, 0, 0])
    assert (np.argsort(moved, kind="stable") == np.argsort(DRAWS, kind="stable")).all()


@pytest.mark.parametrize("ahead", [-1.0, 0.0])
def test_nothing_moves_up_to_the_last_figure(ahead):
    assert (recalibrated(DRAWS, ahead, 4, WIDER) == DRAWS).all()


def test_factors_by_hand():
    numbers = np.array([[0.1, 0.2, 0.3], [-1.0, 0.0, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.5]])
    # exp(0.1 + 0.2 log 2 + 0.3 log 4); no band narrows; sqrt(2); sqrt(4).
    assert factors(numbers, 2.0, 4) == pytest.approx([1.92421, 1, 2**0.5, 2], abs=1e-5)
    assert factors(numbers, 50.0, 50) == pytest.approx(factors(numbers, 7.0, 8))
    assert factors(numbers, 0.5, 4)[3] == pytest.approx(1.5)  # half way between the last figure and a year on


def test_bands_that_are_too_narrow_are_found_to_be():
    rng = np.random.default_rng(2)
    n = 3000
    sd = rng.uniform(0.05, 0.5, n)
    marks = np.array([-1.96, -1.2816, 1.2816, 1.96])  # normal bands, for counts that spread 1.4 times as much
    cases = np.column_stack([np.full(n, 2.0), np.full(n, 4), 1.4 * sd * rng.standard_normal(n), sd[:, None] * marks])
    found = np.exp(fit(cases, np.ones(n)) @ [1, np.log(2), np.log(4)])
    assert found == pytest.approx([1.4] * 4, rel=0.08)


def test_an_analogous_series_is_recalibrated_without_itself():
    names = ["indicateur", "territoire", "perimetre"]
    for series in SERIES:
        held = pd.DataFrame([series] * 2, columns=names)
        assert label(held) == "/".join(series)
        assert learned(label(held)).shape == (4, 3)
        assert not np.array_equal(learned(label(held)), learned())
    assert label(pd.DataFrame([("tiers_lieux", "FR", "ftl_2023")], columns=names)) == ""
    assert label(pd.DataFrame({"perimetre": ["x"]})) == ""


def test_a_case_of_the_corpus_is_the_same_for_the_same_seed():
    one, again, other = corpus.draw(3), corpus.draw(3), corpus.draw(4)
    pd.testing.assert_frame_equal(one.figures, again.figures)
    assert (one.truth, one.year) == (again.truth, again.year) != (other.truth, other.year)
    assert int(one.figures["periode"].iloc[-1]) + one.ahead == one.year
