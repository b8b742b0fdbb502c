"""Files as they come: encodings, separators, titles, sheets, wrapped records; what was detected is said."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lists.lists import delimited, write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.readers import csv_rows
from tlanalysis.lists.readers.base import ReadingOptions, find_header
from tlanalysis.lists.readers.open_list import open_list

ROWS = [["nom", "code_postal", "commune"], ["Café “É” d'Été", "75011", "Paris"], ["Œuvre", "01000", "Bourg;en Bresse"]]


def _read(path, **options):
    reading = open_list(path, ReadingOptions(**options))
    parts = list(reading.batches(reading.headers))
    table = pa.concat_tables([part.table for part in parts])
    cells = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    numbers = [int(number) for part in parts for number in part.numbers]
    bad = [row for part in parts for row in part.malformed]
    return reading, [reading.headers, *map(list, cells)], numbers, bad


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_separator_and_line_end(tmp_path, encoding, separator, end):
    path = tmp_path / "liste.csv"
    path.write_bytes(delimited(ROWS, separator, end).encode(encoding))
    reading, cells, numbers, _ = _read(path)
    assert cells == ROWS
    assert numbers == [1, 2]
    assert (reading.detected["encodage"], reading.detected["separateur"]) == (encoding, separator)


def test_title_rows_blank_lines_and_a_trailing_separator(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Liste des lieux;;\n\nnom;code_postal;\n\nLe Lieu;75011;\nUn Autre;13001;\n", encoding="utf-8")
    reading, cells, numbers, _ = _read(path)
    assert cells == [["nom", "code_postal", "colonne_3"], ["Le Lieu", "75011", ""], ["Un Autre", "13001", ""]]
    assert (reading.detected["ligne_entete"], reading.detected["premiere_ligne"], numbers) == (3, 4, [2, 3])


def test_a_header_that_alone_ends_in_a_separator(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("nom;code_postal;\nLe Lieu;75011\nUn Autre;13001\n", encoding="utf-8")
    assert _read(path)[1] == [["nom", "code_postal"], ["Le Lieu", "75011"], ["Un Autre", "13001"]]


def test_no_header_at_all(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Le Lieu;75011;48.85;2.35\nUn Autre;13001;43.29;5.37\n", encoding="utf-8")
    reading, cells, numbers, _ = _read(path)
    assert reading.headers == ["colonne_1", "colonne_2", "colonne_3", "colonne_4"]
    assert (reading.detected["ligne_entete"], numbers, cells[1][0]) == (None, [1, 2], "Le Lieu")


def test_the_header_can_be_named_by_its_line(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("a;b\n\nnom;code_postal\nLe Lieu;75011\n", encoding="utf-8")
    reading, cells, _, _ = _read(path, header=3)
    assert cells == [["nom", "code_postal"], ["Le Lieu", "75011"]]
    assert reading.detected["ligne_entete"] == 3
    assert _read(path, header=0)[1][1] == ["a", "b"]
    with pytest.raises(BadInput, match="no line 2 to take the header from"):
        open_list(path, ReadingOptions(header=2))  # a blank line


def test_a_row_that_cannot_be_cut_keeps_its_rank_in_every_block(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "BLOCK", 300)
    monkeypatch.setattr(csv_rows, "_BLOCKS_TOGETHER", 2)
    path = tmp_path / "liste.csv"
    lines = [f"Lieu {rank};75011" if rank % 7 else f"Lieu {rank}" for rank in range(1, 100)]
    path.write_text("nom;code_postal\n" + "\n\n".join(lines), encoding="utf-8")
    _, cells, numbers, bad = _read(path)
    assert [row.number for row in bad] == [2 * rank - 1 for rank in range(7, 100, 7)]  # a blank line after each
    ranks = [rank for rank in range(1, 100) if rank % 7]
    assert [int(cell[0].split()[1]) for cell in cells[1:]] == ranks
    assert numbers == [2 * rank - 1 for rank in ranks]


OPEN = (
    'nom;code_postal;commune\nUn;75011;Paris\nDeux;75012;"Paris\nTrois;75013;Paris\nQuatre;75014;Lyon"\n'
    "Cinq;75015;Paris\nSix;75016\nSept;75017;Paris\n"
)


@pytest.mark.parametrize("block", [4 << 20, 40])
def test_rows_that_an_open_quote_swallowed_are_refused_one_by_one(tmp_path, monkeypatch, block):
    monkeypatch.setattr(csv_rows, "BLOCK", block + 60 * (block == 40))
    path = tmp_path / "liste.csv"
    path.write_text(OPEN, encoding="utf-8")
    _, cells, numbers, bad = _read(path)
    assert [row.number for row in bad if row.hides] == [2, 3, 4]
    assert [row.number for row in bad if not row.hides] == [6]
    assert [(number, row[0]) for number, row in zip(numbers, cells[1:], strict=True)] == [
        (1, "Un"),
        (5, "Cinq"),
        (7, "Sept"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        'Un;75011;"Paris\nDeux;75012;Paris\nTrois;75013;Paris\n',  # to the end of the file, from the last column
        'Un;"75011;Paris\nDeux;75012;Paris\nTrois;75013;Paris\n',  # or from another: not the right number of cells
        '"Un;75011;Paris\nDeux;75012;Paris\nTrois";75013;Paris\n',
    ],
)
def test_a_quote_open_to_the_end_hides_no_row(tmp_path, body):
    path = tmp_path / "liste.csv"
    path.write_text("nom;code_postal;commune\n" + "Zéro;75010;Paris\n" * 4 + body, encoding="utf-8")
    *_, numbers, bad = _read(path)
    assert numbers == [1, 2, 3, 4]
    assert [row.number for row in bad] == [5, 6, 7]


def test_line_breaks_and_separators_in_a_text_are_text(tmp_path):
    rows = [
        ["nom", "code_postal", "activités"],
        ["Un", "75011", "Bureau ;\nBar ;\nFablab ;\n"],
        ["Deux", "75012", "a;b;c"],
        ["Trois", "75013", "x\ny"],
    ]
    _, cells, numbers, bad = _read(write(tmp_path / "liste.csv", rows))
    assert (cells, numbers, bad) == (rows, [1, 5, 6], [])


def test_a_large_file_with_hidden_rows_is_refused_even_in_a_column_nobody_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "_WHOLE", 10)
    path = tmp_path / "liste.csv"
    path.write_text(OPEN, encoding="utf-8")
    reading = open_list(path)
    with pytest.raises(BadInput, match="in row 2 a quote is opened and not closed"):
        list(reading.batches(["nom"]))
    path.write_text('nom;note\nUn;"deux\nlignes"\nDeux;rien\n', encoding="utf-8")
    assert [part.table["nom"].to_pylist() for part in open_list(path).batches(["nom"])] == [["Un", "Deux"]]


def test_a_separator_that_may_be_two_is_asked_for(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("nom,lieu;code\nUn,a;b\nDeux,c;d\n", encoding="utf-8")
    with pytest.raises(
        BadInput, match=r"can be cut by (comma or semicolon|semicolon or comma): say which with --separator"
    ):
        open_list(path)
    assert open_list(path, ReadingOptions(separator="semicolon")).headers == ["nom,lieu", "code"]


@pytest.mark.parametrize("name", ["é", "\x00", ";;", "", '"'])
def test_what_is_no_separator(tmp_path, name):
    with pytest.raises(BadInput, match="is not a separator"):
        open_list(write(tmp_path / "liste.csv", ROWS), ReadingOptions(separator=name))


@pytest.mark.parametrize("name", ["rot13", "hex", "nimporte", "é", ""])
def test_what_is_no_encoding(tmp_path, name):
    with pytest.raises(BadInput, match="no encoding called"):
        open_list(write(tmp_path / "liste.csv", ROWS), ReadingOptions(encoding=name))


def test_a_mark_of_byte_order_is_no_part_of_the_first_header(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes(delimited(ROWS).encode("utf-8-sig"))
    assert open_list(path, ReadingOptions(encoding="utf-8")).headers[0] == "nom"


def test_capitals_before_a_closing_quote_are_not_another_encoding(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_bytes("nom;code_postal\nŒuvre “Ü”;75011\nCafé;13001\n".encode("cp1252"))  # Ü” happens to be valid UTF-8
    assert open_list(path).detected["encodage"] == "cp1252"


def test_a_workbook_with_titles_dates_and_two_sheets(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Lieux"
    for row in (
        ["Liste au 1er mai"],
        [],
        ["nom", "code_postal", "ouverture"],
        ["Le Lieu", 1000, dt.date(2019, 5, 12)],
        ["Un Autre", 75011.0, None],
    ):
        sheet.append(row)
    book.create_sheet("Lisez-moi")["A1"] = "Rien d'autre"
    book.save(tmp_path / "l.xlsx")
    reading, cells, numbers, _ = _read(tmp_path / "l.xlsx")
    assert cells == [["nom", "code_postal", "ouverture"], ["Le Lieu", "1000", "2019-05-12"], ["Un Autre", "75011", ""]]
    assert reading.detected == {"format": "xlsx", "feuille": "Lieux", "ligne_entete": 3, "premiere_ligne": 4}
    assert numbers == [1, 2]
    other = book.create_sheet("Autres")
    other.append(["nom", "code_postal"])
    other.append(["Ailleurs", "75012"])
    book.save(tmp_path / "deux.xlsx")
    with pytest.raises(
        BadInput, match=r"several sheets that may be the list: name one with --sheet \('Lieux', 'Autres'\)"
    ):
        open_list(tmp_path / "deux.xlsx")
    assert open_list(tmp_path / "deux.xlsx", ReadingOptions(sheet="Autres")).headers == ["nom", "code_postal"]
    with pytest.raises(BadInput, match=r"no sheet 'Autre' \(did you mean 'Autres'\?\)"):
        open_list(tmp_path / "deux.xlsx", ReadingOptions(sheet="Autre"))


def _json(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


RECORDS = [
    {"nom": "Le Lieu", "adresse": {"cp": "75011", "geo": {"lat": 48.85}}, "types": ["a", "b"]},
    {"nom": "Un Autre", "numero": 12345678901234567890123},
]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (RECORDS, None),
        ({"meta": {"n": 2}, "data": {"lieux": RECORDS}}, "data.lieux"),
        ("\n".join(map(json.dumps, RECORDS)), None),
    ],
)
def test_records_bare_wrapped_or_line_by_line(tmp_path, content, where):
    reading, cells, _, _ = _read(_json(tmp_path / "l.json", content))
    assert cells == [
        ["nom", "adresse.cp", "adresse.geo.lat", "types", "numero"],
        ["Le Lieu", "75011", "48.85", "a|b", None],
        ["Un Autre", None, None, None, "12345678901234567890123"],
    ]
    assert reading.detected.get("cle") == where


def test_a_line_separator_inside_a_record_ends_no_line(tmp_path):
    _, cells, _, _ = _read(_json(tmp_path / "l.jsonl", '{"nom":"a\u2028b","cp":"1"}\n{"nom":"c","cp":"2"}\n'))
    assert cells[1:] == [["a\u2028b", "1"], ["c", "2"]]


def test_a_number_of_any_length_is_read(tmp_path):
    _, cells, _, _ = _read(_json(tmp_path / "l.json", '[{"nom":"a","n":%s}]' % ("7" * 5_000)))
    assert cells[1] == ["a", "7" * 5_000]


def test_half_a_character_becomes_a_question_mark(tmp_path):
    _, cells, _, _ = _read(_json(tmp_path / "l.json", '[{"nom\\ud800":"a\\udfffé","cp":"1"}]'))
    assert cells == [["nom?", "cp"], ["a?é", "1"]]


def test_several_lists_of_records_are_asked_about(tmp_path):
    path = _json(tmp_path / "l.json", {"a": RECORDS, "b": RECORDS})
    with pytest.raises(BadInput, match=r"several lists of records: name one with --records \('a', 'b'\)"):
        open_list(path)
    assert open_list(path, ReadingOptions(records="b")).detected["cle"] == "b"
    with pytest.raises(BadInput, match="no list of records at 'c'"):
        open_list(path, ReadingOptions(records="c"))


def _geojson(path, geometries, **more):
    features = [
        {"type": "Feature", "properties": {"nom": f"Lieu {rank}"}, "geometry": geometry}
        for rank, geometry in enumerate(geometries)
    ]
    return _json(path, {"type": "FeatureCollection", "features": features, **more})


def test_points_empty_geometries_and_heights(tmp_path):
    point = {"type": "Point", "coordinates": [2.35, 48.85, 35.0]}
    several = {"type": "MultiPoint", "coordinates": [[2.35, 48.85]]}
    empty = {"type": "GeometryCollection", "geometries": []}
    line = {"type": "LineString", "coordinates": [[2, 48], [3, 49]]}
    odd = {"type": "Point", "coordinates": ["2", None]}
    path = _geojson(tmp_path / "l.geojson", [point, several, line, empty, None, odd, []])
    _, cells, _, _ = _read(path)
    assert cells[0] == ["nom", "geometry.longitude", "geometry.latitude"]
    assert [row[1:] for row in cells[1:]] == [["2.35", "48.85"]] * 2 + [["3", "49"]] + [[None, None]] * 4
    detected = open_list(path).detected
    assert (detected["points_de_lignes_ou_polygones"], detected["sans_point"]) == (2, 4)


def test_a_polygon_gives_a_point_inside_it(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[2, 48], [4, 48], [4, 50], [2, 50], [2, 48]]]}
    # A U whose centroid lies between its arms: the point is in the middle of one of them.
    ring = [[0, 0], [6, 0], [6, 6], [4, 6], [4, 1], [2, 1], [2, 6], [0, 6], [0, 0]]
    both = {"type": "MultiPolygon", "coordinates": [[[[9, 9], [9.1, 9], [9, 9.1], [9, 9]]], [ring]]}
    _, cells, _, _ = _read(_geojson(tmp_path / "l.geojson", [square, both]))
    assert cells[1][1:] == ["3", "49"]
    assert cells[2][1] in {"1", "5"}
    assert 0 < float(cells[2][2]) < 6


@pytest.mark.parametrize("code", ["urn:ogc:def:crs:EPSG::3857", "EPSG:3857"])
def test_a_declared_projection_is_converted(tmp_path, code):
    crs = {"type": "name", "properties": {"name": code}}
    point = {"type": "Point", "coordinates": [448600, 6321000]}  # Reims, in the metres of web maps
    reading = open_list(_geojson(tmp_path / "l.geojson", [point, None], crs=crs))
    assert reading.detected["projection"] == "EPSG:3857"
    # The inverse of the spherical Mercator projection, by its formula.
    longitude = np.degrees(448600 / 6_378_137)
    latitude = np.degrees(2 * np.arctan(np.exp(6321000 / 6_378_137)) - np.pi / 2)
    assert float(reading.sample["geometry.longitude"][0]) == pytest.approx(longitude, abs=1e-6)
    assert float(reading.sample["geometry.latitude"][0]) == pytest.approx(latitude, abs=1e-6)
    assert reading.sample["geometry.latitude"][1] == ""


@pytest.mark.parametrize("name", ["EPSG:999999", "une projection à nous"])
def test_a_projection_that_is_not_known_is_refused(tmp_path, name):
    crs = {"type": "name", "properties": {"name": name}}
    path = _geojson(tmp_path / "l.geojson", [{"type": "Point", "coordinates": [1, 2]}], crs=crs)
    with pytest.raises(BadInput, match=r"export it in WGS 84 \(EPSG:4326\)"):
        open_list(path)


def test_the_identifier_of_a_feature_is_a_column(tmp_path):
    feature = {"type": "Feature", "id": "way/7", "properties": {"nom": "Le Lieu"}, "geometry": None}
    path = _json(tmp_path / "l.geojson", {"type": "FeatureCollection", "features": [feature]})
    assert open_list(path).sample["id"] == ["way/7"]


def test_a_key_with_two_values_is_refused(tmp_path):
    path = tmp_path / "l.json"
    path.write_text('[{"nom": "Un", "cp": "1", "nom": "Deux"}]', encoding="utf-8")
    with pytest.raises(BadInput, match=r"'nom' stands twice in a record"):
        open_list(path)
    path.write_text('[{"nom": "Un", "cp": "1", "nom": "Un"}]', encoding="utf-8")
    assert open_list(path).sample["nom"] == ["Un"]


def test_records_under_their_identifiers(tmp_path):
    path = _json(
        tmp_path / "l.json", {"meta": {"n": 2}, "lieux": {"a": {"nom": "Un", "cp": "1"}, "b": {"nom": "Deux"}}}
    )
    with pytest.raises(BadInput, match="holds no list of records"):
        open_list(path)  # "b" is not like "a"
    path = _json(tmp_path / "l.json", {"lieux": {"a": {"nom": "Un", "cp": "1"}, "b": {"nom": "Deux", "cp": "2"}}})
    reading = open_list(path)
    assert (reading.detected["cle"], reading.sample["id"]) == ("lieux", ["a", "b"])


def test_a_geojson_in_metres_says_so(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    reading = open_list(
        _geojson(tmp_path / "l.geojson", [{"type": "Point", "coordinates": [652000, 6862000]}], crs=crs)
    )
    assert reading.detected["projection"] == "EPSG:2154"
    assert reading.headers == ["nom", "geometry.x_lambert93", "geometry.y_lambert93"]


def test_parquet_of_any_type(tmp_path):
    frame = pd.DataFrame({
        "nom": ["Le Lieu", None], "cp": [1000, 75011], "lat": [48.85, np.nan], "n": [3.0, 4.5], "jour": [dt.date(2019,
        5, 12), None], "ok": [True, False],
        "moment": pd.to_datetime(["2019-05-12 00:00", "2020-01-01 10:00"]), "liste": [["a", "b"], []],
        "famille": pd.Categorical(["x", "y"]), "geo.lat": ["1", "2"],
    })  # fmt: skip
    frame.to_parquet(tmp_path / "l.parquet")
    _, cells, _, _ = _read(tmp_path / "l.parquet")
    assert cells[1:] == [
        ["Le Lieu", "1000", "48.85", "3", "2019-05-12", "true", "2019-05-12", "a|b", "x", "1"],
        [None, "75011", None, "4.5", None, "false", "2020-01-01T10:00:00", None, "y", "2"],
    ]


def test_parquet_columns_that_stand_twice(tmp_path):
    pq.write_table(pa.table([["a"], ["b"], ["c"]], names=["nom", "nom", "cp"]), tmp_path / "l.parquet")
    reading = open_list(tmp_path / "l.parquet")
    assert reading.headers == ["nom", "nom", "cp"]
    assert [part.table["cp"].to_pylist() for part in reading.batches(["cp"])] == [["c"]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["nom", "code_postal"], ["Le Lieu", "75011"]], (0, True)),
        ([["Liste"], ["", ""], ["nom", "cp"], ["a", "75011"]], (2, True)),
        ([["Le Lieu", "75011"], ["Un Autre", "13001"]], (0, False)),
        ([["alpha", "beta"], ["x", "1"]], (0, True)),
        ([["alpha", "alpha"], ["x", "1"]], (0, False)),
        ([["a@b.example", "Le Lieu"], ["c@d.example", "x"]], (0, False)),
        ([[]], (0, False)),
        ([], (0, False)),
    ],
)
def test_which_row_names_the_columns(rows, expected):
    assert find_header(rows) == expected


def test_bytes_of_a_parquet_are_read_as_text(tmp_path):
    table = pa.table(
        {"nom": pa.array([b"Le Lieu", None], pa.binary()), "cp": pa.array([b"75011"] * 2, pa.large_binary())}
    )
    pq.write_table(table, tmp_path / "l.parquet")
    _, cells, _, _ = _read(tmp_path / "l.parquet")
    assert cells[1:] == [["Le Lieu", "75011"], [None, "75011"]]
    pq.write_table(pa.table({"nom": pa.array([b"caf\xe9"], pa.binary())}), tmp_path / "l.parquet")
    with pytest.raises(BadInput, match="'nom' holds bytes that are not text in UTF-8"):
        open_list(tmp_path / "l.parquet")


def test_records_in_a_column_of_a_parquet_are_no_text(tmp_path):
    table = pa.table({"nom": ["Le Lieu"], "commune": [{"x": 1}]})
    pq.write_table(table, tmp_path / "l.parquet")
    reading = open_list(tmp_path / "l.parquet")
    assert reading.sample["commune"] == [""]
    with pytest.raises(BadInput, match="the column 'commune' holds records"):
        list(reading.batches(["commune"]))


@pytest.mark.parametrize("position", ['r = "XFD1048576"', 'r\n="XFD1048576"', 'r="ZZZZZZZZZZZ1"', 'r="A99999999999"'])
def test_a_cell_far_away_is_refused_however_its_position_is_written(tmp_path, position):
    book = openpyxl.Workbook()
    book.active.append(["nom", "code_postal"])
    book.active.append(["Le Lieu", "75011"])
    book.save(tmp_path / "juste.xlsx")
    with zipfile.ZipFile(tmp_path / "juste.xlsx") as source, zipfile.ZipFile(tmp_path / "l.xlsx", "w") as far:
        for member in source.infolist():
            data = source.read(member)
            if member.filename.endswith("sheet1.xml"):
                data = data.replace(b'r="B2"', position.encode())
            far.writestr(member, data)
    with pytest.raises(BadInput, match=r"l\.xlsx"):
        open_list(tmp_path / "l.xlsx")
