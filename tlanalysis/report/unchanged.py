"""Whether a site is up to date: a digest of what the report reads and of what it wrote, kept beside the site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from tlanalysis.core import files, paths

STATE = ".site-state"  # in the reports folder
_PACKAGE = Path(__file__).parents[1]
_SKIPPED = {"__pycache__"}


def is_up_to_date(out: Path, pages: Iterable[Path], address: str = "") -> bool:
    """Return whether the pages are there, and nothing changed since the report wrote them.

    Parameters
    ----------
    out : Path
        Reports folder.
    pages : iterable of Path
        Its home pages.
    address : str
        The address that the pages say they have.
    """
    state = out / STATE
    if not state.is_file() or not all(page.is_file() for page in pages):
        return False
    return state.read_text(encoding="utf-8").strip() == digest(out, pages, address)


def remember(out: Path, pages: Iterable[Path], address: str = "") -> None:
    """Record the present state; the next `is_up_to_date` compares with it."""
    files.write_bytes(out / STATE, f"{digest(out, pages, address)}\n".encode())


def digest(out: Path, pages: Iterable[Path], address: str = "") -> str:
    """Return the digest of an address, and of names, sizes and times of every file that the report reads or wrote.

    `build` writes its tables again with the same bytes: for these, the bytes count, not the time.
    """
    read = [
        _PACKAGE,
        paths.raw(),
        paths.notebooks(),
        paths.home() / "docs",
        *(out / name for name in ("manifest.json", "manifest.journal", "figures", "notebooks", "site")),
        *pages,
    ]
    built = (path for path in paths.processed().rglob("*") if path.is_file())
    lines = sorted(line for place in read for line in _lines(place))
    lines += sorted(f"{path} {files.sha256(path.read_bytes())}" for path in built)
    return hashlib.sha256("\n".join([address, *lines]).encode()).hexdigest()


def _lines(place: Path) -> Iterator[str]:
    inside = place.rglob("*") if place.is_dir() else [place]
    for path in inside:
        if path.is_file() and not _SKIPPED & set(path.parts):
            held = path.stat()
            yield f"{path} {held.st_size} {held.st_mtime_ns}"
