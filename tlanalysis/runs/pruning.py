"""Remove what a reports folder no longer needs: runs that left the plan, and old states of its history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tlanalysis.core.figure_places import places
from tlanalysis.runs import manifest, snapshots
from tlanalysis.runs.lock import locked


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be: names of runs, files, and states of the history."""

    runs: list[str]
    files: list[Path]
    states: list[Path]


def _within(path: Path, out: Path) -> bool:
    """Return whether a file lies in one of the folders that runs write to."""
    return out in path.parents and path.parent.relative_to(out).as_posix() in {*manifest.FOLDERS, "failed"}


def prune(out: Path, kept: Collection[str], *, history: int = snapshots.KEPT, dry_run: bool = False) -> Pruned:
    """Remove the runs of a reports folder that are not among those to keep, with their files, and old states.

    The manifest names the files. Other files of the folder stay.

    Parameters
    ----------
    out : Path
        Reports folder.
    kept : collection of str
        Names of the runs to keep.
    history : int
        Number of past states to keep.
    dry_run : bool
        Remove nothing.
    """
    with locked(out):
        recorded = manifest.read(out)
        gone = sorted(name for name in recorded if name not in kept)
        used = {figure for name in recorded if name in kept for figure in recorded[name].figures}
        paths = [out / "notebooks" / f"{name}.ipynb" for name in gone]
        paths += [out / "failed" / f"{name}{suffix}" for name in gone for suffix in (".ipynb", ".log")]
        figures = sorted({figure for name in gone for figure in recorded[name].figures} - used)
        paths += [out / "figures" / place for figure in figures for place in places(figure)]
        present = [path for path in paths if path.is_file() and _within(path, out)]
        states = snapshots.states(out)
        old = states[: max(len(states) - history, 0)]
        if not dry_run:
            if gone:  # the manifest first: after a stop, files are left over, and no run misses one
                manifest.write(out, {name: outcome for name, outcome in recorded.items() if name in kept})
            for path in present:
                path.unlink(missing_ok=True)
            snapshots.prune(out, history)
    return Pruned(gone, present, old)
