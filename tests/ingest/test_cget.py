from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path as Outline

from tlanalysis.ingest import raw_to_clean
from tlanalysis.ingest.cget import RAW_TO_CLEAN, clean_cget, read_cget

HEADER = "ID,NOM_TL,ADRESSE,CP,INSEECOM,NOMCOM,WEB,TWITTER,TYPO,LAT,LONG,CONTACT,MAIL,INSEEREG,INSEEDEP"
COWORKING, FABLAB = "Tiers lieux à dominante coworking", "Tiers lieux à dominante fablab"
LINES = [
    f"1, Le Lieu ,1 rue,01000,01053,Bourg, ,,{COWORKING},46.2,5.2,Mme Personne,personne@example.org,84,01",
    f"1463,Îlot,,0,0,,,,{FABLAB},16.24,-61.57,,,,973",
    "1464,N° 7,,97228,0,,www.example.org,,,14.5,-60.98,,,,973",
    f"1465,Œuvre,,75018,93070,Saint-Ouen,,,{COWORKING},48.9011,2.3330,,,11,75",
]
DATA = "\n".join([HEADER, *LINES, ""]).encode()
CENTRES = pd.DataFrame(
    {
        "code_commune": ["01053", "97103", "97227", "93070", "75118"],
        "latitude": [46.20, 16.27, 14.47, 48.91, 48.89],
        "longitude": [5.22, -61.59, -60.92, 2.334, 2.348],
    }
)


@pytest.fixture
def raw():
    return read_cget(DATA)


@pytest.fixture
def places(raw):
    return clean_cget(raw, CENTRES)


def test_reading_keeps_the_publishers_text(raw):
    first = raw.iloc[0]
    assert first["nom"] == " Le Lieu "
    assert (first["code_postal"], first["code_commune"], first["departement_imprime"]) == ("01000", "01053", "01")
    assert raw["region_imprimee"].tolist() == ["84", "", "", "11"]
    assert raw["nom"].tolist()[1:] == ["Îlot", "N° 7", "Œuvre"]


def test_people_are_not_read(raw):
    assert not {"CONTACT", "MAIL", "TWITTER", "FACEBOOK"} & set(RAW_TO_CLEAN)
    assert raw_to_clean("cget_2019") == RAW_TO_CLEAN
    assert not raw.map(lambda text: "ersonne" in text).any(axis=None)


def test_a_file_that_is_not_utf8_is_refused():
    with pytest.raises(UnicodeDecodeError):
        read_cget(DATA.decode().encode("latin-1", errors="replace"))


def test_cleaning_trims_and_leaves_missing_missing(places):
    assert places["nom"].tolist() == ["Le Lieu", "Îlot", "N° 7", "Œuvre"]
    assert places["site_web"].isna().tolist() == [True, True, False, True]
    assert places["code_postal"].isna().tolist() == [False, True, False, False]
    assert places["code_commune"].isna().tolist() == [False, True, True, False]


def test_kinds_are_named_and_the_unknown_is_kept(places):
    assert places["typologie"].tolist() == ["coworking", "fablab", "non_precise", "coworking"]


def test_the_list_of_2018_ends_at_1463(places):
    assert places["est_liste_2018"].tolist() == [True, True, False, False]


def test_lines_are_numbered_as_in_the_file(places):
    assert places["ligne_source"].tolist() == [2, 3, 4, 5]


def test_places_lie_where_their_evidence_says(places):
    # Row 2: no code; the printed 973 and the coordinates in Guadeloupe are one against one: what is printed comes
    # first. Row 3: postal code and coordinates outvote the printed 973. Row 4: two against two, postal code decides.
    assert places["code_departement"].tolist() == ["01", "973", "972", "75"]
    assert places["code_region"].tolist() == ["84", "03", "02", "11"]
    assert places["preuves_ecartees"].tolist() == [
        "",
        "coordonnees",
        "departement_imprime",
        "code_commune;coordonnees",
    ]


def test_cleaning_alters_neither_input(raw):
    before, centres = raw.copy(), CENTRES.copy()
    clean_cget(raw, centres)
    pd.testing.assert_frame_equal(raw, before)
    pd.testing.assert_frame_equal(centres, CENTRES)


def test_a_coordinate_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match=r"46,2"):
        clean_cget(read_cget(DATA.replace(b",46.2,5.2,", b',"46,2",5.2,')), CENTRES)


# ------------------------------------------------------------------------------------------------ the file of 2019


@pytest.fixture(scope="module")
def listed(mirror):
    centres = pd.read_csv(mirror / "communes_centres_2024.csv", dtype={"code_commune": str})
    return clean_cget(read_cget((mirror / "cget_2019.csv").read_bytes()), centres).set_index("id_source")


@pytest.mark.mirror
def test_no_row_of_the_file_is_lost(mirror, listed):
    with (mirror / "cget_2019.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert listed.index.tolist() == [row["ID"] for row in rows]
    assert len(rows) == 1512
    assert listed["est_liste_2018"].sum() == 1463
    assert listed[["code_departement", "code_region"]].notna().all(axis=None)
    assert listed["typologie"].value_counts().to_dict() == {
        kind: sum(row["TYPO"] == text for row in rows)
        for kind, text in (("coworking", COWORKING), ("fablab", FABLAB), ("non_precise", ""))
    }
    assert listed["code_postal"].isna().sum() == sum(row["CP"] == "0" for row in rows) == 133
    assert listed["code_commune"].isna().sum() == sum(row["INSEECOM"] == "0" for row in rows) == 157


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("number", "departement", "region"),
    [
        pytest.param("57", "78", "11", id="viroflay-printed-in-the-hauts-de-seine"),
        pytest.param("100", "75", "11", id="paris-with-the-commune-code-of-saint-ouen"),
        pytest.param("301", "29", "53", id="audierne-without-a-region"),
        pytest.param("1211", "971", "01", id="guadeloupe-printed-as-guyane"),
        pytest.param("1274", "973", "03", id="guyane-without-a-region"),
        pytest.param("1291", "974", "04", id="la-reunion-printed-as-corse-du-sud"),
        pytest.param("1328", "972", "02", id="martinique-printed-as-guyane"),
        pytest.param("1460", "06", "93", id="sophia-antipolis-with-a-commune-code-of-the-calvados"),
    ],
)
def test_places_that_naive_grouping_misplaces(listed, number, departement, region):
    assert listed.loc[number, ["code_departement", "code_region"]].tolist() == [departement, region]


@pytest.mark.mirror
def test_places_lie_inside_the_outline_of_their_departement(mirror, listed):
    points = listed[["longitude", "latitude"]].to_numpy()
    inside = np.full(len(points), "", dtype=object)
    outlines = json.loads((mirror / "contours_departements.geojson").read_text(encoding="utf-8"))
    for feature in outlines["features"]:
        shape = feature["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            inside[Outline(np.array(polygon[0])[:, :2]).contains_points(points)] = feature["properties"]["insee_dep"]
    elsewhere = {
        number: (inside[at], code)
        for at, (number, code) in enumerate(listed["code_departement"].items())
        if inside[at] != code
    }
    # Three addresses on the very edge of a département, geocoded across the street.
    assert elsewhere == {"57": ("92", "78"), "68": ("92", "75"), "100": ("93", "75")}


@pytest.mark.mirror
def test_no_email_address_is_kept(listed):
    assert not listed["site_web"].str.contains("@", na=False).any()
