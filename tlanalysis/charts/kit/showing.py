"""A chart shows itself: as the last line of a cell, and with `plt.show()` in a script that has a window."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

from tlanalysis.charts.kit.style import DPI, SAVED_DPI, style
from tlanalysis.charts.kit.watching import unwatched

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WITHOUT_WINDOW = {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}


def show_itself(ax: Axes, *, of_yours: bool) -> None:
    """Make Axes show their figure in a notebook; hand a figure of our own to pyplot where a window can show it."""
    ax._repr_png_ = lambda: _picture(ax)  # type: ignore[attr-defined]
    if not of_yours:
        _adopt(ax)


def _picture(ax: Axes) -> tuple[bytes, dict[str, Any]] | None:
    """Return the figure as PNG bytes and its size; None when pyplot shows it by itself, or when it is gone."""
    figure = ax.get_figure(root=True)
    if figure is None or _held_by_pyplot(figure):
        return None
    drawn = io.BytesIO()
    with style(), unwatched(figure):
        figure.savefig(drawn, format="png", dpi=SAVED_DPI)
    width, height = (round(side * DPI) for side in figure.get_size_inches())
    return drawn.getvalue(), {"width": width, "height": height}


def _held_by_pyplot(figure: Figure) -> bool:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot is not None and getattr(figure, "number", None) in pyplot.get_fignums()


def _adopt(ax: Axes) -> None:
    """Register a figure with pyplot, if the caller uses it with a window: `plt.show()` shows it.

    Elsewhere pyplot would keep every figure for ever, and a notebook would show it twice.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or _in_a_notebook() or not isinstance(figure := ax.get_figure(root=True), mpl.figure.Figure):
        return
    backend = str(mpl.get_backend()).lower()
    if backend in _WITHOUT_WINDOW or "inline" in backend:
        return
    pyplot.figure(figure)


def forget(figure: Figure) -> None:
    """Take a figure of our own out of pyplot's register: it has been written."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and _held_by_pyplot(figure):
        pyplot.close(figure)


def _in_a_notebook() -> bool:
    python = sys.modules.get("IPython")
    shell = python.get_ipython() if python is not None else None
    return shell is not None and hasattr(shell, "kernel")
