"""Small made-up lists with the answer of a careful reader: where places are, and what readers make of a file."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput

CASES = Path(os.environ.get("TLANALYSIS_CASES", Path(__file__).parents[2].parent / "shared" / "cases")) / "lists"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases (TLANALYSIS_CASES) is not here")


def _clean(name, **options):
    return tl.clean(CASES / name, **options)


def _cells(cleaned, *columns):
    """Return columns of the places as lists of rows, missing as None."""
    table = cleaned.places[list(columns)].astype(object)
    return table.where(table.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize("name", ["f07_belgique.csv", "belgique_sans_pays.csv"])
def test_neighbours_are_not_moved_into_france(name):
    cleaned = _clean(name)
    assert cleaned.places["code_departement"].isna().all()
    assert set(cleaned.rejects["regle"]) >= {"hors_de_france"}


def test_a_lost_digit_does_not_move_a_place():
    cleaned = _clean("f08_chiffre_perdu.csv")
    assert _cells(cleaned, "code_postal", "code_departement", "latitude", "longitude") == [
        [None, "49", 47.68669, -0.872983]
    ]
    assert "code_postal" in set(cleaned.rejects["champ"])


def test_corse_and_its_cedex():
    assert _cells(_clean("f10_corse_cedex.csv"), "code_departement", "latitude", "longitude") == [
        ["2A", 41.95403, 8.80052],
        ["2A", 42.31061, 8.68293],
    ]


def test_islands_lie_in_france():
    expected = pd.read_csv(CASES / "f12_iles.csv", sep=";", dtype=str)["attendu"].tolist()
    cleaned = _clean("f12_iles.csv")
    assert cleaned.places["code_departement"].tolist() == expected
    assert len(cleaned.rejects) == 0


def test_a_postal_code_before_a_comma_or_at_the_end_is_read():
    codes = [code for (code,) in _cells(_clean("f13_code_virgule_ville.csv"), "code_postal")]
    assert codes == ["75011", "75017", "75013", "35000", "35000"]


@pytest.mark.parametrize(
    ("name", "accepted"),
    [("belgique_annuaire.csv", 1), ("carto_na.csv", None), ("crlf_latin1_803.csv", None), ("sep_excel.csv", None)],
)
def test_what_was_right_stays_right(name, accepted):
    cleaned = _clean(name)
    assert accepted is None or len(cleaned.places) == accepted


@pytest.mark.parametrize(("name", "accepted"), [("f06_cget_geojson.geojson", 4), ("f06b_cget_sans_web.geojson", 3)])
def test_a_known_list_keeps_its_points_in_another_format(name, accepted):
    places = _cells(_clean(name), "latitude", "longitude", "code_departement")
    assert places == [[47.21, round(-1.55 - row / 100, 2), "44"] for row in range(accepted)]


def test_sites_of_which_the_first_is_kept():
    sites = [site for (site,) in _cells(_clean("f11_sites_multiples.csv"), "site_web")][:6]
    assert sites == [
        "https://www.a.example/",
        "https://www.a.example",
        "https://a.example",
        "https://a.example",
        "www.a.example",
        "http://90.84.243.68/opac/index.aspx",
    ]


@pytest.mark.parametrize("name", ["f09_code_excel_formule.csv", "code_formule_excel.csv"])
def test_codes_that_excel_keeps_as_a_formula(name):
    assert [code for (code,) in _cells(_clean(name), "code_postal")] == ["01000", "29600", "97400"]


def test_degrees_and_minutes():
    points = _cells(_clean("g08_colonnes_ecartees.csv"), "latitude", "longitude")
    assert points == [[48.856667, 2.351944], [48.11, -1.68], [45.75, 4.833333]]


def test_an_answer_of_overpass():
    cleaned = _clean("g01_overpass.json")
    assert _cells(cleaned, "typologie", "site_web") == [
        ["coworking_space", "https://a.example"],
        ["coworking_space", "https://b.example"],
        ["coworking", None],
    ]
    assert _cells(cleaned, "latitude", "longitude")[1] == [47.21, -1.55]


def test_exports_of_shared_maps():
    assert _cells(_clean("g03_gogocarto.json"), "typologie", "etat") == [
        ["Coworking|Fablab", None],
        ["Coworking", None],
    ]
    assert _cells(_clean("g04_communecter.json"), "id_source", "nom", "code_commune") == [
        ["5f1", "La Cantine", "35238"],
        ["5f2", "Le Solilab", "44109"],
    ]
    assert _cells(_clean("g05_umap.umap"), "nom", "latitude") == [["La Cantine", 48.11], ["Le Solilab", 47.21]]
    with pytest.raises(BadInput, match="is a KML map: export its layer as GeoJSON"):
        _clean("g06_mymaps.kml")


def test_letters_of_a_wrong_encoding_are_restored_and_counted():
    cleaned = _clean("mojibake.csv")
    assert _cells(cleaned, "nom", "commune")[:2] == [["Médiathèque", "Orléans"], ["L’Atelier", "Saint-Étienne"]]
    assert cleaned.ledger["reparations"]["texte_mal_decode"] == 4
