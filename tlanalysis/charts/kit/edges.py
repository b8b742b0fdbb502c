"""Marks at the edge of a plot, drawn whole: half a mark near zero would not show the nature of its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.transforms import Bbox, TransformedBbox

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axes._base import _AxesBase
    from matplotlib.lines import Line2D

REACH = 0.04  # of the width and the height of a plot: a mark may stand out so far


def draw_marks_whole(ax: Axes) -> None:
    """Let the marks near the edge of Axes, insets included, reach a little beyond it.

    Marks outside the Axes stay invisible, also when somebody changes the limits later.
    """
    for axes in (ax, *ax.child_axes):
        beyond = TransformedBbox(Bbox.from_extents(-REACH, -REACH, 1 + REACH, 1 + REACH), axes.transAxes)
        for line in axes.lines:
            if _marks_alone(line) and _near_the_edge(axes, line):
                line.set(clip_box=beyond, in_layout=False)


def _marks_alone(line: Line2D) -> bool:
    """Return whether a line of matplotlib is marks that no stroke joins."""
    joined = line.get_linestyle() != "None" and len(_places(line)) > 1
    return line.get_marker() != "None" and not joined


def _near_the_edge(axes: _AxesBase, line: Line2D) -> bool:
    inside = axes.transAxes.inverted().transform(line.get_transform().transform(_places(line)))
    depth = np.minimum(inside, 1 - inside).min(initial=1.0)  # below zero outside the Axes
    return bool(-1e-9 < depth < REACH)


def _places(line: Line2D) -> np.ndarray:
    return np.asarray(line.get_xydata(), dtype=float)
