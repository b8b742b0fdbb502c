"""Read GeoJSON, JSON records (bare, or under a key) and JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.lists.readers.base import MOST_COLUMNS, Reading, ReadingOptions, as_string, from_table
from tlanalysis.lists.readers.csv_dialect import as_encoding, find_encoding

# A JSON file is read into memory whole; a larger list has to come as CSV or Parquet.
_LARGEST = 512 << 20
_MOST_CELLS = 100_000_000
# Nested records become dotted columns down to this depth.
_DEEP = 5

# Columns made from the geometry of a point; the dot keeps them apart from a property of the same name.
LONGITUDE, LATITUDE = "geometry.longitude", "geometry.latitude"
EASTING, NORTHING = "geometry.x_lambert93", "geometry.y_lambert93"

Record = dict[str, Any]


def open_records(path: Path, options: ReadingOptions) -> Reading:
    """Return how a JSON file will be read.

    Raises
    ------
    BadInput
        The file is not JSON, is nested too deep, or holds no list of records or several.
    """
    if path.stat().st_size > _LARGEST:
        raise BadInput(
            f"{path.name} is larger than {_LARGEST >> 20} MiB: give it as CSV or Parquet, which are read in blocks."
        )
    encoding = as_encoding(options.encoding) or find_encoding(path)
    try:
        text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} cannot be read as {encoding}: name its encoding with --encoding.") from error
    content, lines = _parsed(path, text)
    detected: dict[str, Any] = {"format": "jsonl" if lines else "json", "encodage": encoding}
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        metres = "2154" in json.dumps(content.get("crs") or "")
        records, detected["format"] = _features(path, content, metres), "geojson"
        detected["projection"] = "EPSG:2154" if metres else "CRS84"
    else:
        where, records = _records(path, content, options.records)
        if where:
            detected["cle"] = where
    try:
        flat = [_flattened(record) for record in records]
    except RecursionError:
        raise BadInput(f"{path.name} is nested too deep to be a list.") from None
    headers = list(dict.fromkeys(name for record in flat for name in record))
    if len(headers) > MOST_COLUMNS:
        raise BadInput(f"{path.name} has {len(headers)} columns, more than {MOST_COLUMNS}: it is not a list of places.")
    if not flat or not headers:
        raise BadInput(f"{path.name} holds no record.")
    if len(headers) * len(flat) > _MOST_CELLS:
        raise BadInput(
            f"{path.name} would be a table of {len(flat)} rows by {len(headers)} columns, mostly empty: it is not a "
            "list of places."
        )
    columns = [pa.array([record.get(name) for record in flat], pa.string()) for name in headers]
    return from_table(path, pa.table(columns, names=[str(rank) for rank in range(len(headers))]), headers, detected)


def _parsed(path: Path, text: str) -> tuple[Any, bool]:
    """Return the content, and whether the file has one record per line."""
    try:
        return json.loads(text, parse_int=_number), False
    except RecursionError:
        raise BadInput(f"{path.name} is nested too deep to be a list.") from None
    except json.JSONDecodeError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            if len(lines) > 1 and error.msg == "Extra data":
                return [json.loads(line, parse_int=_number) for line in lines], True
        except (json.JSONDecodeError, RecursionError):
            pass
        raise BadInput(
            f"{path.name} is not valid JSON (line {error.lineno}, column {error.colno}): {error.msg}."
        ) from error


def _number(digits: str) -> int | str:
    """Return a whole number, or its digits as text when they are 20 or more, as in an identifier."""
    return int(digits) if len(digits) < 20 else digits


def _records(path: Path, content: Any, wanted: str | None) -> tuple[str, list[Record]]:
    found = dict(_lists_of_records(content, "", 0))
    if wanted is not None:
        if wanted not in found:
            raise BadInput(
                f"{path.name} has no list of records at {wanted!r}{did_you_mean(wanted, found)}: it has "
                f"{', '.join(map(repr, found))}."
            )
        return wanted, found[wanted]
    if not found:
        raise BadInput(f"{path.name} holds no list of records: nothing like [{{...}}, {{...}}].")
    if len(found) > 1:
        raise BadInput(
            f"{path.name} holds several lists of records: name one with --records ({', '.join(map(repr, found))})."
        )
    return next(iter(found.items()))


def _lists_of_records(content: Any, where: str, depth: int) -> list[tuple[str, list[Record]]]:
    if isinstance(content, list):
        return [(where, content)] if content and all(isinstance(item, dict) for item in content) else []
    if isinstance(content, dict) and depth < 3:
        return [
            found
            for name, value in content.items()
            for found in _lists_of_records(value, f"{where}.{name}".strip("."), depth + 1)
        ]
    return []


def _features(path: Path, content: Record, metres: bool) -> list[Record]:
    features = content.get("features")
    if not isinstance(features, list) or not all(
        isinstance(feature, dict) and isinstance(feature.get("properties"), (dict, type(None))) for feature in features
    ):
        raise BadInput(f"{path.name} is a FeatureCollection without a list of features.")
    if not features:
        raise BadInput(f"{path.name} holds no record.")
    x, y = (EASTING, NORTHING) if metres else (LONGITUDE, LATITUDE)
    return [
        {**(feature.get("properties") or {}), **dict(zip((x, y), _point(feature.get("geometry")), strict=True))}
        for feature in features
    ]


def _point(geometry: Any) -> tuple[Any, Any]:
    """Return the two coordinates of a point, or (None, None) for another geometry or none.

    A third coordinate, the height, is ignored.
    """
    if not isinstance(geometry, dict):
        return None, None
    at = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(at, list) and len(at) == 1:
        at = at[0]
    elif geometry.get("type") != "Point":
        return None, None
    if not isinstance(at, list) or len(at) < 2 or not all(isinstance(number, (int, float)) for number in at[:2]):
        return None, None
    return at[0], at[1]


def _flattened(record: Record, before: str = "", depth: int = 0) -> dict[str, str | None]:
    """Return a record as text; nested records become dotted columns, and a list of records stays JSON."""
    flat: dict[str, str | None] = {}
    for name, value in record.items():
        column = _whole(f"{before}{name}")
        if isinstance(value, dict) and depth < _DEEP:
            flat |= _flattened(value, f"{column}.", depth + 1)
        elif isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value)
        ):
            flat[column] = _whole(json.dumps(value, ensure_ascii=False)[:2000])
        else:
            cell = as_string(value)
            flat[column] = cell and _whole(cell)
    return flat


def _whole(text: str) -> str:
    """Return a text with a question mark for each half of a character: JSON can write one, UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
