"""A small process that outlives the command by a moment: it kills what a command that was killed has left running.

The command holds the only writing end of a pipe, so that the guard reads the end of the pipe when the command ends, for
any reason. The guard then kills the processes that carry the mark of the command in their environment, with their
descendants, and deletes the folders of temporary files and of sockets of the command. It has its own session, so that a
kill of the group of the command does not reach it. This file is executed as a script, and imports the standard library
alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack, suppress
from functools import cache

VARIABLE = "TLANALYSIS_COMMAND"
SOCKETS = "TLANALYSIS_SOCKETS"
PATIENCE = 10.0  # seconds in which all must have ended
PAUSE = 0.05
NAME = "tlanalysis-guard"
_OPEN = ExitStack()  # the folders of this process, open until it ends: the system then releases their locks


@cache
def start(process: int) -> dict[str, str]:
    """Start the guard of this process, once; return the environment that its workers need.

    Parameters
    ----------
    process : int
        Number of this process: after a fork, a process starts a guard of its own.
    """
    import tempfile
    from pathlib import Path

    from tlanalysis.core import staging

    folder = Path(tempfile.gettempdir()) / staging.new_name()
    short = staging.folder_of_sockets()
    sockets = folder if short == folder.parent else short / staging.new_name()
    mark = f"{process}-{folder.name}"
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)  # the guard alone is started while it is
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    command = [sys.executable, "-I", "-S", __file__, NAME, str(reading), mark, str(folder), str(sockets)]
    os.posix_spawn(sys.executable, command, {}, setsid=True, file_actions=null)
    os.close(reading)
    os.register_at_fork(after_in_child=lambda: _close(writing))
    for made in {folder, sockets}:  # the guard already knows them, and deletes them if this process is killed
        _OPEN.enter_context(staging.inside(made.parent, made.name))
    return {VARIABLE: mark, "TMPDIR": str(folder), SOCKETS: str(sockets)}


def _close(number: int) -> None:
    with suppress(OSError):
        os.close(number)


def main(reading: int, mark: str, *folders: str) -> None:
    """Wait for the end of the command, then kill what it has left and delete its temporary files."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    while os.read(reading, 1):
        pass
    deadline = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < 2 and time.monotonic() < deadline:
        found = left_by(mark)
        for process in found:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        quiet = 0 if found else quiet + 1
        time.sleep(PAUSE)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def kill_orphans(mark: str) -> None:
    """Kill the children of this process that carry a mark, with their descendants, and wait for their end.

    They are the orphans of a worker or of the server of workers that has ended.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        left = _adopted(mark)
        if not left:
            return
        for process in left:
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(process, os.WNOHANG)
        time.sleep(0.002)


def _adopted(mark: str) -> list[int]:
    """Return the orphans and their descendants; the server of workers is no orphan, this process has started it."""
    from multiprocessing import forkserver, resource_tracker

    started = {getattr(forkserver._forkserver, "_forkserver_pid", None)}
    started.add(getattr(resource_tracker._resource_tracker, "_pid", None))
    marked, parents = _processes(mark)
    mine = {process for process in marked if parents[process] == os.getpid() and process not in started}
    return _with_descendants(mine, parents)


def left_by(mark: str) -> list[int]:
    """Return the processes that carry a mark in their environment, and their descendants."""
    return _with_descendants(*_processes(mark))


def _processes(mark: str) -> tuple[set[int], dict[int, int]]:
    """Return the processes that carry a mark, and the parent of every process that has not ended."""
    parents: dict[int, int] = {}
    marked: set[int] = set()
    wanted = f"{VARIABLE}={mark}".encode()
    for entry in os.listdir("/proc"):  # noqa: PTH208
        if not entry.isdecimal():
            continue
        try:
            state, parent = _read(entry, "stat").rpartition(b") ")[2].split()[:2]
            if state == b"Z" or NAME.encode() in _read(entry, "cmdline").split(b"\0"):
                continue
            parents[int(entry)] = int(parent)
            if wanted in _read(entry, "environ").split(b"\0"):
                marked.add(int(entry))
        except (OSError, ValueError):  # it has ended, or belongs to another user
            continue
    return marked, parents


def _with_descendants(found: set[int], parents: dict[int, int]) -> list[int]:
    found, more = set(found), set(found)
    while more:
        more = {process for process, parent in parents.items() if parent in found and process not in found}
        found |= more
    return sorted(found)


def _read(process: str, name: str) -> bytes:
    with open(f"/proc/{process}/{name}", "rb") as file:  # noqa: PTH123
        return file.read()


if __name__ == "__main__":
    main(int(sys.argv[2]), *sys.argv[3:])
