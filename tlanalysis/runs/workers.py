"""Execute runs on this machine in several worker processes; a worker that ends fails its own run only.

On Linux, the workers are forked from a server process that has imported everything once (`multiprocessing`'s
forkserver), and each worker forks a child for each notebook. The main process, which has threads and a terminal, never
forks.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from typing import Any

from tlanalysis.runs import guard, limits
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.single_run import FIXED_ENVIRONMENT, Task, failed_outcome, run_worker

FEW_TASKS = 2
GRACE = 5.0  # seconds
CHECK_INTERVAL = 1.0  # seconds between two checks of time and memory


class _Worker:
    """A worker process, and the task that it executes."""

    task: Task
    started_at: float
    cell: str

    def __init__(self) -> None:
        self.channel, child_end = multiprocessing.Pipe()
        with _environment_of_workers(), _without_main_module():
            _start_server()
            # The process inherits the name of the folder of sockets; so do the processes that its notebooks start.
            self.process = _context().Process(target=run_worker, args=(child_end,))
            self.process.start()
        child_end.close()

    def start_task(self, task: Task) -> None:
        self.task, self.started_at, self.cell = task, time.monotonic(), ""
        with suppress(OSError):  # the process has ended: `receive` then returns a failed outcome
            self.channel.send(task)

    def receive(self) -> tuple[int, int] | Outcome:
        """Return the cell that starts and the number of cells, or the outcome of the run."""
        try:
            if not self.channel.poll() and not self.process.is_alive():
                raise EOFError
            return self.channel.recv()
        except (EOFError, OSError):
            self.process.join(GRACE)
            return self.failed_outcome(f"the process that executed it ended (exit code {self.process.exitcode})")

    def failed_outcome(self, error: str) -> Outcome:
        where = f", at cell {self.cell} of the notebook" if self.cell else ""
        return failed_outcome(self.task.run, time.monotonic() - self.started_at, f"{error}{where}", self.task.engine)

    def exceeded_limit(self) -> str:
        """Return a clause that names the limit that the run exceeds; empty when there is none."""
        most = self.task.limits
        # The engine ends a cell that lasts too long and saves the notebook: the grace period leaves it time to do so.
        if most.minutes and time.monotonic() - self.started_at > most.minutes * 60 + GRACE:
            return f"it took more than {most.minutes:g} minutes"
        if most.memory_gb and limits.memory_gb_of(self.process.pid) > most.memory_gb * 1.25:
            return f"its processes used more than {most.memory_gb:g} GB of memory"
        return ""

    def kill(self) -> None:
        """Kill the process and its descendants."""
        if self.process.is_alive():  # otherwise another process may have its number
            limits.kill_tree(self.process.pid)
        self.process.join()
        self.channel.close()

    def stop(self) -> None:
        """End an idle process."""
        with suppress(OSError):
            self.channel.send(None)
        self.process.join(GRACE)
        self.kill()


def execute_tasks(
    tasks: list[Task],
    jobs: int,
    *,
    started: Callable[[str], None],
    at_cell: Callable[[str, int, int], None],
    many: bool = False,
) -> Iterator[Outcome]:
    """Yield the outcomes of tasks as they end; when the caller stops early, the other tasks are killed.

    Parameters
    ----------
    tasks : list of Task
    jobs : int
        Most tasks at a time.
    started : callable
        Called with the name of each run that starts.
    at_cell : callable
        Called with the name of a run, the number of the cell that starts, and the number of cells.
    many : bool
        Prepare for many tasks although these are few, because others follow.
    """
    if limits.can_fork():
        limits.adopt(orphans=True)
        # To import everything saves time from the third run on; with fewer runs, each imports what it needs.
        preloaded = ["tlanalysis.runs.preload"] if many or len(tasks) > FEW_TASKS else ["tlanalysis.runs.engine"]
        multiprocessing.get_context("forkserver").set_forkserver_preload(preloaded)
    waiting, idle, busy = list(reversed(tasks)), list[_Worker](), dict[Connection, _Worker]()
    ended: list[Outcome] = []
    checked_at = time.monotonic()
    try:
        while waiting or busy:
            while waiting and len(busy) < jobs:
                worker = idle.pop() if idle else _Worker()
                worker.start_task(waiting.pop())
                busy[worker.channel] = worker
                started(worker.task.run.name)
            # Outcomes are yielded only after the workers have their next tasks: the caller takes time for each.
            yield from ended
            ended.clear()
            # The channel of a killed worker may stay open in processes that it forked: its end is waited for too.
            ends = {worker.process.sentinel: worker for worker in busy.values()}
            ready = wait([*busy, *ends], timeout=CHECK_INTERVAL)
            for worker in {id(found): found for one in ready if (found := busy.get(one) or ends.get(one))}.values():  # type: ignore[call-overload]
                received = worker.receive()
                if isinstance(received, tuple):
                    worker.cell = str(received[0])
                    at_cell(worker.task.run.name, *received)
                    continue
                ended.append(received)
                del busy[worker.channel]
                if worker.process.is_alive():
                    idle.append(worker)
                else:
                    worker.kill()
                    _kill_orphans()
            if time.monotonic() - checked_at < CHECK_INTERVAL:
                continue
            checked_at = time.monotonic()
            for worker in list(busy.values()):
                if reason := worker.exceeded_limit():
                    del busy[worker.channel]
                    worker.kill()
                    _kill_orphans()
                    ended.append(worker.failed_outcome(reason))
        yield from ended
    finally:
        for worker in busy.values():
            worker.kill()
        for worker in idle:
            worker.stop()
        _kill_orphans()
        if limits.can_fork():
            limits.adopt(orphans=False)


def _context() -> Any:
    if not limits.can_fork():
        return multiprocessing.get_context("spawn")
    return multiprocessing.get_context("forkserver")


def _start_server() -> None:
    """Start the server that forks the workers, deaf to Ctrl-C: the main process ends it, also while it imports."""
    if not limits.can_fork() or threading.current_thread() is not threading.main_thread():
        return
    # The socket of the server lies where the guard deletes it (the default is a folder that a killed process leaves).
    multiprocessing.current_process()._config.setdefault("tempdir", guard.start(os.getpid())[guard.SOCKETS])  # type: ignore[attr-defined]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


def _kill_orphans() -> None:
    """Kill what an ended worker or server has left: the system made this process its parent."""
    if limits.can_fork():
        guard.kill_orphans(guard.start(os.getpid())[guard.VARIABLE])


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Hide where the main module comes from while a process starts.

    multiprocessing executes this module again in each new process. A script that calls `tl.run` would call it again
    there; workers need nothing of it.
    """
    main = sys.modules["__main__"]
    held: dict[str, Any] = {name: vars(main)[name] for name in ("__file__", "__spec__") if name in vars(main)}
    main.__spec__ = None
    vars(main).pop("__file__", None)
    try:
        yield
    finally:
        vars(main).update(held)


@contextmanager
def _environment_of_workers() -> Iterator[None]:
    """Set the variables of workers while a process starts: libraries read some of them at their import."""
    values = FIXED_ENVIRONMENT | (guard.start(os.getpid()) if limits.can_fork() else {})
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
