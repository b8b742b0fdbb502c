"""Rebuild the embedded outlines of régions and départements (`contours.csv`) from the open contours.

The open file gives each département as rings of longitudes and latitudes; neighbours share their vertices. Rings are
cut into lines at the points where three territories meet, each line is simplified once, and both neighbours get it
back: a border stays one border. Régions are the lines that have another région, or the sea, on their other side.

Coordinates are whole hundreds of metres in the planes of `data/map_projection.py`. `tlanalysis count` writes the table.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tlanalysis.data import territories
from tlanalysis.data.map_projection import STEP, to_metres

if TYPE_CHECKING:
    import pandas as pd

TABLE = "contours"
# How far, in metres, a simplified line may stray: overseas is enlarged in figures, and the inner suburbs of Paris more.
# A line that would cross itself, such as a coast full of inlets, is followed more closely.
STRAY = {"main": 1200.0, "overseas": 500.0, "suburbs": 120.0}
SUBURBS = {"75", "92", "93", "94"}
SMALLEST = 9e6  # square metres: an island smaller than this is left out, unless it is all there is

Point = tuple[float, float]
Ring = list[Point]
Line = tuple[Point, ...]


def rings_of(geometry: dict[str, Any]) -> list[Ring]:
    """Return the rings of a GeoJSON polygon or of several, open: the first point is not repeated.

    Outer rings run clockwise and holes against them, so that the sides of neighbours run against each other.
    """
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [
        _turned([(float(x), float(y)) for x, y, *_ in ring[:-1]], clockwise=not rank)
        for part in parts
        for rank, ring in enumerate(part)
    ]


def _turned(ring: Ring, *, clockwise: bool) -> Ring:
    after = (*ring[1:], ring[0])
    runs = sum((u - x) * (v + y) for (x, y), (u, v) in zip(ring, after, strict=True)) > 0
    return ring if runs == clockwise else ring[::-1]


def cut(rings: Iterable[Ring]) -> dict[Line, list[Line]]:
    """Return the lines that each ring is made of, in the order of its points.

    A ring is cut where it meets a third territory, or leaves a neighbour. A line that two rings share is the same in
    both, read forwards or backwards.

    Parameters
    ----------
    rings : iterable of list of points

    Returns
    -------
    dict
        Ring, as a tuple -> its lines; the last point of each is the first of the next.
    """
    held = [tuple(ring) for ring in rings]
    around: dict[Point, set[frozenset[Point]]] = defaultdict(set)
    for ring in held:
        for before, point, after in zip((ring[-1], *ring[:-1]), ring, (*ring[1:], ring[0]), strict=True):
            around[point].add(frozenset((before, after)))
    nodes = {point for point, pairs in around.items() if len(pairs) > 1}
    return {ring: list(_lines(ring, nodes)) for ring in held}


def _lines(ring: Line, nodes: set[Point]) -> Iterable[Line]:
    """Yield the parts of a ring between its nodes; a ring without any starts at its least point."""
    at = [rank for rank, point in enumerate(ring) if point in nodes] or [ring.index(min(ring))]
    for start, end in zip(at, (*at[1:], at[0] + len(ring)), strict=True):
        yield tuple(ring[rank % len(ring)] for rank in range(start, end + 1))


def simplify(line: Sequence[Point], stray: float) -> list[Point]:
    """Return a line with fewer points, none of those left out further than `stray` from it; both ends stay.

    The method is that of Douglas and Peucker. A closed line keeps its furthest point too.
    """
    if len(line) <= 2:
        return list(line)
    if line[0] == line[-1]:
        far = max(range(len(line)), key=lambda rank: _square(line[rank], line[0]))
        return simplify(line[: far + 1], stray)[:-1] + simplify(line[far:], stray)
    kept, parts = {0, len(line) - 1}, [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        inside = range(first + 1, last)
        far = max(inside, key=lambda rank: _from(line[rank], line[first], line[last]), default=first)
        if far != first and _from(line[far], line[first], line[last]) > stray**2:
            kept.add(far)
            parts += [(first, far), (far, last)]
    return [line[rank] for rank in sorted(kept)]


def uncrossed(line: Sequence[Point], stray: float) -> list[Point]:
    """Return a line simplified as far as it does not cross itself once its points are whole units of the table."""
    while True:
        points = [_rounded(point) for point in simplify(line, stray)]
        if stray < STEP or not crosses(points):
            return points
        stray /= 1.5


def crosses(line: Sequence[Point]) -> bool:
    """Return whether two sides of a line cross; sides that follow each other meet in a point, which is no crossing."""
    sides = list(pairwise(line))
    for rank, (a, b) in enumerate(sides):
        for c, d in sides[rank + 2 :]:
            if a == d or max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
                continue
            if _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0:
                return True
    return False


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _square(one: Point, other: Point) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _from(point: Point, start: Point, end: Point) -> float:
    """Return the square of the distance from a point to a segment."""
    length = _square(start, end)
    if not length:
        return _square(point, start)
    along = ((point[0] - start[0]) * (end[0] - start[0]) + (point[1] - start[1]) * (end[1] - start[1])) / length
    along = min(1.0, max(0.0, along))
    return _square(point, (start[0] + along * (end[0] - start[0]), start[1] + along * (end[1] - start[1])))


def area(ring: Sequence[Point]) -> float:
    """Return the area inside a ring, positive whichever way it runs."""
    after = (*ring[1:], ring[0])
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(ring, after, strict=True))) / 2


def simplified(shapes: dict[str, list[Ring]], stray: dict[str, float]) -> dict[str, list[Ring]]:
    """Return simpler rings of territories that share borders: a border stays the same on both sides.

    Parameters
    ----------
    shapes : dict
        Code -> rings, in metres.
    stray : dict
        Code -> how far a line may stray; a border takes the least of both sides.
    """
    owners: dict[Line, set[str]] = defaultdict(set)
    lines = cut(ring for rings in shapes.values() for ring in rings)
    for code, rings in shapes.items():
        for ring in rings:
            for line in lines[tuple(ring)]:
                owners[min(line, line[::-1])].add(code)
    simple = {line: uncrossed(line, min(stray[code] for code in codes)) for line, codes in owners.items()}
    found: dict[str, list[Ring]] = {}
    for code, rings in shapes.items():
        made = []
        for ring in rings:
            points: Ring = []
            for line in lines[tuple(ring)]:
                key = min(line, line[::-1])
                points += (simple[key] if line == key else simple[key][::-1])[:-1]
            made.append(points)
        found[code] = _large(sorted((_without_repeats(ring) for ring in made), key=area, reverse=True))
    return found


def _large(rings: list[Ring]) -> list[Ring]:
    """Return the first of some rings, and the others that are large enough to be seen."""
    return [ring for rank, ring in enumerate(rings) if not rank or area(ring) >= SMALLEST / STEP**2]


def _rounded(point: Point) -> Point:
    return (float(round(point[0] / STEP)), float(round(point[1] / STEP)))


def _without_repeats(ring: Ring) -> Ring:
    return [point for rank, point in enumerate(ring) if point != ring[rank - 1]]


def dissolved(shapes: dict[str, list[Ring]], groups: dict[str, str]) -> dict[str, list[Ring]]:
    """Return the rings of groups of territories: the borders inside a group are gone.

    Parameters
    ----------
    shapes : dict
        Code -> rings; a border has the same points on both sides.
    groups : dict
        Code -> group.
    """
    sides: dict[str, set[tuple[Point, Point]]] = defaultdict(set)
    for code, rings in shapes.items():
        for ring in rings:
            for side in zip(ring, (*ring[1:], ring[0]), strict=True):
                if side[::-1] in sides[groups[code]]:
                    sides[groups[code]].remove(side[::-1])
                else:
                    sides[groups[code]].add(side)
    return {group: _chained(left) for group, left in sides.items()}


def _chained(sides: set[tuple[Point, Point]]) -> list[Ring]:
    """Return the rings that directed sides make."""
    after: dict[Point, list[Point]] = defaultdict(list)
    for start, end in sorted(sides):
        after[start].append(end)
    rings: list[Ring] = []
    while after:
        start = min(after)
        ring, point = [start], after[start].pop()
        while point != start:
            ring.append(point)
            point = after[point].pop()
        rings.append(ring)
        after = defaultdict(list, {point: ends for point, ends in after.items() if ends})
    return rings


def draw_outlines(contours: bytes) -> pd.DataFrame:
    """Return the table `contours` from the bytes of the open contours of the départements.

    Parameters
    ----------
    contours : bytes
        GeoJSON, one feature per département: `insee_dep`.
    """
    import pandas as pd

    regions = {row.code_departement: row.code_region for row in territories.departements().itertuples()}
    shapes: dict[str, list[Ring]] = {}
    for feature in json.load(io.BytesIO(contours))["features"]:
        code, rings = feature["properties"]["insee_dep"], rings_of(feature["geometry"])
        shapes[code] = [_in_metres(ring, code) for ring in rings]
    stray = {code: STRAY[_kind(code)] for code in shapes}
    simple = simplified(shapes, stray)
    levels = {"departement": simple, "region": dissolved(simple, regions)}
    rows = [
        {"niveau": level, "code": code, "anneau": rank + 1, "points": _written(ring)}
        for level, found in levels.items()
        for code, rings in sorted(found.items())
        for rank, ring in enumerate(_large(sorted(rings, key=area, reverse=True)))
    ]
    return pd.DataFrame(rows)


def _written(ring: Ring) -> str:
    """Return the first point of a ring, then the step from each point to the next: half as long as the points."""
    steps = [(x - u, y - v) for (u, v), (x, y) in pairwise(ring)]
    return " ".join(f"{x:.0f},{y:.0f}" for x, y in (ring[0], *steps))


def _in_metres(ring: Ring, code: str) -> Ring:
    x, y = to_metres([point[0] for point in ring], [point[1] for point in ring], code)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _kind(code: str) -> str:
    return "overseas" if len(code) == 3 else "suburbs" if code in SUBURBS else "main"
