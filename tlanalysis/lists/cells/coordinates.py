"""Clean coordinates: decimal commas, swapped numbers, Lambert-93 metres, zeros, points at sea.

Each function takes whole columns of text or numbers and returns NumPy arrays and masks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cells.text import is_missing

if TYPE_CHECKING:
    from pyproj import Transformer

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_PLAIN = r"^-?[0-9]{1,9}(?:\.[0-9]+)?$"
NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d+)?(?:[eE][+-]?\d{1,2})?")
_ONE = r"([+-]?\d{1,3}(?:[.,]\d+)?)"
_PAIR = re.compile(rf"[\s(\[{{]*{_ONE}\s*[,;/|\s]\s*{_ONE}[\s)\]}}]*")
# WKT and GeoJSON write the longitude first; a record names its two numbers.
_WKT = re.compile(rf"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*{_ONE}\s+{_ONE}(?:\s+[-+\d.]+)?\s*\)", re.IGNORECASE)
# A number of JSON has a point and no comma, and ends where no digit follows.
_JSON = r"([+-]?\d{1,3}(?:\.\d+)?)(?![\d.eE])"
_GEOJSON = re.compile(rf"\"coordinates\"\s*:\s*\[\s*{_JSON}\s*,\s*{_JSON}\s*(?:,\s*[-+.\deE]+\s*)?\]")
_NAMED = {
    side: re.compile(rf"[\"'](?:{names})[\"']\s*:\s*(?:[\"']{_ONE}[\"']|{_JSON}(?!,\d))", re.IGNORECASE)
    for side, names in (("lat", "lat|latitude"), ("lon", "lon|lng|long|longitude"))
}

# Metres of metropolitan France in Lambert-93 (EPSG:2154), with some sea around.
_EASTING, _NORTHING = (0.0, 1_300_000.0), (6_000_000.0, 7_200_000.0)


# Degrees, minutes and seconds with a letter of the compass, before or after.
_DMS = re.compile(
    r"([NSEWO])?\s*(\d{1,3})\s*[°º]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['′’´]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|''|′′)\s*)?"
    r"([NSEWO])?",
    re.IGNORECASE,
)


def from_degrees_minutes(text: str) -> float | None:
    r"""Return degrees, minutes and seconds as decimal degrees rounded to 6 decimals; None for another text.

    Examples
    --------
    >>> from_degrees_minutes("48°51'24\"N"), from_degrees_minutes("4°29′10″ O"), from_degrees_minutes("48.85")
    (48.856667, -4.486111, None)
    """
    found = _DMS.fullmatch(text.strip())
    if found is None or not (found[1] or found[5] or found[3]):
        return None
    degrees, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.group(2, 3, 4))
    if minutes >= 60 or seconds >= 60:
        return None
    side = (found[1] or found[5] or "N").upper()
    return round((-1 if side in "SWO" else 1) * (degrees + minutes / 60 + seconds / 3600), 6)


def is_number(text: str) -> bool:
    """Return whether a cell can be read as a number: with blanks between the digits, or in degrees and minutes."""
    bare = "".join(text.split()).rstrip("°").replace("−", "-")
    return NUMBER.fullmatch(bare) is not None or from_degrees_minutes(text) is not None


def numbers(column: pa.StringArray) -> tuple[Floats, Mask]:
    """Return a column of text as floats (NaN where missing), and which cells were neither missing nor numbers.

    Examples
    --------
    >>> values, unreadable = numbers(pa.array(["43,521291", " 5.43 ", "NR", "abc"]))
    >>> values.tolist(), unreadable.tolist()
    ([43.521291, 5.43, nan, nan], [False, False, False, True])
    """
    column = pc.fill_null(column, "")
    plain = pc.match_substring_regex(column, _PLAIN)
    with_comma = pc.replace_substring(column, ",", ".")
    if not pc.all(plain).as_py():
        plain = pc.match_substring_regex(with_comma, _PLAIN)
    values = pc.cast(pc.if_else(plain, with_comma, None), pa.float64())
    result = pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False).copy()
    unreadable = np.zeros(len(column), bool)
    for at in np.flatnonzero(~plain.to_numpy(zero_copy_only=False)):
        text = column[at].as_py()
        bare = "".join(text.split()).rstrip("°").replace("−", "-")
        if is_missing(bare):
            continue
        if NUMBER.fullmatch(bare):
            result[at] = float(bare.replace(",", "."))
        elif (degrees := from_degrees_minutes(text)) is not None:
            result[at] = degrees
        else:
            unreadable[at] = True
    return result, unreadable


def pairs(column: pa.StringArray) -> tuple[Floats, Floats, Mask]:
    """Return latitudes, longitudes and the unreadable cells of a column that holds both ("48.85, 2.35")."""
    latitude, longitude = np.full(len(column), np.nan), np.full(len(column), np.nan)
    unreadable = np.zeros(len(column), bool)
    for at, text in enumerate(column.to_pylist()):
        if text is None or is_missing(text):
            continue
        if (found := pair_of(text)) is not None:
            latitude[at], longitude[at] = found
        else:
            unreadable[at] = True
    return latitude, longitude, unreadable


def pair_of(text: str) -> tuple[float, float] | None:
    """Return the two numbers of a cell, latitude first where the cell says which is which; None for another text.

    Examples
    --------
    >>> pair_of("48.85, 2.35"), pair_of("2.35|48.85"), pair_of("POINT(2.35 48.85)")
    ((48.85, 2.35), (2.35, 48.85), (48.85, 2.35))
    """
    text = text.strip()
    if found := _PAIR.fullmatch(text):
        return _float(found[1]), _float(found[2])
    if found := _WKT.fullmatch(text) or (_GEOJSON.search(text) if text[:1] == "{" else None):
        return _float(found[2]), _float(found[1])
    if text[:1] == "{" and (lat := _NAMED["lat"].search(text)) and (lon := _NAMED["lon"].search(text)):
        return _float(lat[1] or lat[2]), _float(lon[1] or lon[2])
    return None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


@dataclass(frozen=True)
class Points:
    """Cleaned coordinates: `latitude` and `longitude` in degrees, NaN where none is kept.

    `departement` is an index in `codes.DEPARTEMENT_CODES` or -1, and `rules` holds a mask per rule.
    """

    latitude: Floats
    longitude: Floats
    departement: departement_grid.Indices
    rules: dict[str, Mask]


@cache
def _from_lambert() -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(2154, 4326)


def judge(latitude: Floats, longitude: Floats) -> Points:
    """Return the coordinates, corrected where exactly one reading lies in France, and removed where none does.

    A point in France stays. Otherwise its two numbers are swapped if that puts it in France; otherwise they are read as
    Lambert-93 metres in either order if that puts it in France; otherwise the point is outside France.

    Parameters
    ----------
    latitude, longitude : ndarray of float
        As printed, NaN where missing.
    """
    lat, lon = latitude.copy(), longitude.copy()
    zero = (lat == 0) & (lon == 0)
    lat[zero] = lon[zero] = np.nan
    incomplete = np.isnan(lat) != np.isnan(lon)
    lat[incomplete] = lon[incomplete] = np.nan
    departement = departement_grid.departements_at(lat, lon)
    rules = {"mention_manquante": zero, "coordonnees_incompletes": incomplete}
    for rule, reading in (("coordonnees_inversees", _swapped), ("lambert_93", _metres)):
        rules[rule] = np.zeros(len(lat), bool)
        lost = np.flatnonzero((departement == departement_grid.NOWHERE) & ~np.isnan(lat))
        if len(lost):
            other_lat, other_lon = reading(lat[lost], lon[lost])
            at = departement_grid.departements_at(other_lat, other_lon)
            right = at != departement_grid.NOWHERE
            lat[lost[right]], lon[lost[right]] = other_lat[right], other_lon[right]
            departement[lost[right]] = at[right]
            rules[rule][lost[right]] = True
    outside = (departement == departement_grid.NOWHERE) & ~np.isnan(lat)
    lat[outside] = lon[outside] = np.nan
    return Points(lat, lon, departement, rules | {"coordonnees_hors_de_france": outside})


def _swapped(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    return lon, lat


def _metres(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """Return two numbers, read as Lambert-93 metres, in degrees rounded to 6 decimals (0.1 m).

    The number above 6,000,000 is the northing.
    """
    easting, northing = np.minimum(lat, lon), np.maximum(lat, lon)
    possible = (
        (easting >= _EASTING[0]) & (easting <= _EASTING[1]) & (northing >= _NORTHING[0]) & (northing <= _NORTHING[1])
    )
    new_lat, new_lon = np.full(len(lat), np.nan), np.full(len(lat), np.nan)
    if possible.any():
        new_lat[possible], new_lon[possible] = np.round(
            _from_lambert().transform(easting[possible], northing[possible]), 6
        )
    return new_lat, new_lon
