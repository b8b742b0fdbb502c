"""Tables in the language of the page: the cells of a CSV, with fractions formatted for that language."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal

if TYPE_CHECKING:
    import pandas as pd

_FRACTION = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?|-?\d+(\.\d+)?e[+-]?\d+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
SIGNIFICANT = 4


@dataclass(frozen=True)
class Table:
    """A table of text cells (empty: unknown or not applicable); `numeric` is True for each column of numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


def from_csv(data: bytes, lang: str) -> Table:
    """Return the table of a figure's CSV, with fractions rounded to four significant digits."""
    header, *rows = read(data)
    return _table(header, rows, lang)


def read(data: bytes) -> list[tuple[str, ...]]:
    """Return the rows of a CSV, the header first; empty cells complete a row that is too short."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8", errors="replace"), newline=""))) or [[]]
    width = max(map(len, lines))
    return [tuple(line + [""] * (width - len(line))) for line in lines]


def from_frame(frame: pd.DataFrame, lang: str, labels: dict[str, str]) -> Table:
    """Return a result table with headings in the language of the page; a column without a label keeps its name."""
    text = frame.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode("utf-8")
    table = from_csv(text, lang)
    return Table(tuple(labels.get(name, name) for name in table.columns), table.rows, table.numeric)


def _table(header: Sequence[str], rows: Iterable[tuple[str, ...]], lang: str) -> Table:
    kept = list(rows)
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(header)
    numeric = tuple(any(cells) and all(not cell or _NUMBER.fullmatch(cell) for cell in cells) for cells in columns)
    shown = tuple(tuple(_cell(cell, lang) for cell in row) for row in kept)
    return Table(tuple(header), shown, numeric)


def _cell(cell: str, lang: str) -> str:
    # Whole numbers do not change: a year or a code must have no separator.
    if not _FRACTION.fullmatch(cell):
        return cell
    rounded: Any = Decimal(f"{float(cell):.{SIGNIFICANT}g}")
    return str(format_decimal(rounded, format="#,##0.##########", locale=lang))
