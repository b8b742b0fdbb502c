"""Execute the runs that are due, each into a staging folder of its own, moved in place when the notebook succeeded."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput, RunFailed
from tlanalysis.runs import manifest
from tlanalysis.runs.due import Present, why
from tlanalysis.runs.limits import Limits, can_fork
from tlanalysis.runs.lock import locked
from tlanalysis.runs.manifest import Journal, Outcome
from tlanalysis.runs.plan import Run
from tlanalysis.runs.single_run import Task

ENGINES = ("fork", "kernel")
STAGING = ".staging"


@dataclass(frozen=True)
class Options:
    """How runs are executed.

    Attributes
    ----------
    jobs : int
        Runs at a time.
    engine : {"fork", "kernel"}
        `fork` where it is safe (Linux), else a kernel of its own for each run.
    bounds : Limits
        What one run may use.
    force : bool
        Run also what is up to date.
    fail_fast : bool
        Stop at the first run that fails.
    scheduler : str
        Address of a Dask scheduler; empty for this machine.
    """

    jobs: int = 2
    engine: str = "fork" if can_fork() else "kernel"
    bounds: Limits = field(default_factory=Limits)
    force: bool = False
    fail_fast: bool = False
    scheduler: str = ""

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise BadInput(f"--engine is {self.engine!r}: it is one of {', '.join(ENGINES)}.")
        if self.engine == "fork" and not can_fork():
            raise BadInput("--engine fork is safe on Linux only: leave it out, or write --engine kernel.")


@dataclass(frozen=True)
class Watcher:
    """What is told of runs as they go: their start, the cell they are at, their end; first how many are due."""

    started: Callable[[str], None] = lambda name: None
    at_cell: Callable[[str, int, int], None] = lambda name, number, total: None
    finished: Callable[[Outcome], None] = lambda outcome: None
    due: Callable[[int], None] = lambda count: None


def due(runs: list[Run], out: Path, *, force: bool = False) -> dict[str, list[str]]:
    """Return why each run is due, by name; a run whose results stand has no reason.

    Parameters
    ----------
    runs : list of Run
    out : Path
        Reports folder.
    force : bool
        Give every run a reason.
    """
    recorded, now = manifest.read(out), Present(out)
    return {run.name: (["--force"] if force else why(run, recorded.get(run.name), now)) for run in runs}


def execute(runs: list[Run], out: Path, options: Options, watcher: Watcher | None = None) -> list[Outcome]:
    """Execute the runs that are due; a failed run leaves the last good figures where they are.

    Parameters
    ----------
    runs : list of Run
        What is wanted.
    out : Path
        Reports folder.
    options : Options
    watcher : Watcher, optional
        Told of runs as they go, in the calling process.

    Returns
    -------
    list of Outcome
        Those of the runs that were executed, in the order of `runs`.

    Raises
    ------
    BadInput
        When another run holds the folder, or the scheduler cannot be used.
    RunFailed
        When the disk is full.
    """
    watcher = watcher or Watcher()
    with locked(out):
        shutil.rmtree(out / STAGING, ignore_errors=True)
        recorded, now = manifest.read(out), Present(out)
        wanted = [run for run in runs if options.force or why(run, recorded.get(run.name), now)]
        watcher.due(len(wanted))
        if not wanted:
            return []
        return _execute(wanted, out, options, watcher, recorded, now)


def _execute(
    wanted: list[Run], out: Path, options: Options, watcher: Watcher, before: dict[str, Outcome], now: Present
) -> list[Outcome]:
    recorded = before | {run.name: _unfinished(run, before.get(run.name)) for run in wanted}
    # Looked at before anything runs: what is edited meanwhile is not what was run.
    circumstances = {run.notebook: now.circumstances(run.notebook) for run in wanted}
    done: dict[str, Outcome] = {}
    touched: set[str] = set()
    manifest.write(out, recorded)
    journal = Journal(out)
    ended = _as_they_end(wanted, out, options, watcher)
    try:
        for outcome in ended:
            if outcome.status == "ok":
                outcome = replace(outcome, **circumstances[outcome.notebook])
            touched.add(outcome.name)
            settled = _settle(outcome, recorded[outcome.name], out, journal)
            recorded[settled.name] = done[settled.name] = settled
            watcher.finished(settled)
            _stop_when_full(settled, len(wanted) - len(done))
            if options.fail_fast and settled.status == "failed":
                break
    finally:
        ended.close()  # type: ignore[attr-defined]
        journal.close()
        shutil.rmtree(out / STAGING, ignore_errors=True)
        # Whatever stopped us, the results of runs whose turn did not come are what they were.
        manifest.write(out, recorded | {name: before[name] for name in before.keys() - touched})
    return [done[run.name] for run in wanted if run.name in done]


def _as_they_end(wanted: list[Run], out: Path, options: Options, watcher: Watcher) -> Iterator[Outcome]:
    from tlanalysis.core.provenance import commit

    home, at = str(paths.home()), commit()
    tasks = [Task(run, home, str(out / STAGING / run.name), options.engine, options.bounds, at) for run in wanted]
    if options.scheduler:
        from tlanalysis.runs import dask

        yield from dask.as_they_end(tasks, options.scheduler, started=watcher.started)
    else:
        from tlanalysis.runs import workers

        yield from workers.as_they_end(tasks, options.jobs, started=watcher.started, at_cell=watcher.at_cell)


def _unfinished(run: Run, before: Outcome | None) -> Outcome:
    if before is None:
        return Outcome(run.name, run.notebook, run.parameters.as_dict(), "unfinished", 0.0, "")
    return replace(before, status="unfinished")


def _settle(outcome: Outcome, before: Outcome, out: Path, journal: Journal) -> Outcome:
    """Move what a good run made into place; keep, and record, the last good figures of a failed one."""
    staged = out / STAGING / outcome.name
    executed = staged / f"{outcome.name}.ipynb"
    if outcome.status == "failed":
        for path in (executed, executed.with_suffix(".log")):
            _move(path, out / "failed" / path.name)
        outcome = replace(outcome, figures=before.figures, inputs=before.inputs, fingerprints=before.fingerprints)
        journal.done(outcome)
        return outcome
    journal.about_to_place(outcome)
    for path in sorted((staged / "figures").iterdir()) if outcome.figures else []:
        _move(path, out / "figures" / path.name)
    _move(executed, out / "notebooks" / executed.name)
    for path in (executed, executed.with_suffix(".log")):
        (out / "failed" / path.name).unlink(missing_ok=True)
    for gone in set(before.figures) - set(outcome.figures):
        for path in (out / "figures").glob(f"{gone}.*"):
            path.unlink()
    for folder in (out / "figures", out / "notebooks"):
        _flush(folder)
    journal.done(outcome)
    shutil.rmtree(staged, ignore_errors=True)
    return outcome


def _move(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _flush(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system lets one ask for it."""
    if os.name == "posix" and folder.is_dir():
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _stop_when_full(outcome: Outcome, left: int) -> None:
    if outcome.status == "failed" and os.strerror(errno.ENOSPC) in outcome.error:
        raise RunFailed(
            f"{outcome.name} failed: {outcome.error}\n"
            f"the disk is full: make room, then run again; {left} runs were not made, what was finished stays valid."
        )
