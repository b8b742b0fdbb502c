"""Bad input through the command line: exit 2 and one sentence, nothing written, nothing left behind."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import ROOT
from tests.lists.lists import delimited, write
from tlanalysis.cli import main

ROWS = [["nom", "code_postal", "commune"], ["Le Lieu", "75011", "Paris"], ["Un Autre", "13001", "Marseille"]]


@pytest.fixture
def refused(tmp_path, capfd, monkeypatch):
    """Return a function that cleans a file, sees it refused without a trace, and returns the one sentence of it."""

    def call(path, *options, out=tmp_path / "propre"):
        before = sorted(path.name for path in tmp_path.iterdir())
        monkeypatch.setattr(sys, "argv", ["tlanalysis", "clean", str(path), "--out", str(out), *options])
        with pytest.raises(SystemExit) as ended:
            main()
        printed, complaint = capfd.readouterr()
        assert ended.value.code == 2, complaint
        assert printed == ""
        assert complaint.startswith("tlanalysis: ")
        assert complaint.count("\n") == 1
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        return complaint.removeprefix("tlanalysis: ").rstrip("\n")

    return call


def _sheet(**cells):
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    for name, value in cells.items():
        book.active[name] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with_part(data, ending, change):
    """Rewrite the parts of an archive whose name ends so."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in archive.namelist():
            content = archive.read(name)
            written.writestr(name, change(content) if name.endswith(ending) else content)
    return out.getvalue()


def _bomb():
    cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * (3 << 20) + b"</t></is></c></row></sheetData>"
    return _with_part(_sheet(), "sheet1.xml", lambda xml: xml.replace(b"</sheetData>", cell))


def _lying_bomb():
    """Return a workbook whose archive says that three mebibytes are five thousand bytes."""
    data = _bomb()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = max(member.file_size for member in archive.infolist())
    return data.replace(struct.pack("<I", size), struct.pack("<I", 5000))


def _ring():
    """Return the old workbook with the first sector of its directory followed by itself, for ever."""
    data = bytearray((ROOT / "tests" / "data" / "lieux.xls").read_bytes())
    table, directory = struct.unpack_from("<I", data, 76)[0], struct.unpack_from("<I", data, 48)[0]
    struct.pack_into("<I", data, 512 * (table + 1) + 4 * directory, directory)
    return bytes(data)


def _ods(times):
    """Return an ODS of one cell said to stand there so many times in so many rows."""
    kind = f'office:value-type="string" table:number-columns-repeated="{times}"'
    cell = f"<table:table-cell {kind}><text:p>x</text:p></table:table-cell>"
    rows = f'<table:table-row table:number-rows-repeated="{times}">{cell}</table:table-row>'
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f'<table:table table:name="L">{rows}</table:table>'
    for name in ("spreadsheet", "body", "document-content"):
        content = f"<office:{name}{f' {names}' * (name == 'document-content')}>{content}</office:{name}>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return out.getvalue()


CSV = delimited(ROWS).encode()
FAR = "XFD1048576"
ODD = b'{"type":"FeatureCollection","features":[{"properties":[1]}]}'
UNPLACED = b"<row>" + b"<c/>" * 30_000 + b"</row>" + b"<row></row>" * 1_000
WIDE = b";".join(b"c%d" % rank for rank in range(10_000)) + b"\n" + b";" * 9_999 + b"\n"
KEYS = json.dumps([{f"k{rank}": 1 for rank in range(10_000)}]).encode()
MIXED = "nom;code_postal\nCafé d'été rêvé;75011\n".encode() + "Café;13001\n".encode("cp1252")
BAD = {
    "empty": ("l.csv", b"", "is empty"),
    "blank": ("l.csv", b" \r\n\t\n  \n", "is empty"),
    "only a mark": ("l.csv", b"\xef\xbb\xbf\n", "is empty"),
    "zip named csv": ("l.csv", _sheet(), "ZIP archive or a workbook under another name"),
    "gzip": ("l.csv", b"\x1f\x8b\x08" + b"\x00" * 40, "is damaged (cut short, perhaps)"),
    "pdf": ("l.csv", b"%PDF-1.7 ...", "is a PDF, not a list"),
    "csv named xlsx": ("l.xlsx", CSV, "is not a XLSX file, or a damaged one"),
    "csv named parquet": ("l.parquet", CSV, "is not a PARQUET file, or a damaged one"),
    "cut xlsx": ("l.xlsx", _sheet()[:3000], "is damaged (cut short, perhaps)"),
    "bomb": ("l.xlsx", _bomb(), "would fill the memory"),
    "lying bomb": ("l.xlsx", _lying_bomb(), "is damaged (cut short, perhaps)"),
    "far corner": ("l.xlsx", _sheet(**{FAR: "x"}), "would fill the memory"),
    "repeated cells": ("l.ods", _ods(1_000_000), "would fill the memory"),
    "cells without positions": (
        "l.xlsx",
        _with_part(_sheet(), "sheet1.xml", lambda xml: xml.replace(b"</sheetData>", UNPLACED + b"</sheetData>")),
        "would fill the memory",
    ),
    "ring of sectors": ("l.xls", _ring(), "cannot be opened as XLS"),
    "noise": ("l.csv", random.Random(1).randbytes(5_000), "is not text"),
    "noise named xls": ("l.xls", b"\xd0\xcf\x11\xe0" + random.Random(2).randbytes(5_000), "cannot be opened as XLS"),
    "noise named json": ("l.json", random.Random(3).randbytes(5_000), ""),
    "cut parquet": ("l.parquet", b"PAR1" + b"\x00" * 100, "is a damaged Parquet file"),
    "one long line": ("l.csv", b"a" * 1_100_000, "has a line of more than 1048576 bytes"),
    "one long quoted row": ("l.csv", CSV * 30 + b'"' + b"x\n" * 5_000_000, "perhaps a quote that is never closed"),
    "10,000 columns": ("l.csv", WIDE, "has 10000 columns, more than 5000"),
    "10,000 keys": ("l.json", KEYS, "has 10000 columns, more than 5000"),
    "mixed encodings": ("l.csv", MIXED, "mixes UTF-8 with another encoding (line 3)"),
    "unknown encoding": ("l.csv", b"nom;code_postal\nCaf\x81\x8d;75011\n", "neither UTF-8, UTF-16 nor Windows-1252"),
    "null characters": ("l.csv", CSV.replace(b"Lieu", b"Li\x00eu"), "null characters"),
    "only a header": ("l.csv", b"nom;code_postal\n", "has no row under its header"),
    "only a header (xlsx)": ("l.xlsx", None, "has no row under its header"),
    "only a header (parquet)": ("l.parquet", None, "has no row under its header"),
    "header twice": ("l.csv", b"nom;nom;code_postal\nLe Lieu;Autre;75011\n", "may both be nom"),
    "no list": ("l.csv", b"Bonjour,\nceci est une lettre.\n", "no column holds the name of a place"),
    "deep json": ("l.json", b"[" * 100_000, "is nested too deep"),
    "deep record": ("l.json", b'[{"nom":' + b'{"a":' * 100_000, "is nested too deep"),
    "no record": ("l.json", b"[]", "holds no list of records"),
    "a number": ("l.json", b"3", "holds no list of records"),
    "broken json": ("l.json", b'[{"nom": "Le Lieu",}]', "is not valid JSON (line 1"),
    "no features": ("l.geojson", b'{"type":"FeatureCollection","features":[]}', "holds no record"),
    "odd features": ("l.geojson", ODD, "without a list of features"),
    "sparse json": ("l.json", None, "mostly empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence(name, tmp_path, refused, monkeypatch):
    file, data, complaint = BAD[name]
    path = tmp_path / file
    if name == "sparse json":
        from tlanalysis.lists.readers import json_records

        monkeypatch.setattr(json_records, "_MOST_CELLS", 1_000)
        data = json.dumps([{"nom": "a", f"k{rank}": 1} for rank in range(100)]).encode()
    if data is None:
        write(path, ROWS[:1])
    else:
        path.write_bytes(data)
    assert complaint in refused(path)


def test_what_is_no_file(tmp_path, refused):
    assert "does not exist" in refused(tmp_path / "rien.csv")
    assert "is a folder: name one file" in refused(tmp_path)
    os.mkfifo(tmp_path / "tube")
    assert "is a pipe or a device" in refused(tmp_path / "tube")
    assert "cannot be read" in refused(tmp_path / ("x" * 300 + ".csv"))


def test_an_out_that_cannot_be(tmp_path, refused):
    path = write(tmp_path / "l.csv", ROWS)
    assert "is a file: --out takes a folder" in refused(path, out=path)
    assert "cannot be written" in refused(path, out=path / "propre")
    assert "cannot be written" in refused(path, out=Path("/proc/propre"))


def test_a_mapping_with_mistakes(tmp_path, refused):
    path, mapping = write(tmp_path / "l.csv", ROWS), tmp_path / "m.toml"
    assert "does not exist" in refused(path, "--mapping", str(mapping))
    for content, complaint in (
        ("colonnes = 5", "tables, not values"),
        ("[colonnes]\nnon = 'nom'", "did you mean 'nom'?"),
        ("[colonnes]\nnom = 'Nom'", "has no column 'Nom'"),
        ("nom = ", "is not a TOML file"),
    ):
        mapping.write_text(content, encoding="utf-8")
        assert complaint in refused(path, "--mapping", str(mapping))


def test_options_that_do_not_fit(tmp_path, refused):
    path = write(tmp_path / "l.csv", ROWS)
    assert "no encoding called 'rot13'" in refused(path, "--encoding", "rot13")
    assert "is not a separator" in refused(path, "--separator", "é")
    assert "no line 9 to take the header from" in refused(path, "--header", "9")
    assert "no language 'xx'" in refused(path, "--lang", "xx")


def test_what_is_bad_in_places_is_refused_in_places(tmp_path):
    """Formulas, ragged rows, a late null character: rows in the rejects, and the rest is kept."""
    import tlanalysis as tl

    path = tmp_path / "l.csv"
    path.write_bytes(
        CSV + b"=cmd|' /C calc'!A0;75011;Paris\nTrop;75011;Paris;11\nPeu;75011\n" + CSV[CSV.index(b"\n") + 1 :]
    )
    done = tl.clean(path)
    assert done.places["ligne_source"].tolist() == [1, 2, 6, 7]
    assert done.rejects.loc[done.rejects["gravite"] == "ligne", ["ligne_source", "regle"]].to_numpy().tolist() == [
        [3, "sans_nom_ni_identifiant"], [4, "nombre_de_colonnes"], [5, "nombre_de_colonnes"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["zip named csv", "ring of sectors"])
def test_from_outside_too(name, tmp_path):
    file, data, complaint = BAD[name]
    (tmp_path / file).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "tlanalysis", "clean", file, "--out", "propre"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert complaint in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == [file]
