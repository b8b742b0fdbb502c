"""The spread of the naive references: what the file records is what the script finds, and a line by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tlanalysis.forecasting.naive_references import NAIVE
from tlanalysis.forecasting.reference_spreads import learn, line, recorded, spread


def test_the_recorded_spreads_are_those_that_the_script_finds():
    found = learn()
    assert list(recorded()) == list(found) == list(NAIVE)
    for name in NAIVE:
        assert recorded()[name] == pytest.approx(found[name], abs=1e-4)


def test_a_line_of_spreads_is_found_in_normal_gaps():
    levels = norm.ppf((np.arange(2000) + 0.5) / 2000)
    ahead = np.repeat([1.0, 2.0, 4.0], len(levels))
    gap = np.concatenate([(0.1 + 0.05 * h) * levels for h in (1, 2, 4)])
    assert line(ahead, gap) == pytest.approx((0.1, 0.05), abs=2e-3)


def test_a_spread_grows_with_the_years_ahead():
    start, slope = recorded()["lineaire"]
    assert spread("lineaire", 3) == pytest.approx(start + 3 * slope)
    assert spread("lineaire", -1) == start
