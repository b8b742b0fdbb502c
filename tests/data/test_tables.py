"""The embedded evidence: valid against its schemas, sealed, sourced, and complete."""

from __future__ import annotations

from collections import Counter

import frictionless
import pytest

from tests.helpers import read_rows, record, write_rows
from tlanalysis.core.errors import SourceError
from tlanalysis.data import embedded

MEASURED = ("observations", "financements")
NATURES = {"compte", "estime", "declare", "objectif", "prevision"}


def errors_of(raw):
    """Return (table, kind of error, field) of everything the Frictionless validator finds."""
    report = frictionless.Package(str(raw / "datapackage.json")).validate()
    found = {
        (task.name, error.type, getattr(error, "field_name", None)) for task in report.tasks for error in task.errors
    }
    assert report.errors == []
    assert report.valid == (not found)
    return found


def test_the_package_is_valid(raw):
    assert errors_of(raw) == set()


def test_an_altered_row_is_seen_by_the_validator_and_by_the_library(raw_copy):
    path = raw_copy / "observations.csv"
    path.write_bytes(path.read_bytes().replace(b",1463,", b",1464,", 1))
    with pytest.raises(SourceError, match=r"observations\.csv was altered"):
        embedded.load("observations")
    assert ("observations", "hash-count", None) in errors_of(raw_copy)


@pytest.mark.parametrize(
    ("table", "column", "value", "error"),
    [
        pytest.param("observations", "source", "", "constraint-error", id="no-source"),
        pytest.param("financements", "source", "", "constraint-error", id="money-without-a-source"),
        pytest.param("observations", "nature", "mesure", "constraint-error", id="unknown-nature"),
        pytest.param("observations", "perimetre", "ftl_2022", "foreign-key", id="unknown-perimeter"),
        pytest.param("observations", "indicateur", "lieux", "foreign-key", id="unknown-indicator"),
        pytest.param("observations", "periode", "août 2021", "constraint-error", id="period-in-words"),
        pytest.param("observations", "valeur", "1 463", "type-error", id="number-with-a-blank"),
        pytest.param("observations", "unite", "lieux", "constraint-error", id="unknown-unit"),
        pytest.param("observations", "effectif", "0", "constraint-error", id="nobody-answered"),
        pytest.param("financements", "montant_eur", "-1", "constraint-error", id="negative-amount"),
        pytest.param("lieux_par_departement", "nb_lieux", "-1", "constraint-error", id="negative-count"),
    ],
)
def test_a_bad_cell_fails_even_when_its_checksum_is_recorded(raw_copy, table, column, value, error):
    rows = read_rows(raw_copy, table)
    rows[1][column] = value
    write_rows(raw_copy, table, rows)
    found = errors_of(raw_copy)
    assert {kind for _, kind, _ in found} == {error}
    assert {name for name, _, _ in found} == {table}
    assert error == "foreign-key" or {field for _, _, field in found} == {column}


def test_a_repeated_identifier_fails(raw_copy):
    rows = read_rows(raw_copy, "observations")
    rows[1]["id_observation"] = rows[0]["id_observation"]
    write_rows(raw_copy, "observations", rows)
    assert "primary-key" in {kind for _, kind, _ in errors_of(raw_copy)}


def test_rewriting_a_table_as_it_is_changes_nothing(raw, raw_copy):
    # The tests above blame the altered cell, not the rewriting.
    for table in MEASURED:
        write_rows(raw_copy, table, read_rows(raw_copy, table))
        record(raw_copy, table, (raw_copy / f"{table}.csv").read_bytes())
        assert read_rows(raw_copy, table) == read_rows(raw, table)
    assert errors_of(raw_copy) == set()


# ------------------------------------------------------------------------------------------------ every row


def filled(row, *columns):
    return [row[column] for column in columns if row[column]]


@pytest.mark.parametrize("table", MEASURED)
def test_every_row_says_where_of_which_nature_and_under_which_definition(raw, table):
    perimeters = {row["perimetre"] for row in read_rows(raw, "perimetres")}
    for row in read_rows(raw, table):
        assert filled(row, "territoire", "territoires"), row
        assert row["nature"] in NATURES, row
        assert row["perimetre"] in perimeters, row
        assert row["editeur"].strip(), row
        assert row["source"].strip(), row


@pytest.mark.parametrize("table", MEASURED)
def test_every_row_has_either_a_territory_or_a_list(raw, table):
    both = [row for row in read_rows(raw, table) if len(filled(row, "territoire", "territoires")) != 1]
    assert both == []


def test_territories_exist(raw):
    known = {"FR", "MONDE", "EUROPE"}
    known |= {f"R{row['code_region']}" for row in read_rows(raw, "regions")}
    known |= {f"D{row['code_departement']}" for row in read_rows(raw, "departements")}
    for table in MEASURED:
        for row in read_rows(raw, table):
            named = [row["territoire"], *row["territoires"].split(";")]
            assert set(named) - {""} <= known, row


def test_every_observation_has_a_figure_and_its_bounds_hold_it(raw):
    for row in read_rows(raw, "observations"):
        low, value, high = (float(row[key]) if row[key] else None for key in ("valeur_bas", "valeur", "valeur_haut"))
        given = [x for x in (low, value, high) if x is not None]
        assert given, row
        assert given == sorted(given), row
        assert row["unite"] != "part" or row["indicateur"].startswith("croissance") or 0 <= given[-1] <= 1, row


def test_a_share_printed_in_whole_percents_is_half_a_point_wide_either_way(raw):
    rows = [row for row in read_rows(raw, "observations") if row["indicateur"].startswith("part_formation")]
    assert len(rows) == 10
    for row in rows:
        value = float(row["valeur"])
        assert [float(row["valeur_bas"]), float(row["valeur_haut"])] == pytest.approx([value - 0.005, value + 0.005])


def test_the_units_are_those_of_the_indicators(raw):
    units = {row["indicateur"]: row["unite"] for row in read_rows(raw, "indicateurs")}
    assert [row for row in read_rows(raw, "observations") if units[row["indicateur"]] != row["unite"]] == []


# ------------------------------------------------------------------------------------------------ the seed documents


SEEDS = {
    "000_fd5d903f810a6107.txt",
    "001_5cccad05aa27a9e6.txt",
    "002_97f59b7054f7983e.txt",
    "003_76498429866b9177.txt",
    "004_e39d1c1ae5243c60.txt",
}


def observed(raw, **wanted):
    return [
        row
        for row in read_rows(raw, "observations")
        if all(row[column] == value for column, value in wanted.items()) and row["source"] in SEEDS
    ]


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param({"indicateur": "part_formation", "valeur": "0.6", "territoire": "FR"}, id="60-percent-train"),
        pytest.param({"indicateur": "personnes_formees", "valeur": "134000", "periode": "2019"}, id="134000-trained"),
        pytest.param({"indicateur": "personnes_formees", "valeur": "377159", "periode": "2023"}, id="377159-trained"),
        pytest.param({"indicateur": "personnes_travaillant_par_jour", "valeur": "150000"}, id="150000-work-every-day"),
        pytest.param({"indicateur": "part_accueil_service_civique", "valeur": "0.2"}, id="20-percent-civic-service"),
        pytest.param(
            {
                "indicateur": "missions_service_civique_par_an",
                "valeur": "",
                "valeur_bas": "500",
                "valeur_haut": "1000",
            },
            id="500-to-1000-missions",
        ),
        pytest.param(
            {"indicateur": "fabriques_de_territoire", "valeur": "218", "nature": "compte"}, id="218-fabriques"
        ),
        pytest.param(
            {"indicateur": "tiers_lieux", "valeur": "250", "territoire": "R75"}, id="250-in-nouvelle-aquitaine"
        ),
        pytest.param(
            {
                "indicateur": "laureats_appel_demandeurs_emploi",
                "valeur": "5",
                "territoires": "D17;D33;D40;D64;D87",
            },
            id="5-laureates",
        ),
        pytest.param({"indicateur": "deffinov_regions_repondantes", "valeur": "17"}, id="17-regions"),
        pytest.param({"indicateur": "regions_total", "valeur": "18"}, id="of-18-regions"),
    ],
)
def test_figures_of_the_seed_documents_are_held(raw, figure):
    assert observed(raw, **figure)


@pytest.mark.parametrize(
    ("family", "amount"),
    [
        ("formation", 50_000_000),
        ("service_civique", 20_000_000),
        ("conseillers_numeriques", 15_000_000),
        ("reseaux", 4_000_000),
    ],
)
def test_amounts_of_the_seed_documents_are_held(raw, family, amount):
    rows = [row for row in read_rows(raw, "financements") if row["source"] in SEEDS and row["famille"] == family]
    assert str(amount) in {row["montant_eur"] for row in rows}
    assert {row["nature"] for row in rows} == {"objectif"}


def test_the_five_laureates_stand_in_the_money_table_too(raw):
    rows = [row for row in read_rows(raw, "financements") if row["territoires"] == "D17;D33;D40;D64;D87"]
    assert [(row["nb_beneficiaires"], row["montant_eur"]) for row in rows] == [("5", "")]


def test_the_waves_of_fabriques_are_those_of_the_announcements(raw):
    """187, 29, 36, 48 and 82 places; Saint-Martin is in no file that classifies communes.

    Number 379 bears the code of Champtoceaux, which merged into Orée-d'Anjou (49126): a rural commune without a QPV.
    """
    rows = read_rows(raw, "fabriques_vagues")
    assert [row["id_source"] for row in rows] == [f"fabt-{number}" for number in range(1, 383)]
    assert Counter(row["vague_inferee"] for row in rows) == {"1": 187, "2": 29, "3": 36, "4": 48, "5": 82}
    assert len({row["code_commune"] for row in rows}) == 342
    assert Counter(row["est_commune_avec_qpv"] for row in rows) == {"true": 195, "false": 186, "": 1}
    assert sum(row["est_commune_rurale"] == "true" for row in rows) == 138
    assert [row["code_commune"] for row in rows if not row["densite"]] == ["97801"]
