"""Record what a run reads: whole files, or the rows of a table that it uses.

An audit hook sees every file that Python opens for reading, so no reader has to report it. A reader that knows which
rows it returns calls `record_rows`: a change in other rows of the table then does not make the run due. The hook does
not see files that a C library opens by itself (GDAL).

`load_ipython_extension` installs the hook in the process that executes the cells. It writes the records to the file
that the environment variable `TLANALYSIS_READS` names. Without the hook, the functions of this module do nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis.core import files, paths

if TYPE_CHECKING:
    import pandas as pd

ENVIRONMENT_VARIABLE = "TLANALYSIS_READS"
PACKAGE = Path(__file__).resolve().parents[1]
MIRROR_PREFIX = "mirror:"
_SYSTEM_FOLDERS = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/var", "/run", "/opt")

Record = dict[str, Any]


class Recorder:
    """The records of what one process has read so far."""

    def __init__(self, home: Path, mirror: Path | None, out: Path) -> None:
        self._home, self._mirror, self._out = home.resolve(), mirror and mirror.resolve(), out.resolve()
        self._records: dict[tuple[str, ...], Record] = {}
        self._read_by_rows: set[str] = set()  # files whose rows are being recorded
        self._seen: set[str] = set()
        self.paused = False
        ignored = {sys.prefix, sys.base_prefix, tempfile.gettempdir(), *_SYSTEM_FOLDERS}
        self._ignored_folders = tuple(f"{Path(folder).resolve()}{os.sep}" for folder in ignored)

    @property
    def records(self) -> list[Record]:
        """The records in a stable order, ready for JSON."""
        return [self._records[key] for key in sorted(self._records)]

    def record_open(self, file: Any, flags: Any) -> None:
        """Record a file that is opened for reading; `file` is a name or the number of a descriptor."""
        if self.paused:
            return
        if isinstance(file, int) or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)):
            return
        path = os.fsdecode(file)
        if path in self._seen:  # one run opens the same table dozens of times
            return
        self.paused = True  # the recorder opens the file to compute its digest: the run does not read it then
        try:
            self._record_file(path)
        finally:
            self.paused = False

    def _record_file(self, opened: str) -> None:
        path = _source(Path(os.path.realpath(opened)))
        name = self._name(path)
        if not name or name in self._read_by_rows or not path.is_file():
            return
        if ("file", name) not in self._records:
            self._records["file", name] = {"file": name, "digest": digest_file(path)}
        if Path(opened).is_absolute():  # after a change of folder, the same relative name is another file
            self._seen.add(opened)

    def _name(self, path: Path) -> str:
        """Return the name of a file in the records; empty when the file is not an input of the run."""
        own = path.is_relative_to(PACKAGE) and not path.is_relative_to(paths.CARRIED)
        if own or path.is_relative_to(self._out):
            return ""
        for folder, prefix in ((self._home, ""), (self._mirror, MIRROR_PREFIX)):
            if folder and path.is_relative_to(folder):
                inside = path.relative_to(folder)
                return "" if any(part.startswith(".") for part in inside.parts) else f"{prefix}{inside.as_posix()}"
        hidden = any(part.startswith(".") for part in path.parts)
        return "" if hidden or str(path).startswith(self._ignored_folders) else path.as_posix()

    @contextmanager
    def record_rows(self, table: str, path: Path, query: dict[str, Any]) -> Iterator[Callable[[pd.DataFrame], None]]:
        """Record the rows that the yielded function receives instead of the whole file of a table."""
        name = self._name(path.resolve())
        outermost = name not in self._read_by_rows
        self._read_by_rows.add(name)

        def record(rows: pd.DataFrame) -> None:
            key = ("rows", table, json.dumps(query, sort_keys=True))
            if key not in self._records:
                digests = {"digest": digest_rows(rows), "in": digest_file(path)}
                self._records[key] = {"rows": table, "query": query} | digests

        try:
            yield record
        finally:
            if outermost:
                self._read_by_rows.discard(name)

    def record_search(self, name: str, found: Path | None) -> None:
        """Record that a run looked for an open file, and whether it found it."""
        self._records["found", name] = {"found": name, "digest": "yes" if found else "no"}

    def record_missing_file(self, path: Path) -> None:
        """Record that a run looked for a file that does not exist."""
        if name := self._name(path.resolve()):
            self._records["absent", name] = {"absent": name}


_recorder: Recorder | None = None


@contextmanager
def record_rows(table: str, path: Path, query: dict[str, Any]) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Record which rows of a table a reader returns; the reader passes them to the yielded function.

    Parameters
    ----------
    table : str
        Name of an embedded table.
    path : Path
        The file of that table.
    query : dict
        The arguments that select the rows, ready for JSON: with them a later run selects the same rows again.
    """
    if _recorder is None:
        yield lambda _: None
        return
    with _recorder.record_rows(table, path, query) as record:
        yield record


def record_search(name: str, found: Path | None) -> Path | None:
    """Record that a run looked for an open file; return `found`."""
    if _recorder is not None:
        _recorder.record_search(name, found)
    return found


def record_missing_file(path: Path) -> None:
    """Record that a run looked for a file that does not exist: the run is due as soon as the file exists."""
    if _recorder is not None:
        _recorder.record_missing_file(path)


def digest_file(path: Path) -> str:
    """Return the first 16 digits of the sha256 of a file.

    The digest of `datapackage.json` leaves out the sizes and digests of its tables: a run that reads a table has a
    record of that table.
    """
    data = path.read_bytes()
    if path.name == "datapackage.json":
        package = json.loads(data)
        for entry in package.get("resources", []):
            entry.pop("hash", None)
            entry.pop("bytes", None)
        data = json.dumps(package, sort_keys=True).encode()
    return files.sha256(data)[:16]


def digest_rows(rows: pd.DataFrame) -> str:
    """Return a digest of rows; it depends on their order."""
    from pandas.util import hash_pandas_object

    digest = hashlib.sha256("\x1f".join(map(str, rows.columns)).encode())
    digest.update(hash_pandas_object(rows, index=False, categorize=False).to_numpy().tobytes())
    return digest.hexdigest()[:16]


def _source(path: Path) -> Path:
    """Return the module of a byte code file, and any other path as it is."""
    if path.parent.name != "__pycache__":
        return path
    return path.parent.parent / f"{path.name.partition('.')[0]}.py"


def load_ipython_extension(shell: Any) -> None:
    """Record what the cells of a shell read, and write the records after each cell."""
    global _recorder
    # IPython's own `exit` stops nothing in a run, and the cells after it are executed; this one raises `SystemExit`.
    shell.push({"exit": sys.exit, "quit": sys.exit}, interactive=False)
    target = Path(os.environ[ENVIRONMENT_VARIABLE])
    recorder = Recorder(paths.home(), paths.mirror(), paths.reports())
    written: list[Record] = []

    def write(*_: object) -> None:
        if (records := recorder.records) != written:
            written[:] = records
            recorder.paused = True
            files.write_text(target, files.to_json(records))
            recorder.paused = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            name, _, flags = arguments
            recorder.record_open(name, flags)

    # Python looks up this attribute at each event, tens of thousands of times per figure. Without it, or with a method
    # as the hook, each look-up takes longer.
    hook.__cantrace__ = False  # type: ignore[attr-defined]
    _recorder = recorder
    sys.addaudithook(hook)
    shell.events.register("post_run_cell", write)
