from __future__ import annotations

import math

import pytest

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.indicators.growth import places_over_time

MEASURES = ("compte", "estime", "declare")


def test_counts_of_france_by_perimeter():
    table = places_over_time()
    counted = table[table["nature"] == "compte"].fillna({"valeur": 0})
    points = [(row.perimetre, row.periode, row.valeur, row.nb_sources) for row in counted.itertuples()]
    # "3,500" by three sources and "more than 3,500" by one are two figures: the second is a bound.
    assert sorted(points) == [
        ("cget_2018", "2018", 1463, 1),
        ("cget_2019", "2019", 1512, 1),
        ("ftl_2023", "2023", 3500, 1),
        ("ftl_2023", "2023", 3500, 3),
        ("ftl_2026", "2026", 0, 1),
    ]
    last = table.iloc[-1]
    assert (last["annee"], last["valeur_bas"], last["valeur_haut"]) == (2026.5, 2528, 3951)
    assert math.isnan(last["valeur"])


def test_every_dated_measure_is_in_one_row(raw):
    rows = [
        row
        for row in read_rows(raw, "observations")
        if row["indicateur"] == "tiers_lieux" and row["territoire"] == "FR" and row["nature"] in MEASURES
    ]
    table = places_over_time()
    dated = sum(row["periode"] != "" for row in rows)
    assert table["nb_sources"].sum() == dated
    assert table.attrs["nb_sans_date"] == len(rows) - dated > 0
    assert not table.duplicated(["periode", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre"]).any()
    assert table["annee"].is_monotonic_increasing


def test_a_repeated_figure_is_one_row_and_two_perimeters_are_two(raw_copy):
    rows = [
        observation(1, valeur=100, editeur="B"),
        observation(2, valeur=100, editeur="A"),
        observation(3, valeur=100, perimetre="ftl_2021"),
        observation(4, valeur=100, nature="declare"),
        observation(5, valeur=90, periode="2019-06"),
        observation(6, valeur=80, periode=""),
        observation(7, valeur=500, nature="objectif"),
        observation(8, valeur=600, nature="prevision"),
        observation(9, valeur=70, territoire="R75"),
        observation(10, valeur=60, indicateur="fablabs"),
    ]
    write_rows(raw_copy, "observations", rows)
    table = places_over_time()
    shown = table[["periode", "valeur", "nature", "perimetre", "nb_sources", "editeurs"]].to_numpy().tolist()
    assert shown == [
        ["2019-06", 90, "compte", "ftl_2023", 1, "Éditeur 5"],
        ["2020", 100, "compte", "ftl_2021", 1, "Éditeur 3"],
        ["2020", 100, "compte", "ftl_2023", 2, "A ; B"],
        ["2020", 100, "declare", "ftl_2023", 1, "Éditeur 4"],
    ]
    assert table["annee"].tolist() == pytest.approx([2019 + (151 + 15) / 365, 2020.5, 2020.5, 2020.5])
    assert table.attrs["nb_sans_date"] == 1
    assert places_over_time("R75")["valeur"].tolist() == [70]
    assert places_over_time("FR", "fablabs")["valeur"].tolist() == [60]


def test_unknown_stays_missing_and_a_published_zero_stays_zero(raw_copy):
    write_rows(raw_copy, "observations", [observation(1, valeur=0), observation(2, valeur_bas=5, valeur_haut=9)])
    table = places_over_time()
    assert table["valeur"].isna().sum() == 1
    assert table["valeur"].min() == 0
    assert places_over_time("R94").empty
    assert places_over_time("R94").attrs["nb_sans_date"] == 0


def test_known_on_a_day(raw_copy):
    rows = [
        observation(1, valeur=600, date_publication="2018"),
        observation(2, valeur=700, date_publication="2019-02"),
        observation(3, valeur=800),
    ]
    write_rows(raw_copy, "observations", rows)
    known = {day: places_over_time(as_of=day)["valeur"].tolist() for day in ("2018-12-30", "2018-12-31", "2019-02-28")}
    assert known == {"2018-12-30": [], "2018-12-31": [600], "2019-02-28": [600, 700]}


def test_two_intervals_are_two_figures(raw_copy):
    write_rows(
        raw_copy,
        "observations",
        [observation(1, valeur_bas=5, valeur_haut=9), observation(2, valeur_bas=20, valeur_haut=30)],
    )
    assert places_over_time()[["valeur_bas", "valeur_haut"]].to_numpy().tolist() == [[5, 9], [20, 30]]
