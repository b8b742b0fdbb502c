"""Lists in the exact shape of what publishers print (see tests/data): each is read as it comes."""

from __future__ import annotations

import json
import re

import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tlanalysis.lists.preparation import prepare

DATA = ROOT / "tests" / "data" / "listes"
LISTS = (
    "bdftl-2026-01-fiche-identite",
    "bdftl-2023-01-fiche-identite",
    "bdftl-2023-04-activites",
    "lpof",
    "mednum",
    "carto-na",
    "repertoire",
)


def _clean(name):
    done = tl.clean(DATA / f"{name}.csv")
    return done, {
        column: done.places[column].astype(object).where(done.places[column].notna(), None).tolist()
        for column in done.places
    }


@pytest.mark.parametrize("name", LISTS)
def test_no_row_is_lost_and_nobody_can_be_reached(name, tmp_path):
    tl.clean(DATA / f"{name}.csv", out=tmp_path / "propre")
    for path in (tmp_path / "propre").iterdir():
        text = path.read_bytes().decode("utf-8", "replace")
        assert not re.search(r"@\w+\.example|06 00|\+3[23]|\+336", text), path.name
        assert "PERSONNE" not in text, path.name


def test_the_census_of_2026():
    done, places = _clean("bdftl-2026-01-fiche-identite")
    assert done.mapping.known == "recensement_2026"
    assert (done.ledger["lignes_lues"], done.ledger["lignes_acceptees"]) == (4, 4)
    assert places["nom"] == ["Le Lieu Inventé", "Les Songes Fictifs", "Le Bivouak'", "Fabrique d'Hier"]
    assert places["latitude"] == [43.521291, -20.8789, None, None]
    assert places["longitude"] == [5.431009, 55.4481, None, None]
    assert places["code_postal"] == ["13090", "97400", None, "34725"]
    assert places["commune"] == ["Aix-en-Provence", "Saint-Denis", None, "SAINT-ANDRÉ"]
    assert places["code_departement"] == ["13", "974", "29", "34"]
    assert places["code_region"] == ["93", "04", "53", "76"]
    assert places["etat"] == ["ouvert", None, "itinerant", "en_projet"]
    assert places["typologie"] == ["Bureaux partagés / Coworking|Cuisine partagée / Foodlab", None, None, None]
    assert places["site_web"] == [None, "https://songes.example.org", None, None]
    assert places["date_ouverture"] == ["2019-09-01", None, None, "2021"]
    assert {"EMAIL", "TELEPHONE"} <= set(done.ledger["colonnes_personnelles_ecartees"])


def test_the_census_of_2023():
    done, places = _clean("bdftl-2023-01-fiche-identite")
    assert done.mapping.known == "recensement_2023"
    assert places["id_source"] == ["8001", "8002", "8003", "8004", "8005"]
    assert places["nom"] == [
        "Escale & CO Inventée (L')",
        "KazLab Fictif (La)",
        "L'Atelier Songé",
        "Usine Imaginée",
        "Grenier Inventé",
    ]
    assert places["code_commune"] == ["29151", "97411", "13201", "34172", "01053"]
    assert places["code_postal"] == ["29600", "97400", "13001", "34725", "01000"]
    assert places["commune"] == [
        "MORLAIX",
        "Saint-denis",
        "Marseille 1er Arrondissement",
        "MONTPELLIER",
        "Bourg-en-Bresse",
    ]
    assert places["code_region"] == ["53", "04", "93", "76", "84"]
    assert places["site_web"] == ["www.escale.example.org", None, None, None, None]
    assert done.ledger["reparations"]["point_zero"] == 9
    assert done.ledger["regles"] == {"site_web_illisible": 1}


def test_a_list_of_activities_ends_its_items_with_line_breaks():
    done, places = _clean("bdftl-2023-04-activites")
    assert done.ledger["lignes_lues"] == 2
    assert places["code_departement"] == ["29", "974"]


def test_the_list_of_training_bodies():
    done, places = _clean("lpof")
    assert done.mapping.known == "lpof"
    assert (done.ledger["lignes_lues"], done.ledger["lignes_acceptees"], done.ledger["lignes_rejetees"]) == (7, 6, 1)
    refused = done.rejects[done.rejects["gravite"] == "ligne"]
    assert refused[["ligne_source", "regle", "valeur"]].to_numpy().tolist() == [[5, "nombre_de_colonnes", "33 / 30"]]
    assert places["id_source"] == [
        "11750000001",
        "84010000002",
        "01970000003",
        "98970000004",
        "76310000006",
        "44670000007",
    ]
    assert set(places["nom"]) == {None}  # natural persons declare under their own name
    assert places["code_region"] == ["11", "84", "01", None, "76", "44"]
    assert places["code_departement"] == ["75", None, None, "978", "31", None]
    cells = done.rejects[done.rejects["gravite"] == "cellule"]
    assert sorted(cells[["ligne_source", "champ", "regle"]].to_numpy().tolist()) == [
        [2, "siret", "siret_invalide"],  # the NIC alone
        [4, "region", "region_inconnue"],  # 905
        [6, "siren", "siren_invalide"],
        [6, "siret", "siret_invalide"],
    ]


def test_the_schema_of_digital_mediation():
    done, places = _clean("mednum")
    assert done.mapping.known == "mediation_numerique"
    assert places["typologie"] == ["TIERS_LIEUX|ESS", "TIERS_LIEUX", "ASSO|TIERS_LIEUX"]
    assert places["code_commune"] == ["51454", "97120", "44109"]
    assert places["code_region"] == ["44", "01", "52"]
    assert places["source"] == ["Inventeur", "Inventeur", "Autre"]
    assert done.ledger["regles"] == {}  # a pivot of zeros is a missing one, an association's number is a number
    assert done.ledger["colonnes_personnelles_ecartees"] == ["telephone", "courriels"]


def test_a_regional_list_whose_x_is_the_longitude():
    done, places = _clean("carto-na")
    assert done.mapping.columns["longitude"] == "x_wgs84"
    assert places["latitude"] == [44.8378, 45.8336, 46.1603]  # the third row had them swapped
    assert places["longitude"] == [-0.5792, 1.2611, -1.1511]
    assert places["code_region"] == ["75", "75", "75"]
    assert places["site_web"] == ["https://chai.example.org", None, None]
    assert done.ledger["reparations"]["coordonnees_inversees"] == 1


def test_a_directory_of_two_countries():
    done, places = _clean("repertoire")
    assert places["nom"] == ["Le Beffroi Imaginaire"]
    assert (places["code_departement"], places["code_region"]) == (["59"], ["32"])
    # A cell of the first row has two lines.
    assert [3, "hors_de_france"] in done.rejects[["ligne_source", "regle"]].to_numpy().tolist()
    assert done.ledger["colonnes_personnelles_ecartees"] == ["E-mail", "Téléphone"]


def test_what_a_known_list_has_besides_its_own_columns_is_said(tmp_path):
    features = [
        {
            "type": "Feature",
            "properties": {"@id": f"node/{number}", "name": f"Atelier {number}", "adresse": f"{number} rue du Port"},
            "geometry": {"type": "Point", "coordinates": [-0.43, 46.32]},
        }
        for number in range(1, 5)
    ]
    path = tmp_path / "carte.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    job = prepare(path)
    assert job.mapping.known == "openstreetmap"
    assert "openstreetmap" in job.unread["adresse"]
    assert "adresse" in job.unread["adresse"]
    assert "name" not in job.unread
