"""The ledger of the embedded tables: rows read, accepted, rejected."""

from __future__ import annotations

import csv
import io

import pandas as pd

from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded


def ledger() -> pd.DataFrame:
    """Return the ledger of the embedded tables: rows read = rows accepted + rows rejected.

    Returns
    -------
    DataFrame
        `jeu, lignes_lues, lignes_acceptees, lignes_rejetees, sha256` (first twelve characters).

    See Also
    --------
    lists_ledger : The same for open lists.

    Examples
    --------
    >>> bool((ledger()["lignes_lues"] == ledger()["lignes_acceptees"] + ledger()["lignes_rejetees"]).all())
    True
    """
    records = []
    for name in embedded.names():
        read, kept = embedded.read_raw(name), embedded.load(name)
        lines = len(list(_rows(read)))
        records.append((name, lines, len(kept), lines - len(kept), embedded.recorded_sha256(name)[:12]))
    table = pd.DataFrame(records, columns=["jeu", "lignes_lues", "lignes_acceptees", "lignes_rejetees", "sha256"])
    return stamp(table, *(embedded.load(name) for name in embedded.names()), inputs=embedded.names())


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))[1:]
