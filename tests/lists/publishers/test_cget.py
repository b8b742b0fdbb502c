"""The CGET list, from its own bytes.

Every row kept, placed where it really is, and nobody's name or address in any output.
"""

from __future__ import annotations

import csv
import json
import re

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.lists.fields import OUTPUT

pytestmark = pytest.mark.mirror

# Places per région, counted over the same file by another analyst (Mayotte has none).
BY_REGION = {
    "01": 1, "02": 1, "03": 1, "04": 3, "11": 344, "24": 37, "27": 68, "28": 31, "32": 76, "44": 68, "52": 64,
    "53": 89, "75": 225,
    "76": 165, "84": 205, "93": 127, "94": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(mirror, tmp_path_factory):
    out = tmp_path_factory.mktemp("propre") / "cget"
    tl.clean(mirror / "cget_2019.csv", out=out)
    return out


@pytest.fixture(scope="module")
def cleaned(mirror):
    return tl.clean(mirror / "cget_2019.csv")


def test_the_rows_add_up(cleaned):
    ledger = cleaned.ledger
    assert ledger["lignes_lues"] == 1512 == ledger["lignes_acceptees"] + ledger["lignes_rejetees"]
    assert len(cleaned.places) == ledger["lignes_acceptees"] == 1512


def test_every_place_is_in_its_region(cleaned):
    assert cleaned.places["code_region"].value_counts().to_dict() == BY_REGION
    assert cleaned.places["code_departement"].notna().all()


def _as_xlsx(raw, path):
    typed = raw.copy()
    for name in ("ID", "CP", "LAT", "LONG", "INSEEREG", "POPCOM"):
        typed[name] = pd.to_numeric(raw[name], errors="coerce").where(lambda values: values.notna(), raw[name])
    typed.to_excel(path, index=False, engine="openpyxl")


def _as_geojson(raw, path):
    points = raw[["LONG", "LAT"]].astype(float).to_numpy().tolist()
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "Point", "coordinates": point}}
        for row, point in zip(raw.drop(columns=["LAT", "LONG"]).to_dict("records"), points, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


@pytest.mark.parametrize(("ending", "write"), [("xlsx", _as_xlsx), ("geojson", _as_geojson)])
def test_every_format_of_the_list_gives_the_same_places(mirror, tmp_path, cleaned, ending, write):
    raw = pd.read_csv(mirror / "cget_2019.csv", dtype=str, keep_default_na=False)
    path = tmp_path / f"cget_2019.{ending}"
    write(raw, path)
    other = tl.clean(path)
    assert other.mapping.known == "cget_2019"
    assert len(other.places) == 1512
    assert other.places["code_region"].value_counts().to_dict() == BY_REGION
    pd.testing.assert_frame_equal(other.places, cleaned.places)


@pytest.mark.parametrize(
    ("row", "departement", "region", "lost"),
    [
        (57, "78", "11", "departement"),  # Viroflay, printed 92
        (1211, "971", "01", "departement"),  # Guadeloupe, printed Guyane
        (1291, "974", "04", "departement"),  # La Réunion, printed Corse-du-Sud
        (1328, "972", "02", "departement"),  # Martinique, printed Guyane
        (1460, "06", "93", "code_commune"),  # Sophia Antipolis, commune code in Calvados
    ],
)
def test_a_contradiction_is_weighed_and_the_loser_recorded(cleaned, row, departement, region, lost):
    place = cleaned.places.set_index("ligne_source").loc[row]
    assert (place["code_departement"], place["code_region"]) == (departement, region)
    losers = cleaned.rejects[
        (cleaned.rejects["ligne_source"] == row) & (cleaned.rejects["regle"] == "preuve_contredite")
    ]
    assert losers["champ"].tolist() == [lost]


def test_the_folder_holds_what_the_notebook_holds(folder, cleaned):
    assert json.loads((folder / "ledger.json").read_text(encoding="utf-8")) == cleaned.ledger
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "places.parquet"), cleaned.places)
    with (folder / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == OUTPUT
    assert len(rows) == 1513


def test_no_file_holds_a_way_to_reach_a_person(mirror, folder):
    with (mirror / "cget_2019.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    people = {row[column].strip() for row in rows for column in ("CONTACT", "MAIL") if len(row[column].strip()) > 5}
    assert len(people) > 100
    names = {row["NOM_TL"].strip() for row in rows}
    for path in folder.iterdir():
        stored = path.suffix == ".parquet"
        text = pd.read_parquet(path).to_csv() if stored else path.read_text(encoding="utf-8")
        assert not re.search(r"[\w.-]+@[\w-]+\.[a-z]{2,}", text), path.name
        assert not re.search(r"(?<!\d)0[1-9](?:[ .]?\d\d){4}(?!\d)", text), path.name
        assert [who for who in people - names if who in text] == [], path.name
        assert "PATTE-AUBOURG" not in text


def test_cleaning_the_output_changes_nothing(folder, tmp_path):
    again = tmp_path / "encore"
    tl.clean(folder / "places.csv", out=again)
    for name in ("places.csv", "places.parquet"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    ledger = json.loads((again / "ledger.json").read_text(encoding="utf-8"))
    assert (ledger["regles"], ledger["reparations"]) == ({}, {})
