"""Clean a whole column at once: skip the cells that are clean, and clean each other distinct value once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists.cells.text import LONGEST, Cell

Clean = Callable[[str], Cell]
InOrder = Callable[[pa.StringArray], pa.BooleanArray]


@dataclass
class Column:
    """A cleaned column: its `values`, and for each applied rule the rows it was applied to."""

    values: pa.Array
    applied: dict[str, NDArray[np.int64]] = field(default_factory=dict)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    """Return a column as one array of strings, missing as the empty string."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return pc.fill_null(column, "")


def matching(pattern: str, unless: str) -> InOrder:
    """Return a test of columns: true for cells, none too long, that match one pattern (RE2) and not the other."""

    def test(column: pa.StringArray) -> pa.BooleanArray:
        right = pc.and_not(pc.match_substring_regex(column, pattern), pc.match_substring_regex(column, unless))
        return pc.and_(right, pc.less_equal(pc.binary_length(column), LONGEST))

    return test


def among(*values: str) -> InOrder:
    """Return a test of columns: true for cells that are one of the given values."""
    return lambda column: pc.is_in(column, pa.array(values, pa.string()))


@dataclass(frozen=True)
class Cleaner:
    """How a column is cleaned.

    Attributes
    ----------
    clean : callable
        One text to `(value, rules)`.
    in_order : callable
        Returns for a whole column which cells `clean` would leave unchanged, so that `clean` is seldom called.
    repeats : bool
        Whether the column repeats few values; if so, `in_order` is called on the distinct values.
    """

    clean: Clean
    in_order: InOrder
    repeats: bool = False


def clean_column(column: pa.StringArray, cleaner: Cleaner) -> Column:
    """Clean every cell of a column, calling `cleaner.clean` once per distinct value that is not in order.

    Parameters
    ----------
    column : StringArray
        Cells as printed; the empty string is missing, and null in the result.
    cleaner : Cleaner
        How.
    """
    if not cleaner.repeats:
        return _clean_cells(column, cleaner)
    encoded = column.dictionary_encode()
    distinct = _clean_cells(encoded.dictionary, cleaner)
    which = encoded.indices.to_numpy()
    rows = {rule: np.flatnonzero(np.isin(which, numbers)) for rule, numbers in distinct.applied.items()}
    return Column(distinct.values.take(encoded.indices), rows)


def _clean_cells(column: pa.StringArray, cleaner: Cleaner) -> Column:
    empty = pc.equal(column, "")
    settled = pc.or_(cleaner.in_order(column), empty)
    values = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    todo = np.flatnonzero(~settled.to_numpy(zero_copy_only=False))
    if not len(todo):
        return Column(values)
    distinct = column.take(pa.array(todo)).dictionary_encode()
    cells = [cleaner.clean(text) for text in distinct.dictionary.to_pylist()]
    new = pa.array([value for value, _ in cells], pa.string()).take(distinct.indices)
    values = pc.replace_with_mask(values, pc.invert(settled), new)
    by_rule: dict[str, list[int]] = {}
    for number, (_, rules) in enumerate(cells):
        for rule in rules:
            by_rule.setdefault(rule, []).append(number)
    which = distinct.indices.to_numpy()
    hits = {rule: todo[np.isin(which, numbers)] for rule, numbers in by_rule.items()}
    return Column(values, hits)


def indices_of(column: pa.Array, known: tuple[str, ...]) -> NDArray[np.int16]:
    """Return the position of each cell in `known`; -1 for null or for a value that is not there."""
    found = pc.index_in(column, pa.array(known, pa.string()))
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int16)
