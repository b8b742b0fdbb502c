"""Figures that tests publish, and the files of a reports folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tlanalysis as tl
from tests.charts.drawn import case
from tlanalysis.figures.publishing import Published

NAME = "qualite-natures--FR-en"


def publish(
    figure: str = "qualite-natures", plot: str = "plot_holdings", *, fresh: bool = False, **given: Any
) -> Published:
    """Publish the English chart of a case, drawn for it alone when it is fresh."""
    drawn = case(plot)
    ax = drawn.on(drawn.table, lang="en") if fresh else drawn.draw("en")
    return tl.publish(ax, drawn.table, id=figure, params={"lang": "en"} | given)


def files_of(out: Path) -> dict[str, bytes]:
    """Return the place of each file of a folder, and its bytes."""
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
