"""Compare two versions of a table: the rows and columns that are new or gone, and the cells with another value."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN = 3  # changed cells written in a sentence; the others are counted

Row = dict[str, str]


@dataclass(frozen=True)
class CellChange:
    """One cell with another value: the words that identify its row, its column, the old and the new text."""

    row: str
    column: str
    old: str
    new: str

    @property
    def share(self) -> float | None:
        """The change as a share of the old value; None when a value is not a number or the old one is zero."""
        before, after = as_number(self.old), as_number(self.new)
        return (after - before) / abs(before) if before and after is not None else None

    @property
    def values(self) -> str:
        """The old and the new value, with the change in percent when both are numbers."""
        percent = f" ({self.share:+.1%})" if self.share is not None else ""
        return f"{self.old or 'unknown'} → {self.new or 'unknown'}{percent}"

    def as_dict(self) -> dict[str, Any]:
        """Return the change, ready for JSON."""
        return {"row": self.row, "column": self.column, "old": self.old, "new": self.new, "share": self.share}


@dataclass(frozen=True)
class TableChange:
    """The differences between two versions of a table."""

    columns: tuple[str, ...] = ()
    reordered_columns: bool = False
    rows_more: int = 0
    rows_fewer: int = 0
    cells: tuple[CellChange, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """The differences in one sentence, with the first changed cells."""
        parts = []
        if self.columns or self.reordered_columns:
            parts.append(f"columns changed ({', '.join(self.columns) or 'their order'})")
        if self.rows_more:
            parts.append(f"{self.rows_more} row{'s' * (self.rows_more > 1)} more")
        if self.rows_fewer:
            parts.append(f"{self.rows_fewer} row{'s' * (self.rows_fewer > 1)} fewer")
        parts += [f"{cell.row}: {cell.column} {cell.values}" for cell in self.cells[:SHOWN]]
        if len(self.cells) > SHOWN:
            parts.append(f"and {len(self.cells) - SHOWN} more values")
        return "; ".join(parts) or "its rows are in another order"

    def as_dict(self) -> dict[str, Any]:
        """Return the differences, ready for JSON."""
        return {
            "columns": list(self.columns),
            "rows_more": self.rows_more,
            "rows_fewer": self.rows_fewer,
            "cells": [cell.as_dict() for cell in self.cells],
        }


def compare_tables(
    columns: Sequence[str], before: list[Row], columns_now: Sequence[str], after: list[Row]
) -> TableChange:
    """Return the differences between two versions of a table; the cells that are not numbers identify a row.

    Parameters
    ----------
    columns, columns_now : sequence of str
        Names of the columns of the old and of the new version.
    before, after : list of dict
        Rows of the old and of the new version, by column.
    """
    common = [column for column in columns if column in columns_now]
    keys = _keys(common, [*before, *after])
    ours, theirs = _by_key(before, keys), _by_key(after, keys)
    return TableChange(
        columns=tuple(sorted({*columns} ^ {*columns_now})),
        reordered_columns=list(columns) != list(columns_now),
        rows_more=len(theirs.keys() - ours.keys()),
        rows_fewer=len(ours.keys() - theirs.keys()),
        cells=tuple(
            CellChange(_label(key), column, ours[key][column], theirs[key][column])
            for key in ours
            if key in theirs
            for column in common
            if ours[key][column] != theirs[key][column]
        ),
    )


def _keys(columns: list[str], rows: list[Row]) -> list[str]:
    """Return the columns that hold text, because text identifies a row and numbers measure it."""
    return [column for column in columns if any(row[column] and as_number(row[column]) is None for row in rows)]


def _by_key(rows: list[Row], keys: list[str]) -> dict[tuple[str, ...], Row]:
    """Return the rows by the texts of their key columns and a number that separates rows with the same texts."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for row in rows:
        words = tuple(row[key] for key in keys)
        seen[words] += 1
        found[(*words, str(seen[words]))] = row
    return found


def _label(key: tuple[str, ...]) -> str:
    """Return the first texts of a row, which help a reader to find it."""
    words = [word for word in key[:-1] if word]
    return ", ".join(words[:3])[:80] or f"row {key[-1]}"


def as_number(text: str) -> float | None:
    """Return the number that a cell holds; None when it holds none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
