from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlanalysis.ingest.placement import (
    EVIDENCE,
    departement_of_commune,
    departement_of_postal_code,
    nearest_commune,
    place,
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("44300", "44", id="metropole"),
        pytest.param("01000", "01", id="leading-zero"),
        pytest.param("20000", "2A", id="ajaccio"),
        pytest.param("20137", "2A", id="porto-vecchio"),
        pytest.param("20200", "2B", id="bastia"),
        pytest.param("20600", "2B", id="furiani"),
        pytest.param("97129", "971", id="guadeloupe"),
        pytest.param("97228", "972", id="martinique"),
        pytest.param("97418", "974", id="la-reunion"),
        pytest.param("97600", "976", id="mayotte"),
        pytest.param("97133", "977", id="saint-barthelemy-in-the-guadeloupe-series"),
        pytest.param("97150", "978", id="saint-martin-in-the-guadeloupe-series"),
        pytest.param("98800", "988", id="nouvelle-caledonie"),
        pytest.param("0", None, id="zero-for-missing"),
        pytest.param("1000", None, id="lost-leading-zero"),
        pytest.param("441090", None, id="six-digits"),
        pytest.param("2A004", None, id="a-commune-code"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
        pytest.param(float("nan"), None, id="missing"),
        pytest.param("00000", None, id="no-such-departement"),
        pytest.param("99999", None, id="abroad"),
    ],
)
def test_departement_of_postal_code(code, expected):
    assert departement_of_postal_code(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("44109", "44", id="metropole"),
        pytest.param("01004", "01", id="leading-zero"),
        pytest.param("2A041", "2A", id="corse-du-sud"),
        pytest.param("2B033", "2B", id="haute-corse"),
        pytest.param("75112", "75", id="arrondissement"),
        pytest.param("97418", "974", id="overseas"),
        pytest.param("97801", "978", id="saint-martin"),
        pytest.param("0", None, id="zero-for-missing"),
        pytest.param("1004", None, id="lost-leading-zero"),
        pytest.param(None, None, id="none"),
        pytest.param(float("nan"), None, id="missing"),
        pytest.param("99109", None, id="born-abroad"),
        pytest.param("ABCDE", None, id="letters"),
    ],
)
def test_departement_of_commune(code, expected):
    assert departement_of_commune(code) == expected


@pytest.mark.mirror
def test_departement_of_every_commune_of_the_insee_file(mirror):
    with (mirror / "v_commune_2026.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["COM"], row["DEP"]) for row in csv.DictReader(file) if row["TYPECOM"] in ("COM", "ARM")]
    assert len(rows) > 34_000
    assert [(code, departement_of_commune(code)) for code, _ in rows] == rows


def evidence(postal, commune, printed, coordinates):
    return dict(zip(EVIDENCE, (postal, commune, printed, coordinates), strict=True))


@pytest.mark.parametrize(
    ("said", "departement", "overruled"),
    [
        pytest.param(("33", "33", "33", "33"), "33", "", id="all-agree"),
        pytest.param(("33", None, None, None), "33", "", id="one-alone"),
        pytest.param((None, None, None, "33"), "33", "", id="coordinates-alone"),
        pytest.param((None, None, None, None), None, "", id="nothing-named"),
        pytest.param(("", "", "", "33"), "33", "", id="empty-text-names-nothing"),
        pytest.param(("78", "78", "92", "78"), "78", "departement_imprime", id="three-against-one"),
        pytest.param(("14", "06", "06", "06"), "06", "code_postal", id="the-postal-code-can-lose"),
        pytest.param(("75", "93", "75", "93"), "75", "code_commune;coordonnees", id="two-against-two-postal-code-wins"),
        pytest.param((None, "14", "06", "06"), "06", "code_commune", id="no-postal-code"),
        pytest.param((None, "14", "06", None), "14", "departement_imprime", id="tie-commune-before-printed"),
        pytest.param((None, None, "06", "83"), "06", "coordonnees", id="tie-printed-before-coordinates"),
        pytest.param(
            ("01", "02", "03", "04"),
            "01",
            "code_commune;departement_imprime;coordonnees",
            id="four-opinions-postal-code-wins",
        ),
        pytest.param(("01", "02", "03", "03"), "03", "code_postal;code_commune", id="two-beat-the-order"),
    ],
)
def test_place(said, departement, overruled):
    placed = place(pd.DataFrame([evidence(*said)], dtype=object)).iloc[0]
    assert (None if pd.isna(placed["code_departement"]) else placed["code_departement"]) == departement
    assert placed["preuves_ecartees"] == overruled


CODES = st.sampled_from(["01", "2A", "33", "974", None, float("nan"), ""])
TABLES = st.lists(st.tuples(CODES, CODES, CODES, CODES), min_size=1, max_size=12).map(
    lambda rows: pd.DataFrame([evidence(*row) for row in rows], dtype=object)
)


@given(TABLES)
def test_no_row_is_lost_and_none_is_altered(table):
    table.index = range(100, 100 + len(table))
    before = table.copy()
    placed = place(table)
    assert placed.index.tolist() == table.index.tolist()
    pd.testing.assert_frame_equal(table, before)


@given(TABLES)
def test_the_department_named_most_often_wins(table):
    for said, (_, placed) in zip(table.to_numpy(), place(table).iterrows(), strict=True):
        votes = Counter(code for code in said if isinstance(code, str) and code)
        if not votes:
            assert pd.isna(placed["code_departement"])
            continue
        assert votes[placed["code_departement"]] == max(votes.values())
        losers = [name for name, code in zip(EVIDENCE, said, strict=True) if votes[code] and code != placed.iloc[0]]
        assert placed["preuves_ecartees"].split(";") == (losers or [""])


@given(TABLES, st.permutations(EVIDENCE))
def test_the_order_of_the_columns_does_not_matter(table, order):
    pd.testing.assert_frame_equal(place(table[list(order)].assign(autre="99")), place(table))


CENTRES = pd.DataFrame(
    {
        "code_commune": ["33063", "75056", "98818", "97801", "2A004"],
        "latitude": [44.84, 48.86, -22.27, 18.07, 41.93],
        "longitude": [-0.58, 2.35, 166.44, -63.05, 8.74],
    }
)


def great_circle(lat, lon, centres):
    """Return haversine distances in radians, another formula than the chord of the code."""
    lat, lon, lats, lons = (np.radians(x) for x in (lat, lon, centres["latitude"], centres["longitude"]))
    square = np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    return 2 * np.arcsin(np.sqrt(np.clip(square, 0, 1)))


@given(
    st.lists(
        st.tuples(st.floats(-89, 89, allow_nan=False), st.floats(-180, 180, allow_nan=False)), min_size=1, max_size=8
    )
)
def test_nearest_commune_is_the_nearest_on_the_sphere(points):
    places = pd.DataFrame(points, columns=["latitude", "longitude"])
    for (lat, lon), code in zip(points, nearest_commune(places, CENTRES), strict=True):
        distances = great_circle(lat, lon, CENTRES)
        assert distances[CENTRES["code_commune"] == code].iloc[0] == pytest.approx(distances.min(), abs=1e-6)


def test_nearest_commune_crosses_the_date_line():
    centres = pd.DataFrame({"code_commune": ["west", "east"], "latitude": [0.0, 0.0], "longitude": [-179.0, 170.0]})
    places = pd.DataFrame({"latitude": [0.0], "longitude": [179.0]})
    assert nearest_commune(places, centres).tolist() == ["west"]


def test_nearest_commune_is_missing_without_coordinates():
    places = pd.DataFrame(
        {"latitude": [44.8, None, 48.8, None], "longitude": [-0.6, 2.3, None, None]}, index=[7, 8, 9, 10]
    )
    before = places.copy()
    found = nearest_commune(places, CENTRES)
    assert found.index.tolist() == [7, 8, 9, 10]
    assert found.loc[7] == "33063"
    assert found.loc[[8, 9, 10]].isna().all()
    pd.testing.assert_frame_equal(places, before)
