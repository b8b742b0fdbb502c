"""Runs on this machine: several at a time, each worker a process that is bounded in time and memory and can die alone.

On Linux the workers are forked from a server that has imported everything once (`multiprocessing`'s forkserver), and
fork in turn for each notebook: this process, with its threads and terminal, is never forked.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from tlanalysis.runs import limits
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.single_run import STEADY, Task, failed, serve

FEW = 2
GRACE = 5.0  # seconds
LOOK = 1.0  # seconds between two looks at the clock and the memory


class _Worker:
    """A process that makes attempts, and the one it is making."""

    task: Task
    begun: float
    cell: str

    def __init__(self) -> None:
        self.channel, theirs = multiprocessing.Pipe()
        self.process = _context().Process(target=serve, args=(theirs,))
        with _environment():
            self.process.start()
        theirs.close()

    def take(self, task: Task) -> None:
        self.task, self.begun, self.cell = task, time.monotonic(), ""
        with suppress(OSError):  # it died meanwhile: so says the end of what is heard from it
            self.channel.send(task)

    def heard(self) -> tuple[int, int] | Outcome:
        """Return the cell that it says it is at, or the outcome; a worker that died has one too."""
        try:
            return self.channel.recv()
        except (EOFError, OSError):
            self.process.join()
            return self.fail(f"the process that executed it died (exit code {self.process.exitcode})")

    def fail(self, error: str) -> Outcome:
        where = f", at cell {self.cell} of the notebook" if self.cell else ""
        return failed(self.task.run, time.monotonic() - self.begun, f"{error}{where}", self.task.engine)

    def over(self) -> str:
        """Say which bound its run is over; empty when none."""
        bounds = self.task.bounds
        # A cell that lasts too long is ended, and the notebook saved, by the engine: it has the first word.
        if bounds.minutes and time.monotonic() - self.begun > bounds.minutes * 60 + GRACE:
            return f"it took more than {bounds.minutes:g} minutes"
        if bounds.memory_gb and limits.memory(self.process.pid) > bounds.memory_gb * 1.25:
            return f"its processes held more than {bounds.memory_gb:g} GB of memory"
        return ""

    def end(self) -> None:
        """Kill it, and all it started, if it is still there."""
        if self.process.is_alive():  # else its number may be another's by now
            limits.end_tree(self.process.pid)
        self.process.join()
        self.channel.close()

    def dismiss(self) -> None:
        """Let it go home: it has nothing to do."""
        with suppress(OSError):
            self.channel.send(None)
        self.process.join(GRACE)
        self.end()


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
    if limits.can_fork():
        # Importing everything pays from the third run on; before, each imports what it needs.
        preloaded = ["tlanalysis.runs.preload"] if many or len(tasks) > FEW else ["tlanalysis.runs.engine"]
        multiprocessing.get_context("forkserver").set_forkserver_preload(preloaded)
    waiting, idle, busy = list(reversed(tasks)), list[_Worker](), dict[Connection, _Worker]()
    ended: list[Outcome] = []
    looked = time.monotonic()
    try:
        while waiting or busy:
            while waiting and len(busy) < jobs:
                worker = idle.pop() if idle else _Worker()
                worker.take(waiting.pop())
                busy[worker.channel] = worker
                started(worker.task.run.name)
            # Told once the others are at work: what is done with an outcome takes its time.
            yield from ended
            ended.clear()
            for channel in wait(list(busy), timeout=LOOK):
                worker = busy[channel]  # type: ignore[index]
                heard = worker.heard()
                if isinstance(heard, tuple):
                    worker.cell = str(heard[0])
                    at_cell(worker.task.run.name, *heard)
                    continue
                ended.append(heard)
                del busy[worker.channel]
                if worker.process.is_alive():
                    idle.append(worker)
                else:
                    worker.end()
            if time.monotonic() - looked < LOOK:
                continue
            looked = time.monotonic()
            for worker in list(busy.values()):
                if reason := worker.over():
                    del busy[worker.channel]
                    worker.end()
                    ended.append(worker.fail(reason))
        yield from ended
    finally:
        for worker in busy.values():
            worker.end()
        for worker in idle:
            worker.dismiss()


def _context() -> Any:
    if not limits.can_fork():
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
