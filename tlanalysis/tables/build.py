"""`tlanalysis build`: write verified tables as Parquet to `data/processed/`, with a ledger of their rows.

The embedded tables are always written; those of the census and of the list of training bodies are written when their
open files have been fetched.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tlanalysis import __version__
from tlanalysis.core import files, paths
from tlanalysis.core.errors import SourceError
from tlanalysis.data import built, embedded
from tlanalysis.data.documents import check_citations
from tlanalysis.data.embedded_ledger import ledger

if TYPE_CHECKING:
    import pandas as pd


class Built(NamedTuple):
    """The written `files`, and the `ledger` with one entry per table."""

    files: list[Path]
    ledger: list[dict[str, Any]]


def build() -> Built:
    """Write one Parquet file per table, the rejects of the open files, and `ledger.json`.

    Everything is verified and converted before the first file is written: a refused table leaves the folder as it was.
    A table whose open file is no longer there is deleted.

    Raises
    ------
    SourceError
        A raw table is missing or altered, an open file is not the recorded one, or a row would be lost.
    BadInput
        An open file does not have the content that its name promises.
    """
    check_citations()
    account = ledger()
    for row in account.itertuples():
        if row.lignes_lues != row.lignes_acceptees + row.lignes_rejetees or row.lignes_rejetees:
            raise SourceError(
                f"data/raw/{row.jeu}.csv has {row.lignes_lues} rows, {row.lignes_acceptees} were read: a row is lost."
            )
    written = {f"{name}.parquet": _parquet(embedded.load(name)) for name in embedded.names()}
    entries = account.drop(columns="sha256").to_dict("records")
    for entry in entries:
        entry["sha256"] = embedded.recorded_sha256(entry["jeu"])
    for table in built.fetched():
        contents, entry = _from_open_file(table)
        written |= contents
        entries.append(entry)
    written[built.LEDGER] = files.to_json({"version": __version__, "jeux": entries}).encode()
    files.write_together({paths.processed() / name: data for name, data in written.items()})
    for table in built.open_file_of():
        for name in {f"{table}.parquet", f"{table}_rejets.csv"} - set(written):
            (paths.processed() / name).unlink(missing_ok=True)
    return Built([paths.processed() / name for name in written], entries)


def _from_open_file(table: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the files of a table that comes from an open file, and its entry in the ledger."""
    name = built.open_file_of()[table]
    sha256 = files.sha256(embedded.read_remote(name))
    path = embedded.find_remote(name)
    if path is None:
        raise AssertionError(f"{name} was read a moment ago")
    rows, rejects, account = _clean(table, path)
    contents = {f"{table}.parquet": _parquet(rows)}
    if len(rejects):
        contents[f"{table}_rejets.csv"] = _safe_csv(rejects)
    entry = {"jeu": table, **{key: account[key] for key in ("lignes_lues", "lignes_acceptees", "lignes_rejetees")}}
    entry |= {"sha256": sha256, "sha256_table": files.sha256(contents[f"{table}.parquet"])}
    entry |= {key: value for key, value in account.items() if key not in {*entry, "version"}}
    return contents, entry


def _clean(table: str, path: Path) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Return the rows, the rejects and the ledger of an open file."""
    from tlanalysis.lists.cleaning import clean
    from tlanalysis.tables import census_modules, training_bodies

    if table == built.DECLARATIONS:
        found = training_bodies.clean_declarations(path)
        return found.declarations, found.rejects, found.ledger
    if table.endswith(built.IDENTITY):
        places = clean(path)
        return places.places, places.rejects, places.ledger
    module = census_modules.clean_module(path)
    return module.answers, module.rejects, module.ledger


def _parquet(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _safe_csv(table: pd.DataFrame) -> bytes:
    """Return a table as CSV that a spreadsheet reads as text, whatever its cells begin with."""
    import pyarrow as pa
    import pyarrow.csv as pcsv

    from tlanalysis.lists.output import guard_formulas

    buffer = io.BytesIO()
    pcsv.write_csv(guard_formulas(pa.Table.from_pandas(table, preserve_index=False)), buffer)
    return buffer.getvalue()
