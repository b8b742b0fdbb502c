"""Positions of places in degrees, from their columns or from the geometry of a GeoDataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

_DEGREES = 4326  # EPSG code of WGS 84


def with_degrees(places: Any) -> pd.DataFrame:
    """Return places with `latitude` and `longitude`: their own columns, else the points of their geometry.

    A surface or a line stands for a point in it (`representative_point`).

    Raises
    ------
    BadInput
        What is given is no table, or its geometry says no coordinate system.
    """
    import pandas as pd

    if not hasattr(places, "columns"):
        raise BadInput(f"places are a table, one row per place, not a {type(places).__name__}: tl.clean makes one.")
    if getattr(places, "active_geometry_name", None) is None or {"latitude", "longitude"} <= set(places.columns):
        return places
    if places.crs is None:
        raise BadInput(
            "the geometry of these places says no coordinate system: write places.set_crs(4326) for degrees, or the "
            "code of yours."
        )
    points = places.geometry.representative_point().to_crs(_DEGREES)
    known = ~(points.is_empty | points.isna())
    table = pd.DataFrame(places.drop(columns=places.active_geometry_name))
    table["latitude"], table["longitude"] = points.y.where(known), points.x.where(known)
    table.attrs = dict(places.attrs)
    return table
