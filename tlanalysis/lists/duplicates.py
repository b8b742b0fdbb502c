"""Group the rows of a list that describe the same place, and mark the row to keep and why; no row is deleted.

Two rows are the same place when they have the same identifier; or the same name (but for case) in the same commune;
or, in lists of up to `NEAR_UP_TO` rows, similar names (RapidFuzz, words in any order) in the same commune or
within 200 metres of each other. Two rows known to lie more than 2 km apart are two places, whatever their names. A
row's commune is its commune code, else its postal code with the name of the commune.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists.cells.text import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

NEAR_UP_TO = 200_000
# Least similarity of names, 0 to 100: within a commune, and between rows less than `CLOSE_M` apart.
ALIKE, ALIKE_WHEN_CLOSE = 90, 80
CLOSE_M, FAR_M = 200.0, 2_000.0
_EARTH_M = 6_371_008.8

COLUMNS = (
    "groupe",
    "ligne_source",
    "id_source",
    "nom",
    "code_commune",
    "retenue",
    "motif",
    "ressemblance",
    "distance_m",
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
        commune = pc.coalesce(places["code_commune"], places["code_postal"], places["commune"], "")
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


@lru_cache(maxsize=2)
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
    size = 1 << max(20, len(data).bit_length())  # few different sizes, so that their powers are cached
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


def pick(tables: Iterable[pa.Table], rows: NDArray[np.int64]) -> pd.DataFrame:
    """Return places by position, with the columns that `find_duplicates` needs and `cellules`, the filled cells."""
    import pandas as pd

    return pd.concat(list(_picked(tables, rows)), ignore_index=True)


def _picked(tables: Iterable[pa.Table], rows: NDArray[np.int64]) -> Iterator[pd.DataFrame]:
    start = 0
    for table in tables:
        wanted = rows[(rows >= start) & (rows < start + len(table))] - start
        part = table.take(pa.array(wanted))
        filled = sum(column.is_valid().to_numpy().astype(int) for column in part.columns)
        yield part.select(_NEEDED).to_pandas().assign(cellules=filled)
        start += len(table)


def find_duplicates(places: pd.DataFrame, *, near: bool) -> pd.DataFrame:
    """Return the groups of rows that describe the same place, one row per member; empty when there is none.

    Parameters
    ----------
    places : DataFrame
        The result of `pick`.
    near : bool
        Whether similar names are compared too.

    Returns
    -------
    DataFrame
        `groupe` (from 1), `ligne_source`, `id_source`, `nom`, `code_commune`, `retenue` (the row to keep), `motif`,
        `ressemblance` (0 to 100) and `distance_m` to the row kept, missing where unknown.
    """
    import pandas as pd

    frame = places.reset_index(drop=True)
    names = frame["nom"].fillna("")
    communes = _communes(frame)
    frame = frame.assign(cle=[key(name) for name in names], lieu=communes)
    points = _on_sphere(frame)
    links = _same(
        frame.assign(nom_commune=(names.str.lower() + "\x1f" + communes).where((names != "") & (communes != ""))),
        "nom_commune",
        "meme_nom_meme_commune",
    ) | _same(frame, "id_source", "meme_identifiant")  # the surest reason is the one recorded
    if near:
        links = _near(frame, points) | links
    kept_apart = {pair for pair, why in links.items() if why != "meme_identifiant" and _distance(points, *pair) > FAR_M}
    links = {pair: why for pair, why in links.items() if pair not in kept_apart}
    rows = [row for group in _groups(links, len(frame)) for row in _members(frame, points, group, links)]
    table = pd.DataFrame(rows, columns=list(COLUMNS[1:]))
    starts = table["retenue"].cumsum() if len(table) else pd.Series(dtype=int)
    return table.assign(groupe=starts)[list(COLUMNS)]


def _communes(frame: pd.DataFrame) -> pd.Series:
    return frame["code_commune"].fillna(frame["code_postal"]).fillna(frame["commune"]).fillna("")


Links = dict[tuple[int, int], str]


def _same(frame: pd.DataFrame, column: str, why: str) -> Links:
    """Link each row to the first with the same value."""
    known = frame.loc[frame[column].notna(), column]
    first = known.groupby(known).transform(lambda values: values.index[0])
    return {(int(one), int(other)): why for other, one in first.items() if one != other}


def _near(frame: pd.DataFrame, points: NDArray[np.float64]) -> Links:
    """Link the rows whose names are similar, in one commune or less than `CLOSE_M` apart."""
    from rapidfuzz import fuzz, process
    from scipy.spatial import KDTree

    links: Links = {}
    named = frame[frame["cle"] != ""]
    for _, block in named[named["lieu"] != ""].groupby("lieu"):
        for part in _windows(block):
            likeness = process.cdist(
                part["cle"].tolist(), part["cle"].tolist(), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE
            )
            for one, other in zip(*np.nonzero(np.triu(likeness, 1)), strict=True):
                pair = sorted((int(part.index[one]), int(part.index[other])))
                links[pair[0], pair[1]] = "nom_proche_meme_commune"
    located = named.index[~np.isnan(points[named.index, 0])].to_numpy()
    if len(located) > 1:
        for one, other in KDTree(points[located]).query_pairs(CLOSE_M):
            pair = sorted((int(located[one]), int(located[other])))
            if fuzz.token_sort_ratio(frame["cle"][pair[0]], frame["cle"][pair[1]]) >= ALIKE_WHEN_CLOSE:
                links.setdefault((pair[0], pair[1]), "nom_proche_a_moins_de_200_m")
    return links


# All pairs of a commune are compared; in a crowded one, all pairs of neighbours in alphabetical order.
_CROWD, _WINDOW = 2_000, 500


def _windows(block: pd.DataFrame) -> Iterator[pd.DataFrame]:
    if len(block) <= _CROWD:
        yield block
        return
    ordered = block.sort_values("cle")
    for start in range(0, len(ordered), _WINDOW // 2):
        yield ordered.iloc[start : start + _WINDOW]


def _on_sphere(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return the points in metres from the centre of the Earth: at such distances a chord is as long as an arc."""
    lat, lon = np.radians(frame["latitude"].to_numpy(float)), np.radians(frame["longitude"].to_numpy(float))
    return _EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _distance(points: NDArray[np.float64], one: int, other: int) -> float:
    return float(np.linalg.norm(points[one] - points[other]))  # NaN where unknown: compares as "not far"


def _groups(links: Links, size: int) -> list[list[int]]:
    """Return the connected groups of rows, in the order of their first row."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not links:
        return []
    one, other = np.array(list(links)).T
    _, label = connected_components(coo_array((np.ones(len(one)), (one, other)), shape=(size, size)), directed=False)
    members: dict[int, list[int]] = {}
    for row in np.unique(np.concatenate([one, other])):
        members.setdefault(int(label[row]), []).append(int(row))
    return list(members.values())


def _members(
    frame: pd.DataFrame, points: NDArray[np.float64], group: list[int], links: Links
) -> Iterator[dict[str, object]]:
    """Yield the row to keep, then the others; the kept row has the most filled cells, the first among equals."""
    from rapidfuzz import fuzz

    fullest = frame.loc[group, "cellules"].max()
    equals = [row for row in group if frame.loc[row, "cellules"] == fullest]
    kept = equals[0]
    for row in [kept, *(row for row in group if row != kept)]:
        distance = _distance(points, kept, row)
        why = next((links[pair] for pair in ((min(kept, row), max(kept, row)),) if pair in links), "") or next(
            why for pair, why in links.items() if row in pair
        )
        yield {
            **{name: frame.loc[row, name] for name in ("ligne_source", "id_source", "nom", "code_commune")},
            "retenue": row == kept,
            "motif": ("la_plus_complete" if len(equals) == 1 else "la_premiere") if row == kept else why,
            "ressemblance": None
            if row == kept
            else round(fuzz.token_sort_ratio(frame.loc[kept, "cle"], frame.loc[row, "cle"])),
            "distance_m": None if row == kept or np.isnan(distance) else round(distance),
        }
