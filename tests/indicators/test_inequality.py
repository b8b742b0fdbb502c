from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlanalysis.errors import BadInput
from tlanalysis.indicators.coverage import places_per_territory
from tlanalysis.indicators.inequality import gini, lorenz, lorenz_of

TABLES = (
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10_000)), min_size=1, max_size=15)
    .filter(lambda rows: any(places for places, _ in rows))
    .map(lambda rows: pd.DataFrame(rows, columns=["nb_lieux", "population"]))
)


def mean_absolute_difference_gini(table):
    """Return the Gini from its other definition: mean absolute difference of the rates of two inhabitants, over twice
    their mean."""
    places, people = table["nb_lieux"].to_numpy(float), table["population"].to_numpy(float)
    rate, weight = places / people, people / people.sum()
    gaps = np.abs(rate[:, None] - rate[None, :]) * weight[:, None] * weight[None, :]
    return gaps.sum() / (2 * (weight * rate).sum())


@given(TABLES)
def test_gini_is_half_the_relative_mean_absolute_difference(table):
    assert gini(table) == pytest.approx(mean_absolute_difference_gini(table), abs=1e-9)


def test_gini_of_the_fabriques_over_the_departements():
    table = places_per_territory("fabriques_de_territoire", "departement")
    assert gini(table) == pytest.approx(mean_absolute_difference_gini(table), abs=1e-12)


@pytest.mark.parametrize(
    ("places", "people", "expected"),
    [
        pytest.param([1, 2, 3], [10, 20, 30], 0, id="equal-rates"),
        pytest.param([0, 4], [10, 10], 0.5, id="half-has-all"),
        pytest.param([0, 4], [90, 10], 0.9, id="a-tenth-has-all"),
        pytest.param([5], [10], 0, id="one-territory"),
        pytest.param([1, 3], [1, 1], 0.25, id="one-to-three"),
    ],
)
def test_gini_by_hand(places, people, expected):
    assert gini(pd.DataFrame({"nb_lieux": places, "population": people})) == pytest.approx(expected, abs=1e-12)


@given(TABLES, st.integers(2, 9))
def test_gini_ignores_order_and_scale(table, factor):
    scaled = table.assign(nb_lieux=table["nb_lieux"] * factor, population=table["population"] * factor)
    assert gini(scaled.iloc[::-1]) == pytest.approx(gini(table), abs=1e-9)


@given(TABLES)
def test_lorenz_goes_from_nothing_to_all_and_never_above_the_diagonal(table):
    before = table.copy()
    curve = lorenz(table)
    assert len(curve) == len(table) + 1
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == pytest.approx([1, 1])
    steps = curve.diff().iloc[1:]
    assert (steps["part_population"] > 0).all()
    slopes = (steps["part_lieux"] / steps["part_population"]).to_numpy()
    assert (np.diff(slopes) >= -1e-9 * slopes.max()).all()
    assert (curve["part_lieux"] <= curve["part_population"] + 1e-9).all()
    pd.testing.assert_frame_equal(table, before)


def test_lorenz_by_hand():
    table = pd.DataFrame({"lieux": [6, 0, 2], "gens": [10, 30, 60]})
    curve = lorenz(table, count="lieux", population="gens")
    assert curve["part_population"].tolist() == pytest.approx([0, 0.3, 0.9, 1])
    assert curve["part_lieux"].tolist() == pytest.approx([0, 0, 0.25, 1])


@pytest.mark.parametrize(
    ("places", "people"),
    [([1, 1], [0, 5]), ([1, 1], [-1, 5]), ([-1, 2], [5, 5]), ([0, 0], [5, 5])],
    ids=["nobody", "negative-population", "negative-count", "no-place"],
)
def test_lorenz_refuses_what_has_no_curve(places, people):
    with pytest.raises(BadInput, match="Lorenz"):
        lorenz(pd.DataFrame({"nb_lieux": places, "population": people}))


def test_lorenz_of_stacks_the_curves():
    tables = {kind: places_per_territory(kind) for kind in ("fabriques_de_territoire", "manufactures_de_proximite")}
    long = lorenz_of(tables)
    assert long.columns.tolist() == ["type", "part_population", "part_lieux", "gini"]
    assert long["type"].value_counts().to_dict() == dict.fromkeys(tables, 102)
    for kind, table in tables.items():
        held = long.loc[long["type"] == kind, "gini"].unique()
        assert held == pytest.approx([mean_absolute_difference_gini(table)])
    assert long.attrs["inputs"] == ["departements", "lieux_par_departement", "regions"]
    assert {source["editeur"] for source in long.attrs["sources"]} == {"ANCT", "INSEE"}
