"""Find the runs that are due: their notebook, parameters, code, libraries, inputs or results have changed.

This module executes no notebook, and loads a table only when its file has changed: when nothing has changed, it
computes a few digests and no more.
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
from tlanalysis.core.figure_places import KINDS
from tlanalysis.core.files import sha256
from tlanalysis.data import embedded
from tlanalysis.runs import dependencies
from tlanalysis.runs.altered import altered
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run

ADOPTED = "papermill"  # the engine of a run that `tlanalysis adopt` recorded


@dataclass
class ProjectState:
    """The current state of the project; each part is computed at its first use and kept for all runs."""

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
        return {"python": python_version(), **installed_libraries()}

    def file(self, name: str) -> str:
        """Return the digest of a file, named as the recorder names it; empty when it is missing."""
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

    def shared_fields(self, name: str) -> dict[str, Any]:
        """Return the fields of `Outcome` that all runs of a notebook share."""
        return {"source": self.source(name), "code": self.code(name), "libraries": self.libraries}


def reasons_due(run: Run, before: Outcome | None, now: ProjectState) -> list[str]:
    """Return the reasons for which a run is due; an empty list means that it is up to date.

    Parameters
    ----------
    run : Run
    before : Outcome or None
        Its recorded outcome.
    now : ProjectState
        The current state of the project.
    """
    if before is None:
        return ["it has not run yet"]
    if before.status != "ok":
        return ["it failed last time" if before.status == "failed" else "it did not finish last time"]
    if before.engine == ADOPTED:
        return ["it was adopted: papermill records no inputs"]
    return [*_changed_definition(run, before, now), *_changed_inputs(before, now), *_missing_results(before, now)]


def _changed_definition(run: Run, before: Outcome, now: ProjectState) -> Iterator[str]:
    if before.parameters != run.parameters.as_dict():
        yield "its parameters changed"
    if before.source != now.source(run.notebook):
        yield "the notebook changed"
    yield from changed_names("code", before.code, now.code(run.notebook))
    yield from changed_names("library", before.libraries, now.libraries)


def changed_names(what: str, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    """Yield one clause with the names whose digests or versions differ between two tables; none when all agree."""
    if old != new:
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        yield f"{what} changed: {', '.join(changed[:3])}{more}"


def _changed_inputs(before: Outcome, now: ProjectState) -> Iterator[str]:
    for record in before.reads:
        if "file" in record and now.file(record["file"]) != record["digest"]:
            yield f"{record['file']} {'changed' if now.file(record['file']) else 'is gone'}"
        if "found" in record and _is_found(record["found"]) != record["digest"]:
            yield f"the open file {record['found']} {'can be read now' if record['digest'] == 'no' else 'is gone'}"
        if "absent" in record and now.file(record["absent"]):
            yield f"{record['absent']} exists now"
        if "rows" in record and not _same_rows(record, now):
            query = ", ".join(f"{key}={value}" for key, value in record["query"].items() if value is not None)
            yield f"rows of {record['rows']} changed ({query or 'all'})"


def _same_rows(record: dict[str, Any], now: ProjectState) -> bool:
    table = f"data/raw/{embedded.resource(record['rows'])['path']}"
    return now.file(table) == record["in"] or now.rows(record["rows"], record["query"]) == record["digest"]


def _is_found(name: str) -> str:
    return "yes" if name in embedded.remote() and embedded.find_remote(name) else "no"


def _missing_results(before: Outcome, now: ProjectState) -> Iterator[str]:
    wanted = [now.out / "figures" / f"{name}.{kind}" for name in before.figures for kind in KINDS]
    wanted.append(now.out / "notebooks" / f"{before.name}.ipynb")
    if missing := [path.name for path in wanted if not path.is_file()]:
        yield f"{missing[0]} is missing from its results"
    elif first := next(altered(before, now.out), None):
        yield first


def _path(name: str) -> Path | None:
    if name.startswith(recorder.MIRROR_PREFIX):
        mirror = paths.mirror()
        return mirror / name.removeprefix(recorder.MIRROR_PREFIX) if mirror else None
    return paths.home() / name


def _digest_of_source(data: bytes) -> str:
    notebook = json.loads(data.decode("utf-8"))  # json.loads would take UTF-16 too, which Jupyter does not read
    kept = [
        {key: value for key, value in cell.items() if key not in {"outputs", "execution_count"}}
        for cell in notebook["cells"]
    ]
    return sha256(json.dumps([kept, notebook.get("metadata")], sort_keys=True).encode())[:16]


def python_version() -> str:
    """Return the version of Python and the kind of machine."""
    return f"{platform.python_version()} {platform.machine()}"


def installed_libraries() -> dict[str, str]:
    """Return library -> version, from the names of the installed folders: reading their metadata takes longer."""
    found: dict[str, str] = {}
    for entry in sys.path:
        folder = Path(entry)
        if not entry or not folder.is_dir():
            continue
        for info in folder.glob("*.dist-info"):
            name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
            if name != "tlanalysis":  # the digests of its files stand for it
                found.setdefault(name.lower(), version)
    return dict(sorted(found.items()))
