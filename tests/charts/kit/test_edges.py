"""Marks at the edge of a plot: drawn whole, and gone when somebody zooms elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import tlanalysis as tl
from tlanalysis.charts.kit.edges import draw_marks_whole


def _axes() -> Axes:
    axes = Figure(figsize=(2, 2), dpi=100).add_axes((0.25, 0.25, 0.5, 0.5))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()
    return axes


def _painted_columns(axes: Axes) -> tuple[int, int]:
    """Return the first and the last column of pixels that are not white; those of the plot are 50 to 149."""
    canvas = FigureCanvasAgg(axes.figure)
    canvas.draw()
    columns = np.flatnonzero((np.asarray(canvas.buffer_rgba())[..., :3] < 128).any(axis=(0, 2)))
    return (int(columns[0]), int(columns[-1])) if len(columns) else (-1, -1)


@pytest.mark.parametrize("x", [0.0, 1.0])
def test_a_mark_at_the_edge_is_drawn_whole(x: float) -> None:
    axes = _axes()
    axes.plot(x, 0.5, "ko", markersize=7.2)  # ten pixels
    first, last = _painted_columns(axes)
    assert last - first < 6
    draw_marks_whole(axes)
    first, last = _painted_columns(axes)
    assert (first + last) / 2 == pytest.approx(50 + 100 * x, abs=1)
    assert 8 <= last - first <= 10


@pytest.mark.parametrize("place", [-0.5, 0.02, 0.5, 1.2])
def test_no_mark_shows_outside_after_a_zoom(place: float) -> None:
    axes = _axes()
    axes.plot(place, 0.5, "ko")
    axes.plot([0.0, 0.01], [0.2, 0.2], "k^", linestyle="none")
    draw_marks_whole(axes)
    axes.set_xlim(0.7, 0.8)
    assert _painted_columns(axes) == (-1, -1)


def test_a_mark_outside_stays_invisible_and_a_curve_stays_in_the_plot() -> None:
    axes = _axes()
    axes.plot(-0.03, 0.5, "ko", markersize=1)
    axes.plot([-0.5, 1.5], [0.5, 0.5], "ko-", linewidth=2)
    draw_marks_whole(axes)
    assert _painted_columns(axes) == (50, 149)


def test_shares_near_zero_are_whole_marks() -> None:
    axes = tl.plot_commune_mix(tl.cross("tiers_lieux", by="ruralite"))
    small = [line for line in axes.lines if line.get_marker() == "o" and line.get_xdata()[0] < 0.005]
    assert small
    for line in small:
        box = line.get_clip_box()
        assert box is not None
        assert box.x0 < axes.bbox.x0 - line.get_markersize() / 2
