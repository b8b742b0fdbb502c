"""In a CSV file, `premiere_ligne + ligne_source - 1` is the line where a row begins, whatever stands above it."""

from __future__ import annotations

import pytest

import tlanalysis as tl
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.readers import csv_rows, line_numbers

HEADER = "nom;code_postal;commune;description"


def _lines(cleaned, table="places"):
    first = cleaned.ledger["lecture"]["premiere_ligne"]
    return [first + number - 1 for number in getattr(cleaned, table)["ligne_source"]]


def _cleaned(path, lines, end="\n", mapping=None):
    path.write_bytes(end.join(lines).encode())
    return tl.clean(path, mapping)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_count_and_are_no_rows(tmp_path, end):
    lines = [HEADER, "", "A;35000;Rennes;x", "", "", "B;44000;Nantes;y", "C;29200;Brest;z", "", ""]
    cleaned = _cleaned(tmp_path / "l.csv", lines, end)
    assert _lines(cleaned) == [3, 6, 7]
    assert cleaned.ledger["lignes_lues"] == 3
    assert cleaned.rejects.empty


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_cell_of_several_lines_counts_them_although_its_column_is_not_read(tmp_path, end):
    lines = [
        HEADER,
        f'A;35000;Rennes;"un{end}deux{end}{end}quatre"',
        "B;44000;Nantes;y",
        'C;29200;Brest;"a',
        'b"',
        "D;56000;Vannes;z",
    ]
    cleaned = _cleaned(tmp_path / "l.csv", lines, end)
    assert _lines(cleaned) == [2, 6, 7, 9]


def test_a_refused_row_of_several_lines_counts_them(tmp_path):
    lines = [
        HEADER,
        "A;35000;Rennes;x",
        'trop;de;cellules;"sur\ndeux lignes";ici',
        "",
        "B;44000;Nantes;y",
        ";;;",
        "C;29200;Brest;z",
    ]
    cleaned = _cleaned(tmp_path / "l.csv", lines)
    assert _lines(cleaned) == [2, 6, 8]
    assert list(zip(_lines(cleaned, "rejects"), cleaned.rejects["regle"], strict=True)) == [
        (3, "nombre_de_colonnes"), (7, "ligne_vide"),
    ]  # fmt: skip


def test_rows_hidden_by_a_quote_are_refused_on_their_own_lines(tmp_path):
    lines = [
        HEADER,
        "A;35000;Rennes;x",
        'B;44000;Nantes;"ouvert',
        "C;29200;Brest;z",
        'D;56000;Vannes;fin"',
        "E;22000;Saint-Brieuc;v",
    ]
    cleaned = _cleaned(tmp_path / "l.csv", lines)
    assert _lines(cleaned) == [2, 6]
    assert _lines(cleaned, "rejects") == [3, 4, 5]


def test_rows_above_a_missing_header_and_blank_lines_count(tmp_path):
    mapping = Mapping({"nom": "colonne_1", "code_postal": "colonne_2"})
    lines = [
        "",
        "Liste;;;",
        "",
        "A;35000;Rennes;https://a.example",
        'B;44000;"Nan\ntes";https://b.example',
        "C;29200;Brest;https://c.example",
    ]
    cleaned = _cleaned(tmp_path / "l.csv", lines, mapping=mapping)
    assert cleaned.ledger["lecture"]["lignes_au_dessus"] == 1
    assert _lines(cleaned) == [4, 5, 7]


def test_a_title_of_two_lines_above_the_header_counts(tmp_path):
    lines = ['"Lieux de\nBretagne";;;', "", HEADER, "", "A;35000;Rennes;x", "B;44000;Nantes;y"]
    cleaned = _cleaned(tmp_path / "l.csv", lines)
    assert cleaned.ledger["lecture"]["ligne_entete"] == 4
    assert _lines(cleaned) == [6, 7]


def test_a_list_of_one_column_counts_its_lines(tmp_path):
    lines = ["nom", "", "Lieu A", '"Lieu B,\nle bis"', "", "Lieu C"]
    cleaned = _cleaned(tmp_path / "l.csv", lines, mapping=Mapping({"nom": "nom"}))
    assert _lines(cleaned) == [3, 4, 7]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("piece", [1, 2, 3, 1 << 20])
def test_lines_are_counted_and_blank_ones_found_in_any_encoding_and_piece(tmp_path, monkeypatch, encoding, end, piece):
    monkeypatch.setattr(line_numbers, "_PIECE", piece)
    path = tmp_path / "l.csv"
    path.write_bytes(end.join(["", "é", "", "", "b", " ", "", "c", "", ""]).encode(encoding))
    lines = line_numbers.lines_of(path, encoding)
    assert (lines.blank.tolist(), lines.total) == ([1, 3, 4, 7, 9], 9)
    path.write_bytes(end.join(["a", "", "b"]).encode(encoding))
    assert line_numbers.lines_of(path, encoding).total == 3


def test_the_count_goes_on_from_block_to_block(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "BLOCK", 2_000)
    row = ['Lieu {rank};35000;Rennes;"deux', 'lignes, {rank}"', ""]  # three lines a place
    lines = [HEADER, *(line.format(rank=rank) for rank in range(1_000) for line in row)]
    cleaned = _cleaned(tmp_path / "l.csv", lines)
    assert _lines(cleaned) == list(range(2, 3_002, 3))


def test_a_large_file_counts_the_lines_of_the_columns_it_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "_WHOLE", 0)
    lines = [HEADER, "", 'A;35000;"Ren\nnes";x', "", "B;44000;Nantes;y"]
    assert _lines(_cleaned(tmp_path / "l.csv", lines)) == [3, 6]
