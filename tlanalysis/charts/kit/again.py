"""The same chart again, in another size: a figure for narrow screens is drawn anew, from what the first one shows.

A chart that somebody has changed since (a colour, a note beside a mark) is not drawn again: the copy would lack it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.showing import forget
from tlanalysis.charts.kit.watching import Watch


def keep(ax: Axes, draw: Callable[[str], Axes]) -> None:
    """Keep on the Axes of a chart how to draw it again, and watch whether somebody changes it.

    Parameters
    ----------
    ax : Axes
    draw : callable
        Draws the same chart on a figure of its own, in the size that it is given.
    """
    ax.draw_again = draw  # type: ignore[attr-defined]
    if (figure := ax.get_figure(root=True)) is not None:
        figure.stale_callback = Watch()


def again(ax: Axes, size: str) -> Axes | None:
    """Return the chart drawn in another size; None when that is not what the Axes show now.

    Parameters
    ----------
    ax : Axes
        What a `plot_` function returned.
    size : str
        As the `size` of that function.
    """
    draw: Callable[[str], Axes] | None = getattr(ax, "draw_again", None)
    watch: Any = getattr(ax.get_figure(root=True), "stale_callback", None)
    if draw is None or not isinstance(watch, Watch) or watch.changed:
        return None
    drawn = draw(size)
    if caption.of(drawn) == caption.of(ax):
        return drawn
    if (figure := drawn.get_figure(root=True)) is not None:
        forget(figure)
    return None
