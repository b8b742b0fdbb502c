"""Find one point for a geometry of GeoJSON: the point itself, or one inside the line or the polygon."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any

Point = tuple[Any, Any]
Ring = Sequence[Sequence[float]]


def point_of(geometry: Any) -> Point | None:
    """Return two coordinates of a geometry as (x, y), or None for an empty, damaged or missing one.

    A third coordinate, the height, is ignored. Of several points, lines or polygons the first, or the largest polygon,
    stands for all.

    Examples
    --------
    >>> point_of({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 2], [0, 2], [0, 0]]]})
    (2.0, 1.0)
    """
    if not isinstance(geometry, dict):
        return None
    kind: Any = geometry.get("type")
    at: Any = geometry.get("coordinates")
    try:
        if kind == "GeometryCollection":
            return next(filter(None, map(point_of, geometry.get("geometries") or [])), None)
        if kind == "Point":
            return _pair(at)
        if kind == "MultiPoint":
            return _pair(at[0])
        if kind in {"LineString", "MultiLineString"}:
            line = at if kind == "LineString" else at[0]
            return _pair(line[len(line) // 2])
        if kind in {"Polygon", "MultiPolygon"}:
            rings = [at[0]] if kind == "Polygon" else [polygon[0] for polygon in at]
            return _inside(max((_checked(ring) for ring in rings), key=lambda ring: abs(_area(ring))))
    except (TypeError, IndexError, KeyError, ValueError, ZeroDivisionError):
        return None
    return None


def _pair(at: Any) -> Point | None:
    if not isinstance(at, list) or len(at) < 2 or not all(isinstance(number, (int, float)) for number in at[:2]):
        return None
    return at[0], at[1]


def _checked(ring: Any) -> list[tuple[float, float]]:
    points = [(float(point[0]), float(point[1])) for point in ring]
    if len(points) < 3:
        raise ValueError("a ring of fewer than three points")
    return points


def _area(ring: list[tuple[float, float]]) -> float:
    return fsum(x * b - a * y for (x, y), (a, b) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _inside(ring: list[tuple[float, float]]) -> Point:
    """Return the centroid of a ring; when it lies outside, the middle of the widest chord at its height."""
    left, low = ring[0]
    moved = [(x - left, y - low) for x, y in ring]  # near the origin, so that no digit is lost
    area = _area(moved)
    x = y = 0.0
    for (a, b), (c, d) in zip(moved, moved[1:] + moved[:1], strict=True):
        cross = a * d - c * b
        x, y = x + (a + c) * cross, y + (b + d) * cross
    x, y = x / (6 * area), y / (6 * area)
    crossings = sorted(
        a + (y - b) * (c - a) / (d - b)
        for (a, b), (c, d) in zip(moved, moved[1:] + moved[:1], strict=True)
        if (b <= y) != (d <= y)
    )
    chords = list(zip(crossings[::2], crossings[1::2], strict=False))
    if not any(start <= x <= end for start, end in chords):
        start, end = max(chords, key=lambda chord: chord[1] - chord[0])
        x = (start + end) / 2
    return round(left + x, 7), round(low + y, 7)
