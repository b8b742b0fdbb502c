"""The kinds of places come from the table `types_de_lieux`; a new kind is one row and no code."""

from __future__ import annotations

from pathlib import Path

from tests.helpers import read_rows, write_rows
from tlanalysis.data import embedded, place_kinds
from tlanalysis.indicators.place_counts import places_per_territory
from tlanalysis.indicators.profile import compare_rates


def test_kinds_that_can_be_asked_for():
    whole = ["tiers_lieux", "fabriques_de_territoire"]
    assert place_kinds.whole_kinds() == whole
    assert sorted(place_kinds.kinds()) == sorted([*whole, "coworking", "fablab"])


def test_a_kind_is_made_of_its_parts_or_of_itself():
    assert place_kinds.parts_of("tiers_lieux") == ["coworking", "fablab", "non_precise"]
    assert place_kinds.parts_of("fablab") == ["fablab"]


def test_every_count_has_its_row_and_every_row_its_count(raw: Path):
    counted = {(row["jeu"], row["typologie"]) for row in read_rows(raw, "lieux_par_departement")}
    rows = place_kinds.counted_apart()
    assert set(zip(rows["jeu"], rows["type"], strict=True)) == counted


def test_access_is_measured_once_a_kind(raw: Path):
    rows = place_kinds.lists_with_access()
    assert not rows["type"].duplicated().any()
    assert set(rows["jeu"]) == {row["jeu"] for row in read_rows(raw, "acces_par_territoire")}


def test_a_new_kind_is_counted_and_compared_from_its_rows_alone(raw_copy: Path):
    kinds, counts = read_rows(raw_copy, "types_de_lieux"), read_rows(raw_copy, "lieux_par_departement")
    added = {"type": "ateliers", "jeu": "ateliers_2026", "fichier": "cget_2019", "perimetre": "non_precise"}
    write_rows(
        raw_copy, "types_de_lieux", [*kinds, dict.fromkeys(kinds[0], "") | added | {"est_acces_mesure": "false"}]
    )
    of_gironde = next(row for row in counts if row["code_departement"] == "33")
    mine = of_gironde | {"jeu": "ateliers_2026", "typologie": "ateliers", "nb_lieux": "7", "perimetre": "non_precise"}
    write_rows(raw_copy, "lieux_par_departement", [*counts, mine])
    embedded.seal()
    assert places_per_territory("ateliers").set_index("code").loc["33", "nb_lieux"] == 7
    compared = compare_rates("D33").set_index(["type", "territoire"])
    assert compared.loc[("ateliers", "D33"), "nb_lieux"] == 7
