"""Rows whose columns do not say where the place is: no place is moved, what is printed stays, and it is said."""

from __future__ import annotations

import pandas as pd
import pytest

import tlanalysis as tl


def _cleaned(tmp_path, **columns):
    path = tmp_path / "liste.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return tl.clean(path, out=tmp_path / "propre")


@pytest.fixture
def code_against_point(tmp_path):
    names = ["Le Quai", "La Ruche", "Atelier 3", "Le Hangar"]
    codes = ["35000", "13010", "29200", "75010"]  # the second is of Marseille, its point in Rennes
    latitudes, longitudes = ["48.11", "48.12", "48.39", "48.87"], ["-1.68", "-1.66", "-4.49", "2.36"]
    return _cleaned(tmp_path, nom=names, code_postal=codes, latitude=latitudes, longitude=longitudes)


def test_a_code_and_a_point_that_contradict_each_other_decide_nothing(code_against_point):
    places = code_against_point.places
    assert places["code_departement"].fillna("").tolist() == ["35", "", "29", "75"]
    assert places["code_postal"].tolist()[1] == "13010"
    assert places["latitude"].tolist()[1] == 48.12


def test_what_is_left_open_is_said_with_both_answers(code_against_point):
    rejects = code_against_point.rejects
    said = rejects[rejects["regle"] == "departement_indecis"]
    assert said[["ligne_source", "champ", "valeur"]].to_numpy().tolist() == [[2, "code_departement", "13 / 35"]]


def test_an_open_row_stays_open_when_the_clean_list_is_cleaned(code_against_point, tmp_path):
    again = tl.clean(tmp_path / "propre" / "places.csv")
    assert again.places["code_departement"].fillna("").tolist() == ["35", "", "29", "75"]
    assert not len(again.rejects)


def test_a_foreign_code_of_five_digits_beside_a_foreign_name_is_in_no_departement(tmp_path):
    done = _cleaned(
        tmp_path,
        nom=["Haus", "Werk", "La Ruche", "Le Quai"],
        code_postal=["66111", "79098", "92099", "29200"],
        commune=["Saarbrücken", "Freiburg", "La Défense CEDEX", "Brest"],
    )
    assert done.places["code_departement"].fillna("").tolist() == ["", "", "92", "29"]
