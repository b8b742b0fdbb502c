"""Read the projection that a GeoJSON declares, and convert its points to degrees."""

from __future__ import annotations

import json
import re
from typing import Any

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import say

# Degrees: WGS 84 and RGF93 differ by less than the digits of a place.
_DEGREES = {"4326", "4171", "4258", "4979", "4937", "9777", "CRS84", "CRS84H"}
LAMBERT_93 = "2154"


def declared(content: dict[str, Any], where: str) -> str:
    """Return the projection of a GeoJSON: `CRS84` for degrees, or the number of an EPSG code.

    Raises
    ------
    BadInput
        The file declares a projection that has no EPSG code.
    """
    crs = content.get("crs")
    if not crs:
        return "CRS84"
    text = json.dumps(crs)
    found = re.search(r"CRS84H?|EPSG\W*(?:[\d.]*\W+)?(\d{4,6})\b|\"code\":\s*\"?(\d{4,6})", text, re.IGNORECASE)
    if found is None:
        raise BadInput(say("unknown_projection", where=where, text=text[:80]))
    code = found[1] or found[2] or "CRS84"
    return "CRS84" if code in _DEGREES else code


def to_degrees(points: list[tuple[Any, Any] | None], code: str, where: str) -> list[tuple[Any, Any] | None]:
    """Return points in degrees (longitude, latitude), rounded to 6 decimals, from those of a projection.

    Raises
    ------
    BadInput
        No projection has this code.
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        transformer = Transformer.from_crs(int(code), 4326, always_xy=True)
    except ProjError as error:
        raise BadInput(say("unknown_epsg", where=where, code=code)) from error
    converted: list[tuple[Any, Any] | None] = []
    for point in points:
        x, y = transformer.transform(*point) if point else (float("inf"), float("inf"))
        converted.append((round(x, 6), round(y, 6)) if abs(x) <= 180 and abs(y) <= 90 else None)
    return converted
