"""Write a clean list to disk: places, rejects, duplicates, ledger and mapping.

All files are written to a temporary folder inside the output folder, and move to their place together after the last
row. The CSV files are safe to open in a spreadsheet: a text that a spreadsheet would read as a formula gets an
apostrophe in front, which cleaning removes again.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from tlanalysis.core import files, staging
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.batch import PLACE_SCHEMA, REJECT_SCHEMA
from tlanalysis.lists.cells.text import printable
from tlanalysis.lists.messages import say

if TYPE_CHECKING:
    from tlanalysis.lists.mapping import Mapping

FILES = ("places.parquet", "places.csv", "rejects.csv", "duplicates.csv", "mapping.toml", "ledger.json")
CLAIM = ".list"  # in a folder named after a list: the place of that list

# Rows per row group. It does not depend on the size of the batches, so that the same list gives the same bytes.
_GROUP = 131_072
_FORMULA = r"^[=+\-@\t\r]"
# Columns whose cells are checked codes and dates: none begins as a formula does. A state may be as printed.
_CODES = {"code_postal", "code_commune", "code_departement", "code_region", "date_ouverture", "type_id_source"}


def folder_name(source: str) -> str:
    """Return a name for the folder of a list: no separator, no dot in front.

    Examples
    --------
    >>> folder_name("../ma liste"), folder_name("cget_2019"), folder_name("...")
    ('ma-liste', 'cget_2019', 'liste')
    """
    return re.sub(r"[^\w.]+", "-", source).strip("-.") or "liste"


def check_targets(targets: Iterable[Path], inputs: Iterable[Path | None], *, ours: bool, force: bool) -> None:
    """Refuse to write over a file that is read, or over a file that this command did not write.

    Parameters
    ----------
    targets : iterable of Path
        Files that will be written.
    inputs : iterable of Path or None
        Files that are read.
    ours : bool
        Whether this command wrote the targets that exist.
    force : bool
        Whether to replace files that it did not write. A file that is read is never replaced.

    Raises
    ------
    BadInput
        A target is an input, or exists and is not ours.
    """
    read = [path for path in inputs if path is not None and path.exists()]
    for target in targets:
        if not target.exists():
            continue
        if any(target.samefile(path) for path in read):
            raise BadInput(say("target_read", target=target))
        if not (ours or force):
            raise BadInput(say("target_exists", target=target))


def is_ours(out: Path) -> bool:
    """Return whether a clean list was written to a folder, or started to be."""
    try:
        held = json.loads((out / "ledger.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return staging.has_abandoned(out)
    return isinstance(held, dict) and {"version", "fichier", "lignes_lues"} <= held.keys()


def check_same_list(out: Path, source: Path) -> None:
    """Refuse a folder named after a list that holds another list of the same name.

    Raises
    ------
    BadInput
        Another list was written there.
    """
    claim = out / CLAIM
    held = claim.read_text(encoding="utf-8", errors="replace").strip() if claim.is_file() else ""
    if held and held != _place(source) and (out / "ledger.json").exists():
        raise BadInput(say("target_other_list", out=out, held=held))


def record_list(out: Path, source: Path) -> None:
    """Record which list a folder named after it holds."""
    files.write_text(out / CLAIM, f"{_place(source)}\n")


def _place(source: Path) -> str:
    return os.fsencode(source.resolve()).decode("utf-8", "replace")


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield a temporary folder; move its files to `out` together at the end, or on an error leave `out` unchanged.

    Raises
    ------
    BadInput
        `out` cannot be written.
    """
    try:
        str(out).encode()
    except UnicodeEncodeError:
        raise BadInput(say("target_name", out=printable(str(out)))) from None
    if out.exists() and not out.is_dir():
        raise BadInput(say("target_file", out=out))
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(staging.inside(out))
        except OSError as error:
            raise BadInput(say("target_unwritable", out=out, why=error.strerror)) from error
        yield folder
        _move(folder, out)


def _move(folder: Path, out: Path) -> None:
    """Move the files to their places, the ledger last; after an error put back those that were there."""
    before = folder / "before"
    before.mkdir()
    placed: list[str] = []
    try:
        for name in FILES:
            if (out / name).exists():
                (out / name).replace(before / name)
            (folder / name).replace(out / name)
            placed.append(name)
    except BaseException:
        for name in FILES:  # a file that did not move stays where it is
            with suppress(OSError):
                if (before / name).exists():
                    (before / name).replace(out / name)
                elif name in placed:
                    (out / name).unlink()
        raise


def guard_formulas(table: pa.Table) -> pa.Table:
    """Return the table with an apostrophe before every text that a spreadsheet would read as a formula."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.name not in _CODES:
            table = table.set_column(at, field.name, _guarded(table.column(at)))
    return table


def _guarded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


class BatchWriter:
    """Writes batches of places and rejects in row groups of a fixed size.

    Parameters
    ----------
    folder : Path
        Where the files are written.
    schema : pyarrow.Schema
        The columns of the places.
    """

    def __init__(self, folder: Path, schema: pa.Schema = PLACE_SCHEMA) -> None:
        self._schema = schema
        self._parquet = pq.ParquetWriter(folder / "places.parquet", schema, compression="zstd")
        self._csv = pcsv.CSVWriter(folder / "places.csv", schema)
        self._rejects = pcsv.CSVWriter(folder / "rejects.csv", REJECT_SCHEMA)
        self._waiting: list[pa.Table] = []

    def write(self, places: pa.Table, rejects: pa.Table) -> None:
        """Write a batch."""
        self._csv.write_table(guard_formulas(places))
        if len(rejects):
            self._rejects.write_table(guard_formulas(rejects))
        self._waiting.append(places)
        if sum(map(len, self._waiting)) >= _GROUP:
            self._flush(_GROUP)

    def _flush(self, at_least: int) -> None:
        table = pa.concat_tables(self._waiting) if self._waiting else self._schema.empty_table()
        start = 0
        while len(table) - start >= at_least and start < len(table):
            self._parquet.write_table(table.slice(start, _GROUP), row_group_size=_GROUP)
            start += _GROUP
        self._waiting = [table.slice(start)] if start < len(table) else []

    def __enter__(self) -> BatchWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush(1)
        for writer in (self._parquet, self._csv, self._rejects):
            writer.close()


def stored_places(folder: Path) -> Iterator[pa.Table]:
    """Yield the written places in parts; one empty part when there is no place."""
    yield PLACE_SCHEMA.empty_table()
    for part in pq.ParquetFile(folder / "places.parquet").iter_batches(_GROUP):
        yield pa.Table.from_batches([part])


def write_ledger_files(folder: Path, mapping: Mapping, twice: pa.Table, ledger: dict[str, Any]) -> None:
    """Write the duplicates, the ledger and the mapping."""
    with (folder / "duplicates.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(twice.column_names)
        for part in guard_formulas(twice).to_batches(_GROUP):
            writer.writerows(zip(*(column.to_pylist() for column in part.columns), strict=True))
    files.write_text(folder / "ledger.json", files.to_json(ledger))
    files.write_text(folder / "mapping.toml", mapping.to_toml())
