"""Legends that can be drawn again: in other letters, and in lines as wide as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

from tlanalysis.charts.kit.letters import text_width, wrap
from tlanalysis.charts.kit.style import SMALL, style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

HANDLE = 0.42  # inches that a handle and the space around it take


def key(ax: Axes, handles: Sequence[Artist], **settings: Any) -> Legend:
    """Draw a legend, and keep what it is made of.

    Parameters
    ----------
    ax : Axes
    handles : sequence of Artist
        Their labels are the words of the legend.
    **settings
        As for `Axes.legend`.
    """
    ax.key_of = (list(handles), settings)  # type: ignore[attr-defined]
    return _draw(ax, list(handles), [str(handle.get_label()) for handle in handles], settings)


def redraw(ax: Axes, factor: float, width: float, font: str | None = None, *, taller: float = 1.0) -> None:
    """Draw the legend again, its letters larger or smaller by a factor, its lines within `width` inches of theirs.

    Parameters
    ----------
    ax : Axes
    factor : float
    width : float
        Room in inches at the letters' full size.
    font : str, optional
    taller : float
        How much taller the plot is than when the legend was placed under it.
    """
    if (made := getattr(ax, "key_of", None)) is None:
        return
    handles, settings = made
    labels = ["\n".join(wrap(str(handle.get_label()), SMALL, width=width - HANDLE, font=font)) for handle in handles]
    columns = settings.get("ncols", 1)
    while columns > 1 and _wide(labels, columns, font) > width:
        columns -= 1
    x, y = settings.get("bbox_to_anchor", (0.0, 1.0))
    title = settings.get("title")
    changed: dict[str, Any] = {"ncols": columns, "fontsize": SMALL * factor, "markerscale": factor}
    if y < 0:
        changed["bbox_to_anchor"] = (x, y / taller)
    if title:
        changed |= {
            "title": "\n".join(wrap(" ".join(title.split()), SMALL, width=width, font=font)),
            "title_fontsize": SMALL * factor,
        }
    with style():
        _draw(ax, handles, labels, settings | changed)


def is_under(ax: Axes) -> bool:
    """Return whether the legend of these Axes stands under their plot."""
    held: tuple[Any, dict[str, Any]] = getattr(ax, "key_of", ([], {}))
    settings = held[1]
    return bool(settings.get("bbox_to_anchor", (0.0, 1.0))[1] <= 0)


def is_beside_a_map(ax: Axes | None) -> bool:
    """Return whether these Axes, or those to come, are a map with its legend at its side: narrower, they overlap."""
    return ax is not None and hasattr(ax, "key_of") and ax.get_aspect() != "auto" and not is_under(ax)


def _wide(labels: list[str], columns: int, font: str | None) -> float:
    """Return how wide a legend in columns is: each column as the longest line of its labels."""
    rows = -(-len(labels) // columns)
    parts = ["\n".join(labels[start : start + rows]).split("\n") for start in range(0, len(labels), rows)]
    return fsum(max(text_width(line, SMALL, font=font) for line in part) + HANDLE for part in parts)


def _draw(ax: Axes, handles: list[Artist], labels: list[str], settings: dict[str, Any]) -> Legend:
    return ax.legend(handles=handles, labels=labels, **settings)
