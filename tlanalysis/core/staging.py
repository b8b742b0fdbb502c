"""Folders of unfinished files: they lie inside the folder that is written to, and a marker says that they are ours.

Nothing but a folder with the marker, or an empty one with our name, is ever deleted. A process locks the marker while
it works, so that the next process finds the folders of processes that have ended, however they ended, and deletes them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO

from tlanalysis.core.errors import BadInput

MARKER = ".tlanalysis"
# Bytes of a temporary folder in which sockets have room. The path of a socket has 107 bytes at most: the folder of the
# command takes 25 of them, that of a kernel inside it 25 and the name of the socket, `/k-5`, 4. 3 are spare.
LONGEST = 50
_SHORT = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - our folders in them have random names and belong to us alone
_PREFIX = ".tlanalysis-"
_PATIENCE = 1.0  # seconds to wait for the lock of a folder
_ABOUT = "tlanalysis writes unfinished files here, and deletes this folder.\n"


def make(folder: Path) -> Path:
    """Make an empty folder of unfinished files with its marker; the folder of an ended process is emptied.

    Raises
    ------
    BadInput
        When the folder exists and is not ours.
    """
    remove(folder)
    folder.mkdir(parents=True)
    (folder / MARKER).write_text(_ABOUT, encoding="utf-8")
    return folder


def remove(folder: Path) -> None:
    """Delete a folder of unfinished files, if there is one.

    Raises
    ------
    BadInput
        When the folder is not ours: it holds files without the marker, or it is a link or a file.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise BadInput(f"{folder} is not a folder of tlanalysis, which keeps unfinished files there: move it away.")
    if not folder.exists():
        return
    if not (folder / MARKER).is_file() and any(folder.iterdir()):
        raise BadInput(f"{folder} holds files that are not of tlanalysis, which deletes that folder: move them away.")
    _delete(folder)


def _delete(folder: Path) -> None:
    """Delete a folder, its marker last: after a deletion that stops or fails, the next one knows the folder."""
    with suppress(FileNotFoundError):  # another process may delete it too
        for path in folder.iterdir():
            if path.name == MARKER:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.unlink()
    with suppress(OSError):
        if all(path.name == MARKER for path in folder.iterdir()):
            (folder / MARKER).unlink(missing_ok=True)
            folder.rmdir()


@contextmanager
def inside(folder: Path, name: str = "") -> Iterator[Path]:
    """Yield a new folder of unfinished files inside `folder`, and delete it at the end.

    The folders that ended processes left there are deleted first. `folder` is made when it is missing; when the block
    raises, a folder that was made and holds nothing is removed. `name` is one that `new_name` has returned.
    """
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new, marker = _new(folder, name)
        try:
            with marker:
                yield new
        finally:
            _delete(new)
    except BaseException:
        for parent in made:
            with suppress(OSError):  # it holds something
                parent.rmdir()
        raise


def temporary() -> AbstractContextManager[Path]:
    """Yield a new folder inside the temporary folder, and delete it at the end; the next one finds what a kill left."""
    return inside(Path(tempfile.gettempdir()))


def folder_of_sockets() -> Path:
    """Return the temporary folder, or a shorter one when the path of a socket in it would be too long."""
    usual = Path(tempfile.gettempdir())
    if len(os.fsencode(usual)) <= LONGEST:
        return usual
    usable = (Path(name) for name in _SHORT if os.access(name, os.W_OK | os.X_OK))
    return next(usable, usual)


def has_abandoned(folder: Path) -> bool:
    """Return whether a process that ended too early left a folder of unfinished files inside `folder`."""
    return any((path / MARKER).is_file() for path in folder.glob(f"{_PREFIX}*"))


def new_name() -> str:
    """Return a new name for a folder of unfinished files.

    Another process can learn the name before the folder exists.
    """
    return f"{_PREFIX}{secrets.token_hex(6)}"


def _new(folder: Path, name: str) -> tuple[Path, IO[str]]:
    """Delete abandoned folders, then make one; return it with its marker, open and locked."""
    with _locked(folder) as alone:
        abandoned = _abandoned(folder, alone)
    for path in abandoned:  # a large one takes longer than another process waits for the lock
        _delete(path)
    with _locked(folder):
        new = folder / (name or new_name())
        new.mkdir(mode=0o700)
        try:
            marker = _marker(new)
        except BaseException:
            _delete(new)
            raise
    return new, marker


def _marker(new: Path) -> IO[str]:
    """Write the marker of a folder; return it, open and locked."""
    marker = (new / MARKER).open("w", encoding="utf-8")
    try:
        lock(marker.fileno())
        marker.write(_ABOUT)
        marker.flush()
    except BaseException:
        with suppress(OSError):  # to close it writes what it holds
            marker.close()
        raise
    return marker


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder, so that an empty folder of ours inside it is one that a process left when it ended too early.

    Yield False where folders cannot be locked, or when another process holds the lock for long.
    """
    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows, or a folder that may not be read
        yield False
        return
    try:
        deadline, alone = time.monotonic() + _PATIENCE, False
        with suppress(OSError):  # a file system without locks of folders
            while not (alone := lock(number)) and time.monotonic() < deadline:
                time.sleep(0.005)
        yield alone
    finally:
        os.close(number)


def _abandoned(folder: Path, alone: bool) -> list[Path]:
    """Delete the empty folders that ended processes left; return the other ones."""
    found = []
    for path in folder.glob(f"{_PREFIX}*"):
        if path.is_symlink() or not path.is_dir():
            continue
        try:
            with (path / MARKER).open(encoding="utf-8") as marker:
                free = lock(marker.fileno())
        except OSError:  # no marker: a process stopped before it wrote one, or it is about to
            with suppress(OSError):
                if not any(path.iterdir()) and (alone or path.stat().st_mtime < _a_minute_ago(folder)):
                    path.rmdir()
            continue
        if free:
            found.append(path)
    return found


def _a_minute_ago(folder: Path) -> float:
    """Return the time of the file system, which may differ from that of this machine, less one minute."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime - 60


def lock(number: int) -> bool:
    """Lock an open file for this process until it is closed; return False when another process holds the lock."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        take = lambda: msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined] # noqa: E731
    else:
        take = lambda: fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)  # noqa: E731
    try:
        take()
    except (BlockingIOError, PermissionError):
        return False
    return True
