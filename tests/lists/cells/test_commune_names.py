"""What is known of the communes, against names and codes looked up by hand; the table, against a list written here."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from tlanalysis.lists.cells import commune_names
from tlanalysis.lists.cells.text import key
from tlanalysis.maintain.draw_communes import draw_communes


@pytest.mark.parametrize(
    ("name", "departements"),
    [
        ("Segré-en-Anjou Bleu", {"49"}),
        ("SEGRE", {"49"}),  # merged in 2016
        ("Partinello", {"2A"}),
        ("St-Barthélemy", {"38", "40", "50", "56", "70", "77", "97"} | {"977"}),
        ("Paris 11e Arrondissement", {"75"}),
        ("Namur", set()),
        ("", set()),
    ],
)
def test_a_name_points_to_its_departements(name, departements):
    assert commune_names.departements_named(name) <= departements
    assert bool(commune_names.departements_named(name)) == bool(departements)


def test_former_codes_point_to_the_commune_of_today():
    present = commune_names.present_codes()
    # Bellegarde-sur-Valserine, Freigné (moved from 49 to 44), Saint-Barthélemy, Saint-Martin
    assert [present[code] for code in ("01018", "49144", "97123", "97127")] == ["01033", "44180", "97701", "97801"]
    assert not {"75056", "2A004", "97411", "75111", "78100", "20200"} & set(present)


def test_a_code_exists_or_not():
    postal = commune_names.exists(pa.array(["35000", "04900", "21017", "97133", None]), postal=True)
    assert postal.tolist() == [True, False, False, True, False]
    commune = commune_names.exists(pa.array(["35238", "01018", "35999"]), postal=False)
    assert commune.tolist() == [True, True, False]


def test_a_column_of_names_is_folded_as_one_name():
    names = ["L'Haÿ-les-Roses", "Œuf-en-Ternois", "  Saint-Étienne ", "ÉVRY", "Ængelsted"]
    assert commune_names._folded(pa.array(names)).to_pylist() == [key(name) for name in names]


def test_the_table_is_drawn_from_the_published_list():
    listed = [
        {
            "code": "01033",
            "nom": "Valserhône",
            "type": "commune-actuelle",
            "anciensCodes": ["01018", "01200"],
            "codesPostaux": ["01200"],
        },
        {"code": "01033", "nom": "Bellegarde", "type": "commune-deleguee", "chefLieu": "01033"},
        {"code": "01205", "nom": "Lancrans", "type": "commune-deleguee", "chefLieu": "01033"},
        {"code": "95211", "nom": "Enghien", "type": "commune-actuelle", "anciensCodes": ["78211"]},
        {"code": "2A004", "nom": "Ajaccio", "type": "commune-actuelle", "anciensCodes": ["20004"]},
    ]
    drawn = draw_communes(json.dumps(listed).encode()).fillna("")
    assert drawn.to_numpy().tolist() == [
        ["01018", "", "01033", ""],
        ["01033", "Valserhône", "", "01200"],
        ["01033", "Bellegarde", "01033", ""],
        ["01205", "Lancrans", "01033", ""],
        ["2A004", "Ajaccio", "", ""],
        ["95211", "Enghien", "", ""],
        ["97123", "", "97701", ""],
        ["97127", "", "97801", ""],
    ]
