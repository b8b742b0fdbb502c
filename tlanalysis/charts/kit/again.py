"""The same chart again, in another size: a figure for narrow screens is drawn anew, from what the first one shows.

A chart that somebody has changed since (a colour, a note beside a mark) is not drawn again: the copy would lack it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tlanalysis.charts.kit import caption


class Watch:
    """What matplotlib tells of each change inside a figure."""

    def __init__(self) -> None:
        self.changed = False

    def __call__(self, artist: object, stale: bool) -> None:
        """Note that something changed."""
        self.changed = True


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
    return drawn if caption.of(drawn) == caption.of(ax) else None


@contextmanager
def unwatched(figure: Figure) -> Iterator[None]:
    """Leave aside, for the time that we render a figure, what rendering changes inside it."""
    watch: Any = figure.stale_callback
    before = watch.changed if isinstance(watch, Watch) else False
    try:
        yield
    finally:
        if isinstance(watch, Watch):
            watch.changed = before
