"""The ledger of the embedded tables: rows read, accepted, rejected."""

from __future__ import annotations

import csv
import io

import pandas as pd

from tlanalysis import catalog
from tlanalysis.core.provenance import stamp


def ledger() -> pd.DataFrame:
    """Return the ledger of the embedded tables: rows read = rows accepted + rows rejected.

    Returns
    -------
    DataFrame
        `jeu, lignes_lues, lignes_acceptees, lignes_rejetees, sha256` (first twelve characters).
    """
    records = []
    for name in catalog.names():
        read, kept = catalog.read_raw(name), catalog.load(name)
        lines = len(list(_rows(read)))
        records.append((name, lines, len(kept), lines - len(kept), catalog.recorded_sha256(name)[:12]))
    table = pd.DataFrame(records, columns=["jeu", "lignes_lues", "lignes_acceptees", "lignes_rejetees", "sha256"])
    return stamp(table, *(catalog.load(name) for name in catalog.names()), inputs=catalog.names())


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[1:]
