"""Where things lie: one place that knows the folders of a project."""

from __future__ import annotations

import os
from pathlib import Path

from tlanalysis.errors import SourceError

_MARK = Path("data") / "raw" / "datapackage.json"


def home() -> Path:
    """Return the project folder: `TLANALYSIS_HOME`, else the nearest folder that holds `data/raw`.

    The search starts at the working folder and climbs, then tries the folder the package was installed from,
    so that a notebook finds its data whoever started it.

    Raises
    ------
    SourceError
        When no folder holds `data/raw/datapackage.json`.
    """
    named = os.environ.get("TLANALYSIS_HOME")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).resolve().parents[1]]
    for folder in candidates:
        if (folder / _MARK).is_file():
            return folder
    where = named or f"{here} or above it"
    raise SourceError(f"no {_MARK} in {where}: run from the project folder, or set TLANALYSIS_HOME to it.")


def raw() -> Path:
    """Return the folder of embedded tables."""
    return home() / "data" / "raw"


def processed() -> Path:
    """Return the folder that `build` writes: `TLANALYSIS_PROCESSED` when set, else `data/processed/`."""
    named = os.environ.get("TLANALYSIS_PROCESSED")
    return Path(named) if named else home() / "data" / "processed"


def notebooks() -> Path:
    """Return the folder of notebooks and of their plan."""
    return home() / "notebooks"


def reports() -> Path:
    """Return the output folder: `TLANALYSIS_OUT` when set (a run sets it), else `reports/` of the project."""
    out = os.environ.get("TLANALYSIS_OUT")
    return Path(out) if out else home() / "reports"


def mirror() -> Path | None:
    """Return the folder of `TLANALYSIS_MIRROR`, where open files lie under their own names; None when unset."""
    named = os.environ.get("TLANALYSIS_MIRROR")
    return Path(named) if named else None
