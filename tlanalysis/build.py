"""`tlanalysis build`: verified embedded tables, as Parquet under `data/processed/`, with a ledger that adds up."""

from __future__ import annotations

import io
from pathlib import Path

from tlanalysis import __version__, catalog, files, paths
from tlanalysis.errors import SourceError
from tlanalysis.indicators.quality import ledger


def build() -> list[Path]:
    """Write one Parquet file per embedded table, and `ledger.json`; return the files written.

    Everything is verified and converted before the first file is written: a refused table leaves the folder as it was.

    Raises
    ------
    SourceError
        When a raw table is missing, altered, or a row would be lost.
    """
    account = ledger()
    for row in account.itertuples():
        if row.lignes_lues != row.lignes_acceptees + row.lignes_rejetees or row.lignes_rejetees:
            raise SourceError(
                f"data/raw/{row.jeu}.csv has {row.lignes_lues} rows, {row.lignes_acceptees} were read: a row is lost."
            )
    written = {f"{name}.parquet": _parquet(name) for name in catalog.names()}
    entries = account.drop(columns="sha256").to_dict("records")
    for entry in entries:
        entry["sha256"] = catalog.recorded_sha256(entry["jeu"])
    written["ledger.json"] = files.to_json({"version": __version__, "jeux": entries}).encode()
    return [files.write_bytes(paths.processed() / name, data) for name, data in written.items()]


def _parquet(name: str) -> bytes:
    buffer = io.BytesIO()
    catalog.load(name).to_parquet(buffer, index=False)
    return buffer.getvalue()
