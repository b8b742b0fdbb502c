"""Outlines that are simplified and stay one map: borders shared, enclaves kept, nothing crossed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tlanalysis.data import embedded
from tlanalysis.maintain import draw_outlines as draw

# Two squares side by side, their border with a small step in the middle: it strays 2 m from a straight line.
BORDER = [(100.0, 0.0), (102.0, 50.0), (100.0, 100.0)]
WEST = [(0.0, 0.0), (0.0, 100.0), *BORDER[::-1]]
EAST = [*BORDER, (200.0, 100.0), (200.0, 0.0)]


def test_a_ring_is_cut_where_it_leaves_its_neighbour() -> None:
    lines = draw.cut([WEST, EAST])
    border = tuple(BORDER)
    assert border[::-1] in lines[tuple(WEST)]
    assert border in lines[tuple(EAST)]
    assert [len(found) for found in lines.values()] == [2, 2]


def test_an_island_is_one_line_from_a_point_back_to_it() -> None:
    (lines,) = draw.cut([WEST]).values()
    assert lines == [((0.0, 0.0), (0.0, 100.0), (100.0, 100.0), (102.0, 50.0), (100.0, 0.0), (0.0, 0.0))]


@pytest.mark.parametrize(("stray", "kept"), [(1.9, 3), (2.1, 2)])
def test_a_point_goes_when_it_strays_less_than_allowed(stray: float, kept: int) -> None:
    assert len(draw.simplify(BORDER, stray)) == kept


def test_a_closed_line_keeps_its_furthest_point() -> None:
    line = [(0.0, 0.0), (1.0, 0.0), (10.0, 10.0), (0.0, 1.0), (0.0, 0.0)]
    assert draw.simplify(line, 3.0) == [(0.0, 0.0), (10.0, 10.0), (0.0, 0.0)]


@pytest.mark.parametrize(
    ("line", "crossed"),
    [
        ([(0, 0), (10, 10), (10, 0), (0, 10)], True),
        ([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], False),
        ([(0, 0), (10, 0), (20, 0)], False),
    ],
)
def test_a_line_that_crosses_itself_is_seen(line: list[draw.Point], crossed: bool) -> None:
    assert draw.crosses(line) is crossed


def test_a_border_stays_the_same_on_both_sides() -> None:
    large = {code: [[(x * 1e3, y * 1e3) for x, y in ring]] for code, ring in (("W", WEST), ("E", EAST))}
    found = draw.simplified(large, {"W": 5000.0, "E": 1000.0})  # the finer of both is used
    border = {(1000.0, 0.0), (1020.0, 500.0), (1000.0, 1000.0)}
    assert border <= set(found["W"][0])
    assert border <= set(found["E"][0])


def test_a_group_loses_its_inner_borders() -> None:
    (ring,) = draw.dissolved({"W": [WEST], "E": [EAST]}, {"W": "all", "E": "all"})["all"]
    assert draw.area(ring) == 200 * 100
    assert (102.0, 50.0) not in ring


def test_a_hole_runs_against_the_outer_ring() -> None:
    square = [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]
    hole = [[3, 3], [6, 3], [6, 6], [3, 6], [3, 3]]
    outer, inner = draw.rings_of({"type": "Polygon", "coordinates": [square, hole]})
    assert outer == [(0, 9), (9, 9), (9, 0), (0, 0)]
    assert inner == [(3, 3), (6, 3), (6, 6), (3, 6)]


def test_an_enclave_leaves_no_hole_in_its_region() -> None:
    hole = [(30.0, 30.0), (60.0, 30.0), (60.0, 60.0), (30.0, 60.0)]
    around = [(0.0, 90.0), (90.0, 90.0), (90.0, 0.0), (0.0, 0.0)]
    (ring,) = draw.dissolved({"A": [around, hole], "B": [hole[::-1]]}, {"A": "all", "B": "all"})["all"]
    assert sorted(ring) == sorted(around)


@pytest.mark.mirror
def test_the_embedded_outlines_are_those_of_the_open_file(mirror: Path) -> None:
    drawn = draw.draw_outlines((mirror / "contours_departements.geojson").read_bytes())
    held = embedded.load("contours")
    assert drawn.astype(str).to_dict("list") == held.astype(str).to_dict("list")


def test_the_embedded_outlines_are_small() -> None:
    assert len(embedded.read_raw("contours")) <= 200_000
    table = embedded.load("contours")
    assert table.groupby("niveau")["code"].nunique().to_dict() == {"departement": 101, "region": 18}
    licences = [licence["name"] for licence in embedded.resource("contours")["licenses"]]
    assert licences == ["etalab-2.0"]
    assert json.dumps(embedded.resource("contours")["sources"])
