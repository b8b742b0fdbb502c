"""Make the n-th step of a process and its forks on the disk fail, once: an open, write, rename, link, fsync or fork.

An audit hook sees Python open, rename and make folders, and fork; `open`, `os.fsync`, `os.write`, `os.sendfile` and the
writers of pyarrow are replaced. Only steps below one folder count, and every fork. The number of the step is shared by
all forks. What C libraries write to paths that they open themselves is not seen, but for pyarrow's writers.
"""

from __future__ import annotations

import builtins
import errno
import io
import multiprocessing
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR
_FORKS = ("os.fork", "os.posix_spawn", "subprocess.Popen")
_write, _fsync, _sendfile, _open = os.write, os.fsync, os.sendfile, io.open


class _Busy(threading.local):
    """Whether this thread counts a step now: the steps of counting are not counted, those of other threads are."""

    now = False


class Failing:
    """Counts the steps below a folder; the one with the number `fail` raises `OSError` (0: none).

    Parameters
    ----------
    folder : Path
    log : Path
        Receives one line per step.
    fail : int
    """

    def __init__(self, folder: Path, log: Path, fail: int) -> None:
        self._under, self._fail = f"{folder}{os.sep}", fail
        self._count = multiprocessing.get_context("fork").Value("i", 0)
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC)
        self._busy = _Busy()

    def install(self) -> None:
        """Watch this process and its forks."""
        sys.addaudithook(self._see)
        os.write, os.fsync, os.sendfile = self._os_write, self._os_fsync, self._os_sendfile  # type: ignore[assignment]
        failing = self

        class File(io.FileIO):
            def write(self, data: Any) -> int:
                failing.step("write", failing.place(self.fileno()), errno.ENOSPC)
                return super().write(data)

        def opened(
            file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None,
            errors: str | None = None, newline: str | None = None, closefd: bool = True, opener: Any = None,
        ) -> Any:  # fmt: skip
            if not set("wax+") & set(mode):
                return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
            raw = File(file, mode.replace("b", "").replace("t", ""), closefd, opener)
            if buffering == 0:
                return raw
            held: Any = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(raw)
            if "b" in mode:
                return held
            text = io.TextIOWrapper(held, encoding, errors, newline, line_buffering=buffering == 1)
            text.mode = mode  # type: ignore[misc]
            return text

        builtins.open = io.open = opened  # type: ignore[assignment]
        self._watch_pyarrow()

    def _watch_pyarrow(self) -> None:
        import pyarrow.csv as pcsv
        import pyarrow.parquet as pq

        failing = self

        class CSVWriter(pcsv.CSVWriter):
            def __init__(self, sink: Any, *given: Any, **options: Any) -> None:
                failing.step("open", str(sink), errno.ENOSPC)
                super().__init__(sink, *given, **options)

            def write_table(self, *given: Any, **options: Any) -> None:
                failing.step("write", f"{failing._under}a CSV of pyarrow", errno.ENOSPC)
                super().write_table(*given, **options)

        class ParquetWriter(pq.ParquetWriter):
            def __init__(self, where: Any, *given: Any, **options: Any) -> None:
                failing.step("open", str(where), errno.ENOSPC)
                super().__init__(where, *given, **options)

            def write_table(self, *given: Any, **options: Any) -> None:
                failing.step("write", f"{failing._under}a Parquet file of pyarrow", errno.ENOSPC)
                super().write_table(*given, **options)

        pcsv.CSVWriter, pq.ParquetWriter = CSVWriter, ParquetWriter

    def step(self, kind: str, place: str, number: int) -> None:
        """Count a step; raise its error when it is the one that fails."""
        if self._busy.now or (kind != "fork" and not place.startswith(self._under)):
            return
        self._busy.now = True
        try:
            with self._count.get_lock():
                self._count.value += 1
                now = self._count.value
            _write(self._log, f"{kind} {place.removeprefix(self._under)}\n".encode("utf-8", "backslashreplace"))
        finally:
            self._busy.now = False
        if now == self._fail:
            raise OSError(number, os.strerror(number), None if kind == "fork" else place)

    def place(self, number: int) -> str:
        """Return the path of an open file; empty for a pipe or a socket."""
        if not stat.S_ISREG(os.fstat(number).st_mode):
            return ""
        return str(Path(f"/proc/self/fd/{number}").readlink()).removesuffix(" (deleted)")

    def _see(self, event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = given
            if not isinstance(path, int) and path is not None:
                writing = isinstance(flags, int) and flags & _WRITING
                self.step("open", str(Path(os.fsdecode(path)).absolute()), errno.ENOSPC if writing else errno.EIO)
        elif event in ("os.rename", "os.mkdir", "os.link"):
            self.step(event[3:], str(Path(os.fsdecode(given[0])).absolute()), errno.EIO)
        elif event in _FORKS:
            self.step("fork", event, errno.EAGAIN)

    def _os_write(self, number: int, data: Any) -> int:
        self.step("write", self.place(number), errno.ENOSPC)
        return _write(number, data)

    def _os_fsync(self, file: Any) -> None:
        number = file if isinstance(file, int) else file.fileno()
        self.step("fsync", str(Path(f"/proc/self/fd/{number}").readlink()), errno.EIO)
        _fsync(number)

    def _os_sendfile(self, out: int, *given: Any, **options: Any) -> int:
        self.step("write", self.place(out), errno.ENOSPC)
        return _sendfile(out, *given, **options)
