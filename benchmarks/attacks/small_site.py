"""Make the report of this process and its forks small: three portraits, and tables that are computed once.

A report of the whole site takes a quarter of a minute and opens the same tables thousands of times. Here each process
opens a table once. What it computes from the tables is taken from the parent, which `warm` has let compute it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tlanalysis.data import embedded, evidence, territories
from tlanalysis.report import gallery, pages, site_files
from tlanalysis.report.web_fonts import web_fonts

PORTRAYED = ["FR", "R11", "R84"]  # France, and the two largest régions, which the page of comparison shows first
_read_raw = embedded.read_raw


class _Territories:
    """The module `territories`, with few codes."""

    def __getattr__(self, name: str) -> Any:
        return (lambda: PORTRAYED) if name == "codes" else getattr(territories, name)


class SmallSite(pages.Site):
    """A site with the portraits of `PORTRAYED` alone."""

    def pages(self, lang: str) -> Iterator[tuple[str, str]]:
        """Yield the pages, with few portraits."""
        with patch.object(pages, "territories", _Territories()):
            yield from super().pages(lang)


def install() -> None:
    """Make the reports of this process and of its forks small."""
    site_files.Site = SmallSite  # type: ignore[misc]
    if not hasattr(evidence.contradictions, "cache_clear"):
        evidence.contradictions = cache(evidence.contradictions)
        site_files.web_fonts = cache(web_fonts)
    embedded.read_raw = cache(_read_raw)


def warm(folder: Path) -> None:
    """Let this process compute what the forks take from it, from a folder with the project and its reports."""
    before = os.environ.get("TLANALYSIS_HOME")
    os.environ["TLANALYSIS_HOME"] = str(folder / "home")
    evidence.contradictions.cache_clear()
    try:
        gallery.report(folder / "out")
    finally:
        os.environ.pop("TLANALYSIS_HOME")
        if before is not None:
            os.environ["TLANALYSIS_HOME"] = before
    embedded.read_raw = cache(_read_raw)
