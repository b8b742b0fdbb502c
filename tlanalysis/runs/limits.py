"""What a run may use, and how its processes are ended: all of them, however they were started.

Linux only (`prctl`, `/proc`); elsewhere a run is a kernel of its own and is ended through its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36


@dataclass(frozen=True)
class Limits:
    """What one run may use; 0 stands for no limit.

    Attributes
    ----------
    minutes : float
        Wall time.
    memory_gb : float
        Memory of all its processes together, shared pages counted once (10^9 bytes).
    output_mb : float
        What its cells may show and print (10^6 bytes).
    """

    minutes: float = 30
    memory_gb: float = 4
    output_mb: float = 64


def can_fork() -> bool:
    """Tell whether forking a process that has imported everything is safe here."""
    return sys.platform.startswith("linux")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies, whatever kills the parent."""
    if can_fork():
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def stand_alone(limits: Limits) -> None:
    """Give a forked child a session of its own and its memory bound."""
    import resource

    os.setsid()
    die_with_parent()
    if limits.memory_gb:
        # The child starts with what its parent had mapped; the bound is on what it adds. A cell sees a MemoryError.
        most = _data_size() + int(limits.memory_gb * 1e9)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _data_size() -> int:
    with open("/proc/self/status", encoding="ascii", errors="replace") as lines:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))


def memory(pid: int) -> float:
    """Return the memory of a process and its descendants in GB, shared pages counted once."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    at_most = sum(_asked(process, "memory_info", "rss") for process in family)
    if at_most < 1e9 or not can_fork():  # the exact answer is dearer; most runs never need it
        return at_most / 1e9
    return sum(_asked(process, "memory_full_info", "pss") for process in family) / 1e9


def _asked(process: psutil.Process, method: str, field: str) -> int:
    try:
        return getattr(getattr(process, method)(), field)
    except psutil.Error:  # it has just ended
        return 0


def end_tree(pid: int) -> None:
    """Kill a process and its descendants."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        _kill(process)


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


class Family:
    """The processes that will be started below this one from now on, orphans included.

    This process becomes their reaper: whoever leaves its own parent, as a daemon does, comes back here.
    """

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._before = {process.pid for process in psutil.Process().children()}

    def end(self, only: int = 0) -> None:
        """Kill them all, or the descendants of one of them, and wait until they are gone."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            mine = [process for process in psutil.Process().children() if process.pid not in self._before]
            if only:
                mine = [process for process in mine if process.pid == only]
            alive = [process for process in mine if process.status() != psutil.STATUS_ZOMBIE]
            for process in alive:
                end_tree(process.pid)
            if only:
                return
            for process in mine:
                _reap(process.pid)
            if not mine:
                return


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
