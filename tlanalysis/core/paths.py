"""The folders of a project.

The package reads tables and notebooks from the project folder. It writes tables, downloads and reports there too. When
the project folder is the copy inside an installed package, it writes them to the working folder instead.
"""

from __future__ import annotations

import os
from pathlib import Path

from tlanalysis.core.errors import BadInput, SourceError

_DATAPACKAGE = Path("data") / "raw" / "datapackage.json"
_PACKAGE = Path(__file__).resolve().parents[1]
# A wheel holds a copy of `data/raw` and `notebooks` here; a checkout has no such folder.
CARRIED = _PACKAGE / "_project"


def home() -> Path:
    """Return the project folder: `TLANALYSIS_HOME`, else the nearest folder that holds `data/raw`.

    The search tries the working folder, its parents, the checkout that holds the package, then the copy inside an
    installed package. A notebook therefore finds its data from any working folder.

    Raises
    ------
    SourceError
        When no folder holds `data/raw/datapackage.json`.
    """
    named = os.environ.get("TLANALYSIS_HOME")
    here = Path.cwd()
    candidates = [Path(named).absolute()] if named else [here, *here.parents, _PACKAGE.parent, CARRIED]
    for folder in candidates:
        if (folder / _DATAPACKAGE).is_file():
            return folder
    where = named or f"{here} or above it"
    raise SourceError(f"no {_DATAPACKAGE} in {where}: run from the project folder, or set TLANALYSIS_HOME to it.")


def work() -> Path:
    """Return the folder to write to: the project folder, or the working folder when the project is the copy."""
    return Path.cwd() if is_carried() else home()


def is_carried() -> bool:
    """Return whether the project folder is the copy inside the installed package, which nothing may change."""
    return home().resolve() == CARRIED


def check_own() -> None:
    """Refuse to change tables or notebooks of the copy inside the installed package.

    Raises
    ------
    BadInput
        When the project folder is that copy.
    """
    if is_carried():
        raise BadInput(
            "these tables and notebooks came with the installed package, which must not change: clone the project, or "
            "set TLANALYSIS_HOME to a copy of your own."
        )


def raw() -> Path:
    """Return the folder of embedded tables."""
    return home() / "data" / "raw"


def downloads() -> Path:
    """Return the folder of fetched files."""
    return work() / "data" / "raw" / "downloads"


def processed() -> Path:
    """Return the folder that `build` writes: `TLANALYSIS_PROCESSED` when set, else `data/processed/` of `work()`."""
    named = os.environ.get("TLANALYSIS_PROCESSED")
    return Path(named).absolute() if named else work() / "data" / "processed"


def notebooks() -> Path:
    """Return the folder of notebooks and of their plan."""
    return home() / "notebooks"


def reports() -> Path:
    """Return the output folder: `TLANALYSIS_OUT` when set (a run sets it), else `reports/` of `work()`."""
    out = os.environ.get("TLANALYSIS_OUT")
    # A worker has another working folder: a relative name would mean another folder there.
    return Path(out).absolute() if out else work() / "reports"


def check_output(out: Path) -> None:
    """Refuse to write reports over the project: its notebooks, tables, code or documents.

    Raises
    ------
    BadInput
        When the folder is the project, or lies in a folder of it that commands read.
    """
    try:
        project = home().resolve()
    except SourceError:  # a command that needs the project will report it
        return
    target = out.resolve()
    read = [project / name for name in ("notebooks", "data", "docs", "tlanalysis", "tests", ".git")]
    if target == project or any(target.is_relative_to(folder) for folder in read):
        raise BadInput(f"{out} is a folder of the project itself: write to another one with --out.")


def mirror() -> Path | None:
    """Return the folder of `TLANALYSIS_MIRROR`, which holds open files under their own names; None when unset."""
    named = os.environ.get("TLANALYSIS_MIRROR")
    return Path(named) if named else None
