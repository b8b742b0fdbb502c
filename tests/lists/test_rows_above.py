"""Rows above the first row of a list without header: counted in the ledger, said on screen, and read when asked."""

from __future__ import annotations

import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.lists import accounts, cleaning, preparation
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.readers.base import ReadingOptions

# Two rows with three cells of eight, then two that are full.
ROWS = [
    ["Le Lieu", "35000", "Rennes", "", "", "", "", ""],
    ["Un Autre", "44000", "Nantes", "", "", "", "", ""],
    ["Le Hangar", "29000", "Quimper", "48.0", "-4.1", "2019", "https://a.example", "12"],
    ["Le Quai", "75011", "Paris", "48.86", "2.38", "2020", "https://b.example", "14"],
]
MAPPING = Mapping({"nom": "colonne_1", "code_postal": "colonne_2"})


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_left_out_above_a_list_without_header_are_counted_and_said(tmp_path, ending):
    job = preparation.prepare(write(tmp_path / f"l.{ending}", ROWS), MAPPING)
    entry = cleaning.clean_to(job, tmp_path / "propre")
    assert entry["lecture"]["lignes_au_dessus"] == 2
    assert (entry["lecture"]["premiere_ligne"], entry["lignes_lues"]) == (3, 2)
    assert any("2" in line and "--header 0" in line for line in accounts.summary(job, entry).splitlines())


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_they_are_read_without_header_when_asked(tmp_path, ending):
    path = write(tmp_path / f"l.{ending}", ROWS)
    job = preparation.prepare(path, MAPPING, options=ReadingOptions(header=0))
    entry = cleaning.clean_to(job, tmp_path / "propre")
    assert "lignes_au_dessus" not in entry["lecture"]
    assert (entry["lignes_lues"], entry["lignes_acceptees"]) == (4, 4)
    assert "--header 0" not in accounts.summary(job, entry)


def test_a_title_above_a_header_is_no_row(tmp_path):
    rows = [["Lieux de Bretagne", "", ""], ["nom", "code_postal", "commune"], ["Le Lieu", "35000", "Rennes"]]
    cleaned = tl.clean(write(tmp_path / "l.csv", rows))
    assert cleaned.ledger["lecture"]["ligne_entete"] == 2
    assert "lignes_au_dessus" not in cleaned.ledger["lecture"]


@pytest.mark.parametrize("above", [0, 2])
def test_blank_rows_of_a_sheet_are_counted_in_the_number_of_a_row(tmp_path, above):
    blank = ["", "", ""]
    rows = [
        *[blank] * above,
        ["nom", "code_postal", "commune"],
        ["Le Lieu", "35000", "Rennes"],
        blank,
        blank,
        ["Un Autre", "44000", "Nantes"],
    ]
    cleaned = tl.clean(write(tmp_path / "l.xlsx", rows))
    first = cleaned.ledger["lecture"]["premiere_ligne"]
    assert [first + number - 1 for number in cleaned.places["ligne_source"]] == [above + 2, above + 5]
    assert cleaned.ledger["lignes_lues"] == 2
