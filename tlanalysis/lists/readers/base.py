"""The types that every reader returns: a `Reading` of a list, with its rows in batches and every cell as text.

`Reading.detected` records what the reader found out (encoding, separator, header...); `ReadingOptions` replaces it.
When a file can be read in two ways, the reader raises an error that names the choices.
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
from tlanalysis.lists.cells.dates import clean_date
from tlanalysis.lists.cells.text import key
from tlanalysis.lists.fields import SYNONYMS
from tlanalysis.lists.messages import say
from tlanalysis.lists.readers.workbook_process import as_string as as_string  # every reader takes it from here

MOST_COLUMNS = 5_000
ROWS_PER_BATCH = 100_000
SAMPLE = 1_000


Wanted = Sequence[str] | Sequence[int]


class Malformed(NamedTuple):
    """A row that does not have the columns of the header: its number, and how many cells it has.

    The text of the row is not kept, because it may name people. `line_ends` counts those inside its cells. `hides` is
    the number of rows inside a quote that this row opens and does not close; each of them is refused under its own row
    number.
    """

    number: int
    cells: int
    expected: int
    hides: int = 0
    line_ends: int = 0


class RowBatch(NamedTuple):
    """Rows as text, their row numbers, and the rows without the right columns.

    Line 1 is the first under the header; a row of several lines has the number of its first.
    """

    table: pa.Table
    numbers: NDArray[np.int64]
    malformed: list[Malformed]


@dataclass(frozen=True)
class ReadingOptions:
    """What the user states about a file; None means that the reader detects it."""

    encoding: str | None = None
    separator: str | None = None
    header: int | None = None
    sheet: str | None = None
    records: str | None = None


@dataclass(frozen=True)
class Reading:
    """A list ready to be read: `headers`, a `sample` of values per header, what was `detected`, and `batches(wanted)`.

    `wanted` lists columns by name, or by position (from 0) where a name is repeated. The batches use the same names.
    """

    path: Path
    headers: list[str]
    sample: dict[str, list[str]]
    detected: dict[str, Any]
    batches: Callable[[Wanted], Iterator[RowBatch]]


def name_blanks(headers: Sequence[str]) -> list[str]:
    """Return headers without blanks around them; an empty header becomes `colonne_<position>`.

    Repeated headers stay as they are: a later check refuses a mapping that uses one.
    """
    return [" ".join(header.split()) or f"colonne_{rank}" for rank, header in enumerate(headers, 1)]


def ranks_of(headers: Sequence[str], wanted: Wanted) -> list[int]:
    """Return the positions of columns given by name (the first of that name) or by position."""
    return [name if isinstance(name, int) else headers.index(name) for name in wanted]


_HEADER_NAMES = frozenset(word.replace("_", " ") for words in SYNONYMS.values() for word in words)
_DATA = re.compile(r"\d{5}|https?://\S+|[^@\s]+@[^@\s]+\.\w+", re.IGNORECASE)


def find_header(rows: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """Return the position (from 0) of the header, and true; without a header, that of the first data row, and false.

    Rows above the header have fewer filled cells (a title, a date). A header holds words, not numbers, codes, dates or
    web addresses.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    widest = max(filled[:50], default=0)
    first = next((rank for rank, cells in enumerate(filled) if cells >= max(1, 0.6 * widest)), 0)
    cells = [cell.strip() for cell in rows[first] if cell.strip()] if rows else []
    known = sum(key(cell) in _HEADER_NAMES for cell in cells)
    data = sum(_is_data(cell) for cell in cells)
    return first, known >= 2 or (known >= 1 and data == 0) or (
        bool(cells) and data == 0 and len(set(cells)) == len(cells) and len(rows) > 1
    )


def rows_above(count: int) -> dict[str, int]:
    """Return what the ledger says of the rows left out above the first row of a list without header.

    They may be a title or rows with few cells: nothing tells them apart, so they are counted.
    """
    return {"lignes_au_dessus": count} if count else {}


def _is_data(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or _DATA.fullmatch(cell) or (clean_date(cell)[0] and not cell.isalpha()))


def from_table(
    path: Path,
    table: pa.Table,
    headers: list[str],
    detected: dict[str, Any],
    numbers: Sequence[int] | None = None,
) -> Reading:
    """Return a reading of rows that are already in memory.

    Parameters
    ----------
    table : pyarrow.Table
        One string column per header, in their order.
    numbers : sequence of int, optional
        The number of each row, when some rows of the file are blank and not in the table.
    """
    ranks = np.arange(1, len(table) + 1) if numbers is None else np.asarray(numbers, np.int64)
    if not len(table):
        raise no_row(path)

    def batches(wanted: Wanted) -> Iterator[RowBatch]:
        chosen = table.select(ranks_of(headers, wanted)).rename_columns([str(name) for name in wanted])
        for start in range(0, len(table), ROWS_PER_BATCH):
            part = chosen.slice(start, ROWS_PER_BATCH)
            yield RowBatch(part, ranks[start : start + len(part)], [])

    head = table.slice(0, SAMPLE)
    sample = {name: [value or "" for value in head.column(at).to_pylist()] for at, name in enumerate(headers)}
    return Reading(path, headers, sample, detected, batches)


def no_row(path: Path) -> BadInput:
    """Return the error for a list that has a header and no rows."""
    return BadInput(say("no_row", file=path.name))
