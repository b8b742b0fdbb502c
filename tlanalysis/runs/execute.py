"""Execute the runs that are due: each writes to its own staging folder, whose files are moved when it succeeds."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlanalysis.core import paths, staging
from tlanalysis.core.errors import BadInput, RunFailed
from tlanalysis.core.figure_places import places
from tlanalysis.data import embedded
from tlanalysis.runs import manifest, snapshots
from tlanalysis.runs.due import ProjectState, reasons_due
from tlanalysis.runs.limits import Limits, can_fork
from tlanalysis.runs.lock import locked
from tlanalysis.runs.manifest import Journal, Outcome
from tlanalysis.runs.plan import Run
from tlanalysis.runs.single_run import Task

ENGINES = ("fork", "kernel")
STAGING = ".staging"


@dataclass(frozen=True)
class RunOptions:
    """The options of `execute`.

    Attributes
    ----------
    jobs : int
        Number of runs at a time.
    engine : {"fork", "kernel"}
        `fork` forks a process per run and is safe on Linux only; `kernel` starts a kernel per run.
    limits : Limits
        Limits of each run.
    force : bool
        Execute also the runs that are up to date.
    fail_fast : bool
        Stop at the first run that fails.
    scheduler : str
        Address of a Dask scheduler; empty for this machine.
    wait : float
        Minutes to wait while another process holds the lock of the folder.
    history : int
        Number of past states to keep in `history/`; 0 for none.
    """

    jobs: int = 2
    engine: str = "fork" if can_fork() else "kernel"
    limits: Limits = field(default_factory=Limits)
    force: bool = False
    fail_fast: bool = False
    scheduler: str = ""
    wait: float = 0
    history: int = snapshots.KEPT

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise BadInput(f"--engine is {self.engine!r}: it is one of {', '.join(ENGINES)}.")
        if self.engine == "fork" and not can_fork():
            raise BadInput("--engine fork is safe on Linux only: leave it out, or write --engine kernel.")


@dataclass(frozen=True)
class RunCallbacks:
    """Functions that `execute` calls when a run starts, reaches a cell and ends, and once with the number due."""

    started: Callable[[str], None] = lambda name: None
    at_cell: Callable[[str, int, int], None] = lambda name, number, total: None
    finished: Callable[[Outcome], None] = lambda outcome: None
    due: Callable[[int], None] = lambda count: None


def due(runs: list[Run], out: Path, *, force: bool = False) -> dict[str, list[str]]:
    """Return the reasons for which each run is due, by name; a run that is up to date has none.

    Parameters
    ----------
    runs : list of Run
    out : Path
        Reports folder.
    force : bool
        Make every run due.

    Raises
    ------
    SourceError
        When an embedded table is missing or altered.
    """
    embedded.verify()
    recorded, now = manifest.read(out), ProjectState(out)
    return {run.name: (["--force"] if force else reasons_due(run, recorded.get(run.name), now)) for run in runs}


def execute(runs: list[Run], out: Path, options: RunOptions, callbacks: RunCallbacks | None = None) -> list[Outcome]:
    """Execute the runs that are due; return their outcomes. A failed run leaves the figures of its last success.

    Parameters
    ----------
    runs : list of Run
        Runs to execute if they are due.
    out : Path
        Reports folder.
    options : RunOptions
    callbacks : RunCallbacks, optional
        Called in the calling process.

    Returns
    -------
    list of Outcome
        One outcome per executed run, in the order of `runs`.

    Raises
    ------
    BadInput
        When the scheduler does not answer.
    FolderBusy
        When another process holds the lock of the folder.
    SourceError
        When an embedded table is missing or altered: no run starts then, and the records of the runs stay as they are.
    RunFailed
        When the disk is full.
    """
    callbacks = callbacks or RunCallbacks()
    embedded.verify()
    with locked(out, options.wait * 60):
        staging.remove(out / STAGING)  # of a run that was killed
        manifest.set_aside_if_damaged(out)
        recorded, now = manifest.read(out), ProjectState(out)
        wanted = [run for run in runs if options.force or reasons_due(run, recorded.get(run.name), now)]
        callbacks.due(len(wanted))
        if not wanted:
            return []
        snapshots.record(out, recorded, options.history)
        done = _execute(wanted, out, options, callbacks, recorded, now)
        snapshots.record(out, manifest.read(out), options.history)
        return done


def _execute(
    wanted: list[Run],
    out: Path,
    options: RunOptions,
    callbacks: RunCallbacks,
    before: dict[str, Outcome],
    now: ProjectState,
) -> list[Outcome]:
    recorded = before | {run.name: _unfinished(run, before.get(run.name)) for run in wanted}
    # Read before the first run starts, so that an edit during the runs makes them due again.
    shared = {run.notebook: now.shared_fields(run.notebook) for run in wanted}
    done: dict[str, Outcome] = {}
    touched: set[str] = set()
    staging.make(out / STAGING)
    manifest.write(out, recorded)
    journal = Journal(out)
    ended = _execute_tasks(wanted, out, options, callbacks)
    try:
        for outcome in ended:
            if outcome.status == "ok":
                outcome = replace(outcome, **shared[outcome.notebook])
            touched.add(outcome.name)
            placed = _place_files(outcome, recorded[outcome.name], out, journal)
            recorded[placed.name] = done[placed.name] = placed
            callbacks.finished(placed)
            _raise_when_full(placed, len(wanted) - len(done))
            if options.fail_fast and placed.status == "failed":
                break
    finally:
        ended.close()  # type: ignore[attr-defined]
        journal.close()
        staging.remove(out / STAGING)
        # After an early stop, the runs that did not start keep their former outcomes.
        manifest.write(out, recorded | {name: before[name] for name in before.keys() - touched})
    return [done[run.name] for run in wanted if run.name in done]


def _execute_tasks(wanted: list[Run], out: Path, options: RunOptions, callbacks: RunCallbacks) -> Iterator[Outcome]:
    from tlanalysis.core.provenance import commit

    home, at = str(paths.home()), commit()
    tasks = [Task(run, home, str(out / STAGING / run.name), options.engine, options.limits, at) for run in wanted]
    if options.scheduler:
        from tlanalysis.runs import dask

        yield from dask.execute_tasks(tasks, options.scheduler, started=callbacks.started)
    else:
        from tlanalysis.runs import workers

        yield from workers.execute_tasks(tasks, options.jobs, started=callbacks.started, at_cell=callbacks.at_cell)


def _unfinished(run: Run, before: Outcome | None) -> Outcome:
    if before is None:
        return Outcome(run.name, run.notebook, run.parameters.as_dict(), "unfinished", 0.0, "")
    return replace(before, status="unfinished")


def _place_files(outcome: Outcome, before: Outcome, out: Path, journal: Journal) -> Outcome:
    """Move the files of a successful run into place; keep the figures of the last success of a failed run."""
    staged = out / STAGING / outcome.name
    executed = staged / f"{outcome.name}.ipynb"
    if outcome.status == "failed":
        for path in (executed, executed.with_suffix(".log")):
            _move(path, out / "failed" / path.name)
        outcome = replace(
            outcome, figures=before.figures, inputs=before.inputs, fingerprints=before.fingerprints, files=before.files
        )
        journal.done(outcome)
        return outcome
    journal.about_to_place(outcome)
    written = [path for path in sorted((staged / "figures").rglob("*")) if path.is_file()] if outcome.figures else []
    for path in written:
        _move(path, out / path.relative_to(staged))
    _move(executed, out / "notebooks" / executed.name)
    for path in (executed, executed.with_suffix(".log")):
        (out / "failed" / path.name).unlink(missing_ok=True)
    # A figure that the run no longer makes goes; so does an old drawing for narrow screens that has no successor.
    for gone in {place for figure in {*before.figures, *outcome.figures} for place in places(figure)}:
        if staged / "figures" / gone not in written:
            (out / "figures" / gone).unlink(missing_ok=True)
    for folder in manifest.FOLDERS:
        _flush_names(out / folder)
    journal.done(outcome)
    shutil.rmtree(staged, ignore_errors=True)
    return outcome


def _move(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _flush_names(folder: Path) -> None:
    """Write the names of the files of a folder to the disk, on systems that can."""
    if os.name == "posix" and folder.is_dir():
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _raise_when_full(outcome: Outcome, left: int) -> None:
    if outcome.status == "failed" and os.strerror(errno.ENOSPC) in outcome.error:
        raise RunFailed(
            f"{outcome.name} failed: {outcome.error}\n"
            f"the disk is full: make room, then run again; {left} runs did not finish; the other runs stay valid."
        )
