"""A map of régions or départements, in outlines or in tiles, and its legend: what every chart that is a map shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tlanalysis.charts.kit.frame import MAP_AND_LEGEND
from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.outlines import draw_outlines
from tlanalysis.charts.kit.style import UNKNOWN
from tlanalysis.charts.kit.tiles import draw_tiles
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.data.territories import within

# What a caller may write -> how the map is drawn.
SHAPES = {"outlines": "contours", "tiles": "tuiles", "contours": "contours", "tuiles": "tuiles"}
NARROW = MAP_AND_LEGEND  # on a narrower page the legend stands under the map


def drawn_as(shapes: str) -> str:
    """Return how a map is drawn, "contours" or "tuiles"."""
    if shapes not in SHAPES:
        raise BadInput(
            f"no shapes called {shapes!r}: a map is drawn in outlines or tiles{did_you_mean(shapes, SHAPES)}."
        )
    return SHAPES[shapes]


def height_of(level: str, shapes: str) -> float:
    """Return the height of a map in inches, as `drawn_as` names its shapes."""
    return 4.6 if shapes == "contours" else 5.0 if level == "region" else 6.4


def draw_map(
    ax: Axes,
    level: str,
    colours: Mapping[str, str | None],
    texts: Mapping[str, Sequence[str]],
    marks: Mapping[str, str],
    words: Words,
    shapes: str,
    focus: str,
    wide: float,
    titles: Mapping[str, str],
) -> None:
    """Draw tiles with their texts, or outlines with their marks only: an outline is too small for a legible number."""
    framed = within(focus, level)
    if shapes == "tuiles":
        small, gap = ((7.2, 7.2), 0.0) if level == "departement" else ((7.4, 8.2), 2.2)
        margin = gap if wide >= NARROW else 0.0
        draw_tiles(ax, level, colours, texts, sizes=small, focus=framed, margin=margin, width=wide, titles=titles)
        return
    draw_outlines(ax, level, colours, marks, words, focus=framed, titles=titles, legend=wide >= NARROW, width=wide)


def unknown_entry(words: Words) -> Patch:
    """Return the entry of a legend for the unknown."""
    return Patch(label=words.label("words", "unknown"), **UNKNOWN)


def draw_legend(ax: Axes, entries: Sequence[Patch | Line2D], title: str, level: str, shapes: str, wide: float) -> None:
    """Draw the legend where the map leaves room: at the left of the tiles of départements, at the right, or under."""
    settings: dict[str, Any] = {"handlelength": 1.3, "handleheight": 1.1, "borderpad": 0, "alignment": "left"}
    if wide < NARROW:
        key(ax, list(entries), title=title, loc="upper left", bbox_to_anchor=(0.0, 0.0), ncols=2, **settings)
        return
    if (level, shapes) == ("departement", "tuiles"):
        corner, at = "upper left", (0.0, 1.0)
    elif shapes == "tuiles":
        corner, at = "upper right", (1.0, 1.0)
    else:  # beside the map, under Paris and its suburbs
        corner, at = "upper right", (1.0, 0.7)
    drawn = key(ax, list(entries), title=title, loc=corner, bbox_to_anchor=at, borderaxespad=0, **settings)
    drawn.get_title().set_fontsize(drawn.get_texts()[0].get_fontsize())
