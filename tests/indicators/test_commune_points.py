"""The communes of a territory as points: which are there, which are counted instead, and the places in them."""

from __future__ import annotations

import pandas as pd
import pytest

import tlanalysis as tl
from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.maintain.recount_communes import mark_communes

CITY = ("75056", "13055", "69123")


def test_communes_with_people_or_a_place_are_marked_and_the_others_left_out():
    points = pd.DataFrame(
        {
            "code_commune": ["33001", "33002", "33003", "75101", "75102", "13201", "69381", "97601"],
            "population": pd.array([1999, 2000, 10, 30_000, 10_000, 1, 1, None], dtype="Int64"),
            "latitude": [44.0, 44.1, 44.2, 48.0, 49.0, 43.0, 45.0, -12.0],
            "longitude": [0.0, 0.1, 0.2, 2.0, 3.0, 5.0, 4.0, 45.0],
        }
    )
    places = pd.DataFrame({"code_commune": ["33003", "75056", "75102", "13201", None, "33003"]})
    table = mark_communes(points, {"lieux": places}).set_index("code_commune")
    # 33001 has 1,999 inhabitants and no place, 69381 one and none; 75056 holds a place of no arrondissement.
    assert table["nb_lieux"].to_dict() == {
        "13201": 1, "33002": 0, "33003": 2, "75056": 1, "75101": 0, "75102": 1, "97601": 0,
    }  # fmt: skip
    assert table.loc["75056", ["latitude", "longitude"]].tolist() == [48.25, 2.25]  # 30,000 and 10,000 inhabitants
    assert table["population"].isna().to_dict()["75056"]


def test_the_map_of_gironde_holds_every_place_and_inhabitant_or_counts_them(raw):
    table = tl.commune_map("D33")
    people = {row["code_departement"]: int(row["population"]) for row in read_rows(raw, "departements")}
    hidden = table.attrs["non_dessinees"]
    assert table["population"].sum() + hidden["population"] == people["33"]
    assert len(table) + hidden["nb_communes"] == table.attrs["nb_communes"] == 534
    assert table["nb_fabriques_de_territoire"].sum() == 8
    rows = [row for row in read_rows(raw, "lieux_par_departement") if row["code_departement"] == "33"]
    listed = sum(int(row["nb_lieux"]) for row in rows if row["jeu"] == "cget_2019")
    assert table["nb_tiers_lieux"].sum() + table.attrs["hors_table"]["tiers_lieux"] == listed


def test_paris_stands_by_arrondissement_and_mayotte_without_inhabitants():
    paris = tl.commune_map("D75")
    assert paris.attrs["nb_communes"] == 20
    assert set(paris["code_commune"]) == {*(f"751{number:02}" for number in range(1, 21)), "75056"}
    assert paris.set_index("code_commune").loc["75056", "nb_fabriques_de_territoire"] == 6
    mayotte = tl.commune_map("D976")
    assert len(mayotte) == 17
    assert mayotte["population"].isna().all()
    assert mayotte["nb_fabriques_de_territoire"].sum() == 3
    assert mayotte.attrs["non_dessinees"] == {"nb_communes": 0, "population": None}


def test_regions_add_up_to_the_lists():
    tables = [tl.commune_map(f"R{code}") for code in tl.regions()["code_region"]]
    for name, count in {"fabriques_de_territoire": 381, "france_services": 2718}.items():
        drawn = sum(int(table[f"nb_{name}"].sum()) for table in tables)
        assert drawn + sum(table.attrs["hors_table"][name] for table in tables) == count


@pytest.mark.parametrize("code", ["FR", "D99", "Atlantide"])
def test_a_map_of_france_or_of_no_territory_is_refused(code):
    with pytest.raises(BadInput):
        tl.commune_map(code)
