"""Group the rows of a list that describe the same place, and mark the row to keep and why; no row is deleted.

Two rows are the same place when they have the same identifier; or the same name (but for case) in the same commune;
or, in lists of up to `NEAR_UP_TO` rows, similar names (RapidFuzz, words in any order) in the same commune or
within 200 metres of each other. Two rows known to lie more than 2 km apart are two places, whatever their names. A
row's commune is its commune code, else its postal code with the name of the commune, else this name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists.duplicate_links import (
    ALIKE,
    ALIKE_WHEN_CLOSE,
    CLOSE_M,
    FAR_M,
    REASONS,
    Links,
    Rows,
    combined,
    commune_of,
    link_similar,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

NEAR_UP_TO = 200_000
SCHEMA = pa.schema(
    [
        ("groupe", pa.int64()),
        ("ligne_source", pa.int64()),
        ("id_source", pa.string()),
        ("nom", pa.string()),
        ("code_commune", pa.string()),
        ("retenue", pa.bool_()),
        ("motif", pa.string()),
        ("ressemblance", pa.float64()),
        ("distance_m", pa.float64()),
    ]
)
_NEEDED = ("id_source", "nom", "code_commune", "commune", "code_postal", "latitude", "longitude", "ligne_source")

Hashes = NDArray[np.uint64]


@dataclass
class Seen:
    """What is kept of the places read so far: two hashes per row, of its identifier and of its name with commune."""

    by_id: list[Hashes] = field(default_factory=list)
    by_name: list[Hashes] = field(default_factory=list)

    def add(self, places: pa.Table) -> None:
        """Keep the hashes of a batch of clean places, in the order they are written."""
        commune = pc.coalesce(commune_of(places), "")
        name = pc.utf8_lower(places["nom"])
        self.by_id.append(_hashed(places["id_source"], places["id_source"].is_null()))
        both = pc.binary_join_element_wise(name, commune, "\x1f")
        self.by_name.append(_hashed(both, pc.or_(places["nom"].is_null(), pc.equal(commune, ""))))

    def __len__(self) -> int:
        return sum(map(len, self.by_id))

    def candidates(self) -> NDArray[np.int64]:
        """Return the positions of the rows that may be duplicates.

        They are all rows of a short list, and the rows with a repeated hash in a long one.
        """
        if len(self) <= NEAR_UP_TO:
            return np.arange(len(self))
        return np.flatnonzero(_repeated(self.by_id) | _repeated(self.by_name))


# An odd number has an inverse modulo 2**64, which lets one running sum over a whole column give the hash of each of its
# cells.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)


@lru_cache(maxsize=4)  # two bases, and the sizes of two columns
def _powers(base: int, size: int) -> Hashes:
    """Return the first powers of a number modulo 2**64, from 0."""
    powers = np.full(size, base, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, out=powers)


def _hashed(column: pa.ChunkedArray, missing: pa.ChunkedArray) -> Hashes:
    """Return a polynomial hash per cell, 0 where missing.

    Equal texts have equal hashes. `find_duplicates` compares the texts behind equal hashes again.
    """
    array = pc.fill_null(column, "").combine_chunks()
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    ends = offsets - offsets[0]
    size = 1 << max(12, len(data).bit_length())  # few different sizes, so that their powers are cached
    total = data.astype(np.uint64)
    total += np.uint64(1)
    total *= _powers(_BASE, size)[: len(data)]
    np.cumsum(total, out=total)
    sums = np.where(ends > 0, total[ends - 1], np.uint64(0)) if len(data) else np.zeros(len(ends), np.uint64)
    hashes = (sums[1:] - sums[:-1]) * _powers(_INVERSE, size)[ends[:-1]]
    hashes[missing.combine_chunks().to_numpy(zero_copy_only=False)] = 0
    return hashes


def _repeated(parts: list[Hashes]) -> NDArray[np.bool_]:
    hashes = np.concatenate(parts) if parts else np.array([], np.uint64)
    ordered = np.sort(hashes)
    twice = np.unique(ordered[1:][(ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)])
    if not len(twice):
        return np.zeros(len(hashes), bool)
    at = np.minimum(np.searchsorted(twice, hashes), len(twice) - 1)
    return twice[at] == hashes


def pick(tables: Iterable[pa.Table], rows: NDArray[np.int64]) -> pa.Table:
    """Return places by position, with the columns that `find_duplicates` needs and `cellules`, the filled cells."""
    start, picked = 0, []
    for table in tables:
        wanted = rows[(rows >= start) & (rows < start + len(table))] - start
        part = table.take(pa.array(wanted))
        filled = sum(column.is_valid().to_numpy().astype(np.int64) for column in part.columns)
        picked.append(part.select(_NEEDED).append_column("cellules", pa.array(filled)))
        start += len(table)
    return pa.concat_tables(picked)


def find_duplicates(places: pa.Table, *, near: bool) -> pa.Table:
    """Return the groups of rows that describe the same place, one row per member; empty when there is none.

    Parameters
    ----------
    places : Table
        The result of `pick`.
    near : bool
        Whether similar names are compared too.

    Returns
    -------
    Table
        `groupe` (from 1), `ligne_source`, `id_source`, `nom`, `code_commune`, `retenue` (the row to keep), `motif`,
        `ressemblance` (0 to 100) and `distance_m` to the row kept, missing where unknown.
    """
    rows = Rows.of(places)
    links = Links(rows.points)
    links.add_equal(rows.identifiers, "meme_identifiant")
    links.add_equal(combined(rows.names, rows.communes), "meme_nom_meme_commune")
    if near:
        link_similar(rows, links)
    return _members(places, rows, links)


def _members(places: pa.Table, rows: Rows, links: Links) -> pa.Table:
    """Return the members of each group: the row to keep, then the others.

    The kept row has the most filled cells, the first among equals.
    """
    row, group = links.groups()
    if not len(row):
        return SCHEMA.empty_table()
    from rapidfuzz import fuzz, process

    cells = places["cellules"].to_numpy()
    filled = cells[row]
    best = np.lexsort((row, -filled, group))
    starts = np.flatnonzero(np.r_[True, np.diff(group[best]) != 0])
    kept = row[best[starts]][group]
    equals = np.bincount(group, weights=filled == cells[kept])[group]
    order = np.lexsort((row, row != kept, group))
    row, group, kept, equals = row[order], group[order], kept[order], equals[order]
    own = row == kept
    words = np.array(rows.words, object)
    likeness = process.cpdist(words[kept].tolist(), words[row].tolist(), scorer=fuzz.ratio)
    metres = links.distances(kept, row)
    why = np.array(REASONS, object)[_reasons(rows, links, row, kept, likeness, metres)]
    chosen = np.where(equals == 1, "la_plus_complete", "la_premiere")
    taken = places.select(["ligne_source", "id_source", "nom", "code_commune"]).take(pa.array(row))
    columns = dict(zip(taken.column_names, taken.columns, strict=True)) | {
        "groupe": pa.array(group + 1),
        "retenue": pa.array(own),
        "motif": pa.array(np.where(own, chosen, why).astype(object), pa.string()),
        "ressemblance": pa.array(np.where(own, np.nan, np.round(likeness)), pa.float64(), from_pandas=True),
        "distance_m": pa.array(np.where(own, np.nan, np.round(metres)), pa.float64(), from_pandas=True),
    }
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def _reasons(
    rows: Rows,
    links: Links,
    row: NDArray[np.int64],
    kept: NDArray[np.int64],
    likeness: NDArray[np.float64],
    metres: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return why each row is the same place as the row kept: the number of a reason in `REASONS`.

    A row linked to the kept one through others has the surest reason of its own links.
    """
    same_id = (rows.identifiers[row] == rows.identifiers[kept]) & (rows.identifiers[row] != 0)
    same_commune = (rows.communes[row] == rows.communes[kept]) & (rows.communes[row] != 0) & ~(metres > FAR_M)
    same_name = same_commune & (rows.names[row] == rows.names[kept]) & (rows.names[row] != 0)
    alike = same_commune & (likeness >= ALIKE)
    close = (metres <= CLOSE_M) & (likeness >= ALIKE_WHEN_CLOSE)
    return np.select([same_id, same_name, alike, close], list(range(len(REASONS))), links.why[row])
