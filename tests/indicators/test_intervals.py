from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.intervals import garwood, rounding, shares_that_add_up, wilson

LEVELS = st.sampled_from([0.5, 0.8, 0.95, 0.99])


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), LEVELS)
def test_wilson_is_that_of_scipy(counted, level):
    k, n = counted
    expected = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="wilson")
    assert wilson(k / n, n, level) == pytest.approx((expected.low, expected.high), abs=1e-10)


@given(st.floats(0, 1), st.floats(1, 1e6), LEVELS)
def test_wilson_contains_the_share_and_stays_between_0_and_1(share, n, level):
    low, high = wilson(share, n, level)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


@given(st.floats(0.01, 0.99), st.floats(1, 1e5))
def test_wilson_narrows_with_respondents_and_widens_with_the_level(share, n):
    low, high = wilson(share, n)
    more = wilson(share, 2 * n)
    surer = wilson(share, n, 0.99)
    assert more[1] - more[0] < high - low < surer[1] - surer[0]


@pytest.mark.parametrize(("share", "n"), [(-0.1, 10), (1.1, 10), (0.5, 0), (0.5, 0.5), (float("nan"), 10)], ids=str)
def test_wilson_refuses_what_is_not_a_share(share, n):
    with pytest.raises(BadInput, match="between 0 and 1"):
        wilson(share, n)


@given(st.integers(0, 3000), LEVELS)
def test_garwood_leaves_half_of_the_doubt_on_each_side(count, level):
    low, high = garwood(count, level)
    tail = (1 - level) / 2
    assert stats.poisson.cdf(count, high) == pytest.approx(tail, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, low) == pytest.approx(tail, rel=1e-6)
    else:
        assert low == 0
    assert low <= count < high


def test_garwood_of_nothing_seen():
    assert garwood(0) == (0.0, pytest.approx(-math.log(0.025)))


def test_garwood_refuses_a_negative_count():
    with pytest.raises(BadInput, match="not negative: -1"):
        garwood(-1)


@st.composite
def feasible(draw):
    """Return intervals that hold at least one set of shares adding up to one."""
    k = draw(st.integers(2, 7))
    parts = np.array(draw(st.lists(st.floats(0.01, 1), min_size=k, max_size=k)))
    below = np.array(draw(st.lists(st.floats(0.001, 0.3), min_size=k, max_size=k)))
    above = np.array(draw(st.lists(st.floats(0.001, 0.3), min_size=k, max_size=k)))
    shares = parts / parts.sum()
    return np.maximum(shares - below, 0), np.minimum(shares + above, 1)


@given(feasible())
def test_shares_that_add_up_are_the_bounds_of_the_linear_programme(spans):
    low, high = spans
    copies = low.copy(), high.copy()
    found_low, found_high = shares_that_add_up(low, high)
    assert np.array_equal(low, copies[0])
    assert np.array_equal(high, copies[1])
    for at in range(len(low)):
        target = np.eye(len(low))[at]
        for sign, found in ((1, found_low), (-1, found_high)):
            attained = optimize.linprog(
                sign * target, A_eq=np.ones((1, len(low))), b_eq=[1], bounds=list(zip(low, high, strict=True))
            )
            assert attained.status == 0
            assert found[at] == pytest.approx(sign * attained.fun, abs=1e-7)


@given(feasible(), st.integers(0, 100), st.booleans())
def test_each_bound_is_attained_by_shares_that_add_up(spans, which, upper):
    low, high = spans
    at = which % len(low)
    bounds = shares_that_add_up(low, high)
    wanted = bounds[1][at] if upper else bounds[0][at]
    # Give the others what is left, each at most what its interval allows.
    shares = np.delete(low, at)
    left = 1 - wanted - shares.sum()
    for rank, room in enumerate(np.delete(high, at) - shares):
        step = min(max(left, 0), room)
        shares[rank] += step
        left -= step
    assert left == pytest.approx(0, abs=1e-9)
    assert low[at] - 1e-12 <= wanted <= high[at] + 1e-12


@pytest.mark.parametrize(
    ("low", "high"),
    [([0.6, 0.5], [0.7, 0.6]), ([0.1, 0.2], [0.3, 0.4])],
    ids=["too-large-together", "too-small-together"],
)
def test_shares_that_cannot_add_up_are_refused(low, high):
    with pytest.raises(BadInput, match="cannot add up to one"):
        shares_that_add_up(np.array(low), np.array(high))


def test_exact_shares_add_up():
    shares = np.array([0.7, 0.2, 0.1])
    low, high = shares_that_add_up(shares, shares)
    assert low == pytest.approx(shares)
    assert high == pytest.approx(shares)


def test_a_sum_that_constrains_nothing_changes_no_interval():
    low, high = shares_that_add_up(np.zeros(3), np.ones(3))
    assert (low.tolist(), high.tolist()) == ([0, 0, 0], [1, 1, 1])


@pytest.mark.parametrize(
    ("value", "half"),
    [
        pytest.param(134_000, 500, id="thousands"),
        pytest.param(3_500, 50, id="hundreds"),
        pytest.param(400_000, 50_000, id="one-digit"),
        pytest.param(5_000_000, 500_000, id="millions"),
        pytest.param(377_159, 0, id="to-the-unit"),
        pytest.param(250, 0, id="one-zero-may-be-exact"),
        pytest.param(0, 0, id="zero"),
        pytest.param(0.6, 0, id="a-share"),
        pytest.param(2500.5, 0, id="a-fraction"),
    ],
)
def test_rounding(value, half):
    assert rounding(value) == half


@given(st.integers(1, 999), st.integers(2, 6))
def test_rounding_is_half_of_the_last_digit_that_is_printed(digits, zeros):
    assume(digits % 10)
    assert rounding(digits * 10**zeros) == 10**zeros / 2
