"""Open any list: find the kind of the file and call the reader of that kind."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tlanalysis.core import staging
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import say
from tlanalysis.lists.readers import archives, csv_dialect, excel, json_records
from tlanalysis.lists.readers.base import (
    MOST_COLUMNS,
    ROWS_PER_BATCH,
    SAMPLE,
    Reading,
    ReadingOptions,
    RowBatch,
    Wanted,
    as_string,
    name_blanks,
    no_row,
    ranks_of,
)


def open_list(path: Path, options: ReadingOptions | None = None) -> Reading:
    """Look at a file and return how it will be read.

    Parameters
    ----------
    path : Path
        A CSV, XLSX, XLS, ODS, GeoJSON, JSON or Parquet file, perhaps compressed with gzip or alone in a ZIP archive;
        its content decides, not its ending.
    options : ReadingOptions, optional
        What the user states instead of having it detected.

    Raises
    ------
    BadInput
        The file is not a list, is damaged, or can be read in two ways.
    """
    options = options or ReadingOptions()
    start = _start(path)
    if (packed := _packed(start, path)) is None:
        return _open_plain(path, start, options)
    with ExitStack() as stack:
        inner = archives.unpack(path, packed, stack.enter_context(staging.temporary()))
        reading = _open_plain(inner, _start(inner), options)
        unpacked = stack.pop_all()

    def batches(wanted: Wanted) -> Iterator[RowBatch]:
        yield from reading.batches(wanted)

    weakref.finalize(batches, unpacked.close)  # the file is there as long as its rows
    detected = reading.detected | {"compression": packed} | ({"membre": inner.name} if packed == "zip" else {})
    return replace(reading, path=path, detected=detected, batches=batches)


def _start(path: Path) -> bytes:
    """Return the first bytes of a file that is there and not empty."""
    try:
        if path.is_dir():
            raise BadInput(say("is_folder", path=path))
        if path.exists() and not path.is_file():
            raise BadInput(say("is_device", path=path))
        with path.open("rb") as file:
            start = file.read(4096)
    except FileNotFoundError:
        raise BadInput(_not_there(str(path))) from None
    except OSError as error:
        raise BadInput(say("unreadable", path=path, why=error.strerror)) from error
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise BadInput(say("file_empty", file=path.name))
    return start


def _packed(start: bytes, path: Path) -> str | None:
    """Return how a list is compressed, gzip or zip; None when it is not. A workbook is a ZIP archive by itself."""
    if start.startswith(b"\x1f\x8b"):
        return "gzip"
    if start.startswith(b"PK\x03\x04") and (path.suffix.lower() == ".xls" or path.suffix.lower() not in _WORKBOOKS):
        return "zip"
    return None


def _open_plain(path: Path, start: bytes, options: ReadingOptions) -> Reading:
    kind = _kind(start, path)
    if kind == "parquet":
        reading = _open_parquet(path)
    elif kind in {"xlsx", "xls", "ods"}:
        reading = excel.open_workbook(path, kind, options)
    elif kind == "json":
        reading = json_records.open_records(path, options)
    else:
        reading = csv_dialect.open_csv(path, options)
    if len(reading.headers) > MOST_COLUMNS:
        raise BadInput(say("too_many_columns", file=path.name, columns=len(reading.headers), most=MOST_COLUMNS))
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
    b"%PDF": "a_pdf",
    b"\x89PNG": "a_picture",
    b"\xff\xd8\xff": "a_picture",
    b"SQLite format": "a_database",
    b"{\\rtf": "an_rtf",
}
_WORKBOOKS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods"}


def _kind(start: bytes, path: Path) -> str:
    """Return parquet, xlsx, xls, ods, json or csv from the first bytes; a name that contradicts them is an error."""
    ending = path.suffix.lower()
    for mark, name in _COMPRESSED.items():
        if start.startswith(mark):
            raise BadInput(say("compressed", file=path.name, how=name))
    for mark, name in _OTHERS.items():
        if start.startswith(mark):
            raise BadInput(say("something_else", file=path.name, what=say(name)))
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK\x03\x04"):
        if ending in _WORKBOOKS and ending != ".xls":
            return _WORKBOOKS[ending]
        raise BadInput(say("zip_or_workbook", file=path.name))
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if ending in _WORKBOOKS or ending == ".parquet":
        raise BadInput(say("not_of_its_kind", file=path.name, kind=ending[1:].upper()))
    bare = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<kml" in start or ending == ".kml":
        raise BadInput(say("kml", file=path.name))
    if bare[:1] == b"<":
        raise BadInput(say("xml", file=path.name))
    if ending in {".json", ".geojson", ".jsonl", ".ndjson"} or re.match(rb'[{\[]\s*["{\[\]}]', bare):
        return "json"
    return "csv"


def _open_parquet(path: Path) -> Reading:
    try:
        file = pq.ParquetFile(path.open("rb"))
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise BadInput(say("parquet_damaged", file=path.name, why=_first_sentence(error))) from error
    headers = name_blanks(names)

    def batches(wanted: Wanted) -> Iterator[RowBatch]:
        number = 0
        columns = [names[rank] for rank in ranks_of(headers, wanted)]
        try:
            for batch in file.iter_batches(ROWS_PER_BATCH, columns=columns):
                table = pa.table(
                    [_text_column(batch.column(name), name) for name in columns], names=[str(name) for name in wanted]
                )
                yield RowBatch(table, np.arange(number + 1, number + 1 + len(table)), [])
                number += len(table)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise BadInput(say("parquet_damaged_inside", file=path.name, why=_first_sentence(error))) from error

    if not file.metadata.num_rows:
        raise no_row(path)
    try:
        head = next(file.iter_batches(SAMPLE))
        texts = [
            [""] * len(column) if _is_nested(column.type) else _text_column(column, name).to_pylist()
            for name, column in zip(names, head.columns, strict=True)
        ]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise BadInput(say("parquet_damaged_inside", file=path.name, why=_first_sentence(error))) from error
    sample = {name: [value or "" for value in values] for name, values in zip(headers, texts, strict=True)}
    return Reading(path, headers, sample, {"format": "parquet"}, batches)


def _is_nested(kind: pa.DataType) -> bool:
    """Return whether cells hold records; a list of plain values is joined instead."""
    within = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    return pa.types.is_struct(within) or pa.types.is_map(within) or pa.types.is_union(within)


def _text_column(column: pa.Array, name: str) -> pa.Array:
    if _is_nested(column.type):
        raise BadInput(say("column_of_records", name=repr(name)))
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        try:
            return column.cast(pa.binary()).cast(pa.string())
        except pa.ArrowInvalid as error:
            raise BadInput(say("column_of_bytes", name=repr(name))) from error
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.cast(pa.string())
    if pa.types.is_integer(column.type):
        return column.cast(pa.string())
    return pa.array([as_string(value) for value in column.to_pylist()], pa.string())


def _first_sentence(error: Exception) -> str:
    return str(error).split("\n")[0].split(". ")[0][:120].rstrip(".")


def _not_there(path: str) -> str:
    address = path.split(":")[0] in {"http", "https"}
    return say("is_address" if address else "not_there", path=path)
