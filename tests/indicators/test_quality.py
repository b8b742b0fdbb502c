from __future__ import annotations

import csv
import hashlib
from collections import Counter

import pytest

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.data.embedded_ledger import ledger
from tlanalysis.indicators.quality import QUESTIONS, holdings, lists_ledger, perimeters, unknowns

MEASURES = ("compte", "estime", "declare")


def test_holdings_count_every_figure_once(raw):
    rows = read_rows(raw, "observations")
    table = holdings().set_index("nature")
    assert table.index.tolist() == ["compte", "estime", "declare", "objectif", "prevision"]
    assert table["nb_chiffres"].to_dict() == Counter(row["nature"] for row in rows)
    for nature, row in table.iterrows():
        same = [one for one in rows if one["nature"] == nature]
        assert row["nb_editeurs"] == len({one["editeur"] for one in same})
        assert row["nb_sans_periode"] == sum(one["periode"] == "" for one in same)
        assert row["part"] == pytest.approx(len(same) / len(rows))


def test_a_nature_that_nobody_used_is_a_zero(raw_copy):
    write_rows(raw_copy, "observations", [observation(1, valeur=5), observation(2, valeur=6, periode="")])
    table = holdings().set_index("nature")
    assert table["nb_chiffres"].tolist() == [2, 0, 0, 0, 0]
    assert table["nb_sans_periode"].tolist() == [1, 0, 0, 0, 0]
    assert table["part"].tolist() == [1, 0, 0, 0, 0]


def test_holdings_before_anything_was_public():
    assert holdings(as_of="2010")["nb_chiffres"].tolist() == [0, 0, 0, 0, 0]


def test_perimeters_count_dated_measures(raw):
    rows = [
        row
        for row in read_rows(raw, "observations")
        if row["indicateur"] == "tiers_lieux" and row["nature"] in MEASURES and row["periode"]
    ]
    expected = Counter((row["perimetre"], int(row["periode"].split("/")[-1][:4]), row["nature"]) for row in rows)
    table = perimeters()
    held = {(row.perimetre, row.annee, row.nature): row.nb_chiffres for row in table.itertuples()}
    assert held == expected
    cget = table.set_index(["perimetre", "annee", "nature"]).loc[("cget_2019", 2019, "compte")]
    assert cget.tolist() == [18, 18]  # France and 17 régions


def test_perimeters_come_in_the_order_of_their_first_year():
    table = perimeters()
    first = table.groupby("perimetre", sort=False)["annee"].min()
    assert first.is_monotonic_increasing
    assert len(first) == table["perimetre"].nunique()
    assert perimeters(as_of="2010").empty


def test_a_group_of_territories_counts_as_one_place(raw_copy):
    rows = [
        observation(1, valeur=5, territoire="", territoires="R01;R02"),
        observation(2, valeur=6),
        observation(3, valeur=7),
    ]
    write_rows(raw_copy, "observations", rows)
    assert perimeters()[["nb_chiffres", "nb_territoires"]].to_numpy().tolist() == [[3, 2]]


@pytest.fixture(scope="module")
def asked():
    return unknowns()


def test_each_question_is_asked_of_each_region(asked):
    assert len(asked) == 18 * 7
    assert asked.groupby("code_region")["question"].agg(tuple).unique().tolist() == [QUESTIONS]


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("lieux_2019", 18),
        ("lieux_2023", 18),
        ("lieux_depuis_2024", {"02", "24", "53"}),
        ("deffinov_participation", {"01", "24", "27", "28", "32", "44", "52", "53", "76", "93"}),
        ("deffinov_projets", {"28", "52", "75"}),
        ("deffinov_enveloppe", {"28", "32", "53", "75"}),
        ("personnes_formees", set()),
    ],
)
def test_regions_that_a_published_figure_answers_for(asked, question, known):
    answered = set(asked.loc[(asked["question"] == question) & asked["est_connu"], "code_region"])
    assert (len(answered) if isinstance(known, int) else answered) == known


def test_a_target_answers_no_question(raw_copy):
    figures = {"territoire": "R94", "periode": "2026", "perimetre": "reseau_regional"}
    for nature, answers in (("objectif", 0), ("prevision", 0), ("declare", 1)):
        write_rows(raw_copy, "observations", [observation(1, valeur=5, nature=nature, **figures)])
        table = unknowns()
        assert table["est_connu"].sum() == answers
    assert table.loc[table["est_connu"], ["code_region", "question"]].to_numpy().tolist() == [
        ["94", "lieux_depuis_2024"]
    ]


def test_a_group_does_not_answer_for_one_of_its_regions(raw_copy):
    rows = [observation(1, valeur=83, periode="2025", territoire="", territoires="R01;R02;R03")]
    write_rows(raw_copy, "observations", rows)
    assert not unknowns()["est_connu"].any()


def test_rows_of_the_lists_by_hand():
    table = lists_ledger().set_index(["jeu", "constat"])
    assert table.loc[("cget_2019", "lignes_lues"), "part"] == 1
    assert table.loc[("cget_2019", "perdues_par_code_region"), "nb_lignes"] == 7
    assert table.loc[("cget_2019", "perdues_par_code_region"), "part"] == pytest.approx(7 / 1512)
    assert table.loc[("fabriques_de_territoire_2024", "hors_des_18_regions"), "part"] == pytest.approx(1 / 382)
    assert table["part"].between(0, 1).all()


def test_the_ledger_balances_and_carries_the_checksums(raw):
    table = ledger()
    assert (table["lignes_lues"] == table["lignes_acceptees"] + table["lignes_rejetees"]).all()
    assert len(table) == len(list(raw.glob("*.csv"))) >= 14
    for row in table.itertuples():
        data = (raw / f"{row.jeu}.csv").read_bytes()
        lines = list(csv.reader(data.decode("utf-8").splitlines()))
        assert row.lignes_lues == row.lignes_acceptees == len(lines) - 1
        assert row.sha256 == hashlib.sha256(data).hexdigest()[:12]
