from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators import inequalities as module
from tlanalysis.indicators.inequalities import (
    gini,
    inequality,
    inequality_change,
    inequality_of,
    lorenz,
    lorenz_of,
)
from tlanalysis.indicators.place_counts import places_per_territory

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
    tables = {kind: places_per_territory(kind) for kind in ("fabriques_de_territoire", "tiers_lieux")}
    long = lorenz_of(tables)
    assert long.columns.tolist() == ["type", "part_population", "part_lieux", "gini"]
    assert long["type"].value_counts().to_dict() == dict.fromkeys(tables, 102)
    for kind, table in tables.items():
        held = long.loc[long["type"] == kind, "gini"].unique()
        assert held == pytest.approx([mean_absolute_difference_gini(table)])
    assert long.attrs["inputs"] == ["departements", "lieux_par_departement", "regions"]
    assert {source["editeur"] for source in long.attrs["sources"]} == {"ANCT", "CGET (devenu ANCT)", "INSEE"}


# ------------------------------------------------------------------------------------------------ Theil, chance


def departements(count, people, codes=("01", "03", "2A", "2B")):
    """Return two départements of Auvergne-Rhône-Alpes and two of Corse."""
    return pd.DataFrame({"code": list(codes), "nb_lieux": count, "population": people})


def test_theil_splits_between_and_within_regions_by_hand():
    # Shares of places 1/2, 1/4, 1/4, 0 over equal populations: Theil = sum of s ln(4 s). Régions: 3/4 and 1/4 over
    # halves.
    found = inequality(departements([4, 2, 2, 0], [100] * 4)).set_index("indice")["valeur"]
    theil = 0.5 * np.log(2) + 0.25 * np.log(1) + 0.25 * np.log(1)
    between = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    first = (2 / 3) * np.log(4 / 3) + (1 / 3) * np.log(2 / 3)  # within the first région: shares 2/3, 1/3 over halves
    second = 1 * np.log(2)
    assert found["theil"] == pytest.approx(theil)
    assert found["theil_entre"] == pytest.approx(between)
    assert found["theil_dans"] == pytest.approx(0.75 * first + 0.25 * second)
    assert found["theil_entre"] + found["theil_dans"] == pytest.approx(found["theil"])
    assert found["gini"] == pytest.approx(gini(departements([4, 2, 2, 0], [100] * 4)))


@settings(max_examples=20)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(any), st.integers(2, 9))
def test_indices_do_not_change_when_everything_is_multiplied(count, factor):
    people = [120, 300, 80, 500]
    once = inequality(departements(count, people)).set_index("indice")["valeur"]
    more = inequality(departements([n * factor for n in count], [n * 3 for n in people])).set_index("indice")["valeur"]
    assert once.tolist() == pytest.approx(more.tolist(), abs=1e-9)
    assert (once > -1e-12).all()


def test_by_regions_there_is_nothing_within():
    found = inequality(pd.DataFrame({"code": ["84", "94"], "nb_lieux": [3, 1], "population": [10, 10]}))
    assert found["indice"].tolist() == ["gini", "theil"]


def test_equal_rates_are_not_called_unequal(monkeypatch):
    monkeypatch.setattr(module, "DRAWS", 400)
    rng = np.random.default_rng(4)
    table = places_per_territory("fabriques_de_territoire")
    people = table["population"].to_numpy(float)
    zero = 0
    for seed in range(30):
        table["nb_lieux"] = rng.multinomial(98, people / people.sum())
        found = inequality(table, seed=seed).set_index("indice").loc["gini"]
        assert found["valeur"] > 0.4  # a hundred places over a hundred départements
        assert abs(found["valeur"] - found["hasard"]) < 0.15
        zero += found["sous_jacent_bas"] == 0
    assert zero >= 27


@pytest.mark.parametrize(("mean", "spread"), [(0.5, 0.0), (2.2, 0.4), (2.2, 1.0)])
def test_intervals_hold_the_inequality_of_the_underlying_rates(monkeypatch, mean, spread):
    monkeypatch.setattr(module, "DRAWS", 400)
    table = places_per_territory("tiers_lieux")
    people = table["population"].to_numpy(float)
    rng, held = np.random.default_rng(12), []
    for seed in range(80):
        rates = np.full(101, mean) if spread == 0 else rng.gamma(1 / spread**2, mean * spread**2, 101)
        table["nb_lieux"] = rng.poisson(rates * people / 1e5)
        truth = mean_absolute_difference_gini(pd.DataFrame({"nb_lieux": rates * people, "population": people}))
        found = inequality(table, seed=seed).set_index("indice").loc["gini"]
        held.append(found["sous_jacent_bas"] - 1e-9 <= truth <= found["sous_jacent_haut"])
    assert np.mean(held) >= 0.9


def test_same_seed_same_intervals():
    table = places_per_territory("fabriques_de_territoire")
    assert inequality(table, seed=2).equals(inequality(table, seed=2))
    assert not inequality(table, seed=2).equals(inequality(table, seed=3))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (departements([0] * 4, [100] * 4), "no place at all"),
        (departements([1] * 4, [100] * 4, ("01", "99", "2A", "2B")), "99: no département"),
        (departements([1, -1, 1, 1], [100] * 4), "03: a negative count"),
        (departements([1] * 4, [100, None, 100, 100]), "03: no population"),
    ],
)
def test_tables_without_inequality_are_refused_by_name(table, said):
    with pytest.raises(BadInput, match=said):
        inequality(table)


def test_a_lorenz_curve_needs_every_count():
    with pytest.raises(BadInput, match="known count in every territory"):
        lorenz(departements([1, None, 2, 3], [100] * 4))


# ------------------------------------------------------------------------------------------------ vintages


def vintage(count, perimetre="label_anct"):
    table = departements(count, [50_000, 400_000, 900_000, 200_000])
    table.attrs = {"perimetre": perimetre, "inputs": ["departements"]}
    return table


def test_inequality_moves_between_vintages_of_one_perimeter():
    found = inequality_change(vintage([60, 60, 60, 60]), vintage([8, 62, 139, 31])).set_index("indice")
    assert found.loc["gini", "valeur_fin"] < found.loc["gini", "valeur_debut"]
    assert found.loc["gini", "ecart_haut"] < 0
    same = inequality_change(vintage([8, 62, 139, 31]), vintage([8, 62, 139, 31])).set_index("indice")
    assert same.loc["gini", "ecart_bas"] < 0 < same.loc["gini", "ecart_haut"]


@pytest.mark.parametrize("other", ["cget_2019", None])
def test_two_perimeters_are_never_compared(other):
    with pytest.raises(BadInput, match="vintages of one perimeter only"):
        inequality_change(vintage([1, 2, 3, 4]), vintage([1, 2, 3, 4], other))


def test_the_embedded_lists_hold_no_two_vintages_of_one_perimeter():
    before, after = (places_per_territory("tiers_lieux", vintage=name) for name in ("cget_2018", "cget_2019"))
    with pytest.raises(BadInput, match="'cget_2018' and 'cget_2019'"):
        inequality_change(before, after)


def test_two_vintages_hold_the_same_territories():
    with pytest.raises(BadInput, match="the same territories: 2B"):
        inequality_change(vintage([1, 2, 3, 4]), vintage([1, 2, 3, 4]).iloc[:3])


def test_several_lists_in_one_table_are_each_that_of_its_own():
    tables = {kind: places_per_territory(kind) for kind in ("fabriques_de_territoire", "tiers_lieux")}
    long = inequality_of(tables)
    assert list(dict.fromkeys(long["type"])) == list(tables)
    own = long[long["type"] == "tiers_lieux"].drop(columns="type").reset_index(drop=True)
    pd.testing.assert_frame_equal(own, inequality(tables["tiers_lieux"]), check_names=False)


def test_the_part_between_regions_is_that_of_the_regions_themselves():
    """Observed, both are one number; the underlying ones agreed on nothing while départements drew régions together."""
    for kind in ("fabriques_de_territoire", "tiers_lieux"):
        split = tl.inequality(tl.places_per_territory(kind)).set_index("indice").loc["theil_entre"]
        alone = tl.inequality(tl.places_per_territory(kind, "region")).set_index("indice").loc["theil"]
        assert split["valeur"] == pytest.approx(alone["valeur"])
        ends = ["sous_jacent", "sous_jacent_bas", "sous_jacent_haut"]
        assert split[ends].tolist() == pytest.approx(alone[ends].tolist(), abs=0.004)


def test_a_count_that_is_unknown_in_one_vintage_is_no_change():
    before = tl.places_per_territory("tiers_lieux", vintage="cget_2018")
    after = before.copy()
    after["nb_lieux"] = before["nb_lieux"].where(~before["code"].isin(["75", "69"]))
    with pytest.raises(BadInput, match="do not count the same territories: 69, 75"):
        tl.inequality_change(before, after)


@pytest.mark.parametrize("confidence", [95, 0, 1])
def test_a_confidence_that_is_none_is_refused(confidence):
    table = tl.rates("tiers_lieux")
    for function in (tl.inequality, lambda t, **c: tl.inequality_change(t, t, **c), tl.smooth_rates):
        with pytest.raises(BadInput, match="confidence level"):
            function(table, confidence=confidence)
