"""Correct known errors of published lists before cleaning; each publisher in `publishers/` holds its corrections.

A correction expects a number of rows in the file that was recorded, byte for byte. In any other file of the same list,
an extract for instance, it applies where it matches, and the ledger says how often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import say


@dataclass(frozen=True)
class Correction:
    """A correction: which rows (publisher's column -> value), what to `set` there, why, and how many rows to expect."""

    rows: dict[str, str]
    set: dict[str, str]
    hits: int
    reason: str


def correct(table: pa.Table, corrections: Sequence[Correction]) -> tuple[pa.Table, list[int]]:
    """Return the corrected table, and how many rows each correction found in it.

    A correction of a column that the table does not have finds none.
    """
    hits = []
    for correction in corrections:
        if not {*correction.rows, *correction.set} <= set(table.column_names):
            hits.append(0)
            continue
        found = pa.array([True] * len(table), pa.bool_())
        for column, value in correction.rows.items():
            found = pc.and_(found, pc.fill_null(pc.equal(table[column], value), False))
        hits.append(pc.sum(found).as_py() or 0)
        for column, value in correction.set.items():
            changed = pc.if_else(found, pa.scalar(value), table[column])
            table = table.set_column(table.schema.get_field_index(column), column, changed)
    return table, hits


def check_hits(corrections: Sequence[Correction], hits: Sequence[int], where: str) -> None:
    """Raise when a correction finds another number of rows than it expects; for the recorded bytes of a list only.

    Raises
    ------
    BadInput
        The message names the correction.
    """
    for correction, found in zip(corrections, hits, strict=True):
        if found != correction.hits:
            rows = ", ".join(f"{column} = {value!r}" for column, value in correction.rows.items())
            raise BadInput(say("correction_elsewhere", where=where, rows=rows, found=found, expected=correction.hits))
