"""Tables in the language of the page: columns and codes in words, numbers and dates as the language writes them."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal

from tlanalysis.charts.kit.wording import Words
from tlanalysis.charts.labelling import SHARES, heading, in_words
from tlanalysis.core import files
from tlanalysis.data.documents import documents
from tlanalysis.report import dates

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?|-?inf")
_PLAIN = re.compile(r"annee|code|exercice|periode|millesime|insee|sha256|fingerprint|^id")  # no separator in 2026
_DATED = re.compile(r"periode|date_|connu_le|echeance|millesime")
_SOURCES = ("source", "sources")
SIGNIFICANT = 4


@dataclass(frozen=True)
class Table:
    """A table of text cells (empty: unknown or not applicable).

    Attributes
    ----------
    columns : tuple of str
        Headings in words.
    rows : tuple of tuple of str
    numeric : tuple of bool
        True for each column of numbers.
    keys : tuple of tuple of str
        What a reader's browser sorts the cells by: the number, or the date, before it was put in words.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    keys: tuple[tuple[str, ...], ...] = ()


def from_csv(data: bytes, lang: str) -> Table:
    """Return the table of a figure's CSV in words; fractions have four significant digits, shares are in percent."""
    header, *rows = read(data)
    return _table(header, rows, lang, {}, {})


def read(data: bytes) -> list[tuple[str, ...]]:
    """Return the rows of a CSV, the header first; empty cells complete a row that is too short."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8", errors="replace"), newline=""))) or [[]]
    width = max(map(len, lines))
    return [tuple(line + [""] * (width - len(line))) for line in lines]


def from_frame(
    frame: pd.DataFrame, lang: str, labels: Mapping[str, str], codes: Mapping[str, Mapping[str, str]] | None = None
) -> Table:
    """Return a result table in words.

    Parameters
    ----------
    frame : DataFrame
    lang : {"fr", "en"}
    labels : mapping
        Column -> heading, instead of that of the library.
    codes : mapping, optional
        Column -> code -> words, instead of those of the library.
    """
    header, *rows = read(files.to_csv(frame))
    return _table(header, rows, lang, labels, codes or {})


def _table(
    header: Sequence[str],
    rows: Iterable[tuple[str, ...]],
    lang: str,
    labels: Mapping[str, str],
    codes: Mapping[str, Mapping[str, str]],
) -> Table:
    kept = list(rows)
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(header)
    numeric = tuple(any(cells) and all(not cell or _NUMBER.fullmatch(cell) for cell in cells) for cells in columns)
    shares = [count and _is_share(name, cells) for name, cells, count in zip(header, columns, numeric, strict=True)]
    shown = [
        _shown(name, cells, lang, codes.get(name), count, share)
        for name, cells, count, share in zip(header, columns, numeric, shares, strict=True)
    ]
    headings = tuple(
        labels.get(name) or heading(name, lang, share=share) for name, share in zip(header, shares, strict=True)
    )
    return Table(headings, tuple(zip(*shown, strict=True)) if kept else (), numeric, tuple(kept))


def _is_share(name: str, cells: Sequence[str]) -> bool:
    return bool(SHARES.match(name)) and all(0 <= float(cell) <= 1 for cell in cells if cell)


def _shown(
    name: str, cells: Sequence[str], lang: str, codes: Mapping[str, str] | None, numeric: bool, share: bool
) -> list[str]:
    words = Words(lang)
    if codes is not None:
        return [codes.get(cell, cell) for cell in cells]
    if share:
        return [_decimal(100 * float(cell), words) if cell else "" for cell in cells]
    if numeric:
        return [_number(name, cell, words) for cell in cells]
    if name in _SOURCES:
        return [_document(cell) for cell in cells]
    if _DATED.search(name):
        return [dates.in_words(cell, lang) for cell in cells]
    return _worded(name, cells, lang)


def _worded(name: str, cells: Sequence[str], lang: str) -> list[str]:
    import pandas as pd

    column: pd.Series = pd.Series(list(cells), name=name, dtype=object)
    if set(cells) <= {"True", "False"}:
        column = column == "True"
    return [str(cell) for cell in in_words(column, lang)]


def _number(name: str, cell: str, words: Words) -> str:
    if not cell:
        return ""
    value = float(cell)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if name.startswith("annee"):
        return words.year(value)
    if value.is_integer() and abs(value) < 1e15:
        return f"{value:.0f}" if _PLAIN.search(name) else words.number(value)
    return _decimal(value, words)


def _decimal(value: float, words: Words) -> str:
    rounded: Any = Decimal(f"{value:.{SIGNIFICANT}g}")
    return str(format_decimal(rounded, format="#,##0.##########", locale=words.locale))


def _document(key: str) -> str:
    """Return the title and publisher of a document that we know by a key; another text stays."""
    held = documents().get(key)
    if held is None:
        return key
    titled = documents().get(held["copie_de"], held)
    return ", ".join(filter(None, (titled["titre"], titled["editeur"]))) or key
