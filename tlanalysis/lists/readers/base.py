"""Any list as a text frame: what kind of file it is, how it was read, and its rows in batches, every cell a string.

What is detected is kept in `Reading.detected` and can be overridden; what is ambiguous is an error that names the
choices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.coordinates import NUMBER
from tlanalysis.lists.cells.text import clean_date, key
from tlanalysis.lists.fields import SYNONYMS

MOST_COLUMNS = 5_000
ROWS_PER_BATCH = 100_000
SAMPLE = 1_000


Wanted = Sequence[str] | Sequence[int]


class Malformed(NamedTuple):
    """A row that could not be cut into the columns of the header.

    Its rank, and how many cells it has. Its text may name people.

    `hides` is the number of rows that a quote it leaves open swallows; when not 0, they are refused each under its own
    rank.
    """

    number: int
    cells: int
    expected: int
    hides: int = 0


class RowBatch(NamedTuple):
    """Some rows as strings, their ranks (1 is the first under the header), and those that could not be cut."""

    table: pa.Table
    numbers: NDArray[np.int64]
    malformed: list[Malformed]


@dataclass(frozen=True)
class ReadingOptions:
    """What the user says of a file instead of having it detected; None: detect."""

    encoding: str | None = None
    separator: str | None = None
    header: int | None = None
    sheet: str | None = None
    records: str | None = None


@dataclass(frozen=True)
class Reading:
    """A list ready to be read: `headers`, a `sample` of values per header, what was `detected`, and `batches(wanted)`.

    Columns are wanted by name, or by rank (from 0) where a name is repeated; what comes is named by what was asked.
    """

    path: Path
    headers: list[str]
    sample: dict[str, list[str]]
    detected: dict[str, Any]
    batches: Callable[[Wanted], Iterator[RowBatch]]


def name_blanks(headers: Sequence[str]) -> list[str]:
    """Return headers without blanks around, an empty one as `colonne_<rank>`.

    Duplicates stay, so that using one is refused.
    """
    return [" ".join(header.split()) or f"colonne_{rank}" for rank, header in enumerate(headers, 1)]


def ranks_of(headers: Sequence[str], wanted: Wanted) -> list[int]:
    """Return the ranks of the wanted columns, given by name (the first of that name) or by rank."""
    return [name if isinstance(name, int) else headers.index(name) for name in wanted]


_WORDS = frozenset(word.replace("_", " ") for words in SYNONYMS.values() for word in words)
_DATA = re.compile(r"\d{5}|https?://\S+|[^@\s]+@[^@\s]+\.\w+", re.IGNORECASE)


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """Return the rank (from 0) of the row that names the columns, and whether it does.

    If not, the rank is the first row of data.

    Rows above it hold fewer cells (a title, a date); it holds words, not numbers, codes, dates or addresses of sites.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(filled[:50], default=0)
    first = next((rank for rank, cells in enumerate(filled) if cells >= max(1, 0.6 * widest)), 0)
    cells = [cell.strip() for cell in rows[first] if cell.strip()] if rows else []
    known = sum(key(cell) in _WORDS for cell in cells)
    data = sum(_is_data(cell) for cell in cells)
    return first, known >= 2 or (known >= 1 and data == 0) or (
        bool(cells) and data == 0 and len(set(cells)) == len(cells) and len(rows) > 1
    )


def _is_data(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or _DATA.fullmatch(cell) or (clean_date(cell)[0] and not cell.isalpha()))


def from_table(path: Path, table: pa.Table, headers: list[str], detected: dict[str, Any]) -> Reading:
    """Return a reading of rows that are already in memory.

    Parameters
    ----------
    table : pyarrow.Table
        One string column per header, in their order.
    """
    if not len(table):
        raise no_row(path)

    def batches(wanted: Wanted) -> Iterator[RowBatch]:
        chosen = table.select(ranks_of(headers, wanted)).rename_columns([str(name) for name in wanted])
        for start in range(0, len(table), ROWS_PER_BATCH):
            part = chosen.slice(start, ROWS_PER_BATCH)
            yield RowBatch(part, np.arange(start + 1, start + 1 + len(part)), [])

    head = table.slice(0, SAMPLE)
    sample = {name: [value or "" for value in head.column(at).to_pylist()] for at, name in enumerate(headers)}
    return Reading(path, headers, sample, detected, batches)


def no_row(path: Path) -> BadInput:
    """Return what is said of a list that has columns and nothing else."""
    return BadInput(f"{path.name} has no row under its header.")


def as_string(value: Any) -> str | None:
    """Return a typed cell as text: whole floats without `.0`, dates as ISO 8601, lists joined by `|`.

    None for nothing.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (list, tuple)):
        return "|".join(text for item in value if (text := as_string(item))) or None
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)
