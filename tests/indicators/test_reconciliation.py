"""Our numbers beside the published ones: what agrees, what differs by definition, what contradicts and why."""

from __future__ import annotations

import dataclasses

import pytest

import tlanalysis as tl
from tests.helpers import read_rows, write_rows
from tlanalysis.data import embedded
from tlanalysis.indicators.reconciliation import COLUMNS, VERDICTS, unexplained
from tlanalysis.lists.publishers import anct, registry
from tlanalysis.maintain.check import check_data
from tlanalysis.maintain.recount import count_lists


def of(table, indicator, territory, value):
    rows = table[(table["indicateur"] == indicator) & (table["territoire"] == territory)]
    return rows[rows["valeur_publiee"] == value]


def test_every_contradiction_is_explained_in_the_data():
    table = tl.reconcile()
    assert table.columns.tolist() == COLUMNS
    assert set(table["verdict"]) == set(VERDICTS)
    assert table.loc[table["verdict"] == "contredit", "raison"].notna().all()
    assert unexplained().empty


def test_the_number_of_fabriques_agrees_with_its_own_identifiers_and_differs_from_the_next_wave():
    table = tl.reconcile()
    own = of(table, "fabriques_de_territoire", "FR", 382)
    assert set(own["verdict"]) == {"concorde"}
    assert set(own["valeur_calculee"]) == {382}
    later = of(table, "fabriques_de_territoire", "FR", 407).iloc[0]
    assert (later["verdict"], later["valeur_calculee"], later["rapport"]) == ("contredit", 382, 382 / 407)
    assert "25 nouvelles" in later["raison"]


def test_local_counts_stand_beside_the_regional_shares_of_the_same_year():
    row = of(tl.reconcile(), "tiers_lieux", "R75", 315).iloc[0]
    assert row["table"] == "rates_from_shares"
    assert row["verdict"] == "definition"
    assert 432 <= row["valeur_calculee"] <= 479


def test_a_published_number_that_nobody_explained_fails_the_check(raw_copy):
    rows = read_rows(raw_copy, "observations")
    printed = next(row for row in rows if row["id_observation"] == "fr-fabriques_de_territoire-2024-01-h1")
    rows.append(printed | {"id_observation": "essai", "valeur": "400", "source": rows[0]["source"]})
    write_rows(raw_copy, "observations", rows)
    embedded.seal()
    assert [row.valeur_publiee for row in unexplained().itertuples() if row.valeur_calculee == 382] == [400.0]
    assert any("400" in problem and "rapprochements.csv" in problem for problem in check_data())


@pytest.mark.mirror
def test_the_old_reading_of_one_place_per_commune_is_a_contradiction(raw_copy, mirror, monkeypatch):
    one_per_row = dataclasses.replace(anct.LIST, joined=None)
    monkeypatch.setitem(registry.LISTS, "labels_anct", one_per_row)
    counted = count_lists()[0]
    assert counted.loc[counted["jeu"] == "fabriques_de_territoire_2024", "nb_lieux"].sum() == 342
    (raw_copy / "lieux_par_departement.csv").write_text(
        counted.to_csv(index=False, lineterminator="\n"), encoding="utf-8"
    )
    embedded.seal()
    wrong = unexplained()
    national = wrong[(wrong["territoire"] == "FR") & (wrong["valeur_calculee"] == 342)]
    assert set(national["valeur_publiee"]) == {382, 407}
