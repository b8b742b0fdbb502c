"""Read GeoJSON, JSON records (bare, under a key, or under their identifiers) and JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.messages import did_you_mean, say
from tlanalysis.lists.readers import geometry, map_layers, openstreetmap, projections
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
        raise BadInput(say("json_large", file=path.name, mib=_LARGEST >> 20))
    encoding = as_encoding(options.encoding) or find_encoding(path)
    try:
        text = path.read_bytes().decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInput(say("wrong_encoding", file=path.name, encoding=encoding)) from error
    content, lines = _parsed(path, text)
    detected: dict[str, Any] = {"format": "jsonl" if lines else "json", "encodage": encoding}
    if isinstance(content, dict) and content.get("type") == "umap":
        content = map_layers.of_umap(content)
        detected["calques"] = len({feature["properties"]["calque"] for feature in content["features"]})
    if isinstance(content, dict) and content.get("type") == "FeatureCollection":
        records, more = _features(path, content)
        detected |= {"format": "geojson"} | more
    elif openstreetmap.is_answer(content):
        records, detected["format"] = openstreetmap.records(content["elements"]), "overpass"
    else:
        where, records = _records(path, content, options.records)
        if where:
            detected["cle"] = where
    try:
        flat = [_flattened(record) for record in records]
    except RecursionError:
        raise BadInput(say("json_deep", file=path.name)) from None
    headers = list(dict.fromkeys(name for record in flat for name in record))
    if len(headers) > MOST_COLUMNS:
        raise BadInput(say("too_many_columns", file=path.name, columns=len(headers), most=MOST_COLUMNS))
    if not flat or not headers:
        raise BadInput(say("no_record", file=path.name))
    if len(headers) * len(flat) > _MOST_CELLS:
        raise BadInput(say("sparse_table", file=path.name, rows=len(flat), columns=len(headers)))
    columns = [pa.array([record.get(name) for record in flat], pa.string()) for name in headers]
    return from_table(path, pa.table(columns, names=[str(rank) for rank in range(len(headers))]), headers, detected)


def _parsed(path: Path, text: str) -> tuple[Any, bool]:
    """Return the content, and whether the file has one record per line."""
    try:
        return json.loads(text, parse_int=_number, object_pairs_hook=_object), False
    except RecursionError:
        raise BadInput(say("json_deep", file=path.name)) from None
    except json.JSONDecodeError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            if len(lines) > 1 and error.msg == "Extra data":
                return [json.loads(line, parse_int=_number, object_pairs_hook=_object) for line in lines], True
        except (json.JSONDecodeError, RecursionError):
            pass
        raise BadInput(
            say("json_invalid", file=path.name, line=error.lineno, column=error.colno, why=error.msg)
        ) from error


def _object(pairs: list[tuple[str, Any]]) -> Record:
    """Return an object; refuse one that gives two values to a key."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for name, value in pairs:
            if found[name] != value:
                raise BadInput(say("key_twice", name=repr(without_personal(name, "[…]"))))
    return found


def _number(digits: str) -> int | str:
    """Return a whole number, or its digits as text when they are 20 or more, as in an identifier."""
    return int(digits) if len(digits) < 20 else digits


def _records(path: Path, content: Any, wanted: str | None) -> tuple[str, list[Record]]:
    found = dict(_lists_of_records(content, "", 0))
    if wanted is not None:
        if wanted not in found:
            raise BadInput(
                say(
                    "no_records_at",
                    file=path.name,
                    wanted=repr(wanted),
                    hint=did_you_mean(wanted, found),
                    keys=", ".join(map(repr, found)),
                )
            )
        return wanted, found[wanted]
    if not found:
        raise BadInput(say("no_records", file=path.name))
    if len(found) > 1:
        raise BadInput(say("several_records", file=path.name, keys=", ".join(map(repr, found))))
    return next(iter(found.items()))


def _lists_of_records(content: Any, where: str, depth: int) -> list[tuple[str, list[Record]]]:
    if isinstance(content, list):
        return [(where, content)] if content and all(isinstance(item, dict) for item in content) else []
    if not isinstance(content, dict) or depth >= 3:
        return []
    found = [
        deeper
        for name, value in content.items()
        for deeper in _lists_of_records(value, f"{where}.{name}".strip("."), depth + 1)
    ]
    keyed = [] if any(not inner.startswith(where) for inner, _ in found) else _keyed_by_id(content)
    return [(where, keyed)] if keyed else found


def _keyed_by_id(content: Record) -> list[Record]:
    """Return records that stand under their identifiers, with the identifier as `id`; none when they are not alike.

    Records are alike when there are two or more and at least half of their keys stand in all of them.
    """
    values = list(content.values())
    if len(values) < 2 or not all(isinstance(value, dict) and len(value) > 1 for value in values):
        return []
    common = set.intersection(*(set(value) for value in values))
    if 2 * len(common) < min(len(value) for value in values):
        return []
    return [{"id": name} | value for name, value in content.items()]


def _features(path: Path, content: Record) -> tuple[list[Record], dict[str, Any]]:
    """Return the records of the features with their points, and what was found out about the geometries."""
    features = content.get("features")
    if not isinstance(features, list) or not all(
        isinstance(feature, dict) and isinstance(feature.get("properties"), (dict, type(None))) for feature in features
    ):
        raise BadInput(say("no_features", file=path.name))
    if not features:
        raise BadInput(say("no_record", file=path.name))
    projection = projections.declared(content, path.name)
    geometries = [feature.get("geometry") for feature in features]
    points = [geometry.point_of(found) for found in geometries]
    if projection not in {"CRS84", projections.LAMBERT_93}:
        points = projections.to_degrees(points, projection, path.name)
    x, y = (EASTING, NORTHING) if projection == projections.LAMBERT_93 else (LONGITUDE, LATITUDE)
    records = []
    for feature, point in zip(features, points, strict=True):
        properties = feature.get("properties") or {}
        own = {"id": feature["id"]} if "id" in feature and "id" not in properties else {}
        records.append({**own, **properties, **dict(zip((x, y), point or (None, None), strict=True))})
    if openstreetmap.are_tagged(records):
        records = [openstreetmap.record_of(record) for record in records]
    shapes = sum(
        point is not None and isinstance(found, dict) and found.get("type") != "Point"
        for point, found in zip(points, geometries, strict=True)
    )
    facts: dict[str, Any] = {"projection": "CRS84" if projection == "CRS84" else f"EPSG:{projection}"}
    facts |= {"points_de_lignes_ou_polygones": shapes} if shapes else {}
    facts |= {"sans_point": points.count(None)} if None in points else {}
    return records, facts


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
