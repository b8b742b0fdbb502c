"""Turns: growth changes its sign as often as the prior says, and only after the last figure."""

from __future__ import annotations

import numpy as np
import pytest

from tlanalysis.forecasting.prior_beliefs import Priors
from tlanalysis.forecasting.turns import turned

SIZE = 20_000
RISE = np.tile(np.array([0.0, 0.1, 0.2, 0.3, 0.4]), (SIZE, 1))  # ten per cent a year; the last figure is of the third
NONE = np.zeros(SIZE)


def paths(chance, level=RISE, size=0.1, **more):
    beliefs = Priors(turn=(chance, size), **{name: more.pop(name) for name in ("support_ends",) if name in more})
    return turned(level, 2, NONE, beliefs, np.random.default_rng(3), **more)


def test_without_turns_nothing_moves():
    assert (paths(0.0) == RISE).all()


def test_years_up_to_the_last_figure_stay():
    assert (paths(1.0)[:, :3] == RISE[:, :3]).all()


@pytest.mark.parametrize(("level", "sign"), [(RISE, -1), (-RISE, 1)], ids=["a-rise-falls", "a-fall-rises"])
def test_growth_changes_its_sign(level, sign):
    step = np.diff(paths(1.0, level), axis=1)[:, 2]
    assert (np.sign(step) == sign).all()
    # A half-normal of scale 0.1 has mean 0.1 sqrt(2 / pi).
    assert np.abs(step).mean() == pytest.approx(0.1 * np.sqrt(2 / np.pi), rel=0.03)


def test_turns_come_with_their_yearly_probability():
    found = paths(0.2)
    stayed = np.isclose(np.diff(found, axis=1), 0.1)
    assert stayed[:, 2].mean() == pytest.approx(0.8, abs=0.015)
    assert (stayed[:, 2] & stayed[:, 3]).mean() == pytest.approx(0.64, abs=0.015)


@pytest.mark.parametrize(("level", "share"), [(RISE, 0.3), (-RISE, 0.1)], ids=["a-rise", "a-fall"])
def test_the_end_of_support_makes_a_rise_turn_more_often(level, share):
    step = np.diff(paths(0.1, level, support=True, support_ends=3.0), axis=1)[:, 2]
    assert (np.sign(step) != np.sign(level[:, 3])).mean() == pytest.approx(share, abs=0.015)


def test_yearly_shocks_go_on_after_a_turn():
    found = turned(RISE, 2, np.full(SIZE, 0.05), Priors(turn=(1.0, 0.0)), np.random.default_rng(0))
    assert np.diff(found, axis=1)[:, 2].std() == pytest.approx(0.05, rel=0.03)
