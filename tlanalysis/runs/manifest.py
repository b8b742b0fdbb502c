"""`reports/manifest.json`: the outcome of each run, as the process that executed it reported it.

While runs are under way, the manifest lists those that are due as `unfinished`. A journal beside it gains one line
before the files of a run are moved into place and one after, so that manifest and journal together are right whenever
the machine stops. `read` reads both; the last `write` of a session merges the journal into the manifest and deletes it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tlanalysis import __version__
from tlanalysis.core import files
from tlanalysis.core.errors import BadInput

FILE = "manifest.json"
JOURNAL = "manifest.journal"
# Many runs share these tables: the manifest holds each once, and a run names it by its digest.
SHARED = ("code", "libraries")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run.

    Attributes
    ----------
    name, notebook : str
        Name of the run, and of its notebook.
    parameters : dict
        What the parameters cell and the injected cell of the notebook held.
    status : {"ok", "failed", "unfinished"}
        `unfinished` when the run was stopped, or is under way.
    seconds : float
        Wall time.
    engine : str
        The engine that executed it.
    inputs : dict
        Table -> sha256, of the tables its figures were computed from.
    figures : list of str
        Names of its figures in `figures/` (of a failed run: those of its last good one).
    error : str
        One sentence; empty when all went well.
    fingerprints : dict
        Figure -> fingerprint of its data.
    source : str
        Digest of the notebook that was run.
    code, libraries : dict
        File of the package -> digest, of the code the notebook could reach; library -> version.
    reads : list of dict
        What the run read (see `tlanalysis.core.recorder`).
    """

    name: str
    notebook: str
    parameters: dict[str, Any]
    status: str
    seconds: float
    engine: str
    inputs: dict[str, str] = field(default_factory=dict)
    figures: list[str] = field(default_factory=list)
    error: str = ""
    fingerprints: dict[str, str] = field(default_factory=dict)
    source: str = ""
    code: dict[str, str] = field(default_factory=dict)
    libraries: dict[str, str] = field(default_factory=dict)
    reads: list[dict[str, Any]] = field(default_factory=list)


def read(out: Path) -> dict[str, Outcome]:
    """Return the outcomes recorded in a reports folder, by run name; empty when nothing has run.

    Raises
    ------
    BadInput
        When the manifest is not readable.
    """
    path = out / FILE
    outcomes: dict[str, Outcome] = {}
    try:
        if path.is_file():
            content = json.loads(path.read_text(encoding="utf-8"))
            for entry in content["runs"]:
                shared = {name: content.get(name, {}).get(entry.get(name), {}) for name in SHARED}
                outcomes[entry["name"]] = Outcome(**entry | shared)
        for line in _lines(out / JOURNAL):
            _apply(line, outcomes)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput(f"{path} is not a manifest of this version: delete it, then run again.") from None
    return outcomes


def write(out: Path, outcomes: dict[str, Outcome]) -> None:
    """Write the outcomes, ordered by name, and delete the journal."""
    shared: dict[str, dict[str, Any]] = {name: {} for name in SHARED}
    runs = []
    for name in sorted(outcomes):
        entry = asdict(outcomes[name])
        for kind in SHARED:
            entry[kind] = _name_of(shared[kind], entry[kind])
        runs.append(entry)
    files.write_text(out / FILE, files.to_json({"version": __version__, "runs": runs} | shared))
    (out / JOURNAL).unlink(missing_ok=True)


class Journal:
    """The lines that a session adds to the manifest; each is on the disk before the session goes on."""

    def __init__(self, out: Path) -> None:
        self._file = (out / JOURNAL).open("ab")

    def about_to_place(self, outcome: Outcome) -> None:
        """Record that the files of a run are about to be replaced."""
        about = {"placing": outcome.name, "notebook": outcome.notebook, "parameters": outcome.parameters}
        self._add(about | {"figures": outcome.figures})

    def done(self, outcome: Outcome) -> None:
        """Record the outcome of a run whose files are in place."""
        self._add({"run": asdict(outcome)})

    def _add(self, line: dict[str, Any]) -> None:
        # The first newline ends a line that a stopped machine cut short, so that this one is still read.
        self._file.write(b"\n" + json.dumps(line, ensure_ascii=False).encode("utf-8") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:  # empty, or cut short when the machine stopped: the step it announces did not happen
            continue
    return found


def _apply(line: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    if "run" in line:
        outcomes[line["run"]["name"]] = Outcome(**line["run"])
        return
    name = line["placing"]
    before = outcomes.get(name) or Outcome(name, line["notebook"], line["parameters"], "unfinished", 0.0, "")
    outcomes[name] = replace(before, status="unfinished", figures=sorted({*before.figures, *line["figures"]}))


def _name_of(table: dict[str, Any], value: dict[str, str]) -> str:
    name = files.sha256(json.dumps(value, sort_keys=True).encode())[:16]
    table[name] = value
    return name
