"""Small lists with a right answer: what concerns columns.

Each expected mapping is what a careful reader would enter by hand; `None` means that the field is not read.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput

CASES = Path(os.environ.get("TLANALYSIS_CASES", Path(__file__).parents[2].parent / "shared" / "cases")) / "lists"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases (TLANALYSIS_CASES) is not here")

COLUMNS = {
    "f01_geocodeur_result.csv": {
        "nom": "Nom de l'organisation", "code_postal": "Code postal", "commune": "Ville", "code_commune": None,
        "typologie": None, "etat": None,
    },
    "f02_c_nom_raison_sociale.csv": {"nom": "c_nom", "typologie": "c_etiquettes", "code_postal": "c_postcode"},
    "f03_de_l_etat.csv": {"etat": None, "nom": "raison_sociale"},
    "f04_annee_prise_pour_commune.csv": {"code_commune": None, "nom": "nom", "commune": "ville"},
    "f05_score_pris_pour_longitude.csv": {"longitude": None, "latitude": None, "code_postal": "code_postal"},
    "f06_cget_geojson.geojson": {"latitude": "geometry.latitude", "longitude": "geometry.longitude", "nom": "NOM_TL"},
    "f06b_cget_sans_web.geojson": {"nom": "NOM_TL", "site_web": None},
    "f09_code_excel_formule.csv": {"code_postal": "code_postal"},
    "f15_horaires_date.csv": {"date_ouverture": None, "nom": "nom", "commune": "commune"},
    "g01_overpass.json": {"nom": "name", "typologie": "osm:kind", "site_web": "osm:website"},
    "g03_gogocarto.json": {"etat": None, "typologie": "categories", "nom": "name", "date_ouverture": None},
    "g08_colonnes_ecartees.csv": {"latitude": "latitude", "longitude": "longitude"},
    "h01_etat_statut.csv": {"etat": None, "nom": "nom"},
    "h03_ligne_nom_seul.csv": {"nom": "Nom", "latitude": "Latitude"},
    "h04_id_non_reconnu.csv": {"id_source": "bfc_id", "nom": "nom"},
    "h05_type_structure.csv": {"nom": "lib_france_services", "typologie": None, "departement": "insee_dep"},
    "carto_na.csv": {"nom": "nom", "typologie": "typologie", "longitude": "x_wgs84", "latitude": "y_wgs84"},
    "belgique_annuaire.csv": {"nom": "Nom du tiers-lieu", "pays": "address.addressCountry"},
    "entete_blancs_300.csv": {"nom": "nom", "code_postal": "code postal"},
    "noms_et_cp_35.csv": {"nom": "nom", "code_postal": "code postal"},
    "double_entete_44.csv": {"nom": "NOM_LIEU", "code_commune": "NUMCOM", "departement": "NUMDEP"},
    "sep_excel.csv": {"nom": "Nom", "code_postal": "CP", "commune": "Ville"},
    "virgule_decimale_1267.csv": {"nom": "nom", "latitude": "lat", "longitude": "lon"},
    "point_virgule_dans_nom_437.csv": {"nom": "nom", "code_postal": "code_postal"},
}  # fmt: skip


def _cleaned(name):
    return tl.clean(CASES / name)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_column_is_what_a_careful_reader_says(name):
    columns = _cleaned(name).mapping.columns
    assert {field: columns.get(field) for field in COLUMNS[name]} == COLUMNS[name]


def test_a_list_of_addresses_alone_is_asked_about():
    with pytest.raises(BadInput, match="no column holds the name of a place"):
        _cleaned("cp_seuls_506.csv")


def test_no_column_of_these_lists_is_used_twice():
    for name in COLUMNS:
        read = list(_cleaned(name).mapping.columns.values())
        assert len(read) == len(set(read)), name


def test_rows_once_rejected_for_a_name_are_accepted():
    done = _cleaned("f02_c_nom_raison_sociale.csv")
    assert (done.ledger["lignes_acceptees"], done.ledger["lignes_rejetees"]) == (5, 0)
    assert done.places["nom"].tolist() == ["LA FABRIQUE", "LE HANGAR", "MEDIATHEQUE", "LE QUAI", "L ATELIER"]


def test_a_score_leaves_no_refused_cell():
    assert _cleaned("f05_score_pris_pour_longitude.csv").rejects.empty


def test_kinds_of_openstreetmap_come_from_the_key_that_is_filled():
    places = _cleaned("g01_overpass.json").places
    assert places["typologie"].tolist() == ["coworking_space", "coworking_space", "coworking"]
    assert places["site_web"].fillna("").tolist() == ["https://a.example", "https://b.example", ""]
    assert places["latitude"].tolist() == [48.11, 47.21, 45.76]
    assert set(places["type_id_source"]) == {"osm"}


def test_categories_of_gogocarto_are_kinds():
    assert _cleaned("g03_gogocarto.json").places["typologie"].tolist() == ["Coworking|Fablab", "Coworking"]


def test_registers_are_judged_value_by_value_and_said():
    done = _cleaned("siret_649.csv")
    assert {"siret", "siren"} & set(done.mapping.columns) or "id_source" in done.mapping.columns
    refused = done.rejects[done.rejects["champ"].isin(["siret", "siren", "id_source"])]
    assert "808421788" in set(refused["valeur"])
