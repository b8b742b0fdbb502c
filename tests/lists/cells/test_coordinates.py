"""Coordinates as printed, and where they lie."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyproj import Transformer

from tlanalysis.lists.cells import coordinates
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES

NAN = np.nan


def test_numbers_with_points_commas_blanks_and_signs():
    printed = [
        "48.85",
        "43,521291",
        " 5.43 ",
        "−1.5",
        "2,35°",
        "1e1",
        "4 8,5",
        "0",
        "",
        "NR",
        "abc",
        "48.85.1",
        "1,2,3",
    ]
    values, unreadable = coordinates.numbers(pa.array(printed))
    np.testing.assert_array_equal(values, [48.85, 43.521291, 5.43, -1.5, 2.35, 10, 48.5, 0, NAN, NAN, NAN, NAN, NAN])
    assert [text for text, bad in zip(printed, unreadable, strict=True) if bad] == ["abc", "48.85.1", "1,2,3"]


def test_both_numbers_in_one_cell():
    latitude, longitude, unreadable = coordinates.pairs(
        pa.array(["48.85, 2.35", "48,85;2,35", "(48.85 2.35)", "[48.85,-2]", "ici", "NR", None])
    )
    np.testing.assert_array_equal(latitude, [48.85, 48.85, 48.85, 48.85, NAN, NAN, NAN])
    np.testing.assert_array_equal(longitude, [2.35, 2.35, 2.35, -2, NAN, NAN, NAN])
    assert unreadable.tolist() == [False, False, False, False, True, False, False]


@pytest.mark.parametrize(
    "cell",
    [
        "48.85|2.35",
        "POINT(2.35 48.85)",
        "SRID=4326;POINT (2.35 48.85)",
        "POINT Z (2.35 48.85 12.5)",
        '{"type": "Point", "coordinates": [2.35, 48.85]}',
        '{"lat": 48.85, "lon": 2.35}',
        '{"lng": "2.35", "lat": "48.85"}',
        '{"lng": "2,35", "lat": "48,85"}',
        '{"type": "Point", "coordinates": [2.35,48.85,1250.5]}',
    ],
)
def test_a_cell_that_says_which_number_is_which_is_read_so(cell):
    latitude, longitude, unreadable = coordinates.pairs(pa.array([cell]))
    assert (latitude[0], longitude[0], unreadable[0]) == (48.85, 2.35, False)


def test_a_comma_of_json_stands_between_two_numbers():
    assert coordinates.pair_of('{"coordinates":[2,48,12]}') == (48.0, 2.0)
    assert coordinates.pair_of('{"lat":48,"lon":2}') == (48.0, 2.0)


@pytest.mark.parametrize(
    "cell",
    [
        '{"lat": 6862305.2, "lon": 652381.1}',
        '{"lat": "6862305.2", "lon": "652381.1"}',
        '{"coordinates": [652381.1, 6862305.2]}',
        '{"coordinates": [2.35, 48.8.5]}',
        '{"coordinates": [2,35,48,85]}',
        '{"lat": 48,85, "lon": 2,35}',
        '{"lat": 4.885e1, "lon": 2.35}',
    ],
)
def test_a_part_of_a_number_is_no_number(cell):
    assert coordinates.pair_of(cell) is None


@pytest.mark.parametrize("cell", ["475 198,12 3", "POLYGON((1 2, 3 4))", '{"lat": 48.85}', "Point de vue", "48.85"])
def test_another_text_is_no_pair(cell):
    assert coordinates.pair_of(cell) is None


def _judged(latitude, longitude):
    points = coordinates.judge(np.array([latitude], float), np.array([longitude], float))
    place = DEPARTEMENT_CODES[points.departement[0]] if points.departement[0] >= 0 else None
    return points.latitude[0], points.longitude[0], place, [rule for rule, mask in points.rules.items() if mask[0]]


def test_a_point_in_france_stays():
    assert _judged(48.8530, 2.3499) == (48.8530, 2.3499, "75", [])
    assert _judged(-20.89, 55.55) == (-20.89, 55.55, "974", [])


def test_a_point_that_is_only_in_france_when_swapped_was_swapped():
    assert _judged(2.3499, 48.8530) == (48.8530, 2.3499, "75", ["coordonnees_inversees"])
    assert _judged(55.55, -20.89) == (-20.89, 55.55, "974", ["coordonnees_inversees"])


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_metres_are_lambert_93_in_either_order(order):
    easting, northing = Transformer.from_crs(4326, 2154, always_xy=True).transform(2.3499, 48.8530)  # Paris, Notre-Dame
    latitude, longitude, place, rules = _judged(*[easting, northing][order])
    assert (round(latitude, 5), round(longitude, 5), place, rules) == (48.8530, 2.3499, "75", ["lambert_93"])


@pytest.mark.parametrize(
    ("latitude", "longitude", "rule"),
    [
        (0, 0, "mention_manquante"),
        (48.85, NAN, "coordonnees_incompletes"),
        (50.85, 4.35, "coordonnees_hors_de_france"),  # Bruxelles
        (46.0, -20.0, "coordonnees_hors_de_france"),  # the Atlantic
        (1e99, 1e99, "coordonnees_hors_de_france"),
        (6_700_000, 5_000_000, "coordonnees_hors_de_france"),
    ],
)
def test_a_point_that_cannot_be_kept_is_not(latitude, longitude, rule):
    kept_latitude, kept_longitude, place, rules = _judged(latitude, longitude)
    assert np.isnan(kept_latitude)
    assert np.isnan(kept_longitude)
    assert (place, rules) == (None, [rule])


def test_judging_twice_is_judging_once():
    latitude, longitude = np.array([2.3499, 48.1, 6_862_000.0]), np.array([48.8530, -1.6, 652_000.0])
    once = coordinates.judge(latitude, longitude)
    twice = coordinates.judge(once.latitude, once.longitude)
    np.testing.assert_array_equal(once.latitude, twice.latitude)
    np.testing.assert_array_equal(once.longitude, twice.longitude)
    assert not any(mask.any() for mask in twice.rules.values())
