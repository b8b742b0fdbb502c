"""Where things lie: one place that knows the folders of a project.

What is read (`data/raw`, notebooks) lies in the project folder. What is written (tables, downloads, reports) lies there
too, unless the project folder is the copy inside an installed package: then it lies in the working folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from tlanalysis.core.errors import BadInput, SourceError

_MARK = Path("data") / "raw" / "datapackage.json"
_PACKAGE = Path(__file__).resolve().parents[1]
# The wheel carries `data/raw` and `notebooks` here; a checkout has no such folder.
CARRIED = _PACKAGE / "_project"


def home() -> Path:
    """Return the project folder: `TLANALYSIS_HOME`, else the nearest folder that holds `data/raw`.

    The search starts at the working folder and climbs, then tries the checkout that the package lies in, then the copy
    that an installed package carries, so that a notebook finds its data whoever started it.

    Raises
    ------
    SourceError
        When no folder holds `data/raw/datapackage.json`.
    """
    named = os.environ.get("TLANALYSIS_HOME")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, _PACKAGE.parent, CARRIED]
    for folder in candidates:
        if (folder / _MARK).is_file():
            return folder
    where = named or f"{here} or above it"
    raise SourceError(f"no {_MARK} in {where}: run from the project folder, or set TLANALYSIS_HOME to it.")


def work() -> Path:
    """Return the folder in which to write: the project folder, or the working folder where that one is carried."""
    return Path.cwd() if is_carried() else home()


def is_carried() -> bool:
    """Return whether the project folder is the copy inside the installed package, which nothing may alter."""
    return home().resolve() == CARRIED


def check_own() -> None:
    """Refuse to alter tables or notebooks that came with the installed package.

    Raises
    ------
    BadInput
        When the project folder is the carried copy.
    """
    if is_carried():
        raise BadInput(
            "these tables and notebooks came with the installed package, which stays as it is: clone the project, or "
            "set TLANALYSIS_HOME to a copy of your own."
        )


def raw() -> Path:
    """Return the folder of embedded tables."""
    return home() / "data" / "raw"


def downloads() -> Path:
    """Return the folder of fetched files."""
    return work() / "data" / "raw" / "downloads"


def processed() -> Path:
    """Return the folder that `build` writes: `TLANALYSIS_PROCESSED` when set, else `data/processed/` where we write."""
    named = os.environ.get("TLANALYSIS_PROCESSED")
    return Path(named) if named else work() / "data" / "processed"


def notebooks() -> Path:
    """Return the folder of notebooks and of their plan."""
    return home() / "notebooks"


def reports() -> Path:
    """Return the output folder: `TLANALYSIS_OUT` when set (a run sets it), else `reports/` where we write."""
    out = os.environ.get("TLANALYSIS_OUT")
    return Path(out) if out else work() / "reports"


def mirror() -> Path | None:
    """Return the folder of `TLANALYSIS_MIRROR`, where open files lie under their own names; None when unset."""
    named = os.environ.get("TLANALYSIS_MIRROR")
    return Path(named) if named else None
