"""One decision over all columns: header, values and the columns beside agree, or the user is asked."""

from __future__ import annotations

import pytest

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.proposal import check_enough, why_unread
from tlanalysis.lists.recognition.decision import recognise

NAMES = [
    "Le Grand Atelier",
    "Fabrique du Port",
    "La Cantine",
    "Le Hangar",
    "Café des Halles",
    "Le Quai",
    "Ruche",
    "Lab",
]
CODES = ["75010", "13010", "29200", "69001", "97410", "31000", "35000", "59000"]


def _recognised(**columns):
    return recognise(list(columns), columns).columns


@pytest.mark.parametrize(
    ("header", "values", "never"),
    [
        ("annee_effectifs", ["2021", "2022", "2023"] * 3, "code_commune"),
        ("commune", ["2021", "2022", "2023"] * 3, "commune"),
        ("score", ["0.85", "0.9", "1.0"] * 3, "longitude"),
        ("longitude", ["0.85", "0.9", "1.0"] * 3, "longitude"),
        ("Horaires d'ouverture", ["Lu-Ve 9h-18h"] * 9, "date_ouverture"),
        ("ouverture", ["Lu-Ve 9h-18h"] * 9, "date_ouverture"),
        ("investissement de l'etat", ["274025", "219220"] * 4, "etat"),
        ("etat", ["274025", "219220"] * 4, "etat"),
        ("status", ["1"] * 9, "etat"),
        ("statut", ["Bibliothèque municipale", "Association"] * 4, "etat"),
        ("type", ["node", "way", "node"] * 3, "typologie"),
        ("type", ["NGO", "LocalBusiness", "Group"] * 3, "typologie"),
        ("type_structure", ["Association", "Commune", "SCIC"] * 3, "typologie"),
        ("createdAt", ["2020-01-02T03:04:05+01:00", "2020-01-03T03:04:05+01:00"] * 4, "date_ouverture"),
        ("nom_epci", NAMES, "nom"),
        ("id", ["1", "1", "2", "1", "2", "1", "2", "2"], "id_source"),
        ("site", NAMES, "site_web"),
        ("code_insee_epci", CODES, "code_commune"),
        ("code", ["29151", "35288", "01053", "06163", "75111", "59350", "56260", "68066"], "id_source"),
        ("date_maj", ["2020-01-02", "2020-01-03"] * 4, "date_ouverture"),
        ("PK", ["021+900", "233+100", "343+200", "0+50"] * 2, "id_source"),
        ("code_ligne", ["640000", "655000", "515000", "1000", "2000", "3000", "4000", "5000"], "id_source"),
        ("identifiant_association", [""] * 8, "id_source"),
        ("localisation", ["Numéro de rue", "Rue"] * 4, "adresse"),
        ("boite_postale_uai", [""] * 8, "code_postal"),
    ],
)
def test_a_column_that_only_looks_like_a_field_is_left(header, values, never):
    found = _recognised(nom=NAMES, code_postal=CODES, **{header: values})
    assert found.get(never) != header


def test_what_a_geocoder_added_is_never_the_place():
    answer = {
        "result_name": ["1 Quai Haut", "2 Rue Basse"] * 4,
        "result_type": ["housenumber", "street"] * 4,
        "result_score": ["0.96", "0.94"] * 4,
        "result_status": ["ok"] * 8,
        "result_citycode": ["64102"] * 8,
    }
    assert set(_recognised(organisme=NAMES, cp=CODES, **answer).values()) == {"organisme", "cp"}


def test_the_family_of_a_geocoder_is_known_within_a_record_and_when_it_stands_twice():
    columns = {"nom": NAMES, "cp": CODES, "properties.result_id": CODES, "properties.result_score#2": ["0.9"] * 8}
    assert _recognised(**columns) == {"nom": "nom", "code_postal": "cp"}


def test_a_geocode_is_the_place_where_nothing_else_is():
    answer = {"result_score": ["0.96"] * 8, "result_citycode": ["64102"] * 8, "result_label": ["Pau"] * 8}
    found = _recognised(nom=NAMES, adresse=["1 rue Haute", "2 rue Basse"] * 4, **answer)
    assert found == {"nom": "nom", "adresse": "adresse", "code_commune": "result_citycode"}


def test_a_name_beside_a_first_name_is_a_person():
    columns = {"Nom": ["DURAND", "MARTIN"] * 4, "Prénom": ["Camille", "Lou"] * 4, "Structure": NAMES, "CP": CODES}
    assert _recognised(**columns) == {"nom": "Structure", "code_postal": "CP"}
    found = recognise(list(columns), columns)
    assert found.personal == ("Nom", "Prénom")


def test_the_label_of_an_unknown_code_is_no_name():
    kinds = ["Bibliothèque", "Agence postale", "Cinéma", "Gare", "Piscine", "Théâtre", "Stade", "Musée"]
    assert "nom" not in _recognised(lib_mod=kinds, code_commune=CODES)
    assert _recognised(nomrs=NAMES, lib_mod=kinds, code_commune=CODES)["nom"] == "nomrs"
    assert _recognised(lib_fs=NAMES, code_postal=CODES)["nom"] == "lib_fs"


@pytest.mark.parametrize(
    ("header", "field", "values"),
    [
        ("code_postal_uai", "code_postal", CODES),
        ("adresse_uai", "adresse", [f"{number} rue du Port" for number in range(8)]),
        ("adresse.label", "adresse", [f"{number} rue du Port 29200 Brest" for number in range(8)]),
        ("coinsee", "code_commune", ["29151", "35288", "01053", "06163", "75111", "59350", "56260", "68066"]),
        ("Toponyme", "nom", NAMES),
        ("MATRICULE", "id_source", [str(number) for number in range(1, 9)]),
    ],
)
def test_a_header_of_the_registers_names_its_field(header, field, values):
    assert _recognised(**{header: values, "commune": ["Brest", "Lyon"] * 4})[field] == header


def test_a_latitude_may_be_written_with_two_letters_t():
    found = _recognised(nom=NAMES, lattitude=["48.1", "43.2"] * 4, longitude=["2.1", "5.4"] * 4)
    assert (found["latitude"], found["longitude"]) == ("lattitude", "longitude")


def test_the_family_name_of_whom_another_column_gives_a_numbered_first_name_is_personal():
    people = {"nomUniteLegale": NAMES, "nomUsageUniteLegale": NAMES, "prenom1UniteLegale": ["Anne", "Luc"] * 4}
    others = {"denominationUniteLegale": NAMES, "codePostalEtablissement": CODES, "nomEtablissement": NAMES}
    found = recognise([*people, *others], people | others)
    assert set(found.personal) == set(people)


def test_a_date_of_creation_beside_one_of_modification_is_of_the_record():
    dates = [f"2020-0{n}-01" for n in range(1, 9)]
    columns = {"nom": NAMES, "cp": CODES, "date_creation": dates, "date_modification": dates}
    assert "date_ouverture" not in _recognised(**columns)
    del columns["date_modification"]
    assert _recognised(**columns)["date_ouverture"] == "date_creation"


def test_a_head_office_is_where_the_place_is_only_when_nothing_else_says_it():
    office = {"nom": NAMES, "siege_code_postal": CODES[::-1]}
    assert _recognised(**office)["code_postal"] == "siege_code_postal"
    assert _recognised(**office, cp_du_lieu=CODES)["code_postal"] == "cp_du_lieu"


def test_a_longitude_needs_a_latitude():
    columns = {"nom": NAMES, "cp": CODES, "longitude": ["2.35", "5.37"] * 4}
    found = recognise(list(columns), columns)
    assert "longitude" not in found.columns
    assert "longitude" in found.unread


def test_x_and_y_are_what_their_values_are():
    degrees = _recognised(nom=NAMES, x=["2.35", "2.36"] * 4, y=["48.85", "48.86"] * 4)
    metres = _recognised(nom=NAMES, x=["652000", "652100"] * 4, y=["6862000", "6862100"] * 4)
    assert (degrees.get("longitude"), degrees.get("latitude")) == ("x", "y")
    assert (metres.get("x_lambert93"), metres.get("y_lambert93")) == ("x", "y")


def test_two_equal_columns_are_an_error_that_names_both_with_values():
    columns = {"NOM": NAMES, "Nom": NAMES[::-1], "code_postal": CODES}
    with pytest.raises(BadInput, match=r"x: 'NOM' \('Le Grand Atelier'.*'Nom' \('Lab'.* may both be nom"):
        check_enough(recognise(list(columns), columns), list(columns), "x")


@pytest.mark.parametrize(
    ("headers", "lacks"),
    [
        (["adresse", "code_postal"], "the name of a place"),
        (["nom", "couleur"], "the location of a place"),
        (["a", "b"], "the name of a place"),
    ],
)
def test_below_the_threshold_a_mapping_is_asked_for(headers, lacks):
    columns = {name: NAMES if name == "nom" else CODES for name in headers}
    with pytest.raises(BadInput, match=f"no column holds {lacks} with a confidence of 0.9"):
        check_enough(recognise(headers, columns), headers, "x")


def test_a_column_with_an_evident_role_that_is_left_has_a_reason():
    columns = {"nom": NAMES, "cp": CODES, "statut": ["Association", "Commune"] * 4, "raison_sociale": NAMES[::-1]}
    why = why_unread(recognise(list(columns), columns))
    assert why == {
        "statut": "the header says etat, the values do not: 'Association', 'Commune'",
        "raison_sociale": "nom is already read from 'nom'",
    }


def test_kinds_as_columns_of_yes_and_no_are_flags():
    yes = ["1", "0", "1", "1", "0", "0", "1", "0"]
    columns = {"nom": NAMES, "cp": CODES, "c_fablab": yes, "c_coworking": yes[::-1], "c_wifi": yes}
    assert recognise(list(columns), columns).flags == {"c_fablab": "Fablab", "c_coworking": "Coworking"}
