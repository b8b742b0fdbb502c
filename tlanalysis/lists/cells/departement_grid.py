"""Find the département of a point in a grid of cells of 1/50 degree, computed from the outlines of the départements.

The embedded table `maille_departements` holds, per row of cells, the runs of cells whose centre lies in a département.
A cell is 2.2 km high and about 1.5 km wide: near a border the grid may name the neighbour, so it is one
piece of evidence among others (see `departement_vote`).
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlanalysis.data import embedded
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES

if TYPE_CHECKING:
    import pandas as pd

TABLE = "maille_departements"
CELLS_PER_DEGREE = 50
NOWHERE = -1
# A point is in a département when a cell at most this far from its own is: outlines of coasts and borders are rough.
TOLERANCE = 2

# The collectivities have no outline in the file: a box each (degrees: south, north, west, east), wide enough to hold
# their islands and far from any other.
_BOXES = {
    "975": (46.7, 47.2, -56.5, -56.0),
    "977": (17.80, 18.00, -63.0, -62.7),
    "978": (18.02, 18.20, -63.25, -62.95),
    "986": (-14.5, -13.0, -178.5, -176.0),
    "987": (-28.0, -7.5, -155.0, -134.0),
    "988": (-23.0, -19.0, 158.0, 172.0),
}

# Islands that the simplified outlines leave out, a box each, in the sea around them.
_ISLANDS = (
    ("29", (48.02, 48.06, -4.95, -4.80)),  # Sein
    ("29", (48.32, 48.43, -5.02, -4.84)),  # Molène and its archipelago
    ("29", (47.68, 47.75, -4.06, -3.94)),  # Glénan
    ("56", (47.31, 47.42, -3.03, -2.80)),  # Houat, Hoëdic
    ("17", (45.99, 46.03, -1.20, -1.14)),  # Aix
    ("50", (48.84, 48.92, -1.88, -1.75)),  # Chausey
    ("22", (48.86, 48.90, -3.55, -3.40)),  # Sept-Îles
    ("973", (5.26, 5.30, -52.61, -52.56)),  # Îles du Salut
)

Indices = NDArray[np.int16]


class Runs(NamedTuple):
    """Runs of cells in order: numbers of the `first` and `last` cells, and the index in `codes.DEPARTEMENT_CODES`."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    place: Indices


def _number(row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each cell; numbers grow along a row, then from row to row."""
    return row * 100_000 + column


@cache
def _runs() -> Runs:
    table = embedded.read_texts(TABLE)
    row, start, end = (np.array(table[name], np.int64) for name in ("ligne", "colonne_debut", "colonne_fin"))
    places = np.array([*map(DEPARTEMENT_CODES.index, table["code_departement"])], np.int16)
    first, last = _number(row, start), _number(row, end)
    order = np.argsort(first)
    return Runs(first[order], last[order], places[order])


def _at_cells(row: NDArray[np.int64], column: NDArray[np.int64]) -> Indices:
    runs, wanted = _runs(), _number(row, column)
    at = np.searchsorted(runs.first, wanted, side="right") - 1
    inside = (at >= 0) & (wanted <= runs.last[at])
    return np.where(inside, runs.place[at], np.int16(NOWHERE))


def _cells(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(degrees * CELLS_PER_DEGREE).astype(np.int64)


_AROUND = sorted(
    ((dy, dx) for dy in range(-TOLERANCE, TOLERANCE + 1) for dx in range(-TOLERANCE, TOLERANCE + 1) if dy or dx),
    key=lambda step: step[0] ** 2 + step[1] ** 2,
)


def departements_at(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> Indices:
    """Return the index in `codes.DEPARTEMENT_CODES` of the département of each point; -1 for none.

    Parameters
    ----------
    latitude, longitude : ndarray of float
        Degrees (WGS 84), NaN where unknown. A point outside all départements goes to one within two cells.

    Examples
    --------
    >>> [DEPARTEMENT_CODES[i] for i in departements_at(np.array([48.8530, -21.1151]), np.array([2.3499, 55.5364]))]
    ['75', '974']
    """
    found = np.full(len(latitude), NOWHERE, np.int16)
    known = np.flatnonzero((np.abs(latitude) <= 90) & (np.abs(longitude) <= 180))  # false for NaN
    row, column = _cells(latitude[known]), _cells(longitude[known])
    found[known] = _at_cells(row, column)
    for dy, dx in _AROUND:
        missed = found[known] == NOWHERE
        if not missed.any():
            break
        found[known[missed]] = _at_cells(row[missed] + dy, column[missed] + dx)
    for code, (south, north, west, east) in (*_BOXES.items(), *_ISLANDS):
        inside = (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
        found[inside & (found == NOWHERE)] = DEPARTEMENT_CODES.index(code)
    return found


def across_the_border(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each point lies in no cell of a département and on no island, but within two cells of one."""
    out = np.zeros(len(latitude), bool)
    known = np.flatnonzero(departements_at(latitude, longitude) != NOWHERE)
    out[known] = _at_cells(_cells(latitude[known]), _cells(longitude[known])) == NOWHERE
    for _, (south, north, west, east) in (*_BOXES.items(), *_ISLANDS):
        out &= ~((latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east))
    return out


def touches(latitude: NDArray[np.float64], longitude: NDArray[np.float64], place: Indices) -> NDArray[np.bool_]:
    """Return whether each point lies in, or within two cells of, the département of index `place`."""
    row, column = _cells(latitude), _cells(longitude)
    near = _at_cells(row, column) == place
    for dy, dx in _AROUND:
        near |= _at_cells(row + dy, column + dx) == place
    for code, (south, north, west, east) in _ISLANDS:
        inside = (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
        near |= inside & (place == DEPARTEMENT_CODES.index(code))
    return near


def draw_grid(outlines: bytes) -> pd.DataFrame:
    """Return the embedded table, computed from the outlines of the départements (GeoJSON, WGS 84).

    Parameters
    ----------
    outlines : bytes
        The open file of the outlines of départements.

    Returns
    -------
    DataFrame
        `ligne`, `colonne_debut`, `colonne_fin` (cell numbers: degrees times 50, rounded down) and `code_departement`.
    """
    import pandas as pd
    import shapely
    from shapely.geometry import shape

    runs = []
    for feature in json.loads(outlines)["features"]:
        outline = shape(feature["geometry"])
        shapely.prepare(outline)
        west, south, east, north = (bound * CELLS_PER_DEGREE for bound in outline.bounds)
        columns, rows = np.arange(np.floor(west), np.ceil(east) + 1), np.arange(np.floor(south), np.ceil(north) + 1)
        x, y = np.meshgrid((columns + 0.5) / CELLS_PER_DEGREE, (rows + 0.5) / CELLS_PER_DEGREE)
        inside = np.pad(shapely.contains_xy(outline, x, y), ((0, 0), (1, 1)))
        steps = np.diff(inside.astype(np.int8), axis=1)
        for row, starts in enumerate(steps == 1):
            ends = np.flatnonzero(steps[row] == -1) - 1
            runs += [
                (int(rows[row]), int(columns[first]), int(columns[last]), feature["properties"]["insee_dep"])
                for first, last in zip(np.flatnonzero(starts), ends, strict=True)
            ]
    return pd.DataFrame(sorted(runs), columns=["ligne", "colonne_debut", "colonne_fin", "code_departement"])


def areas_km2() -> dict[str, float]:
    """Return the area of each département in km2, summed over its cells on a sphere (a degree is 111.195 km)."""
    table = embedded.load(TABLE)
    side = 111.195 / 50
    narrowed = np.cos(np.radians((table["ligne"].astype(float) + 0.5) / 50))
    area = (table["colonne_fin"] - table["colonne_debut"] + 1).astype(float) * side**2 * narrowed
    return area.groupby(table["code_departement"]).sum().to_dict()
