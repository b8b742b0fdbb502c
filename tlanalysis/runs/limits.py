"""The limits of a run, and functions that kill all its processes, however they were started.

They need Linux (`prctl`, `/proc`). Elsewhere a run has its own kernel, and its parent process ends it.
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
    """The time, memory and output that one run may use; 0 stands for no limit.

    Attributes
    ----------
    minutes : float
        Wall time.
    memory_gb : float
        Memory of all its processes together, shared pages counted once (10^9 bytes).
    output_mb : float
        Size of what its cells show and print (10^6 bytes).
    """

    minutes: float = 30
    memory_gb: float = 4
    output_mb: float = 64


def can_fork() -> bool:
    """Return whether a process that has imported everything can fork safely on this system."""
    return sys.platform.startswith("linux")


def end_with_parent() -> None:
    """Ask the operating system to kill this process when its parent ends for any reason."""
    if can_fork():
        ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def isolate(limits: Limits) -> None:
    """Give a forked child its own session and its memory limit."""
    import resource

    os.setsid()
    end_with_parent()
    if limits.memory_gb:
        # The child starts with the memory of its parent; the limit counts what it adds. The cell gets a MemoryError.
        most = _data_size() + int(limits.memory_gb * 1e9)
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _data_size() -> int:
    with open("/proc/self/status", encoding="ascii", errors="replace") as lines:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))


def memory_gb_of(pid: int) -> float:
    """Return the memory of a process and its descendants in GB, shared pages counted once."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    at_most = sum(_bytes(process, "memory_info", "rss") for process in family)
    if at_most < 1e9 or not can_fork():  # the exact value takes longer to read, and few runs need it
        return at_most / 1e9
    return sum(_bytes(process, "memory_full_info", "pss") for process in family) / 1e9


def _bytes(process: psutil.Process, method: str, field: str) -> int:
    try:
        return getattr(getattr(process, method)(), field)
    except psutil.Error:  # the process has just ended
        return 0


def kill_tree(pid: int) -> None:
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


def adopt(orphans: bool) -> None:
    """Make this process the parent of descendants whose parent ends (Linux: a subreaper), or no longer."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0)


class Descendants:
    """The descendants that this process starts from now on, also those that leave their own parent, as daemons do.

    This process becomes a subreaper: the operating system makes it the parent of descendants whose parent has ended.
    """

    def __init__(self) -> None:
        adopt(True)
        self._before = {process.pid for process in psutil.Process().children()}

    def kill(self) -> None:
        """Kill all descendants and wait until they have ended, for five seconds at most."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and (children := self._children()):
            for process in children:
                if process.status() != psutil.STATUS_ZOMBIE:
                    kill_tree(process.pid)
                _reap(process.pid)

    def kill_child(self, pid: int) -> None:
        """Kill one child and its descendants, without waiting for their end."""
        for process in self._children():
            if process.pid == pid and process.status() != psutil.STATUS_ZOMBIE:
                kill_tree(pid)

    def _children(self) -> list[psutil.Process]:
        return [process for process in psutil.Process().children() if process.pid not in self._before]


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
