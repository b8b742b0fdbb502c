"""Find the encoding, the separator and the header of a CSV file."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import say
from tlanalysis.lists.readers.base import (
    MOST_COLUMNS,
    SAMPLE,
    Reading,
    ReadingOptions,
    find_header,
    name_blanks,
    no_row,
    rows_above,
)
from tlanalysis.lists.readers.csv_rows import CsvFile

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_LOOKED_AT = 1 << 20
# At most this many bytes are decoded to find the encoding. Bytes after them that do not fit it raise an error later.
_WHOLE = 64 << 20


def open_csv(path: Path, options: ReadingOptions) -> Reading:
    """Return how a CSV file will be read.

    Raises
    ------
    BadInput
        The file is binary, its encoding is mixed or unknown, two separators fit, or a line is too long.
    """
    encoding = as_encoding(options.encoding) or find_encoding(path)
    text = _beginning(path, encoding)
    separator = _as_separator(options.separator) or _find_separator(text, path)
    rows, ends = _parse(text, separator)
    if not rows:
        raise BadInput(say("csv_no_line", file=path.name))
    if options.header:
        if options.header not in ends:
            raise BadInput(say("no_header_line", file=path.name, line=options.header))
        at, named = ends.index(options.header), True
    elif options.header == 0:
        at, named = 0, False
    else:
        at, named = find_header(rows)
    body = rows[at + named :]
    if not body:
        raise no_row(path)
    width = _width(rows[at], body)
    if width > MOST_COLUMNS:
        raise BadInput(say("too_many_columns", file=path.name, columns=width, most=MOST_COLUMNS))
    header = (rows[at] if named else [""] * width)[:width]
    headers = name_blanks(header + [""] * (width - len(header)))
    skipped = ends[at] if named else (ends[at - 1] if at else 0)
    sample = {name: [row[rank] for row in body[:SAMPLE] if len(row) == width] for rank, name in enumerate(headers)}
    detected: dict[str, Any] = {
        "format": "csv",
        "encodage": encoding,
        "separateur": separator,
        "ligne_entete": ends[at] if named else None,
        "premiere_ligne": skipped + 1,
    } | rows_above(0 if named else at)

    csv_file = CsvFile(path, encoding, separator, skipped, headers)
    return Reading(path, headers, sample, detected, csv_file.batches)


def as_encoding(given: str | None) -> str | None:
    """Return the given name of an encoding after checking that it exists.

    Raises
    ------
    BadInput
        No text encoding has that name.
    """
    try:
        if given is not None and codecs.lookup(given)._is_text_encoding:
            b"a".decode(given)
            return given
    except (LookupError, ValueError):
        pass
    else:
        if given is None:
            return None
    raise BadInput(say("no_encoding", given=repr(given)))


def find_encoding(path: Path) -> str:
    """Return utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or cp1252.

    Raises
    ------
    BadInput
        The file is binary, or mixes UTF-8 and cp1252.
    """
    with path.open("rb") as file:
        data = file.read(4096)
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in data:
        for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
            if zeros.count(0) > 0.5 * len(zeros):
                return encoding
    if sum(byte < 9 or 13 < byte < 32 for byte in data) > 0.02 * len(data):
        raise BadInput(say("binary", file=path.name))
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            for _ in range(_WHOLE // _LOOKED_AT):
                piece = file.read(_LOOKED_AT)
                decoder.decode(piece, final=not piece)
                if not piece:
                    break
    except UnicodeDecodeError:
        return _not_utf8(path)
    return "utf-8"


def _not_utf8(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_WHOLE)
    text = data.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    # Count accented letters only: two letters of Windows-1252 can form any other UTF-8 sequence by chance.
    right = len(text.encode("cp1252", errors="ignore")) - len(text.encode("ascii", errors="ignore"))
    if right > 0.1 * wrong:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        raise BadInput(say("mixed_encoding", file=path.name, line=line))
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        raise BadInput(say("unknown_encoding", file=path.name)) from None
    return "cp1252"


def _beginning(path: Path, encoding: str) -> str:
    """Return the first mebibyte as text, cut after its last line break."""
    with path.open("rb") as file:
        data, more = file.read(_LOOKED_AT), bool(file.read(1))
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=not more)
    except UnicodeDecodeError as error:
        raise BadInput(say("wrong_encoding_at", file=path.name, encoding=encoding, byte=error.start)) from None
    if more:
        end = max(text.rfind("\n"), text.rfind("\r"))
        if end == -1:
            raise BadInput(say("long_line", file=path.name, bytes=_LOOKED_AT))
        text = text[: end + 1]
    text = text.removeprefix("\ufeff")
    if "\x00" in text:
        raise BadInput(say("null_characters", file=path.name))
    return text


def _as_separator(given: str | None) -> str | None:
    if given is None:
        return None
    named = {name: sign for sign, name in SEPARATORS.items()} | {"\\t": "\t"}
    sign = named.get(given, given)
    if len(sign) != 1 or not sign.isascii() or sign in '"\r\n\x00':
        raise BadInput(say("no_separator", given=repr(given), names=", ".join(SEPARATORS.values())))
    return sign


def _parse(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """Return the rows of a text without blank ones and, per row, the number of the line where it ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows, ends = [], []
    csv.field_size_limit(_LOOKED_AT)
    try:
        for row in reader:
            if row:
                rows.append(row)
                ends.append(reader.line_num)
    except csv.Error:  # a field is longer than the text read here; the rows before it are enough to decide
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
        raise BadInput(say("file_empty", file=path.name))
    found.sort(reverse=True)
    if len(found) > 1 and found[0][0][:2] == found[1][0][:2] and found[0][0][1] > 0.95:
        both = say("or").join(SEPARATORS[sign] for _, sign in found[:2])
        raise BadInput(say("two_separators", file=path.name, both=both))
    return found[0][1]


def _width(header: list[str], body: list[list[str]]) -> int:
    """Return the number of columns.

    It is that of the header, except when the header or the rows end with one separator too many.
    """
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
