from __future__ import annotations

import csv
import json

import pandas as pd
import pytest

from tlanalysis.ingest.anct import clean_anct, read_anct


def feature(number, commune, name, lib_geo="Commune", geometry=None):
    return {
        "type": "Feature",
        "properties": {
            "id_geo": commune,
            "lib_geo": lib_geo,
            "id_territoire": f"fabt-{number}",
            "liste_geo": f"{lib_geo} ({commune})",
            "lib_territoire": name,
        },
        "geometry": geometry or {"type": "Point", "coordinates": [5.37, 45.96]},
    }


NOWHERE = {"type": "GeometryCollection", "geometries": []}
DATA = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            feature(59, "01004", "LAB 01\n"),
            feature(7, "2A004", "L'Île"),
            feature(300, "97801", "Fabrique", lib_geo="NA", geometry=NOWHERE),
        ],
    }
).encode()


def test_reading_gives_one_row_per_feature():
    raw = read_anct(DATA)
    assert raw["id_source"].tolist() == ["fabt-59", "fabt-7", "fabt-300"]
    assert raw["code_commune"].tolist() == ["01004", "2A004", "97801"]
    assert raw.loc[0, ["longitude", "latitude"]].tolist() == [5.37, 45.96]
    assert raw.loc[2, ["longitude", "latitude"]].isna().all()


def test_cleaning_places_every_row_even_outside_the_regions():
    raw = read_anct(DATA)
    before = raw.copy()
    places = clean_anct(raw)
    assert places["nom"].tolist() == ["LAB 01", "L'Île", "Fabrique"]
    assert places["code_departement"].tolist() == ["01", "2A", "978"]
    assert places["code_region"].tolist()[:2] == ["84", "94"]
    assert pd.isna(places.loc[2, "code_region"])
    assert places["commune"].isna().tolist() == [False, False, True]
    assert places["ligne_source"].tolist() == [1, 2, 3]
    pd.testing.assert_frame_equal(raw, before)


@pytest.fixture(scope="module")
def fabriques(mirror):
    return clean_anct(read_anct((mirror / "fabriques_de_territoire_2024.geojson").read_bytes()))


@pytest.fixture(scope="module")
def manufactures(mirror):
    return clean_anct(read_anct((mirror / "manufactures_de_proximite_2024.geojson").read_bytes()))


@pytest.mark.mirror
def test_the_lists_are_whole(fabriques, manufactures):
    assert (len(fabriques), len(manufactures)) == (342, 98)
    assert fabriques["id_source"].is_unique
    assert manufactures["id_source"].is_unique
    assert (fabriques["nom"] == fabriques["nom"].str.strip()).all()


@pytest.mark.mirror
def test_one_fabrique_lies_outside_the_regions(fabriques, manufactures):
    outside = fabriques[fabriques["code_region"].isna()]
    assert outside["code_commune"].tolist() == ["97801"]
    assert outside["code_departement"].tolist() == ["978"]
    assert outside[["commune", "longitude", "latitude"]].isna().all(axis=None)
    assert manufactures["code_region"].notna().all()


@pytest.mark.mirror
def test_places_lie_in_the_departement_of_their_commune_in_the_insee_file(mirror, fabriques, manufactures):
    with (mirror / "v_commune_2026.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["TYPECOM"] == "COM"]
    listed = {row["COM"]: (row["DEP"], row["REG"]) for row in rows}
    places = pd.concat([fabriques, manufactures])
    known = places[places["code_commune"].isin(list(listed))]
    assert len(known) >= 430
    assert [(row.code_departement, row.code_region) for row in known.itertuples()] == [
        listed[code] for code in known["code_commune"]
    ]
