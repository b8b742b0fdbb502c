"""Link the rows of a list that may be one place: same identifier, same name, similar names.

The cost does not grow with the square of the list. Rows with the same name at the same point stand for one. All pairs
of the others are compared within a commune, or within `CLOSE_M`; where a commune or a point is crowded, each row is
compared with its neighbours in alphabetical order. Of the links found, only those that hold a group together are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists.cells.text import key
from tlanalysis.lists.near_points import Positions, components, pairs_within

# Reasons of a link, the surest first.
REASONS = ("meme_identifiant", "meme_nom_meme_commune", "nom_proche_meme_commune", "nom_proche_a_moins_de_200_m")
# Least similarity of names, 0 to 100: within a commune, and between rows less than `CLOSE_M` apart.
ALIKE, ALIKE_WHEN_CLOSE = 90, 80
CLOSE_M, FAR_M = 200.0, 2_000.0
_EARTH_M = 6_371_008.8

# How many rows are compared all with all, and beyond how many neighbours: in a commune, at a point.
_IN_COMMUNE, _AT_POINT = (1_000, 500), (100, 100)
# How many rows of one name in one commune, at different points, are compared with other names.
_SAME_NAME = 20
_MOST_PAIRS = 4_000_000

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """What is compared, per row: numbers that are equal where the texts are, 0 where there is none.

    `names` holds texts without case, `folded` without accents either; `words` are the words of each name in
    alphabetical order; `points` are metres from the centre of the Earth, NaN where unknown, `spots` their numbers.
    """

    identifiers: Codes
    names: Codes
    folded: Codes
    communes: Codes
    spots: Codes
    words: list[str]
    points: NDArray[np.float64]

    @classmethod
    def of(cls, places: pa.Table) -> Rows:
        """Return the rows of a table of places."""
        names = pc.fill_null(places["nom"], "").combine_chunks().dictionary_encode()
        keys = [key(name) for name in names.dictionary.to_pylist()]
        folded = pa.array(keys, pa.string()).take(names.indices)
        words = np.array([" ".join(sorted(name.split())) for name in keys], object)
        communes = commune_of(places)
        return cls(
            _numbered(places["id_source"]),
            _numbered(pc.utf8_lower(places["nom"])),
            _numbered(folded),
            _numbered(communes),
            combined(_numbered(places["latitude"]), _numbered(places["longitude"])),
            words[names.indices.to_numpy()].tolist() if len(words) else [],
            on_sphere(places),
        )


def commune_of(places: pa.Table) -> pa.ChunkedArray:
    """Return one text per commune: its code, else its postal code with its name, else its name; null without any.

    A postal code alone names no commune, because several share most of them. The first sign keeps the kinds apart: a
    postal code may have the digits of the code of another commune.
    """
    name = pc.utf8_lower(places["commune"])
    by_code = pc.binary_join_element_wise("c", places["code_commune"], "")
    by_postal_code = pc.binary_join_element_wise("p", places["code_postal"], name, " ")
    return pc.coalesce(by_code, by_postal_code, pc.binary_join_element_wise("n", name, ""))


def _numbered(column: pa.Array | pa.ChunkedArray) -> Codes:
    """Return a number per cell, from 1, equal where the cells are; 0 for null and for an empty text."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_string(array.type):
        array = pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    return pc.fill_null(array.dictionary_encode().indices, -1).to_numpy().astype(np.int64) + 1


def combined(one: Codes, other: Codes) -> Codes:
    """Return a number per pair of numbers; 0 where one of them is 0."""
    both = one * (other.max(initial=0) + 1) + other
    return np.where((one == 0) | (other == 0), 0, both)


def on_sphere(places: pa.Table) -> NDArray[np.float64]:
    """Return the points in metres from the centre of the Earth: at such distances a chord is as long as an arc."""
    lat, lon = (np.radians(places[name].to_numpy().astype(float)) for name in ("latitude", "longitude"))
    return _EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


class Links:
    """The links found so far, and the surest reason of each row."""

    def __init__(self, points: NDArray[np.float64]) -> None:
        self._points = points
        self._one: list[Positions] = []
        self._other: list[Positions] = []
        self.why = np.full(len(points), len(REASONS), np.int64)

    def add(self, one: Positions, other: Positions, reason: str) -> None:
        """Link pairs of rows, but for those known to lie too far apart to be one place."""
        if reason != "meme_identifiant":
            near = ~(self.distances(one, other) > FAR_M)  # NaN where unknown: not far
            one, other = one[near], other[near]
        number = REASONS.index(reason)
        for rows in (one, other):
            self.why[rows] = np.minimum(self.why[rows], number)
        one, other = _held_together(one, other)
        self._one.append(one)
        self._other.append(other)

    def add_equal(self, codes: Codes, reason: str) -> None:
        """Link each row to the first row with the same number, and to the one before it.

        Rows are also linked to the next one along each axis, so that those close to each other meet although the first
        one lies far away.
        """
        known = np.flatnonzero(codes)
        ordered = known[np.argsort(codes[known], kind="stable")]
        values = codes[ordered]
        same = np.flatnonzero(values[1:] == values[:-1]) + 1
        if not len(same):
            return
        starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        first = ordered[starts[np.searchsorted(starts, same, side="right") - 1]]
        self.add(first, ordered[same], reason)
        repeated = ordered[np.isin(values, values[same])]
        for axis in (None, 0, 1, 2):
            place = repeated if axis is None else self._points[repeated, axis]
            along = repeated[np.lexsort((place, codes[repeated]))]
            next_to = codes[along[1:]] == codes[along[:-1]]
            self.add(along[:-1][next_to], along[1:][next_to], reason)

    def distances(self, one: Positions, other: Positions) -> NDArray[np.float64]:
        """Return the distances in metres between rows, NaN where unknown."""
        return np.linalg.norm(self._points[one] - self._points[other], axis=1)

    def groups(self) -> tuple[Positions, Positions]:
        """Return the linked rows in their order, and the number of the group of each, in the order of first rows."""
        one, other = np.concatenate([*self._one, []]).astype(int), np.concatenate([*self._other, []]).astype(int)
        rows = np.unique(np.concatenate([one, other]))
        labels = components(np.searchsorted(rows, one), np.searchsorted(rows, other), len(rows))
        _, first, which = np.unique(labels, return_index=True, return_inverse=True)
        rank = np.empty(len(first), np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        return rows, rank[which]


def _held_together(one: Positions, other: Positions) -> tuple[Positions, Positions]:
    """Return fewer links that join the same rows: one from each row to the first of its group."""
    rows = np.unique(np.concatenate([one, other]))
    if len(one) <= len(rows):
        return one, other
    labels = components(np.searchsorted(rows, one), np.searchsorted(rows, other), len(rows))
    _, first = np.unique(labels, return_index=True)
    return rows[first[labels]], rows


def link_similar(rows: Rows, links: Links) -> None:
    """Link the rows whose names are similar, in one commune or less than `CLOSE_M` apart."""
    words = np.array(rows.words, object)
    spots = rows.spots + 1  # an unknown point is equal to another
    same = combined(rows.folded, rows.communes)
    links.add_equal(same, "nom_proche_meme_commune")
    compared = _first_of_each(_representatives(combined(same, spots)), same)
    for block in _blocks(compared, rows.communes):
        for part in _windows(block, words, *_IN_COMMUNE):
            _link_alike(part, words, links, ALIKE, "nom_proche_meme_commune")
    at_point = combined(rows.folded, rows.spots)
    links.add_equal(at_point, "nom_proche_a_moins_de_200_m")
    _link_close(_representatives(at_point), words, links, rows.points)


def _representatives(codes: Codes) -> Positions:
    """Return the first row of each number but 0."""
    values, first = np.unique(codes, return_index=True)
    return np.sort(first[values != 0])


def _first_of_each(rows: Positions, codes: Codes) -> Positions:
    """Return at most `_SAME_NAME` rows of each number."""
    ordered = rows[np.argsort(codes[rows], kind="stable")]
    _, first, which = np.unique(codes[ordered], return_index=True, return_inverse=True)
    return np.sort(ordered[np.arange(len(ordered)) - first[which] < _SAME_NAME])


def _blocks(rows: Positions, by: Codes) -> Iterator[Positions]:
    """Yield the rows that share a number, two or more."""
    ordered = rows[np.argsort(by[rows], kind="stable")]
    ends = np.flatnonzero(np.diff(by[ordered])) + 1
    yield from (block for block in np.split(ordered, ends) if len(block) > 1)


def _windows(block: Positions, words: NDArray[np.object_], all_pairs: int, window: int) -> Iterator[Positions]:
    if len(block) <= all_pairs:
        yield block
        return
    ordered = block[np.argsort(words[block], kind="stable")]
    for start in range(0, len(ordered), window // 2):
        yield ordered[start : start + window]


def _link_alike(
    part: Positions, words: NDArray[np.object_], links: Links, least: int, reason: str, within: float | None = None
) -> None:
    from rapidfuzz import fuzz, process

    names = words[part].tolist()
    likeness = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=least)
    one, other = np.nonzero(np.triu(likeness, 1))
    one, other = part[one], part[other]
    if within is not None:
        near = links.distances(one, other) <= within
        one, other = one[near], other[near]
    if len(one):
        links.add(np.minimum(one, other), np.maximum(one, other), reason)


def _link_close(rows: Positions, words: NDArray[np.object_], links: Links, points: NDArray[np.float64]) -> None:
    reason = "nom_proche_a_moins_de_200_m"
    if len(rows) < 2:
        return
    from rapidfuzz import fuzz, process

    found, count = [], 0
    for near in pairs_within(points[rows], CLOSE_M):
        found.append(near)
        count += len(near[0])
        if count > _MOST_PAIRS:
            break
    else:
        for first, second in found:
            one, other = rows[first], rows[second]
            likeness = process.cpdist(words[one].tolist(), words[other].tolist(), scorer=fuzz.ratio)
            alike = likeness >= ALIKE_WHEN_CLOSE
            links.add(one[alike], other[alike], reason)
        return
    del found
    seen: set[bytes] = set()
    for cells in _cells(points[rows]):
        for block in _blocks(np.arange(len(rows)), cells):
            if (members := block.tobytes()) not in seen:
                seen.add(members)
                for part in _windows(rows[block], words, *_AT_POINT):
                    _link_alike(part, words, links, ALIKE_WHEN_CLOSE, reason, within=CLOSE_M)


def _cells(points: NDArray[np.float64]) -> Iterator[Codes]:
    """Yield the numbers of cells of eight grids: two points less than `CLOSE_M` apart share a cell in one of them."""
    side = 2 * CLOSE_M
    for shift in np.ndindex(2, 2, 2):
        x, y, z = np.floor((points + np.array(shift) * CLOSE_M) / side).astype(np.int64).T + 100_000
        yield (x * 200_000 + y) * 200_000 + z
