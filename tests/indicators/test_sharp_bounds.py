"""Sharp bounds: never tighter than the truth, never wider than what some table of numbers attains."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.sharp_bounds import bounds


def known(values, low=None, high=None):
    table = pd.DataFrame({"territoire": [f"T{n}" for n in range(len(values))], "valeur": values})
    table["valeur"] = table["valeur"].astype("float64")
    for name, limits in (("valeur_bas", low), ("valeur_haut", high)):
        if limits is not None:
            table[name] = pd.array(limits, dtype="Float64")
    return table


def completions(table, total, groups=None, positive=None):
    """Return every table of whole numbers that agrees with what is known, by trying them all."""
    ranges = []
    for row in table.itertuples():
        low = getattr(row, "valeur_bas", 0)
        high = getattr(row, "valeur_haut", total)
        fixed = not pd.isna(row.valeur)
        low, high = (
            (row.valeur, row.valeur) if fixed else (0 if pd.isna(low) else low, total if pd.isna(high) else high)
        )
        ranges.append(range(int(np.ceil(low)), int(min(high, total)) + 1))
    found = [x for x in product(*ranges) if sum(x) == total]
    if positive is not None:
        found = [x for x in found if sum(value >= 1 for value in x) == positive]
    names = list(table["territoire"])
    for members, amount in (groups or {}).items():
        found = [x for x in found if sum(x[names.index(m)] for m in members) == amount]
    return np.array(found, dtype=float)


@st.composite
def cases(draw):
    n, total = draw(st.integers(2, 5)), draw(st.integers(0, 7))
    values = draw(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=n, max_size=n))
    high = draw(st.lists(st.one_of(st.none(), st.integers(0, 7)), min_size=n, max_size=n))
    low = [None if cap is None else draw(st.integers(0, cap)) for cap in high]
    weights = draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n))
    groups = {("T0", "T1"): draw(st.integers(0, total))} if draw(st.booleans()) else {}
    positive = draw(st.one_of(st.none(), st.integers(0, n)))
    return known(values, low, high), total, weights, groups, positive


@given(cases())
def test_bounds_are_those_of_brute_force(case):
    table, total, weights, groups, positive = case
    every = completions(table, total, groups, positive)
    aim = dict(zip(table["territoire"], map(float, weights), strict=True))
    wanted = {name: {name: 1.0} for name in table["territoire"]} | {"aim": aim}
    if not len(every):
        with pytest.raises(BadInput):
            bounds(table, total, groups=groups, of=wanted, positive=positive)
        return
    found = bounds(table, total, groups=groups, of=wanted, positive=positive).set_index("quoi")
    sums = np.column_stack([every, every @ np.array(weights, float)])
    assert found["borne_basse"].tolist() == sums.min(axis=0).tolist()
    assert found["borne_haute"].tolist() == sums.max(axis=0).tolist()
    assert found["est_connu"].tolist() == (sums.min(axis=0) == sums.max(axis=0)).tolist()


def test_a_thousand_random_completions_stay_inside_and_the_ends_are_attained():
    rng = np.random.default_rng(7)
    table = known([6, 9, *[None] * 16], high=[None, None, *[40] * 8, *[None] * 8])
    found = bounds(table, 204)
    low, high = found["borne_basse"].to_numpy(), found["borne_haute"].to_numpy()
    inside = 0
    while inside < 1000:
        free = rng.multinomial(204 - 15, rng.dirichlet(np.full(16, 0.6)))
        if (free[:8] > 40).any():
            continue
        truth = np.concatenate([[6, 9], free])
        assert (low <= truth).all()
        assert (truth <= high).all()
        inside += 1
    assert high[2:].tolist() == [40] * 8 + [189] * 8
    assert low[2:].tolist() == [0] * 16


def test_amounts_need_not_be_whole():
    table = known([None, None, 1.5], high=[0.7, None, None])
    found = bounds(table, 4.0, whole=False).set_index("quoi")
    assert found.loc["T0"].tolist()[:2] == pytest.approx([0, 0.7])
    assert found.loc["T1"].tolist()[:2] == pytest.approx([1.8, 2.5])


def test_a_total_may_be_an_interval():
    found = bounds(known([2, None]), (5, 8)).set_index("quoi")
    assert found.loc["T1"].tolist()[:2] == [3, 6]


def test_a_population_reached_is_bounded_like_a_sum():
    people = {"T0": 10.0, "T1": 20.0, "T2": 40.0}
    table = known([None, None, 1], high=[1, 1, 1])
    found = bounds(table, 2, of={"people": people}).loc[0]
    assert found.tolist() == ["people", 50, 60, False]


def test_large_numbers_are_sharp_to_the_unit():
    people = {"T0": 10_000_001.0, "T1": 10_000_000.0, "T2": 9_999_999.0}
    found = bounds(known([None] * 3, high=[1, 1, 1]), 1, of={"people": people}).loc[0]
    assert (found["borne_basse"], found["borne_haute"]) == (9_999_999, 10_000_001)


@pytest.mark.parametrize(
    ("table", "total", "options", "said"),
    [
        (known([300, None]), 204, {}, r"T0 \(300\): more than the total of all, 204"),
        (known([150, 150, None]), 204, {}, r"T0 \(150\), T1 \(150\) add up to 300"),
        (known([-1, None]), 204, {}, "T0 is negative"),
        (known([None, None], low=[3, None], high=[2, None]), 204, {}, "T0 has a least value above its greatest"),
        (known([1, 2]), 204, {}, "cannot all hold"),
        (known([1.5, None]), 204, {}, "whole numbers"),
        (known([1, None]), -4, {}, "the total is -4"),
        (known([1, None]), (5, 2), {}, "the total is"),
        (known([1, None]), 9, {"groups": {("T0", "T7"): 3}}, "T7: no row"),
        (known([1, None]), 9, {"groups": {("T0", "T1"): 3}}, "cannot all hold"),
        (known([1, None]), 9, {"of": {"x": {"Z": 1.0}}}, "Z: no row"),
        (known([1, None]), 9, {"positive": 3}, "cannot all hold"),
        (known([1, None]), 9, {"positive": -1}, "the number of rows that hold one or more is -1"),
        (known([1, None]), 9, {"positive": 2, "whole": False}, "positive counts the rows that hold one or more"),
        (known([1, None]).assign(territoire="R11"), 9, {}, "a territory of its own: R11"),
    ],
)
def test_facts_that_cannot_hold_are_refused_by_name(table, total, options, said):
    with pytest.raises(BadInput, match=said):
        bounds(table, total, **options)


def test_the_table_is_left_as_it_was():
    table = known([1, None])
    before = table.copy()
    bounds(table, 4)
    pd.testing.assert_frame_equal(table, before)
