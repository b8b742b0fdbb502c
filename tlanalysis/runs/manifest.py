"""`reports/manifest.json`: what happened to each run, by what happened and not by what a notebook's metadata says."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tlanalysis import __version__, files
from tlanalysis.errors import BadInput

FILE = "manifest.json"


@dataclass(frozen=True)
class Outcome:
    """What one run did.

    Attributes
    ----------
    name, notebook, parameters
        Which run.
    status : {"ok", "failed"}
        What happened last time.
    seconds : float
        Wall time.
    engine : str
        How it was executed.
    inputs : dict
        Table -> sha256, of what its figures were computed from.
    figures : list of str
        Names of the figures that stand in `figures/` (for a failed run: of the last good one).
    error : str
        One sentence; empty when all went well.
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


def read(out: Path) -> dict[str, Outcome]:
    """Return the outcomes recorded in a reports folder, by run name; empty when nothing has run.

    Raises
    ------
    BadInput
        When the manifest is not readable.
    """
    path = out / FILE
    if not path.is_file():
        return {}
    try:
        return {entry["name"]: Outcome(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["runs"]}
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{path} is not a manifest of this version: delete it, then run again.") from None


def write(out: Path, outcomes: dict[str, Outcome]) -> None:
    """Record the outcomes, ordered by name."""
    runs = [asdict(outcomes[name]) for name in sorted(outcomes)]
    files.write_text(out / FILE, files.to_json({"version": __version__, "runs": runs}))
