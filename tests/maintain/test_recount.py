"""Recounting the lists from the open files gives the embedded tables, row by row."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.helpers import read_rows
from tlanalysis.maintain import recount
from tlanalysis.maintain.recount_access import access_by_territory

pytestmark = pytest.mark.mirror

# Counted over the file of 2019 by another analyst, by région (Mayotte has none).
LIST_OF_2018 = {
    "01": 1,
    "02": 1,
    "03": 1,
    "04": 3,
    "06": 0,
    "11": 316,
    "24": 37,
    "27": 67,
    "28": 28,
    "32": 75,
    "44": 67,
    "52": 62,
    "53": 87,
    "75": 222,
    "76": 163,
    "84": 199,
    "93": 127,
    "94": 7,
}
ADDED_IN_2019 = {"11": 28, "27": 1, "28": 3, "32": 1, "44": 1, "52": 2, "53": 2, "75": 3, "76": 2, "84": 6}


@pytest.fixture(scope="module")
def tables(mirror):
    by_departement, register = recount.count_lists()
    return {
        "lieux_par_departement": by_departement,
        "registre_lieux": register,
        "acces_par_territoire": access_by_territory(),
    }


@pytest.mark.parametrize("name", ["lieux_par_departement", "registre_lieux"])
def test_recounting_gives_the_embedded_table(raw, tables, name):
    recounted = tables[name].astype(object).where(tables[name].notna(), "").astype(str).to_dict("records")
    assert recounted == read_rows(raw, name)


@pytest.mark.parametrize("name", ["lieux_par_departement", "registre_lieux", "acces_par_territoire"])
def test_recounting_gives_the_embedded_bytes(raw, tables, name):
    written = tables[name].to_csv(index=False, lineterminator="\n").encode("utf-8")
    assert written == (raw / f"{name}.csv").read_bytes()


@pytest.mark.parametrize(
    ("jeu", "total"),
    [
        ("cget_2018", 1463),
        ("cget_2019", 1512),
        ("fabriques_de_territoire_2024", 382),
    ],
)
def test_every_row_of_a_list_is_counted_once(tables, jeu, total):
    table, register = tables["lieux_par_departement"], tables["registre_lieux"]
    assert table.loc[table["jeu"] == jeu, "nb_lieux"].sum() == total
    facts = register[register["jeu"] == jeu].set_index("constat")["nb_lignes"]
    assert (facts["lignes_lues"], facts["lignes_placees"]) == (total, total)


def test_one_fabrique_lies_outside_the_101_departements(tables):
    table = tables["lieux_par_departement"]
    outside = table[table["code_region"].isna()]
    assert outside[["jeu", "code_departement", "nb_lieux"]].to_numpy().tolist() == [
        ["fabriques_de_territoire_2024", "978", 1]
    ]


def test_a_departement_that_a_list_does_not_name_has_a_true_zero(tables):
    table = tables["lieux_par_departement"]
    table = table[table["code_departement"] != "978"]
    per_kind = table.groupby(["jeu", "typologie"])["code_departement"].agg(["size", "nunique"])
    assert (per_kind == 101).all(axis=None)
    assert len(per_kind) == 6
    assert (table["nb_lieux"] == 0).any()
    assert table["nb_lieux"].notna().all()


def test_counts_by_region_are_those_of_the_evidence(tables):
    table = tables["lieux_par_departement"]
    by_region = {
        jeu: table[table["jeu"] == jeu].groupby("code_region")["nb_lieux"].sum().to_dict()
        for jeu in ("cget_2018", "cget_2019")
    }
    assert by_region["cget_2018"] == LIST_OF_2018
    assert by_region["cget_2019"] == {code: n + ADDED_IN_2019.get(code, 0) for code, n in LIST_OF_2018.items()}


def test_what_naive_grouping_would_do(tables):
    register = tables["registre_lieux"].set_index(["jeu", "constat"])["nb_lignes"]
    assert register["cget_2019", "perdues_par_code_region"] == 7
    # Viroflay, one place in Guadeloupe and one in Martinique, three in La Réunion.
    assert register["cget_2019", "mal_placees_par_code_departement"] == 6
    assert register["cget_2019", "sans_code_postal"] == 133
    # 157 written "0", and two that the rest of their row contradicts (Sophia Antipolis, Porte Montmartre).
    assert register["cget_2019", "sans_code_commune"] == 159
    assert register["fabriques_de_territoire_2024", "hors_des_18_regions"] == 1


def test_no_person_is_in_the_counts(tables):
    for table in tables.values():
        text = table.to_csv(index=False)
        assert "@" not in text
        assert not {"CONTACT", "MAIL"} & {word.upper() for word in text.replace("\n", ",").split(",")}


def test_counting_writes_the_same_tables(tables, raw_copy, monkeypatch):
    held = {name: (raw_copy / f"{name}.csv").read_bytes() for name in tables}
    rows = read_rows(raw_copy, "registre_lieux")
    (raw_copy / "registre_lieux.csv").write_text(pd.DataFrame(rows[:-1]).to_csv(index=False), encoding="utf-8")
    (raw_copy / "lieux_par_departement.csv").write_bytes(b"")
    monkeypatch.setattr(recount, "count_lists", lambda: tuple(tables.values())[:2])
    monkeypatch.setattr(recount, "access_by_territory", lambda: tables["acces_par_territoire"])
    recount.write_counts()
    assert {name: (raw_copy / f"{name}.csv").read_bytes() for name in tables} == held
