"""E-mail addresses and telephone numbers, however disguised, in no file that cleaning writes, whatever the field."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.lists.lists import write
from tlanalysis.lists import cleaning, preparation
from tlanalysis.lists.readers.base import ReadingOptions

WAYS = [
    "jean.dupont@orange.example", "jean.dupont[arobase]orange.example", "jean.dupont (arobase) orange.example",
    "jean.dupont arobase orange.example", "jean.dupont{at}orange.example", "jean.dupont<at>orange.example",
    "jean.dupont[a]orange.example", "jean.dupont(a)orange.example", "jean.dupont-at-orange.example",
    "jean.dupont_AT_orange.example", "jean.dupont at orange.example", "jean.dupont[at]orange[dot]example",
    "jean.dupont(at)orange(point)example", "jean.dupont@ orange . fr", "jean.dupont@orange．fr",
    "jean.dupont&#64;orange.example", "jean.dupont&commat;orange.example", "jean.dupont  @  orange.example",
    "https://x.example/?mail=jean.dupont%40orange.example",
    "06‑12‑34‑56‑78", "06—12—34—56—78", "06−12−34−56−78", "06·12·34·56·78", "06•12•34•56•78", "06,12,34,56,78",
    "06:12:34:56:78", "33612345678", "(33) 6 12 34 56 78", "612345678", "O6 12 34 56 78", "０６１２３４５６７８",
    "٠٦١٢٣٤٥٦٧٨", "06\u200b12\u200b34\u200b56\u200b78", "https://wa.me/33612345678",
]  # fmt: skip
FIELDS = ("nom", "commune", "typologie", "etat", "site_web", "date_ouverture", "code_postal", "adresse", "latitude")
_LEFTOVERS = ("dupont", "12345678", "12‑34", "12—34", "12−34", "12·34", "12•34", "12,34", "12:34", "12 34", "３４５６")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Clean one list with every way in every field, and return the text of each file written."""
    folder = tmp_path_factory.mktemp("personne")
    rows = [
        ["Le Lieu", "Rennes", "coworking", "ouvert", "lieu.example", "2019", "35000", "1 rue X", "48.11", "-1.68"]
        for _ in range(len(WAYS) * len(FIELDS))
    ]
    for at, way in enumerate(WAYS):
        for place in range(len(FIELDS)):
            row = rows[at * len(FIELDS) + place]
            row[place] = f"{row[place]} {way}" if place < 4 else way
    headers = [*FIELDS, "longitude"]
    path = write(folder / "liste.csv", [headers, *rows])
    (folder / "mapping.toml").write_text(
        "[colonnes]\n" + "".join(f'{name} = "{name}"\n' for name in headers), encoding="utf-8"
    )
    cleaning.clean_to(preparation.prepare(path, folder / "mapping.toml"), folder / "propre")
    written = {}
    for file in (folder / "propre").iterdir():
        stored = file.suffix == ".parquet"
        written[file.name] = pd.read_parquet(file).to_csv() if stored else file.read_text(encoding="utf-8")
    return written


@pytest.mark.parametrize("name", ["places.csv", "places.parquet", "rejects.csv", "duplicates.csv", "ledger.json"])
def test_no_way_to_reach_a_person_is_written(outputs, name):
    lines = [line for line in outputs[name].splitlines() if any(rest in line for rest in _LEFTOVERS)]
    assert lines == []


def test_a_name_in_a_shifted_row_is_not_shown(tmp_path):
    rows = [["Le Lieu", "35000", "Rennes"]] * 3 + [["Le Lieu", "Jean DUPONT", "Rennes"]]
    path = write(tmp_path / "l.csv", [["nom", "code_postal", "commune"], *rows])
    rejects = cleaning.clean(path).rejects
    assert rejects["valeur"].tolist() == ["[…]"]


def test_an_identifier_of_ten_digits_is_kept(tmp_path):
    rows = [["id", "nom", "code_postal"], ["0612345678", "", "35000"], ["0298765432", "", "29000"]]
    cleaned = cleaning.clean(write(tmp_path / "l.csv", rows))
    assert cleaned.places["id_source"].tolist() == ["0612345678", "0298765432"]


@pytest.mark.parametrize("header", ["numero", "id", "siret"])
def test_telephone_numbers_as_people_write_them_are_not_read_under_any_header(tmp_path, header):
    numbers = ["0612345678", "0298765432"] if header == "numero" else ["06 12 34 56 78", "02.98.76.54.32"]
    rows = [[header, "nom", "code_postal"], [numbers[0], "Le Lieu", "35000"], [numbers[1], "Un Autre", "29000"]]
    cleaned = cleaning.clean(write(tmp_path / "l.csv", rows))
    assert cleaned.ledger["colonnes_personnelles_ecartees"] == [header]


def test_the_ledger_hides_what_a_file_calls_its_parts(tmp_path):
    content = {"jean.dupont@orange.example": [{"nom": "Le Lieu", "commune": "Rennes", "code_postal": "35000"}]}
    path = tmp_path / "l.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    entry = cleaning.clean_to(preparation.prepare(path, options=ReadingOptions()), tmp_path / "propre")
    assert entry["lecture"]["cle"] == "[…]"
    assert "dupont" not in (tmp_path / "propre" / "ledger.json").read_text(encoding="utf-8")
