"""XLSX, XLS and ODS through python-calamine: values as they are shown, the header found under its title rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from tlanalysis.errors import BadInput, did_you_mean
from tlanalysis.ingest.reading import Options, Reading, as_string, find_header, from_table, make_unique

# Unpacked size beyond which an archive is not opened: a full sheet of a million rows is well below.
_LARGEST = 2 << 30

Grid = list[list[str]]


def open_workbook(path: Path, kind: str, options: Options) -> Reading:
    """Return how a sheet will be read.

    Raises
    ------
    BadInput
        Damaged, protected, empty, too large once unpacked, or several sheets that may be the list.
    """
    from python_calamine import CalamineError, load_workbook

    if kind != "xls":
        _check_archive(path)
    try:
        book = load_workbook(io.BytesIO(path.read_bytes()))
        sheets = {
            name: _cells(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(
            f"{path.name} cannot be opened as {kind.upper()}: it is damaged or protected; save it again."
        ) from error
    name = _choose(path, sheets, options.sheet)
    rows = sheets[name]
    at, named = (
        (options.header - 1, True) if options.header else find_header(rows) if options.header is None else (0, False)
    )
    if at >= len(rows):
        raise BadInput(f"{path.name}, sheet {name!r}, has no line {options.header} to take the header from.")
    body = [row for row in rows[at + named :] if any(row)]
    width = max((rank + 1 for row in rows[at:] for rank, cell in enumerate(row) if cell), default=0)
    header = rows[at] if named else []
    headers = make_unique([header[rank] if rank < len(header) else "" for rank in range(width)])
    columns = [pa.array([row[rank] if rank < len(row) else "" for row in body], pa.string()) for rank in range(width)]
    detected = {
        "format": kind,
        "feuille": name,
        "ligne_entete": at + 1 if named else None,
        "premiere_ligne": at + named + 1,
    }
    return from_table(path, pa.table(columns, names=[str(rank) for rank in range(width)]), headers, detected)


def _check_archive(path: Path) -> None:
    """Refuse an archive that is damaged or would fill the memory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadInput(f"{path.name} is damaged (cut short, perhaps): save or fetch it again.") from error
    if size > _LARGEST:
        raise BadInput(f"{path.name} would unpack to {size >> 20} MiB: it is not opened; save its list as CSV.")


def _cells(rows: Sequence[Sequence[object]]) -> Grid:
    return [[as_string(cell) or "" for cell in row] for row in rows]


def _choose(path: Path, sheets: dict[str, Grid], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in sheets:
            raise BadInput(
                f"{path.name} has no sheet {wanted!r}{did_you_mean(wanted, sheets)}: it has {', '.join(map(repr, sheets))}."
            )
        return wanted
    filled = [name for name, rows in sheets.items() if any(any(row) for row in rows)]
    if not filled:
        raise BadInput(f"{path.name} is empty.")
    tables = [name for name in filled if sum(sum(map(bool, row)) >= 2 for row in sheets[name]) >= 2]
    candidates = tables or filled
    if len(candidates) > 1:
        raise BadInput(
            f"{path.name} has several sheets that may be the list: name one with --sheet ({', '.join(map(repr, candidates))})."
        )
    return candidates[0]
