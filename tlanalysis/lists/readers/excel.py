"""Read XLSX, XLS and ODS with python-calamine, and find the header under title rows."""

from __future__ import annotations

import functools
import lzma
import re
import subprocess
import zipfile
import zlib
from pathlib import Path
from typing import IO

import pyarrow as pa

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import did_you_mean, say
from tlanalysis.lists.readers import workbook_process
from tlanalysis.lists.readers.base import (
    Reading,
    ReadingOptions,
    find_header,
    from_table,
    name_blanks,
    rows_above,
)
from tlanalysis.lists.readers.workbook_process import Grid

# The most that an archive may unpack to: bytes, cells (a million rows by twenty), XML tags. python-calamine allocates
# a sheet up to its last row and column before it returns a cell, so one cell at the far corner would fill the memory.
_MOST_BYTES, _MOST_CELLS, _MOST_TAGS = 1 << 30, 20_000_000, 100_000_000
_PIECE = 1 << 20
_POSITION = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,12})(\d{1,12})["']""")
# The same in ODS: a filled cell, or a row that begins with one, that is marked as repeated so many times.
_REPEATED_CELL = re.compile(
    rb"""<table:table-cell(?=[^<>]*value-type)[^<>]*number-columns-repeated=["'](\d{1,12})["']"""
)
_REPEATED_ROW = re.compile(rb"""number-rows-repeated=["'](\d{1,12})["'][^<>]*>\s*<table:table-cell[^<>]*value-type""")


def open_workbook(path: Path, kind: str, options: ReadingOptions) -> Reading:
    """Return how a sheet of a workbook will be read.

    Raises
    ------
    BadInput
        The workbook is damaged, protected, empty or too large once unpacked, or several sheets may be the list.
    """
    if kind != "xls":
        _check_archive(path)
    try:
        sheets = workbook_process.sheets_of(path)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise BadInput(say("workbook_unreadable", file=path.name, kind=kind.upper())) from error
    name = _choose(path, sheets, options.sheet)
    rows = sheets[name]
    at, named = (
        (options.header - 1, True) if options.header else find_header(rows) if options.header is None else (0, False)
    )
    if at >= len(rows):
        raise BadInput(say("sheet_no_line", file=path.name, sheet=repr(name), line=options.header))
    numbers = [number for number, row in enumerate(rows[at + named :], 1) if any(row)]
    body = [rows[at + named + number - 1] for number in numbers]
    width = max((rank + 1 for row in rows[at:] for rank, cell in enumerate(row) if cell), default=0)
    header = rows[at] if named else []
    headers = name_blanks([header[rank] if rank < len(header) else "" for rank in range(width)])
    columns = [pa.array([row[rank] if rank < len(row) else "" for row in body], pa.string()) for rank in range(width)]
    detected = {
        "format": kind,
        "feuille": name,
        "ligne_entete": at + 1 if named else None,
        "premiere_ligne": at + named + 1,
    } | rows_above(0 if named else sum(any(row) for row in rows[:at]))
    table = pa.table(columns, names=[str(rank) for rank in range(width)])
    return from_table(path, table, headers, detected, numbers)


def _check_archive(path: Path) -> None:
    """Refuse an archive that is damaged or would fill the memory.

    Each part is unpacked piece by piece, and no piece is kept.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise _too_large(path)
            tags = 0
            for member in archive.infolist():
                with archive.open(member) as part:
                    tags += _check_part(path, part)
            if tags > _MOST_TAGS:
                raise _too_large(path)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(say("workbook_damaged", file=path.name)) from error


def _too_large(path: Path) -> BadInput:
    return BadInput(say("workbook_large", file=path.name))


def _check_part(path: Path, part: IO[bytes]) -> int:
    """Refuse a sheet that is too large, or a text of more than a mebibyte; return how many tags the part has."""
    tags = height = width = rows = cells = 0
    before = b""
    while piece := part.read(_PIECE):
        found = piece.count(b"<")
        if not found and len(piece) == _PIECE and part.name.endswith(".xml"):
            raise _too_large(path)
        tags += found
        positions = _POSITION.findall(before + piece)
        height = max([height, *(int(row) for _, row in positions)])
        width = max([width, *(_column(letters) for letters in {letters for letters, _ in positions})])
        repeats = [int(times) for times in _REPEATED_CELL.findall(before + piece)]
        rows += piece.count(b"<table:table-row") + sum(int(times) for times in _REPEATED_ROW.findall(before + piece))
        width = max([width, *repeats])
        for number, row in enumerate(piece.split(b"</row")):  # cells may stand without a position, one after the other
            rows, cells = (rows + 1, 0) if number else (rows, cells)
            cells += row.count(b"<c ") + row.count(b"<c>") + row.count(b"<c/")
            width = max(width, cells)
        if max(height, rows) * width > _MOST_CELLS:
            raise _too_large(path)
        before = piece[-256:]
    return tags


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters: A is 1, XFD 16,384."""
    return functools.reduce(lambda number, letter: 26 * number + letter - 64, letters.upper(), 0)


def _choose(path: Path, sheets: dict[str, Grid], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in sheets:
            raise BadInput(
                say(
                    "no_sheet",
                    file=path.name,
                    wanted=repr(wanted),
                    hint=did_you_mean(wanted, sheets),
                    sheets=", ".join(map(repr, sheets)),
                )
            )
        return wanted
    filled = [name for name, rows in sheets.items() if any(any(row) for row in rows)]
    if not filled:
        raise BadInput(say("file_empty", file=path.name))
    tables = [name for name in filled if sum(sum(map(bool, row)) >= 2 for row in sheets[name]) >= 2]
    candidates = tables or filled
    if len(candidates) > 1:
        raise BadInput(say("several_sheets", file=path.name, sheets=", ".join(map(repr, candidates))))
    return candidates[0]
