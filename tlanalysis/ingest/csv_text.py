"""Delimited text: encoding, separator and header found, then read in blocks so that memory does not grow with the file."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from tlanalysis.errors import BadInput
from tlanalysis.ingest.reading import (
    MOST_COLUMNS,
    SAMPLE,
    Malformed,
    Options,
    Reading,
    Rows,
    Wanted,
    find_header,
    make_unique,
    ranks_of,
)

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BLOCK = 16 << 20
_LOOKED_AT = 1 << 20
# Up to this size the whole file is decoded to find its encoding; beyond, its beginning, and a later surprise is an error.
_WHOLE = 64 << 20


def open_csv(path: Path, options: Options) -> Reading:
    """Return how a delimited text will be read.

    Raises
    ------
    BadInput
        Binary, of mixed or unknown encoding, ambiguous separator, a line without end.
    """
    encoding = options.encoding or find_encoding(path)
    text = _beginning(path, encoding)
    separator = _as_separator(options.separator) or _find_separator(text, path)
    rows, ends = _parse(text, separator)
    if options.header is not None:
        if not 0 <= options.header <= len(rows):
            raise BadInput(f"{path.name} has no line {options.header} to take the header from.")
        at, named = max(0, options.header - 1), options.header > 0
    else:
        at, named = find_header(rows)
    body = rows[at + named :]
    width = _width(rows[at], body)
    if width > MOST_COLUMNS:
        raise BadInput(f"{path.name} has {width} columns, more than {MOST_COLUMNS}: it is not a list of places.")
    header = (rows[at] if named else [""] * width)[:width]
    headers = make_unique(header + [""] * (width - len(header)))
    skipped = ends[at] if named else (ends[at - 1] if at else 0)
    sample = {name: [row[rank] for row in body[:SAMPLE] if len(row) == width] for rank, name in enumerate(headers)}
    detected: dict[str, Any] = {
        "format": "csv",
        "encodage": encoding,
        "separateur": separator,
        "ligne_entete": at + 1 if named else None,
        "premiere_ligne": skipped + 1,
    }

    def batches(wanted: Wanted) -> Iterator[Rows]:
        return _stream(path, encoding, separator, skipped, headers, wanted)

    return Reading(path, headers, sample, detected, batches)


def find_encoding(path: Path) -> str:
    """Return utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or cp1252.

    Raises
    ------
    BadInput
        Binary, or UTF-8 and cp1252 in one file.
    """
    with path.open("rb") as file:
        data = file.read(_WHOLE)
        partial = bool(file.read(1))
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = data[:4096]
    if b"\x00" in start:
        for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
            if zeros.count(0) > 0.5 * len(zeros):
                return encoding
    if sum(byte < 9 or 13 < byte < 32 for byte in start) > 0.02 * len(start):
        raise BadInput(f"{path.name} is not text: its first bytes are binary.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=not partial)
    except UnicodeDecodeError as error:
        return _not_utf8(path, data, error)
    return "utf-8"


def _not_utf8(path: Path, data: bytes, error: UnicodeDecodeError) -> str:
    text = data.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    right = len(text) - len(text.encode("ascii", errors="ignore")) - wrong
    if right > 0.1 * wrong:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{path.name} mixes UTF-8 with another encoding (line {line}): save it in one, or read it whole with --encoding cp1252."
        )
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        raise BadInput(
            f"{path.name} is neither UTF-8, UTF-16 nor Windows-1252: name its encoding with --encoding."
        ) from None
    return "cp1252"


def _beginning(path: Path, encoding: str) -> str:
    """Return the first mebibyte as text, cut after its last line break."""
    with path.open("rb") as file:
        data, more = file.read(_LOOKED_AT), bool(file.read(1))
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=not more)
    except LookupError:
        raise BadInput(f"no encoding called {encoding!r}: utf-8, utf-16 or cp1252, for instance.") from None
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path.name} cannot be read as {encoding} (byte {error.start}): try another --encoding."
        ) from None
    if more:
        end = max(text.rfind("\n"), text.rfind("\r"))
        if end == -1:
            raise BadInput(f"{path.name} has a line of more than {_LOOKED_AT} bytes: it is not a list.")
        text = text[: end + 1]
    if "\x00" in text:
        raise BadInput(f"{path.name} is not text: it holds null characters.")
    return text


def _as_separator(given: str | None) -> str | None:
    if given is None:
        return None
    named = {name: sign for sign, name in SEPARATORS.items()} | {"\\t": "\t"}
    sign = named.get(given, given)
    if len(sign) != 1 or sign in '"\r\n':
        raise BadInput(f"{given!r} is not a separator: one character, or one of {', '.join(SEPARATORS.values())}.")
    return sign


def _parse(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """Return the rows of a text and, per row, how many lines of the file had been read at its end; blank rows are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows, ends = [], []
    csv.field_size_limit(_LOOKED_AT)
    try:
        for row in reader:
            if row:
                rows.append(row)
                ends.append(reader.line_num)
    except csv.Error:  # a field larger than what is looked at: what came before is enough to judge by
        pass
    return rows, ends


def _find_separator(text: str, path: Path) -> str:
    found: list[tuple[tuple[int, float, int], str]] = []
    for separator in SEPARATORS:
        rows, _ = _parse(text, separator)
        if not rows:
            continue
        at, named = find_header(rows)
        widths = Counter(len(row) for row in rows[at:])
        width, times = widths.most_common(1)[0]
        share = times / sum(widths.values())
        if width > 1 and share >= 0.6 and abs(len(rows[at]) - width) <= 1:
            found.append(((2 if named and at == 0 else 1 if named else 0, round(share, 2), width), separator))
    if not found:
        if any(len(line) > 0 for line in text.splitlines()):
            return ","  # one column: any separator reads it
        raise BadInput(f"{path.name} is empty.")
    found.sort(reverse=True)
    if len(found) > 1 and found[0][0][:2] == found[1][0][:2] and found[0][0][1] > 0.95:
        both = " or ".join(SEPARATORS[sign] for _, sign in found[:2])
        raise BadInput(f"{path.name} can be cut by {both}: say which with --separator.")
    return found[0][1]


def _width(header: list[str], body: list[list[str]]) -> int:
    """Return the number of columns: the header's, unless the rows say that one of the two has a separator too many at its end."""
    width = len(header)
    usual = Counter(len(row) for row in body[:SAMPLE]).most_common(1)
    if not usual or usual[0][0] == width:
        return width
    rows = usual[0][0]
    if rows == width - 1 and not header[-1].strip():
        return rows
    if rows == width + 1 and not any(row[-1].strip() for row in body[:SAMPLE] if len(row) == rows):
        return rows
    return width


def _stream(
    path: Path, encoding: str, separator: str, skipped: int, headers: list[str], wanted: Wanted
) -> Iterator[Rows]:
    """Yield the rows block by block. One thread cuts the rows, so that the rank of a row that cannot be cut is known."""
    names = [f"{rank}" for rank in range(len(headers))]
    malformed: list[Malformed] = []

    def cannot_cut(row: pcsv.InvalidRow) -> str:
        malformed.append(Malformed(row.number - skipped, row.actual_columns, row.expected_columns))
        return "skip"

    stream = pa.input_stream(str(path))
    if encoding not in {"utf-8", "utf-8-sig"}:
        stream = pa.transcoding_input_stream(stream, encoding, "utf-8")
    chosen = [names[rank] for rank in ranks_of(headers, wanted)]
    asked = [str(name) for name in wanted]
    try:
        reader = pcsv.open_csv(
            stream,
            read_options=pcsv.ReadOptions(use_threads=False, block_size=BLOCK, skip_rows=skipped, column_names=names),
            parse_options=pcsv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=cannot_cut
            ),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, include_columns=chosen
            ),
        )
        number = 0
        for batch in reader:
            bad, malformed = malformed, []
            numbers = _ranks(number, len(batch), bad)
            number += len(batch) + len(bad)
            yield Rows(pa.table(batch.columns, names=asked), numbers, bad)
        if malformed:
            yield Rows(
                pa.table([pa.array([], pa.string())] * len(wanted), names=asked),
                np.array([], np.int64),
                malformed,
            )
    except pa.ArrowInvalid as error:
        raise BadInput(_explained(path, str(error))) from error
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path.name} cannot be read as {encoding} to its end ({error.reason}): name its encoding with --encoding."
        ) from error


def _ranks(before: int, rows: int, bad: list[Malformed]) -> np.ndarray:
    """Return the ranks of the rows that were cut, leaving out those of the rows that were not."""
    ranks = np.arange(before + 1, before + 1 + rows + len(bad))
    return np.setdiff1d(ranks, [row.number for row in bad], assume_unique=True)


def _explained(path: Path, message: str) -> str:
    if "straddling" in message:
        return f"{path.name} has a row of more than {BLOCK >> 20} MiB, perhaps a quote that is never closed: mend it."
    if "UTF8" in message or "UTF-8" in message:
        return f"{path.name} is not UTF-8 to its end: name its encoding with --encoding (cp1252, perhaps)."
    if "Empty CSV" in message:
        return f"{path.name} has no row under its header."
    return f"{path.name} cannot be read as CSV: {message.splitlines()[0][:160]}."
