"""Write a clean list to disk: places, rejects, duplicates, ledger and mapping.

All files are written to a temporary folder first, and move to their place together after the last row. The CSV files
are safe to open in a spreadsheet: a text that a spreadsheet would read as a formula gets an apostrophe in front, which
cleaning removes again.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.text import printable
from tlanalysis.lists.row_cleaning import PLACE_SCHEMA, REJECT_SCHEMA

if TYPE_CHECKING:
    import pandas as pd

    from tlanalysis.lists.mapping import Mapping

FILES = ("places.parquet", "places.csv", "rejects.csv", "duplicates.csv", "ledger.json", "mapping.toml")

# Rows per row group. It does not depend on the size of the batches, so that the same list gives the same bytes.
_GROUP = 131_072
_FORMULA = r"^[=+\-@\t\r]"


def folder_name(source: str) -> str:
    """Return a name for the folder of a list: no separator, no dot in front.

    Examples
    --------
    >>> folder_name("../ma liste"), folder_name("cget_2019"), folder_name("...")
    ('ma-liste', 'cget_2019', 'liste')
    """
    return re.sub(r"[^\w.]+", "-", source).strip("-.") or "liste"


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
        raise BadInput(f"{printable(str(out))} is not a name in UTF-8: choose another --out.") from None
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is a file: --out takes a folder.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise BadInput(f"{out.parent} cannot be written ({error.strerror}): choose another --out.") from error
    try:
        yield staging
        _move(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move(staging: Path, out: Path) -> None:
    staging.chmod(0o777 & ~_umask())
    if not out.exists():
        staging.replace(out)
        return
    for name in FILES:
        (staging / name).replace(out / name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def guard_formulas(table: pa.Table) -> pa.Table:
    """Return the table with an apostrophe before every text that a spreadsheet would read as a formula."""
    columns = [_guarded(column) if pa.types.is_string(column.type) else column for column in table.columns]
    return pa.table(columns, names=table.column_names)


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


def write_ledger_files(folder: Path, mapping: Mapping, twice: pd.DataFrame, ledger: dict[str, Any]) -> None:
    """Write the duplicates, the ledger and the mapping."""
    written = twice.assign(
        nom=[_guard(name) for name in twice["nom"]], id_source=[_guard(name) for name in twice["id_source"]]
    )
    files.write_text(folder / "duplicates.csv", written.to_csv(index=False, lineterminator="\n"))
    files.write_text(folder / "ledger.json", files.to_json(ledger))
    files.write_text(folder / "mapping.toml", mapping.to_toml())


def _guard(text: object) -> object:
    return f"'{text}" if isinstance(text, str) and re.match(_FORMULA, text) else text
