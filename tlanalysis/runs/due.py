"""Find the runs that are due: their notebook, parameters, code, libraries, inputs or results have changed.

Nothing here executes a notebook. A table is loaded only when its file has changed, so that a night without a change
costs a few digests.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tlanalysis.core import paths, recorder
from tlanalysis.core.errors import TlanalysisError
from tlanalysis.core.files import sha256
from tlanalysis.data import embedded
from tlanalysis.runs import dependencies
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run

KINDS = ("svg", "png", "csv", "json")


@dataclass
class Present:
    """The state of the project now; each part is computed once for all runs."""

    out: Path
    _notebooks: dict[str, bytes] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _code: dict[str, dict[str, str]] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)
    _rows: dict[str, str] = field(default_factory=dict)

    def notebook(self, name: str) -> bytes:
        """Return the bytes of a notebook."""
        if name not in self._notebooks:
            self._notebooks[name] = (paths.notebooks() / f"{name}.ipynb").read_bytes()
        return self._notebooks[name]

    def source(self, name: str) -> str:
        """Return the digest of the cells and metadata of a notebook, without its stored outputs."""
        if name not in self._sources:
            self._sources[name] = _digest_of_source(self.notebook(name))
        return self._sources[name]

    def code(self, name: str) -> dict[str, str]:
        """Return file -> digest of the code of the package that a notebook depends on."""
        if name not in self._code:
            self._code[name] = dependencies.code_of(self.notebook(name))
        return self._code[name]

    @cached_property
    def libraries(self) -> dict[str, str]:
        """The versions of Python and of every installed library."""
        return {"python": python(), **installed()}

    def file(self, name: str) -> str:
        """Return the digest of a file, under its name in `tlanalysis.core.recorder`; empty when it is missing."""
        if name not in self._files:
            path = _path(name)
            self._files[name] = recorder.digest_file(path) if path is not None and path.is_file() else ""
        return self._files[name]

    def rows(self, table: str, query: dict[str, Any]) -> str:
        """Return the digest of the rows that a query selects now; empty when the query fails."""
        key = json.dumps([table, query], sort_keys=True)
        if key not in self._rows:
            from tlanalysis.data.evidence import observations

            try:
                self._rows[key] = recorder.digest_rows(observations(**query))
            except TlanalysisError:
                self._rows[key] = ""
        return self._rows[key]

    def circumstances(self, name: str) -> dict[str, Any]:
        """Return the fields of an `Outcome` that all runs of a notebook share."""
        return {"source": self.source(name), "code": self.code(name), "libraries": self.libraries}


def why(run: Run, before: Outcome | None, now: Present) -> list[str]:
    """Return the reasons for which a run is due; an empty list means that its results are up to date.

    Parameters
    ----------
    run : Run
    before : Outcome or None
        Its recorded outcome.
    now : Present
        The state of the project.
    """
    if before is None:
        return ["it has not run yet"]
    if before.status != "ok":
        return ["it failed last time" if before.status == "failed" else "it did not finish last time"]
    return [*_circumstances(run, before, now), *_inputs(before, now), *_results(before, now)]


def _circumstances(run: Run, before: Outcome, now: Present) -> Iterator[str]:
    if before.parameters != run.parameters.as_dict():
        yield "its parameters changed"
    if before.source != now.source(run.notebook):
        yield "the notebook changed"
    yield from differing("code", before.code, now.code(run.notebook))
    yield from differing("library", before.libraries, now.libraries)


def differing(what: str, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    """Yield one clause that names what differs between two tables of digests or versions."""
    if old != new:
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        yield f"{what} changed: {', '.join(changed[:3])}{more}"


def _inputs(before: Outcome, now: Present) -> Iterator[str]:
    for read in before.reads:
        if "file" in read and now.file(read["file"]) != read["digest"]:
            yield f"{read['file']} {'changed' if now.file(read['file']) else 'is gone'}"
        if "found" in read and _searched(read["found"]) != read["digest"]:
            yield f"the open file {read['found']} {'can be read now' if read['digest'] == 'no' else 'is gone'}"
        if "absent" in read and now.file(read["absent"]):
            yield f"{read['absent']} is there now"
        if "rows" in read and not _same_rows(read, now):
            asked = ", ".join(f"{key}={value}" for key, value in read["query"].items() if value is not None)
            yield f"rows of {read['rows']} changed ({asked or 'all'})"


def _same_rows(read: dict[str, Any], now: Present) -> bool:
    table = f"data/raw/{embedded.resource(read['rows'])['path']}"
    return now.file(table) == read["in"] or now.rows(read["rows"], read["query"]) == read["digest"]


def _searched(name: str) -> str:
    return "yes" if name in embedded.remote() and embedded.find_remote(name) else "no"


def _results(before: Outcome, now: Present) -> Iterator[str]:
    wanted = [now.out / "figures" / f"{name}.{kind}" for name in before.figures for kind in KINDS]
    wanted.append(now.out / "notebooks" / f"{before.name}.ipynb")
    if missing := [path.name for path in wanted if not path.is_file()]:
        yield f"{missing[0]} is missing from its results"


def _path(name: str) -> Path | None:
    if name.startswith(recorder.MIRROR_PREFIX):
        mirror = paths.mirror()
        return mirror / name.removeprefix(recorder.MIRROR_PREFIX) if mirror else None
    return paths.home() / name


def _digest_of_source(data: bytes) -> str:
    notebook = json.loads(data)
    kept = [
        {key: value for key, value in cell.items() if key not in {"outputs", "execution_count"}}
        for cell in notebook["cells"]
    ]
    return sha256(json.dumps([kept, notebook.get("metadata")], sort_keys=True).encode())[:16]


def python() -> str:
    """Return the version of Python and the kind of machine."""
    return f"{platform.python_version()} {platform.machine()}"


def installed() -> dict[str, str]:
    """Return library -> version, from the names of the installed folders: reading their metadata takes too long."""
    found: dict[str, str] = {}
    for entry in sys.path:
        folder = Path(entry)
        if not entry or not folder.is_dir():
            continue
        for info in folder.glob("*.dist-info"):
            name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
            if name != "tlanalysis":  # its code is compared file by file
                found.setdefault(name.lower(), version)
    return dict(sorted(found.items()))
