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
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tlanalysis.errors import BadInput
from tlanalysis.ingest.coordinates import NUMBER
from tlanalysis.ingest.fields import SYNONYMS
from tlanalysis.ingest.text import clean_date, key

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


class Rows(NamedTuple):
    """Some rows as strings, their ranks (1 is the first under the header), and those that could not be cut."""

    table: pa.Table
    numbers: NDArray[np.int64]
    malformed: list[Malformed]


@dataclass(frozen=True)
class Options:
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
    batches: Callable[[Wanted], Iterator[Rows]]


def open_list(path: Path, options: Options | None = None) -> Reading:
    """Look at a file and return how it will be read.

    Parameters
    ----------
    path : Path
        CSV, XLSX, XLS, ODS, GeoJSON, JSON records, JSON lines or Parquet; the content decides, not the ending.
    options : Options, optional
        What not to detect.

    Raises
    ------
    BadInput
        Not a list, damaged, or ambiguous.
    """
    from tlanalysis.ingest import csv_text, records, workbooks

    options = options or Options()
    try:
        if path.is_dir():
            raise BadInput(f"{path} is a folder: name one file.")
        if path.exists() and not path.is_file():
            raise BadInput(f"{path} is a pipe or a device: save its content in a file.")
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}).") from error
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise BadInput(f"{path.name} is empty.")
    kind = _kind(start, path)
    if kind == "parquet":
        reading = _open_parquet(path)
    elif kind in {"xlsx", "xls", "ods"}:
        reading = workbooks.open_workbook(path, kind, options)
    elif kind == "json":
        reading = records.open_records(path, options)
    else:
        reading = csv_text.open_csv(path, options)
    if len(reading.headers) > MOST_COLUMNS:
        raise BadInput(
            f"{path.name} has {len(reading.headers)} columns, more than {MOST_COLUMNS}: it is not a list of places."
        )
    return reading


_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7z",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"Rar!": "RAR",
}
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format": "an SQLite database",
    b"{\\rtf": "an RTF text",
}
_WORKBOOKS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods"}


def _kind(start: bytes, path: Path) -> str:
    """Return parquet, xlsx, xls, ods, json or csv, from the first bytes; a name that says otherwise is an error."""
    ending = path.suffix.lower()
    for mark, name in _COMPRESSED.items():
        if start.startswith(mark):
            raise BadInput(f"{path.name} is compressed ({name}): unpack it first.")
    for mark, name in _OTHERS.items():
        if start.startswith(mark):
            raise BadInput(f"{path.name} is {name}, not a list.")
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04"):
        if ending in _WORKBOOKS and ending != ".xls":
            return _WORKBOOKS[ending]
        raise BadInput(
            f"{path.name} is a ZIP archive or a workbook under another name: unpack it, or give it its ending back "
            "(.xlsx, .ods)."
        )
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if ending in _WORKBOOKS or ending == ".parquet":
        raise BadInput(f"{path.name} is not a {ending[1:].upper()} file, or a damaged one: save it again.")
    bare = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if ending in {".json", ".geojson", ".jsonl", ".ndjson"} or re.match(rb'[{\[]\s*["{\[\]}]', bare):
        return "json"
    return "csv"


def make_unique(headers: Sequence[str]) -> list[str]:
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

    def batches(wanted: Wanted) -> Iterator[Rows]:
        chosen = table.select(ranks_of(headers, wanted)).rename_columns([str(name) for name in wanted])
        for start in range(0, len(table), ROWS_PER_BATCH):
            part = chosen.slice(start, ROWS_PER_BATCH)
            yield Rows(part, np.arange(start + 1, start + 1 + len(part)), [])

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


def _open_parquet(path: Path) -> Reading:
    try:
        file = pq.ParquetFile(path.open("rb"))
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            f"{path.name} is a damaged Parquet file ({_first_sentence(error)}): fetch or save it again."
        ) from error
    headers = make_unique(names)

    def batches(wanted: Wanted) -> Iterator[Rows]:
        number = 0
        columns = [names[rank] for rank in ranks_of(headers, wanted)]
        try:
            for batch in file.iter_batches(ROWS_PER_BATCH, columns=columns):
                table = pa.table(
                    [_text_column(batch.column(name)) for name in columns], names=[str(name) for name in wanted]
                )
                yield Rows(table, np.arange(number + 1, number + 1 + len(table)), [])
                number += len(table)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise BadInput(f"{path.name} is a damaged Parquet file ({_first_sentence(error)}).") from error

    if not file.metadata.num_rows:
        raise no_row(path)
    try:
        head = next(file.iter_batches(SAMPLE))
        texts = [_text_column(column).to_pylist() for column in head.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise BadInput(f"{path.name} is a damaged Parquet file ({_first_sentence(error)}).") from error
    sample = {name: [value or "" for value in values] for name, values in zip(headers, texts, strict=True)}
    return Reading(path, headers, sample, {"format": "parquet"}, batches)


def _text_column(column: pa.Array) -> pa.Array:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.cast(pa.string())
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    return pa.array([as_string(value) for value in column.to_pylist()], pa.string())


def _first_sentence(error: Exception) -> str:
    return str(error).split("\n")[0].split(". ")[0][:120].rstrip(".")
