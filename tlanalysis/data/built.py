"""Tables that `tlanalysis build` adds from open files that were fetched.

They lie in `data/processed/`. `ledger.json` records the sha256 of each table and of its open file; `load` checks both.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from tlanalysis.core import files, paths, recorder
from tlanalysis.core.errors import BadInput, SourceError, did_you_mean
from tlanalysis.data.remote_files import entry, find_remote, remote, vouched_sha256

if TYPE_CHECKING:
    import pandas as pd

LEDGER = "ledger.json"
IDENTITY = "_fiche_identite"
DECLARATIONS = "lpof_declarations"


def open_file_of() -> dict[str, str]:
    """Return table -> id of the open file it is built from: files of the censuses, list of training bodies."""
    census = {name: name for name in remote() if re.match(r"recensement_\d{4}_", name)}
    return census | {DECLARATIONS: "lpof"}


def fetched() -> list[str]:
    """Return the tables whose open file is on this machine with a recorded sha256, in the order of the catalog."""
    return [table for table, file in open_file_of().items() if find_remote(file) and vouched_sha256(file)]


def built() -> dict[str, dict[str, Any]]:
    """Return the tables that have been built, each with its entry of `ledger.json`.

    Raises
    ------
    SourceError
        When the ledger was damaged.
    """
    path = paths.processed() / LEDGER
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["jeux"]
        held = {found["jeu"]: found for found in entries}
    except FileNotFoundError:
        recorder.record_missing_file(path)
        return {}
    except (ValueError, KeyError, TypeError):
        raise SourceError(f"{path} is damaged: run `tlanalysis build`.") from None
    return {table: held[table] for table in open_file_of() if table in held}


def load(table: str) -> pd.DataFrame:
    """Return a table that has been built, verified against the ledger.

    Raises
    ------
    SourceError
        Not built, altered since, or built from another version of the open file than the one in use.
    """
    import pandas as pd

    account = built().get(table)
    file = open_file_of()[table]
    if account is None:
        raise SourceError(f"{table} has not been built: `tlanalysis fetch {file}`, then `tlanalysis build`.")
    vouched = vouched_sha256(file)
    if vouched and vouched != account["sha256"]:
        raise SourceError(f"{table} was built from another version of {entry(file)['file']}: run `tlanalysis build`.")
    path = paths.processed() / f"{table}.parquet"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path} is missing: run `tlanalysis build`.") from None
    if files.sha256(data) != account["sha256_table"]:
        raise SourceError(f"{path} is not the table that was built: run `tlanalysis build`.")
    return pd.read_parquet(io.BytesIO(data))


def open_files(*tables: str) -> pd.DataFrame:
    """Return one row per table built from an open file: whether it exists, and which command brings a missing file.

    `tlanalysis fetch` brings a file, `tlanalysis build` makes a table of it.

    Parameters
    ----------
    *tables : str
        Names of tables; all there can be when left out.

    Returns
    -------
    DataFrame
        `jeu, editeur, etat` (`construit` or `absent`), `commande`.

    Raises
    ------
    BadInput
        Unknown table.

    See Also
    --------
    sources : The files and where they come from.
    load : A table that was built.

    Examples
    --------
    >>> open_files().columns.tolist()
    ['jeu', 'editeur', 'etat', 'commande']
    """
    import pandas as pd

    known, there = open_file_of(), built()
    for table in tables:
        if table not in known:
            raise BadInput(f"no table called {table!r} is built from an open file{did_you_mean(table, known)}.")
    rows = [
        (table, entry(known[table])["publisher"], "construit", "")
        if table in there
        else (table, entry(known[table])["publisher"], "absent", f"tlanalysis fetch {known[table]}")
        for table in tables or known
    ]
    return pd.DataFrame(rows, columns=["jeu", "editeur", "etat", "commande"])
