"""Inhabitants near a place, by class of commune, and how far the next place of the same kind is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.commune_isolation import measure_next
from tlanalysis.indicators.commune_nearness import measure_nearer, measure_nearness

DEGREE = 6371 * np.pi / 180  # km of a degree of latitude on a sphere of 6,371 km: 111.19


def three_communes() -> pd.DataFrame:
    """Return three communes on one meridian, at 0, 5.56 and 22.24 km from the first, and one without a point."""
    return pd.DataFrame(
        {
            "code_commune": ["33001", "33002", "33003", "33004"],
            "latitude": [45.0, 45.05, 45.20, None],
            "longitude": [0.0, 0.0, 0.0, None],
            "population": pd.array([1000, 200, 30, 4], dtype="Int64"),
            "densite": ["grands_centres", "bourgs_ruraux", "bourgs_ruraux", "bourgs_ruraux"],
            "famille_densite": ["urbain_dense", "rural", "rural", "rural"],
            "ruralite": ["a", "a", "b", "b"],
        }
    )


PLACES = pd.DataFrame({"latitude": [45.0], "longitude": [0.0]})


def test_inhabitants_within_each_kilometre_are_those_of_three_communes_by_hand():
    table = measure_nearness(three_communes(), PLACES).set_index(["classement", "classe", "rayon_km"]).sort_index()
    whole = table.loc[("ensemble", "ensemble")]
    assert whole.loc[[1, 5, 6, 22, 23, 40], "population_a_portee"].tolist() == [1000, 1000, 1200, 1200, 1230, 1230]
    assert set(whole["population"]) == {1234}
    assert set(whole["population_sans_point"]) == {4}
    rural = table.loc[("famille_densite", "rural")]
    assert rural.loc[[5, 6, 22, 23], "population_a_portee"].tolist() == [0, 200, 200, 230]
    assert set(rural["population"]) == {234}


def test_which_of_two_lists_is_nearer_is_worked_out_by_hand():
    """Second list in the third commune: distances 22.24, 16.68 and 0 km against 0, 5.56 and 22.24."""
    lists = {"un": PLACES, "deux": pd.DataFrame({"latitude": [45.2], "longitude": [0.0]})}
    table = measure_nearer(three_communes(), lists).set_index(["classement", "classe"])
    row = table.loc[("ensemble", "ensemble")]
    assert row[["population", "population_a_plus_proche", "population_b_plus_proche"]].tolist() == [1234, 1200, 30]
    rural = table.loc[("famille_densite", "rural")]
    assert rural[["population", "population_a_plus_proche", "population_b_plus_proche"]].tolist() == [234, 200, 30]


def test_a_difference_below_one_kilometre_is_left_undecided():
    homes = three_communes().iloc[:1]
    for away, nearer in ((0.9, 0), (1.1, 1000)):
        other = pd.DataFrame({"latitude": [45.0 + away / DEGREE], "longitude": [0.0]})
        table = measure_nearer(homes, {"un": PLACES, "deux": other}).set_index("classement")
        assert table.loc["ensemble", "population_a_plus_proche"] == nearer
        assert table.loc["ensemble", "population_b_plus_proche"] == 0


def test_the_next_place_of_a_kind_is_worked_out_by_hand():
    communes = three_communes().assign(nb_lieux=[1, 1, 2, 1])
    distance = measure_next(communes)["distance_km"]
    assert distance[:3].tolist() == pytest.approx([0.05 * DEGREE, 0.05 * DEGREE, 0.0])
    assert np.isnan(distance[3])
    assert measure_next(communes.iloc[:1])["distance_km"].tolist() == [np.inf]


def test_communes_with_the_only_place_around_add_up():
    table = tl.alone()
    assert table["nb_communes"].unique().tolist() == [341, 556, 2501]
    assert (table["part_seules_bas"] <= table["part_seules"]).all()
    assert (table["part_seules"] <= table["part_seules_haut"]).all()
    near = tl.next_of_kind("fabriques_de_territoire")
    assert near["nb_lieux"].sum() + near.attrs["hors_table"]["fabriques_de_territoire"] == 382
    # 26 communes hold 2 to 7 Fabriques (27 in the file, where Paris is one of them; Saint-Martin holds one).
    assert (near["distance_km"] == 0).sum() == (near["nb_lieux"] > 1).sum()
    alone = ((near["distance_km"] > 20) & near["distance_km"].notna()).sum()
    assert table.set_index(["type", "rayon_km"]).loc[("fabriques_de_territoire", 20), "nb_seules"] == alone


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tl.next_of_kind("fabriques"), "no list called 'fabriques'"),
        (lambda: tl.alone(radii=[1]), "1 km is within the error of a distance"),
        (lambda: tl.nearness("densites"), "no classification called 'densites'"),
        (lambda: tl.nearer("tiers_lieux", "tiers_lieux"), "compared with itself"),
        (lambda: tl.nearer("fablabs"), "no list called 'fablabs'"),
    ],
)
def test_a_wrong_list_classification_or_distance_is_one_sentence(call, message):
    with pytest.raises(BadInput, match=message) as error:
        call()
    assert "\n" not in str(error.value)


def test_shares_near_a_place_grow_with_the_distance_and_hold_the_point():
    table = tl.nearness("famille_densite", radii=[5, 10, 20, 30])
    assert (table["part_bas"] <= table["part"]).all()
    assert (table["part"] <= table["part_haut"]).all()
    for _, group in table.groupby(["type", "classe"]):
        assert group.sort_values("rayon_km")["part"].is_monotonic_increasing
    with pytest.raises(BadInput, match="no distance of 40 km was measured"):
        tl.nearness(radii=[40])


def test_nearness_of_all_communes_agrees_with_access(raw):
    """Both measure France, one without Mayotte: the same inhabitants are within 10 km of a Fabrique."""
    here = tl.nearness("ensemble", radii=[10]).set_index("type").loc["fabriques_de_territoire"]
    access = tl.access("fabriques_de_territoire", "france").iloc[0]
    inside = access["part_10_km_bas"] * access["population"]
    assert here["part"] * here["population"] == pytest.approx(inside, rel=0.005)


def test_the_parts_of_nearer_add_up_and_turn_with_the_pair():
    there, back = tl.nearer("tiers_lieux", "france_services"), tl.nearer("france_services", "tiers_lieux")
    parts = there[["part_a_plus_proche", "part_b_plus_proche", "part_indecise"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(np.ones(len(there)))
    assert there["part_a_plus_proche"].tolist() == back["part_b_plus_proche"].tolist()
