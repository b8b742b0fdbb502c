"""The tables of régions and départements are those of the open files."""

from __future__ import annotations

import json

import pytest

from tlanalysis.core.errors import SourceError
from tlanalysis.data import embedded
from tlanalysis.maintain import recount_territories
from tlanalysis.maintain.recount_territories import departements_and_regions, names_in, neighbours_in


def square(code, x, y):
    corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    properties = {"insee_dep": code, "lib_dep": f"Carré {code}"}
    return {"properties": properties, "geometry": {"type": "Polygon", "coordinates": [corners]}}


# B is east of A, C is north of B: A and C meet in the point (1, 1) only. D is an island of two squares.
ISLAND = square("D", 10, 10)
ISLAND["geometry"] = {
    "type": "MultiPolygon",
    "coordinates": [square("D", 10, 10)["geometry"]["coordinates"], square("D", 11, 10)["geometry"]["coordinates"]],
}
OUTLINES = json.dumps({"features": [square("A", 0, 0), square("B", 1, 0), square("C", 1, 1), ISLAND]}).encode()


def test_neighbours_share_a_segment_not_a_point():
    assert neighbours_in(OUTLINES, "dep") == {"A": {"B"}, "B": {"A", "C"}, "C": {"B"}, "D": set()}


def test_names_come_from_the_outlines():
    assert names_in(OUTLINES, "dep") == {code: f"Carré {code}" for code in "ABCD"}


@pytest.mark.mirror
def test_recounting_territories_gives_the_embedded_bytes(mirror, raw):
    for name, table in zip(("departements", "regions"), departements_and_regions(), strict=True):
        assert table.to_csv(index=False, lineterminator="\n").encode("utf-8") == (raw / f"{name}.csv").read_bytes()


@pytest.mark.mirror
def test_a_departement_without_an_outline_is_named(mirror, monkeypatch):
    read = embedded.read_remote

    def without_ain(name):
        data = read(name)
        return data.replace(b'"insee_dep": "01"', b'"insee_dep": "99"') if "contours_departements" in name else data

    monkeypatch.setattr(recount_territories.embedded, "read_remote", without_ain)
    with pytest.raises(SourceError, match=r"the code 01 .* is not in contours_departements_2022"):
        departements_and_regions()
