"""Where a result table comes from: carried in `DataFrame.attrs`, read by `publish`, `cite` and the charts.

`attrs["inputs"]` lists the embedded tables that were read; `attrs["sources"]` the published figures behind the rows,
one dict per source with `editeur`, `source` and `date_publication`.
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

KEYS = ("editeur", "source", "date_publication")


class Source(dict[str, str]):
    """What is said of one source, by the names of `KEYS`; nobody alters it.

    It is one object in all tables that carry it: pandas copies `attrs`, to the last leaf, at every step of a
    computation, which took longer than the steps.
    """

    def __deepcopy__(self, memo: object) -> Source:
        return self


def sources_of(*frames: pd.DataFrame) -> list[Source]:
    """Return the distinct sources printed on the rows of some frames, ordered by publisher then address.

    A frame that already is a result (it has no source columns of its own) contributes the sources it carries.
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
    """Return `table` carrying the sources of `frames` and the names of the tables that were read.

    Other facts that `table` carries in its `attrs` stay.

    Parameters
    ----------
    table : DataFrame
        A result, about to be handed to a notebook.
    *frames : DataFrame
        The rows it was computed from, with their `editeur`, `source`, `date_publication`.
    inputs : iterable of str
        Names of embedded tables.
    """
    table.attrs |= {"inputs": sorted(set(inputs)), "sources": sources_of(*frames)}
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
