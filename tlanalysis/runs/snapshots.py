"""Keep the states of a reports folder by date, so that `tlanalysis diff --since DATE` can compare with a past one.

`history/` holds one folder per state, named by the time (UTC) at which the state began, with its manifest. The tables
of the figures lie in `history/tables/`, once per content: a state costs the tables that it changed. A session of runs
that moves no figure and changes no status adds no state.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome

FOLDER = "history"
KEPT = 100  # states, by default: a state is kept only when something changed
_TABLES = "tables"
_STAMP = "%Y-%m-%dT%H%M%SZ"
_STATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")


def states(out: Path) -> list[Path]:
    """Return the folders of the states that a reports folder keeps, the oldest first."""
    found = (out / FOLDER).glob("*/")
    return sorted(path for path in found if _STATE.fullmatch(path.name) and (path / manifest.FILE).is_file())


def record(out: Path, outcomes: Mapping[str, Outcome], kept: int = KEPT) -> Path | None:
    """Keep the present state of a reports folder when it differs from the last one; return its folder.

    Parameters
    ----------
    out : Path
        Reports folder, which holds a manifest.
    outcomes : mapping
        Run name -> outcome, of the manifest.
    kept : int
        Number of states to keep; 0 records none and leaves those that exist.

    Returns
    -------
    Path or None
        The folder of the new state; None when nothing changed.
    """
    if not kept or not outcomes:
        return None
    last = states(out)[-1:]
    if last and _facts(_outcomes(last[0])) == _facts(outcomes):
        return None
    began = datetime.fromtimestamp((out / manifest.FILE).stat().st_mtime, UTC)
    if last:  # the clock may go backwards, the names of the states must not
        began = max(began, datetime.strptime(last[0].name, _STAMP).replace(tzinfo=UTC) + timedelta(seconds=1))
    for outcome in outcomes.values():
        for figure, fingerprint in outcome.fingerprints.items():
            _keep_table(out, figure, fingerprint)
    state = out / FOLDER / began.strftime(_STAMP)
    # What a run read tells whether it is due. A past state is compared, and not executed again.
    manifest.write(state, {name: replace(outcome, reads=[]) for name, outcome in outcomes.items()})
    prune(out, kept)
    return state


def since(out: Path, day: str) -> Path:
    """Return the state of a reports folder at the beginning of a day; the oldest state when all began later.

    Parameters
    ----------
    out : Path
        Reports folder.
    day : str
        `2026-11-01`, `2026-11` or `2026`, in UTC.

    Raises
    ------
    BadInput
        When the day is not a date, or the folder keeps no state.
    """
    try:
        if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", day):  # states are compared by their names, which begin so
            raise ValueError(day)
        date.fromisoformat(f"{day}-01-01"[:10])
    except ValueError:
        raise BadInput(f"--since is {day!r}: write a date, e.g. 2026-11-01 or 2026-11.") from None
    kept = states(out)
    if not kept:
        raise BadInput(f"{out} keeps no past state: `tlanalysis run` keeps one when a figure moves.")
    return next((state for state in reversed(kept) if state.name < day), kept[0])


def prune(out: Path, kept: int) -> list[Path]:
    """Remove all states but the last `kept` ones, and the tables that no state names; return the removed states."""
    present = states(out)
    gone = present[: max(len(present) - kept, 0)]
    for state in gone:
        shutil.rmtree(state)
    if gone:
        left = [_outcomes(state) for state in present if state not in gone]
        named = {mark for state in left for outcome in state.values() for mark in outcome.fingerprints.values()}
        for path in (out / FOLDER / _TABLES).glob("*.csv"):
            if path.stem not in named:
                path.unlink()
    return gone


def table(folder: Path, figure: str, fingerprint: str) -> Path:
    """Return the path of a figure's table in a reports folder or in a state; it may be missing.

    Parameters
    ----------
    folder : Path
        Reports folder, or the folder of a state.
    figure, fingerprint : str
        Name of the figure, and the fingerprint of its data at that time.
    """
    if folder.parent.name == FOLDER:
        return folder.parent / _TABLES / f"{fingerprint}.csv"
    return folder / "figures" / f"{figure}.csv"


def _keep_table(out: Path, figure: str, fingerprint: str) -> None:
    source, target = out / "figures" / f"{figure}.csv", out / FOLDER / _TABLES / f"{fingerprint}.csv"
    if target.is_file() or not source.is_file():
        return
    data = source.read_bytes()
    if files.sha256(data).startswith(fingerprint):  # an edited table is not the one that the manifest names
        files.write_bytes(target, data)


def _outcomes(state: Path) -> dict[str, Outcome]:
    """Return the outcomes of a state; none when its manifest is damaged."""
    try:
        return manifest.read(state)
    except BadInput:
        return {}


def _facts(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    return {name: (outcome.status, outcome.fingerprints) for name, outcome in outcomes.items()}
