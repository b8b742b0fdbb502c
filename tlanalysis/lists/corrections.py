"""Known errors of published lists, put right before cleaning; they stand with their publisher in `publishers/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tlanalysis.core.errors import BadInput


@dataclass(frozen=True)
class Correction:
    """Rows of a list (publisher's column -> value), what to `set` there, why, and how many it must find."""

    rows: dict[str, str]
    set: dict[str, str]
    hits: int
    reason: str


def correct(table: pa.Table, corrections: Sequence[Correction]) -> tuple[pa.Table, list[int]]:
    """Return the table put right, and how many rows each correction found in it."""
    hits = []
    for correction in corrections:
        found = pa.array([True] * len(table), pa.bool_())
        for column, value in correction.rows.items():
            found = pc.and_(found, pc.fill_null(pc.equal(table[column], value), False))
        hits.append(pc.sum(found).as_py() or 0)
        for column, value in correction.set.items():
            changed = pc.if_else(found, pa.scalar(value), table[column])
            table = table.set_column(table.schema.get_field_index(column), column, changed)
    return table, hits


def check_hits(corrections: Sequence[Correction], hits: Sequence[int], where: str) -> None:
    """Stop when a correction no longer finds the rows it was written for.

    Raises
    ------
    BadInput
        Naming the correction.
    """
    for correction, found in zip(corrections, hits, strict=True):
        if found != correction.hits:
            rows = ", ".join(f"{column} = {value!r}" for column, value in correction.rows.items())
            raise BadInput(
                f"{where}: the correction of the rows where {rows} finds {found} of them instead of "
                f"{correction.hits}; the list has changed: review its corrections in tlanalysis/lists/publishers."
            )
