"""The sources of a result table, kept in `DataFrame.attrs` for `publish`, `cite` and the charts.

`attrs["inputs"]` lists the embedded tables that a function read, and lists of the user's own (`core/own_list.py`).
`attrs["sources"]` lists the sources of the rows, one dict per source with `editeur`, `source` and `date_publication`.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from itertools import repeat
from typing import TYPE_CHECKING

from tlanalysis.core import paths
from tlanalysis.core.own_list import OwnList

if TYPE_CHECKING:
    import pandas as pd

NOTEBOOK = "TLANALYSIS_NOTEBOOK"  # a run says there which notebook it executes
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
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

    A result table has no source columns: the function then takes the sources in its `attrs`. Places that lost their
    `attrs`, as in a round trip through CSV, are signed with the name of the list in each row.
    """
    import pandas as pd

    found: set[tuple[str, ...]] = set()
    for frame in frames:
        if {"editeur", "source"} <= set(frame.columns):
            rows = zip(*(frame[key] if key in frame else repeat("") for key in KEYS), strict=False)
            found |= {tuple("" if pd.isna(value) else str(value) for value in row) for row in set(rows)}
        else:
            kept = frame.attrs.get("sources") or [source_of_list(one) for one in _lists_named(frame)]
            found |= {tuple(source[key] for key in KEYS) for source in kept}
    return [Source(zip(KEYS, row, strict=True)) for row in sorted(found)]


def inputs_of(places: pd.DataFrame) -> list[str]:
    """Return the names of what some places come from: a signed list, an open file; none where nothing says it."""
    return list(places.attrs.get("inputs") or [one.key for one in _lists_named(places)])


def source_of_list(signed: OwnList) -> Source:
    """Return a list of the user's own as the source of its rows."""
    return Source(zip(KEYS, (signed.name, signed.key, ""), strict=True))


def _lists_named(frame: pd.DataFrame) -> list[OwnList]:
    """Return the lists that the rows of clean places name, without a sha256."""
    if not {"source", "ligne_source"} <= set(frame.columns):
        return []
    return [OwnList(name, "") for name in sorted(set(frame["source"].dropna().astype(str)))]


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
    """Return the git commit of the project, or an empty string outside a checkout or without git.

    `-dirty` follows the commit when a tracked file of the project differs from it. A run sets `TLANALYSIS_COMMIT`, so
    that git does not start once per figure.
    """
    given = os.environ.get("TLANALYSIS_COMMIT")
    if given is not None:
        return given
    if paths.is_carried():  # a git repository above the installed package is not the project's
        return ""
    found = _git("rev-parse", "HEAD")
    if not _COMMIT.fullmatch(found or ""):
        return ""
    return f"{found}-dirty" if _git("status", "--porcelain", "--untracked-files=no") else f"{found}"


def _git(*words: str) -> str | None:
    """Return what git prints about the project; None without git, outside a checkout, or when it takes too long."""
    # A checkout of another user, as in a container or under cron, is read all the same; nothing of it is executed.
    safe = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    command = ["git", "--no-optional-locks", *safe, "-C", str(paths.home()), *words]
    # A git hook sets GIT_DIR: git would then answer about that repository.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=20, env=clean
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
