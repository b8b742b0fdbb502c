"""One list in every format, its columns shuffled and renamed: one clean table."""

from __future__ import annotations

import csv
import json
import random

import pandas as pd
import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tests.lists.lists import WRITERS, delimited, records, write

# Columns of the CGET list -> two other names each; the last two are numbers with a decimal mark.
SYNONYMS = {
    "ID": ("Identifiant", "id_lieu"),
    "NOM_TL": ("Nom du lieu", "denomination"),
    "INSEECOM": ("Code INSEE", "insee_com"),
    "NOMCOM": ("Ville", "nom commune"),
    "CP": ("Code postal", "cp"),
    "INSEEDEP": ("Département", "code_dep"),
    "INSEEREG": ("Région", "code_reg"),
    "ADRESSE": ("Adresse complète", "voie"),
    "TYPO": ("Catégorie", "type_lieu"),
    "WEB": ("Site internet", "url"),
    "LAT": ("Latitude", "y_wgs84"),
    "LONG": ("Longitude", "x_wgs84"),
}
HAND_MADE = [
    list(SYNONYMS),
    [
        "L1",
        "La Fabrique Inventée",
        "75111",
        "Paris",
        "75011",
        "75",
        "11",
        "3 rue Imaginaire",
        "Fablab|Café",
        "https://fabrique.example.org",
        "48.859",
        "2.3799",
    ],
    [
        "L2",
        "Le Comptoir « Fictif »",
        "01053",
        "Bourg-en-Bresse",
        "01000",
        "01",
        "84",
        "",
        "Coworking",
        "",
        "46.2052",
        "5.2255",
    ],
    [
        "L3",
        "L'Atelier\nImaginaire",
        "97418",
        "Sainte-Marie",
        "97438",
        "974",
        "04",
        "",
        "",
        "www.atelier.example.org",
        "-20.89",
        "55.55",
    ],
    [
        "L4",
        "Œuvre ouverte & Cie",
        "2A004",
        "Ajaccio",
        "20000",
        "2A",
        "94",
        "1 place Rêvée; 20000 Ajaccio",
        "Fablab",
        "",
        "41.9192",
        "8.7386",
    ],
    ["L5", '"Le 97"', "", "MARSEILLE 1ER ARRONDISSEMENT", "13001", "13", "93", "", "NR", "", "43.2981", "5.3806"],
]


def _formats(folder, rows):
    """Write a list eight times, each with its own order and names of columns; return the paths."""
    rows = [list(row) for row in rows]
    paths = []
    for rank, (ending, names) in enumerate(
        [
            ("csv", 0),
            ("tsv", 1),
            ("xlsx", 0),
            ("ods", 1),
            ("json", 0),
            ("jsonl", 1),
            ("parquet", 0),
            ("geojson", 1),
            ("wrapped", 0),
        ]
    ):
        order = random.Random(rank).sample(range(len(rows[0])), len(rows[0]))
        header = [SYNONYMS[rows[0][at]][names] for at in order]
        table = [header, *([row[at] for at in order] for row in rows[1:])]
        (folder / str(rank)).mkdir()
        path = folder / str(rank) / f"liste.{ending}"
        latitude, longitude = header.index(SYNONYMS["LAT"][names]), header.index(SYNONYMS["LONG"][names])
        if ending == "csv":
            decimal = [
                [cell.replace(".", ",") if at in {latitude, longitude} else cell for at, cell in enumerate(row)]
                for row in table[1:]
            ]
            path.write_bytes(delimited([header, *decimal]).encode("cp1252"))
        elif ending == "geojson":
            features = [
                {
                    "type": "Feature",
                    "properties": {
                        name: cell for name, cell in row.items() if name not in {header[latitude], header[longitude]}
                    },
                    "geometry": {
                        "type": "Point",
                        "coordinates": [float(row[header[longitude]]), float(row[header[latitude]])],
                    }
                    if row[header[latitude]]
                    else None,
                }
                for row in records(table)
            ]
            path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        elif ending == "wrapped":
            path = path.with_suffix(".json")
            path.write_text(json.dumps({"total": 5, "resultats": {"lieux": records(table)}}), encoding="utf-8")
        else:
            assert ending in WRITERS
            write(path, table)
        paths.append(path)
    return paths


def _all_the_same(paths, lines=()):
    """Clean the files and compare; `lines` numbers the rows of delimited text, where a cell has two lines."""
    first, *others = [tl.clean(path) for path in paths]
    for path, other in zip(paths[1:], others, strict=True):
        same = other.places
        if lines and path.suffix in {".csv", ".tsv"}:
            assert same["ligne_source"].tolist() == list(lines), path.name
            same = same.assign(ligne_source=range(1, len(lines) + 1))
        expected = first.places.assign(ligne_source=range(1, len(first.places) + 1)) if lines else first.places
        pd.testing.assert_frame_equal(same, expected, obj=path.name)
        assert other.ledger["lignes_lues"] == first.ledger["lignes_lues"]
    return first


def test_a_hand_made_list_in_nine_files(tmp_path):
    lines = [1, 2, 3, 5, 6]  # the kinds of the third place stand on two lines
    done = _all_the_same(_formats(tmp_path, HAND_MADE), lines)
    assert done.places["nom"].tolist() == [
        "La Fabrique Inventée",
        "Le Comptoir « Fictif »",
        "L'Atelier Imaginaire",
        "Œuvre ouverte & Cie",
        "Le 97",
    ]
    assert done.places["code_departement"].tolist() == ["75", "01", "974", "2A", "13"]
    assert done.places["commune"].tolist()[-1] == "Marseille 1er Arrondissement"
    assert done.places["source"].unique().tolist() == ["liste"]
    assert done.places["ligne_source"].tolist() == lines
    assert done.rejects.empty


@pytest.mark.mirror
def test_the_cget_list_in_nine_files(mirror, tmp_path):
    with (mirror / "cget_2019.csv").open(encoding="utf-8", newline="") as file:
        rows = [[row[name] for name in SYNONYMS] for row in csv.DictReader(file)]
    done = _all_the_same(_formats(tmp_path, [list(SYNONYMS), *rows]))
    assert len(done.places) == 1512
    known = tl.clean(mirror / "cget_2019.csv")
    same = [
        name for name in known.places if name not in {"source", "site_web"}
    ]  # the corrections are of the published file
    pd.testing.assert_frame_equal(done.places[same], known.places[same])


def test_an_old_workbook():
    # Made once with xlwt 1.3: wb = xlwt.Workbook(); ws = wb.add_sheet("Lieux"); ws.write(row, column, cell) for the
    # cells below
    # (75011, 97418, 13001 and the coordinates as numbers, "01000" as text); wb.save("lieux.xls").
    done = tl.clean(ROOT / "tests" / "data" / "lieux.xls")
    assert done.ledger["lecture"] == {"format": "xls", "feuille": "Lieux", "ligne_entete": 1, "premiere_ligne": 2}
    assert done.places["nom"].tolist() == [
        "La Fabrique Inventée",
        "Le Comptoir Fictif",
        "L'Atelier Imaginaire",
        "Œuvre ouverte",
    ]
    assert done.places["code_postal"].tolist() == ["75011", "01000", "97418", "13001"]
    assert done.places["latitude"].tolist() == [48.853, 46.2052, -20.89, 43.2981]
    assert done.places["typologie"].fillna("").tolist() == ["Fablab", "Coworking", "", "Fablab|Café"]
    assert done.places["code_region"].tolist() == ["11", "84", "04", "93"]
