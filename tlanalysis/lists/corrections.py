"""Known errors of published lists, put right by name before cleaning: see `corrections.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


@cache
def _all() -> dict[str, list[Correction]]:
    content = tomllib.loads(Path(__file__).with_name("corrections.toml").read_text(encoding="utf-8"))
    return {name: [Correction(**entry) for entry in entries] for name, entries in content.items()}


def corrections_of(known: str) -> list[Correction]:
    """Return the corrections of a list we know; none for another."""
    return _all().get(known, [])


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
                f"{correction.hits}; the list has "
                "changed: review tlanalysis/lists/corrections.toml."
            )
