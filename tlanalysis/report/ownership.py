"""Refuse to replace pages that `report` did not write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tlanalysis.core.errors import BadInput

_STYLE = "assets/site.css"  # every site holds it, and every page names it
_HEAD = 4096  # bytes of a page that hold its head


def check(site: Path, homes: Iterable[Path]) -> None:
    """Raise `BadInput` when the folder of the site, or a home page, exists and another program wrote it.

    Parameters
    ----------
    site : Path
        The folder that will be replaced.
    homes : iterable of Path
        The home pages that will be replaced.
    """
    foreign = [] if _is_our_site(site) else [site]
    foreign += [page for page in homes if page.exists() and not _is_our_page(page)]
    if foreign:
        raise BadInput(
            f"{foreign[0]} was not written by tlanalysis, and the report would replace it: move it away, or run and "
            "report to another folder with --out."
        )


def _is_our_site(site: Path) -> bool:
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        return False
    return not site.exists() or (site / _STYLE).is_file() or not any(site.iterdir())


def _is_our_page(page: Path) -> bool:
    if not page.is_file():
        return False
    with page.open("rb") as file:
        return _STYLE.encode() in file.read(_HEAD)
