"""The sources of a result table, kept in `DataFrame.attrs` for `publish`, `cite` and the charts.

`attrs["inputs"]` lists the embedded tables that a function read. `attrs["sources"]` lists the sources of the rows, one
dict per source with `editeur`, `source` and `date_publication`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from itertools import repeat
from typing import TYPE_CHECKING

from tlanalysis.core import paths

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOK = "TLANALYSIS_NOTEBOOK"  # a run says there which notebook it executes

KEYS = ("editeur", "source", "date_publication")


class Source(dict[str, str]):
    """One source, with the keys of `KEYS`; it is never changed after its creation.

    A deep copy returns the same object: pandas copies `attrs` deeply at every step of a computation, and these copies
    took longer than the steps.
    """

    def __deepcopy__(self, memo: object) -> Source:
        return self


def sources_of(*frames: pd.DataFrame) -> list[Source]:
    """Return the distinct sources of the rows of some frames, ordered by publisher then address.

    A result table has no source columns: the function then takes the sources in its `attrs`.
    """
    import pandas as pd

    found: set[tuple[str, ...]] = set()
    for frame in frames:
        if {"editeur", "source"} <= set(frame.columns):
            rows = zip(*(frame[key] if key in frame else repeat("") for key in KEYS), strict=False)
            found |= {tuple("" if pd.isna(value) else str(value) for value in row) for row in set(rows)}
        else:
            found |= {tuple(source[key] for key in KEYS) for source in frame.attrs.get("sources", [])}
    return [Source(zip(KEYS, row, strict=True)) for row in sorted(found)]


def stamp(table: pd.DataFrame, *frames: pd.DataFrame, inputs: Iterable[str]) -> pd.DataFrame:
    """Return `table` with the sources of `frames` and the names of the tables that were read in its `attrs`.

    Other facts that `table` carries in its `attrs` stay.

    Parameters
    ----------
    table : DataFrame
        A result table.
    *frames : DataFrame
        The rows it was computed from, with their `editeur`, `source`, `date_publication`.
    inputs : iterable of str
        Names of embedded tables.
    """
    table.attrs |= {"inputs": sorted(set(inputs)), "sources": sources_of(*frames)}
    return table


def commit() -> str:
    """Return the git commit of the project, or an empty string outside a checkout.

    A run sets `TLANALYSIS_COMMIT`, so that git does not start once per figure.
    """
    given = os.environ.get("TLANALYSIS_COMMIT")
    if given is not None:
        return given
    if paths.is_carried():  # a git repository above the installed package is not the project's
        return ""
    command = ["git", "-C", str(paths.home()), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
