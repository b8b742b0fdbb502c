"""Letters, lines and marks of a plot, all larger or smaller by one factor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICK = {"length": "major.size", "width": "major.width", "pad": "major.pad", "labelsize": "labelsize"}


def scale(ax: Axes, factor: float) -> None:
    """Multiply the sizes of everything Axes draw, insets included, but for their legend: `legends.redraw` makes it.

    Parameters
    ----------
    ax : Axes
    factor : float
        1 leaves everything as it is.
    """
    if factor == 1:
        return
    apart = set(legend.findobj()) if (legend := ax.get_legend()) else set()
    for axes in (ax, *ax.child_axes):
        for axis in (axes.xaxis, axes.yaxis):
            apart |= set(_scale_ticks(axis, factor))
    for artist in ax.findobj():
        if artist in apart:
            continue
        if isinstance(artist, Text):
            artist.set_fontsize(float(artist.get_fontsize()) * factor)
            if isinstance(artist, Annotation) and artist.anncoords == "offset points":
                x, y = artist.xyann
                artist.xyann = (x * factor, y * factor)
        elif isinstance(artist, Line2D):
            artist.set(
                linewidth=artist.get_linewidth() * factor,
                markersize=artist.get_markersize() * factor,
                markeredgewidth=artist.get_markeredgewidth() * factor,
            )
        elif isinstance(artist, (LineCollection, PathCollection)):
            if isinstance(artist, PathCollection):
                artist.set_sizes(artist.get_sizes() * factor**2)
            artist.set_linewidth([float(width) * factor for width in np.atleast_1d(artist.get_linewidth())])
        elif isinstance(artist, Patch):
            artist.set_linewidth(artist.get_linewidth() * factor)


def _scale_ticks(axis: Any, factor: float) -> Iterator[Artist]:
    """Scale the ticks of an axis, those to come included; yield the artists that need nothing more."""
    name = axis.axis_name
    labels = [label for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)]
    sizes = [float(label.get_fontsize()) for label in labels]
    known = axis.get_tick_params()
    settings = {key: float(known.get(key, _default(name, key))) * factor for key in _TICK}
    axis.set_tick_params(**settings)
    for label, size in zip(labels, sizes, strict=True):  # some are larger than the others
        label.set_fontsize(size * factor)
    axis.labelpad *= factor
    for tick in axis.get_major_ticks():
        tick.gridline.set_linewidth(tick.gridline.get_linewidth() * factor)
        yield from (tick, tick.tick1line, tick.tick2line, tick.gridline, tick.label1, tick.label2)


@cache
def _default(name: str, key: str) -> float:
    from tlanalysis.charts.kit.style import RC

    setting = f"{name}tick.{_TICK[key]}"
    ours: Any = RC if setting in RC else mpl.rcParamsDefault
    return float(ours[setting])
