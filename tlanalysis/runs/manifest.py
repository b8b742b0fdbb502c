"""Read and write `reports/manifest.json`, the outcomes of runs.

Before the first run starts, the manifest records the due runs as `unfinished`. A journal beside it receives one line
before the files of a run are moved into place and one line after. Manifest and journal together are therefore correct
at any moment at which the machine may stop. `read` reads both; the last `write` of a session merges the journal into
the manifest and deletes it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tlanalysis import __version__
from tlanalysis.core import files
from tlanalysis.core.errors import BadInput, warn
from tlanalysis.core.figure_places import PHONE
from tlanalysis.core.slugs import is_slug
from tlanalysis.data.parameters import Params, run_key

FILE = "manifest.json"
JOURNAL = "manifest.journal"
# Many runs share the same tables of code and libraries: the manifest holds each table once, and a run names its digest.
SHARED = ("code", "libraries")
FOLDERS = ("figures", f"figures/{PHONE}", "notebooks")
STATUSES = ("ok", "failed", "unfinished")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one run.

    Attributes
    ----------
    name, notebook : str
        Name of the run, and of its notebook.
    parameters : dict
        The values of the parameters cell, replaced by those of the injected cell.
    status : {"ok", "failed", "unfinished"}
        `unfinished` when the run has not ended, or was stopped.
    seconds : float
        Wall time.
    engine : str
        The engine that executed it.
    inputs : dict
        Table -> sha256, of the tables its figures were computed from.
    figures : list of str
        Names of its figures in `figures/`; a failed run keeps those of its last success.
    error : str
        The cause of a failure; empty otherwise.
    fingerprints : dict
        Figure -> fingerprint of its data.
    source : str
        Digest of the cells and metadata of the notebook.
    code, libraries : dict
        File of the package -> digest, for the code that the notebook depends on; library -> version.
    reads : list of dict
        Records of what the run read (see `tlanalysis.core.recorder`).
    files : dict
        File of its last success, as `figures/NAME`, `figures/phone/NAME` or `notebooks/NAME` -> digest.
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
    files: dict[str, str] = field(default_factory=dict)


# Field -> its type, and the type of its parts.
_TYPES: dict[str, tuple[type | tuple[type, ...], type | None]] = {
    "name": (str, None),
    "notebook": (str, None),
    "parameters": (dict, None),
    "status": (str, None),
    "seconds": ((int, float), None),
    "engine": (str, None),
    "inputs": (dict, str),
    "figures": (list, str),
    "error": (str, None),
    "fingerprints": (dict, str),
    "source": (str, None),
    "code": (dict, str),
    "libraries": (dict, str),
    "reads": (list, dict),
    "files": (dict, str),
}


def read(out: Path) -> dict[str, Outcome]:
    """Return the outcomes that the manifest of a reports folder records, by run name; empty without a manifest.

    A damaged entry is left out, with a message: its run is then due again, and costs no other run.

    Raises
    ------
    BadInput
        When the file as a whole is not a manifest.
    """
    path = out / FILE
    outcomes: dict[str, Outcome] = {}
    content = _content(path) if path.is_file() else {"runs": []}
    for number, entry in enumerate(content["runs"], start=1):
        try:
            shared = {name: content.get(name, {}).get(entry.get(name), {}) for name in SHARED}
            outcome = Outcome(**entry | shared)
            _check(outcome)
        except (ValueError, KeyError, TypeError, AttributeError):
            warn(f"entry {number} of {path} is damaged: its run is due again.")
        else:
            outcomes[outcome.name] = outcome
    for line in _lines(out / JOURNAL):
        try:
            _apply(line, outcomes)
        except (ValueError, KeyError, TypeError, AttributeError):
            warn(f"a line of {out / JOURNAL} is damaged: its run is due again.")
    return outcomes


def set_aside_if_damaged(out: Path) -> None:
    """Rename a manifest that cannot be read at all, so that a session can write a new one and nothing is lost."""
    path = out / FILE
    if not path.is_file():
        return
    try:
        _content(path)
    except BadInput:
        aside = path.with_name(f"manifest.damaged-{files.sha256(path.read_bytes())[:8]}.json")
        path.replace(aside)
        warn(f"{path} was damaged, and is kept as {aside.name}: every run is due again.")


def _content(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
        if isinstance(content["runs"], list) and all(isinstance(content.get(name, {}), dict) for name in SHARED):
            return content
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise BadInput(f"{path} is not a manifest of this version: move it away, then run again.")


def _check(outcome: Outcome) -> None:
    """Raise `ValueError` when a field has another type, or a name would be the name of another file."""
    for name, (kind, within) in _TYPES.items():
        value = getattr(outcome, name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ValueError(name)
        parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
        if within and not all(isinstance(part, within) for part in parts):
            raise ValueError(name)
    if not all(map(is_slug, (outcome.name, outcome.notebook, *outcome.figures, *outcome.fingerprints))):
        raise ValueError("a name")
    placed = [name.rpartition("/") for name in outcome.files]
    if any(folder not in FOLDERS or not is_slug(file) for folder, _, file in placed):
        raise ValueError("the name of a file")
    if outcome.status not in STATUSES or not is_slug(run_key(Params(**outcome.parameters))):
        raise ValueError("its status or its parameters")


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
    """The journal of a session; each method returns when its line is on the disk."""

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
        # The first newline ends an incomplete line of a stopped machine, so that the new line can be read.
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
        except (
            ValueError,
            RecursionError,
        ):
            continue  # an empty line, or an incomplete one of a stopped machine, whose step did not start
    return found


def _apply(line: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    if "run" in line:
        outcome = Outcome(**line["run"])
        _check(outcome)
        outcomes[outcome.name] = outcome
        return
    name = line["placing"]
    before = outcomes.get(name) or Outcome(name, line["notebook"], line["parameters"], "unfinished", 0.0, "")
    placed = replace(before, status="unfinished", figures=sorted({*before.figures, *line["figures"]}))
    _check(placed)
    outcomes[name] = placed


def _name_of(table: dict[str, Any], value: dict[str, str]) -> str:
    name = files.sha256(json.dumps(value, sort_keys=True).encode())[:16]
    table[name] = value
    return name
