"""Points of communes and outlines of territories share one plane."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon

import tlanalysis as tl
from tlanalysis.charts.kit.outlines import rings
from tlanalysis.data.map_projection import STEP, to_metres


def test_the_origins_of_the_projections():
    x, y = to_metres([10.0], [52.0], "75")  # EPSG:3035, origin and false origin: epsg.io
    assert (x[0], y[0]) == pytest.approx((4_321_000, 3_210_000), abs=0.5)
    x, y = to_metres([55.527], [-21.131], "974")
    assert (x[0], y[0]) == pytest.approx((0, 0), abs=1e-6)


def test_one_degree_of_longitude_in_la_reunion_is_that_of_the_sphere_of_its_latitude():
    x, _ = to_metres([55.027, 56.027], [-21.131] * 2, "974")
    # WGS 84: pi/180 * a * cos(lat) / sqrt(1 - e2 sin2(lat)), a = 6,378,137 m, e2 = 0.00669438.
    expected = np.pi / 180 * 6_378_137 * np.cos(np.radians(21.131)) / np.sqrt(1 - 0.00669438 * 0.360506**2)
    assert x[1] - x[0] == pytest.approx(expected, rel=1e-4)


# Islands of less than 9 km2 have no outline. Mtsamboro and Le Conquet hold islets: the middle of each lies at sea.
AT_SEA = {"971": {"Terre-de-Haut", "Terre-de-Bas"}, "976": {"Mtsamboro"}, "29": {"Le Conquet"}}


@pytest.mark.parametrize("code", ["33", "29", "2A", "75", "971", "972", "973", "974", "976"])
def test_the_communes_of_a_departement_lie_in_its_outline(code):
    table = tl.commune_map(f"D{code}").dropna(subset=["longitude"])
    x, y = to_metres(table["longitude"], table["latitude"], code)
    land = MultiPolygon([Polygon(ring) for ring in rings("departement")[code]]).buffer(0)
    away = [land.distance(Point(point)) for point in zip(x / STEP, y / STEP, strict=True)]
    far = np.array(away) > 15  # 1.5 km: the outlines are simplified to 1.2 km
    assert len(table) > 10
    assert set(table["nom_commune"][far]) == AT_SEA.get(code, set())
