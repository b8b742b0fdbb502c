"""A whole column at a time: what is already in order is left alone, the rest is cleaned once per distinct value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.ingest.rules import REPAIR, RULES
from tlanalysis.ingest.text import Cell

# Distinct values remembered from one batch to the next: all communes, all postal codes, and some.
_REMEMBERED = 200_000

Clean = Callable[[str], Cell]
InOrder = Callable[[pa.StringArray], pa.BooleanArray]


@dataclass
class Column:
    """A cleaned column: `values`, the rows that each cell rule refused, and how often each repair was made."""

    values: pa.Array
    refused: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    repairs: Counter[str] = field(default_factory=Counter)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.StringArray:
    """Return a column as one array of strings, missing as the empty string."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return pc.fill_null(column, "")


def matching(pattern: str, unless: str) -> InOrder:
    """Return a test of whole columns: cells that match one regular expression (RE2) and not the other."""
    return lambda column: pc.and_not(
        pc.match_substring_regex(column, pattern), pc.match_substring_regex(column, unless)
    )


def clean_column(
    column: pa.StringArray, clean: Clean, *, in_order: InOrder | None = None, memory: dict[str, Cell] | None = None
) -> Column:
    """Clean every cell of a column with `clean`, calling it once per distinct value that needs it.

    Parameters
    ----------
    column : StringArray
        Cells as printed; the empty string is missing.
    clean : callable
        One text to `(value, rules)`.
    in_order : callable, optional
        Says of a whole column which cells `clean` would leave as they are.
    memory : dict, optional
        Results already known, added to: for columns of few distinct values.
    """
    empty = pc.equal(column, "")
    settled = empty
    if in_order is not None:
        settled = pc.or_(in_order(column), empty)
    todo = np.flatnonzero(~settled.to_numpy(zero_copy_only=False))
    blank_to_null = pc.if_else(empty, pa.scalar(None, pa.string()), column)
    if not len(todo):
        return Column(blank_to_null)
    distinct = column.take(pa.array(todo)).dictionary_encode()
    cells = [_remembered(text, clean, memory) for text in distinct.dictionary.to_pylist()]
    which = distinct.indices.to_numpy()
    new = pa.array([value for value, _ in cells], pa.string()).take(distinct.indices)
    values = new if len(todo) == len(column) else pc.replace_with_mask(blank_to_null, pc.invert(settled), new)
    return Column(values, *_applied(cells, which, todo))


def _remembered(text: str, clean: Clean, memory: dict[str, Cell] | None) -> Cell:
    if memory is None:
        return clean(text)
    if text not in memory:
        if len(memory) >= _REMEMBERED:
            memory.clear()
        memory[text] = clean(text)
        return memory[text]
    return memory[text]


def _applied(
    cells: list[Cell], which: NDArray[np.int32], todo: NDArray[np.int64]
) -> tuple[dict[str, NDArray[np.int64]], Counter[str]]:
    """Return per refusing rule its rows, and per repair its count."""
    by_rule: dict[str, list[int]] = {}
    for number, (_, rules) in enumerate(cells):
        for rule in rules:
            by_rule.setdefault(rule, []).append(number)
    refused, repairs = {}, Counter[str]()
    if by_rule:
        times = np.bincount(which, minlength=len(cells))
    for rule, numbers in by_rule.items():
        if RULES[rule].gravite == REPAIR:
            repairs[rule] += int(times[numbers].sum())
        else:
            hit = np.zeros(len(cells), bool)
            hit[numbers] = True
            refused[rule] = todo[hit[which]]
    return refused, repairs


def indices_of(column: pa.Array, known: tuple[str, ...], translate: Callable[[str], str | None]) -> NDArray[np.int16]:
    """Return per cell the position in `known` of what `translate` makes of it; -1 for null or nothing."""
    encoded = column.dictionary_encode()
    table = np.array([_position(translate(text), known) for text in encoded.dictionary.to_pylist()] + [-1], np.int16)
    return table[pc.fill_null(encoded.indices, len(table) - 1).to_numpy(zero_copy_only=False)]


def _position(code: str | None, known: tuple[str, ...]) -> int:
    return known.index(code) if code in known else -1
