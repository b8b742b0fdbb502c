from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators import agreement
from tlanalysis.indicators.agreement import rank_agreement

pairs_of_numbers = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30)


@given(pairs_of_numbers)
def test_tau_is_that_of_scipy_ties_included(rows):
    table = pd.DataFrame(rows, columns=["a", "b"])
    if (table.nunique() < 2).any():
        with pytest.raises(BadInput, match="two values of each"):
            rank_agreement(table, [("a", "b")])
        return
    found = rank_agreement(table, [("a", "b")]).loc[0]
    assert found["tau"] == pytest.approx(stats.kendalltau(table["a"], table["b"]).statistic)
    assert found["tau_bas"] <= found["tau"] + 1e-9
    assert found["tau"] - 1e-9 <= found["tau_haut"]


def test_a_territory_with_one_measure_unknown_takes_no_part():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30, 2)), columns=["a", "b"])
    longer = pd.concat([table, pd.DataFrame({"a": [1.0, None], "b": [None, 2.0]})], ignore_index=True)
    assert rank_agreement(longer, [("a", "b")]).equals(rank_agreement(table, [("a", "b")]))


def test_few_territories_bound_nothing():
    table = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 3, 4]})
    found = rank_agreement(table, [("a", "b")]).loc[0]
    assert (found["nb_territoires"], found["tau"], found["tau_bas"], found["tau_haut"]) == (4, 1, -1, 1)


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_intervals_hold_the_truth_at_about_their_level(monkeypatch, correlation):
    monkeypatch.setattr(agreement, "RESAMPLES", 300)
    truth = 2 / np.pi * np.arcsin(correlation)  # Kendall's tau of a normal law
    rng = np.random.default_rng(9)
    held = []
    for seed in range(120):
        z = rng.standard_normal((40, 2))
        z[:, 1] = correlation * z[:, 0] + np.sqrt(1 - correlation**2) * z[:, 1]
        found = rank_agreement(pd.DataFrame(z, columns=["a", "b"]), [("a", "b")], seed=seed).loc[0]
        held.append(found["tau_bas"] <= truth <= found["tau_haut"])
    assert 0.9 <= np.mean(held) <= 0.99


def test_same_seed_same_interval():
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(25, 2)), columns=["a", "b"])
    first, same, other = (rank_agreement(table, [("a", "b")], seed=seed) for seed in (4, 4, 5))
    assert first.equals(same)
    assert not first.equals(other)


def test_a_missing_column_is_named():
    with pytest.raises(BadInput, match="no column b"):
        rank_agreement(pd.DataFrame({"a": [1, 2, 3]}), [("a", "b")])


def test_partial_tau_by_hand():
    """Ranks 1234, 2134, 1243: one pair of six is swapped, t_xy = t_xz = 4/6; two are, t_yz = 2/6."""
    table = pd.DataFrame({"x": [1, 2, 3, 4], "y": [2, 1, 3, 4], "z": [1, 2, 4, 3]})
    expected = (4 / 6 - 4 / 6 * 2 / 6) / math.sqrt((1 - (4 / 6) ** 2) * (1 - (2 / 6) ** 2))
    found = rank_agreement(table, [("x", "y")], given="z").loc[0]
    assert found["tau"] == pytest.approx(expected)
    assert found["tau_brut"] == pytest.approx(4 / 6) == rank_agreement(table, [("x", "y")]).loc[0, "tau"]


def test_an_agreement_that_a_third_measure_makes_vanishes_given_it():
    rng = np.random.default_rng(1)
    dense = rng.normal(size=300)
    table = pd.DataFrame({"x": dense + rng.normal(size=300), "y": dense + rng.normal(size=300), "z": dense})
    plain, partial = (rank_agreement(table, [("x", "y")], given=name).loc[0] for name in (None, "z"))
    assert plain["tau_bas"] > 0.2
    assert partial["tau"] < plain["tau"] / 2
    assert partial["tau_bas"] < partial["tau"] < partial["tau_haut"]


def test_nothing_is_left_given_a_measure_of_the_same_order():
    table = pd.DataFrame({"x": [1, 2, 3, 4], "y": [2, 1, 3, 4], "z": [2, 4, 6, 8]})
    with pytest.raises(BadInput, match="nothing is left"):
        rank_agreement(table, [("x", "y")], given="z")
