"""Labels of axes where there is little room: broken into lines, and no more ticks than can be read."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.ticker import FixedLocator, MaxNLocator

from tlanalysis.charts.kit.letters import wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.backend_bases import RendererBase

APART = 0.04  # inches between two labels


def break_axis_labels(ax: Axes, factor: float) -> None:
    """Break the names of both axes into lines as long as their axis."""
    box = ax.get_window_extent()
    dpi = ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    for axis, room in ((ax.xaxis, box.width), (ax.yaxis, box.height)):
        said = axis.get_label_text()
        if said:
            size = float(axis.label.get_fontsize())
            inches = max(room / dpi, 0.8 * factor)
            axis.label.set_text("\n".join(wrap(" ".join(said.split("\n")), size, width=inches)))


def thin_ticks(ax: Axes, renderer: RendererBase | None = None) -> None:
    """Take ticks away from the horizontal axis until no label touches the next.

    `renderer` measures the labels; by default that of the figure.
    """
    for _ in range(4):
        if not _touching(ax.xaxis, renderer) or not _fewer(ax.xaxis):
            return


def _touching(axis: Axis, renderer: RendererBase | None) -> bool:
    figure = axis.get_figure(root=True)
    apart = APART * (figure.dpi if figure is not None else 1)
    boxes = sorted(
        (label.get_window_extent(renderer) for label in axis.get_majorticklabels() if label.get_text().strip()),
        key=lambda box: box.x0,
    )
    return any(one.x1 + apart > other.x0 for one, other in pairwise(boxes))


def _fewer(axis: Axis) -> bool:
    """Leave ticks out; return whether that could be done."""
    locator = axis.get_major_locator()
    if isinstance(locator, MaxNLocator):
        bins = len(axis.get_majorticklocs())
        if bins <= 2:
            return False
        locator.set_params(nbins=max(1, min(bins - 2, 4)))
        return True
    if isinstance(locator, FixedLocator):
        labels = [label.get_text() for label in axis.get_majorticklabels()]
        places = list(axis.get_majorticklocs())
        if any("\n" in label for label in labels):
            axis.set_ticks(places, [label.replace("\n", " ") for label in labels], rotation=90)
            return True
        if len(places) <= 2 or axis.get_majorticklabels()[0].get_rotation():
            return False
        axis.set_ticks(places[::2], labels[::2])
        return True
    return False
