"""Shape the elements of OpenStreetMap, as Overpass and its exports write them, into records.

The tags of an element become columns; what a tag says of a place in several ways (its kind, its site) becomes one.
"""

from __future__ import annotations

from typing import Any

from tlanalysis.lists.readers.geometry import point_of

Record = dict[str, Any]

ID, KIND, SITE = "osm:id", "osm:kind", "osm:website"
# The tags that say what a place is, the surest first.
_KINDS = ("amenity", "office", "leisure", "craft", "shop", "club", "community_centre", "social_facility", "tourism")
_SITES = ("website", "contact:website", "url", "contact:url")


def is_answer(content: Any) -> bool:
    """Return whether some JSON is an answer of Overpass."""
    elements = content.get("elements") if isinstance(content, dict) else None
    return (
        isinstance(elements, list)
        and bool(elements)
        and all(isinstance(element, dict) and "type" in element and "id" in element for element in elements)
    )


def records(elements: list[Record]) -> list[Record]:
    """Return one record per element that has tags; the others are the corners of lines."""
    found = []
    for element in elements:
        tags = element.get("tags")
        if not isinstance(tags, dict):
            continue
        latitude, longitude = _position(element)
        place = {"geometry.longitude": longitude, "geometry.latitude": latitude}
        found.append(record_of({"@id": f"{element['type']}/{element['id']}", **tags, **place}))
    return found


def _position(element: Record) -> tuple[Any, Any]:
    """Return latitude and longitude: of the node, of the centre, or inside the outline of a way."""
    for at in (element, element.get("center")):
        if isinstance(at, dict) and "lat" in at and "lon" in at:
            return at["lat"], at["lon"]
    corners = element.get("geometry")
    if isinstance(corners, list) and corners and all(isinstance(one, dict) and "lat" in one for one in corners):
        line = [[one["lon"], one["lat"]] for one in corners]
        kind, ring = ("Polygon", [line]) if line[0] == line[-1] and len(line) > 3 else ("LineString", line)
        if point := point_of({"type": kind, "coordinates": ring}):
            return point[1], point[0]
    return None, None


def are_tagged(features: list[Record]) -> bool:
    """Return whether the properties of features are the tags of elements, as Overpass Turbo exports them."""
    return all(str(record.get("@id", "")).split("/")[0] in {"node", "way", "relation"} for record in features)


def record_of(tags: Record) -> Record:
    """Return the tags of an element with its identifier, its kind and its site, each in one column."""
    kind = next((tags[name] for name in _KINDS if name in tags), None)
    site = next((tags[name] for name in _SITES if name in tags), None)
    return {ID: tags["@id"], KIND: kind, SITE: site} | {name: value for name, value in tags.items() if name != "@id"}
