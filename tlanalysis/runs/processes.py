"""Runs on this machine: several at a time, each in a process that is bounded in time and memory and can die alone.

On Linux the processes are forked from a server that has imported everything once (`multiprocessing`'s forkserver): this
process, with its threads and terminal, is never forked.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from tlanalysis.runs import bounds
from tlanalysis.runs.attempt import STEADY, Task, failed, in_process
from tlanalysis.runs.manifest import Outcome

FEW = 2
GRACE = 5.0  # seconds
LOOK = 1.0  # seconds between two looks at the clock and the memory


@dataclass
class _UnderWay:
    task: Task
    process: Any
    channel: Connection
    begun: float
    cell: str = ""

    def fail(self, error: str) -> Outcome:
        where = f", at cell {self.cell} of the notebook" if self.cell else ""
        return failed(self.task.run, time.monotonic() - self.begun, f"{error}{where}", self.task.engine)

    def over(self) -> str:
        """Say which bound it is over; empty when none."""
        limits = self.task.bounds
        # A cell that lasts too long is ended, and the notebook saved, by the engine: it has the first word.
        if limits.minutes and time.monotonic() - self.begun > limits.minutes * 60 + GRACE:
            return f"it took more than {limits.minutes:g} minutes"
        if limits.memory_gb and bounds.memory(self.process.pid) > limits.memory_gb * 1.25:
            return f"its processes held more than {limits.memory_gb:g} GB of memory"
        return ""


def as_they_end(
    tasks: list[Task],
    jobs: int,
    *,
    started: Callable[[str], None],
    at_cell: Callable[[str, int, int], None],
    many: bool = False,
) -> Iterator[Outcome]:
    """Yield outcomes as tasks end, `jobs` at a time; leaving early ends the others.

    Parameters
    ----------
    tasks : list of Task
    jobs : int
        Processes at a time.
    started : callable
        Told the name of each run that starts.
    at_cell : callable
        Told the name of a run, the cell it is at, and how many there are.
    many : bool
        Prepare for many runs even if these are few: others will follow.
    """
    if bounds.can_fork():
        # Importing everything pays from the third run on; before, each imports what it needs.
        preloaded = ["tlanalysis.runs.warm"] if many or len(tasks) > FEW else ["tlanalysis.runs.engine"]
        multiprocessing.get_context("forkserver").set_forkserver_preload(preloaded)
    waiting, under_way = list(reversed(tasks)), dict[Connection, _UnderWay]()
    looked = time.monotonic()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < jobs:
                one = _start(waiting.pop())
                under_way[one.channel] = one
                started(one.task.run.name)
            for channel in wait(list(under_way), timeout=LOOK):
                one = under_way[channel]  # type: ignore[index]
                heard = _heard(one)
                if isinstance(heard, tuple):
                    one.cell = str(heard[0])
                    at_cell(one.task.run.name, *heard)
                else:
                    del under_way[one.channel]
                    yield heard
            if time.monotonic() - looked < LOOK:
                continue
            looked = time.monotonic()
            for one in list(under_way.values()):
                if reason := one.over():
                    del under_way[one.channel]
                    _end(one)
                    yield one.fail(reason)
    finally:
        for one in under_way.values():
            _end(one)


def _start(task: Task) -> _UnderWay:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    context = _context()
    process = context.Process(target=in_process, args=(task, theirs), name=task.run.name)
    with _environment():
        process.start()
    theirs.close()
    return _UnderWay(task, process, ours, time.monotonic())


def _heard(one: _UnderWay) -> tuple[int, int] | Outcome:
    """Return the cell that a process says it is at, or its outcome; a process that died has one too."""
    try:
        heard = one.channel.recv()
    except (EOFError, OSError):
        one.process.join()
        heard = one.fail(f"the process that executed it died (exit code {one.process.exitcode})")
    if isinstance(heard, Outcome):
        one.channel.close()
        one.process.join()
    return heard


def _end(one: _UnderWay) -> None:
    bounds.end_tree(one.process.pid)
    one.process.join()
    one.channel.close()


def _context() -> Any:
    if not bounds.can_fork():
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("forkserver")


@contextmanager
def _environment() -> Iterator[None]:
    """Have what must be set before libraries are imported set for a process that starts, and as it was here."""
    before = {name: os.environ.get(name) for name in STEADY}
    os.environ |= STEADY
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
