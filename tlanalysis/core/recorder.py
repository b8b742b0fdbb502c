"""What a run reads, written down as it reads: whole files, or the very rows of a table that it drew on.

Every file that Python opens for reading is seen by an audit hook, so that nothing has to remember to report. A reader
that knows which rows it hands out says so (`rows`): then a change elsewhere in the table is no change for that run.
Files opened by a library of C alone (GDAL) are not seen.

The hook is installed by `load_ipython_extension`, in the process that executes the cells, and writes to the file that
`TLANALYSIS_READS` names. Without it nothing here costs anything.
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

VARIABLE = "TLANALYSIS_READS"
PACKAGE = Path(__file__).resolve().parents[1]
MIRROR = "mirror:"
_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/var", "/run", "/opt")

Entry = dict[str, Any]


class Reads:
    """What one process has read so far; `entries` is ready for JSON."""

    def __init__(self, home: Path, mirror: Path | None, out: Path) -> None:
        self._home, self._mirror, self._out = home.resolve(), mirror and mirror.resolve(), out.resolve()
        self._entries: dict[tuple[str, ...], Entry] = {}
        self._narrowed: set[str] = set()
        self._noted: set[str] = set()
        self._busy = False
        foreign = {sys.prefix, sys.base_prefix, tempfile.gettempdir(), *_SYSTEM}
        self._elsewhere = tuple(f"{Path(folder).resolve()}{os.sep}" for folder in foreign)

    @property
    def entries(self) -> list[Entry]:
        """The reads in a stable order."""
        return [self._entries[key] for key in sorted(self._entries)]

    def opened(self, name: Any, flags: Any) -> None:
        """Note a file that is opened, by a name or a number, if it is opened for reading."""
        if self._busy:
            return
        if isinstance(name, int) or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)):
            return
        path = os.fsdecode(name)
        if path in self._noted:  # a table is opened dozens of times
            return
        self._busy = True  # what we open ourselves, to digest it, is not a read of the run
        try:
            self._note(path)
        finally:
            self._busy = False

    def _note(self, opened: str) -> None:
        path = _source(Path(os.path.realpath(opened)))
        name = self._name(path)
        if not name or name in self._narrowed or not path.is_file():
            return
        if ("file", name) not in self._entries:
            self._entries["file", name] = {"file": name, "digest": digest_of(path)}
        if Path(opened).is_absolute():  # a relative name may be another file when the folder has changed
            self._noted.add(opened)

    def _name(self, path: Path) -> str:
        """Return how a file is called in the record; empty when it is none of the run's inputs."""
        own = path.is_relative_to(PACKAGE) and not path.is_relative_to(paths.CARRIED)
        if own or path.is_relative_to(self._out):
            return ""
        for folder, prefix in ((self._home, ""), (self._mirror, MIRROR)):
            if folder and path.is_relative_to(folder):
                inside = path.relative_to(folder)
                return "" if any(part.startswith(".") for part in inside.parts) else f"{prefix}{inside.as_posix()}"
        hidden = any(part.startswith(".") for part in path.parts)
        return "" if hidden or str(path).startswith(self._elsewhere) else path.as_posix()

    @contextmanager
    def narrow(self, table: str, path: Path, query: dict[str, Any]) -> Iterator[Callable[[pd.DataFrame], None]]:
        """Note the rows handed to the yielded function instead of the whole file of a table."""
        name = self._name(path.resolve())
        outermost = name not in self._narrowed
        self._narrowed.add(name)

        def note(rows: pd.DataFrame) -> None:
            asked = json.dumps(query, sort_keys=True)
            if ("rows", table, asked) not in self._entries:
                about = {"rows": table, "query": query, "digest": digest_rows(rows), "in": digest_of(path)}
                self._entries["rows", table, asked] = about

        try:
            yield note
        finally:
            if outermost:
                self._narrowed.discard(name)

    def note_search(self, name: str, found: Path | None) -> None:
        """Note whether an open file was there to be read."""
        self._entries["found", name] = {"found": name, "digest": "yes" if found else "no"}

    def note_absence(self, path: Path) -> None:
        """Note that a file was not there to be read."""
        if name := self._name(path.resolve()):
            self._entries["absent", name] = {"absent": name}


_watching: Reads | None = None


@contextmanager
def rows(table: str, path: Path, query: dict[str, Any]) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Say which rows of a table are about to be handed out; the yielded function takes them.

    Parameters
    ----------
    table : str
        Name of an embedded table.
    path : Path
        The file of that table.
    query : dict
        The arguments that select the rows, ready for JSON: asked again, they select what the table then holds.
    """
    if _watching is None:
        yield lambda _: None
        return
    with _watching.narrow(table, path, query) as note:
        yield note


def searched(name: str, found: Path | None) -> Path | None:
    """Say that an open file was looked for; return what was found."""
    if _watching is not None:
        _watching.note_search(name, found)
    return found


def absent(path: Path) -> None:
    """Say that a file was looked for in vain: once it is there, what went without it is due."""
    if _watching is not None:
        _watching.note_absence(path)


def digest_of(path: Path) -> str:
    """Return what tells two contents of a file apart: the head of its sha256.

    The package of the embedded tables is digested without the sizes and sums of those tables, which speak for
    themselves.
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
    """Return what tells two sets of rows apart, their order included."""
    from pandas.util import hash_pandas_object

    digest = hashlib.sha256("\x1f".join(map(str, rows.columns)).encode())
    digest.update(hash_pandas_object(rows, index=False, categorize=False).to_numpy().tobytes())
    return digest.hexdigest()[:16]


def _source(path: Path) -> Path:
    """Return the module that a file of byte code was compiled from."""
    if path.parent.name != "__pycache__":
        return path
    return path.parent.parent / f"{path.name.partition('.')[0]}.py"


def load_ipython_extension(shell: Any) -> None:
    """Watch what the cells of this shell read, and write it down after each of them."""
    global _watching
    target = Path(os.environ[VARIABLE])
    watching = Reads(paths.home(), paths.mirror(), paths.reports())
    written: list[Entry] = []

    def write(*_: object) -> None:
        if (entries := watching.entries) != written:
            written[:] = entries
            watching._busy = True
            files.write_text(target, files.to_json(entries))
            watching._busy = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            name, _, flags = arguments
            watching.opened(name, flags)

    # Python asks this of the hook at each event, and a figure is tens of thousands: a method, or no answer, costs more.
    hook.__cantrace__ = False  # type: ignore[attr-defined]
    _watching = watching
    sys.addaudithook(hook)
    shell.events.register("post_run_cell", write)
