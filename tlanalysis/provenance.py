"""Where a result table comes from: carried in `DataFrame.attrs`, read by `publish`, `cite` and the charts.

`attrs["inputs"]` lists the embedded tables that were read; `attrs["sources"]` the published figures behind the rows,
one dict per source with `editeur`, `source` and `date_publication`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tlanalysis import paths

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("editeur", "source", "date_publication")


def sources_of(*frames: pd.DataFrame) -> list[dict[str, str]]:
    """Return the distinct sources printed on the rows of some frames, ordered by publisher then address.

    A frame that already is a result (it has no source columns of its own) contributes the sources it carries.
    """
    found: set[tuple[str, ...]] = set()
    for frame in frames:
        if {"editeur", "source"} <= set(frame.columns):
            rows = frame.reindex(columns=list(KEYS)).astype(object)
            found |= set(rows.where(rows.notna(), "").itertuples(index=False, name=None))
        else:
            found |= {tuple(source[key] for key in KEYS) for source in frame.attrs.get("sources", [])}
    return [dict(zip(KEYS, row, strict=True)) for row in sorted(found)]


def stamp(table: pd.DataFrame, *frames: pd.DataFrame, inputs: Iterable[str]) -> pd.DataFrame:
    """Return `table` carrying the sources of `frames` and the names of the tables that were read.

    Parameters
    ----------
    table : DataFrame
        A result, about to be handed to a notebook.
    *frames : DataFrame
        The rows it was computed from, with their `editeur`, `source`, `date_publication`.
    inputs : iterable of str
        Names of embedded tables.
    """
    table.attrs = {"inputs": sorted(set(inputs)), "sources": sources_of(*frames)}
    return table


def commit() -> str:
    """Return the git commit of the project, or an empty string outside a checkout.

    A run is told once, by `TLANALYSIS_COMMIT`, instead of asking git for each figure.
    """
    told = os.environ.get("TLANALYSIS_COMMIT")
    if told is not None:
        return told
    if paths.is_carried():  # a repository above the installed package is somebody else's
        return ""
    command = ["git", "-C", str(paths.home()), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
