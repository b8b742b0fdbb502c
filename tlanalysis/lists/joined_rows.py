"""Split the rows of a list that hold several places: one row per identifier.

Some publishers write one row per commune and join in it the identifiers and the names of all its places. Identifiers
decide: a row with seven of them is seven places. Names follow only when there are as many, because a name may hold the
separator itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.messages import say
from tlanalysis.lists.readers.base import RowBatch

RowNumbers = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True)
class Joined:
    """How a list joins several places in one row: the columns of its identifiers and names, and what separates them."""

    ids: str
    names: str | None = None
    separator: str = ";"


@dataclass(frozen=True)
class Split:
    """The rows of a list, one per place.

    Attributes
    ----------
    rows : RowBatch
        One row per identifier; the places of one row keep its number.
    unpaired : list of (int, str)
        Number and names of each row whose names are not as many as its identifiers: its places have no name.
    """

    rows: RowBatch
    unpaired: list[tuple[int, str]]


def split_rows(batch: RowBatch, joined: Joined) -> Split:
    """Return one row per identifier; a row without an identifier stays as it is.

    Examples
    --------
    >>> table = pa.table({"id": ["a-1", "a-2; a-3"], "nom": ["Un ; deux", "Trois; Quatre"], "code": ["01001", "75101"]})
    >>> split = split_rows(RowBatch(table, np.array([1, 2]), []), Joined("id", "nom"))
    >>> split.rows.table.to_pydict()["id"], split.rows.table.to_pydict()["nom"], split.rows.numbers.tolist()
    (['a-1', 'a-2', 'a-3'], ['Un ; deux', 'Trois', 'Quatre'], [1, 2, 2])
    """
    ids = [_parts(cell, joined.separator) or [cell] for cell in batch.table[joined.ids].to_pylist()]
    if all(len(found) == 1 for found in ids):
        return Split(batch, [])
    origin = np.repeat(np.arange(len(ids)), [len(found) for found in ids])
    table = _with_column(batch.table.take(pa.array(origin)), joined.ids, [one for found in ids for one in found])
    split = batch._replace(table=table, numbers=batch.numbers[origin])
    if joined.names is None:
        return Split(split, [])
    names: list[str | None] = []
    unpaired = []
    for number, found, printed in zip(batch.numbers, ids, batch.table[joined.names].to_pylist(), strict=True):
        apart = [printed] if len(found) == 1 else _parts(printed, joined.separator)
        if len(apart) == len(found):
            names += apart
        else:
            unpaired.append((int(number), printed or ""))
            names += [None] * len(found)
    return Split(split._replace(table=_with_column(table, joined.names, names)), unpaired)


def _with_column(table: pa.Table, name: str, cells: list[str | None]) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(cells, pa.string()))


def _parts(cell: str | None, separator: str) -> list[str | None]:
    return [part for text in (cell or "").split(separator) if (part := text.strip())]


def check_distinct(ids: list[str | None], numbers: list[int], where: str) -> None:
    """Check that no identifier of a list stands in it twice.

    Raises
    ------
    BadInput
        Naming the list, the identifier and its rows.
    """
    times = Counter(one for one in ids if one)
    twice = [one for one, count in times.items() if count > 1]
    if not twice:
        return
    rows = [str(number) for one, number in zip(ids, numbers, strict=True) if one == twice[0]]
    shown = without_personal(twice[0], "[…]")
    others = say("other_identifiers", count=len(twice) - 1) if len(twice) > 1 else ""
    raise BadInput(say("identifier_twice", where=where, shown=repr(shown), rows=", ".join(rows[:5]), others=others))
