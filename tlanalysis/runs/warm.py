"""Imported once, by the server that runs are forked from: everything a notebook may need, and no data.

Data stay unread here on purpose: each run must be seen to read its own.
"""

from __future__ import annotations

import builtins
import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace

import tlanalysis

LIBRARIES = (
    "babel.numbers",
    "IPython.core.oinspect",
    "IPython.core.magics",
    "ipykernel.zmqshell",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "nbformat.v4",
    "numpy.random",
    "pandas",
    "papermill",
    "PIL.PngImagePlugin",
    "pyarrow",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
    "seaborn",
    "stack_data",
    "tlanalysis.cli",
    "tlanalysis.runs.attempt",
    "tlanalysis.runs.engine",
)


def warm() -> None:
    """Import what notebooks use, and draw one figure, so that fonts are found."""
    with _as_in_a_kernel():
        for name in LIBRARIES:
            import_module(name)
        for name in tlanalysis._HOMES:
            import_module(f"tlanalysis.{name}")
    _draw()


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries that look around when they are imported (pandas: how wide is the page?) find a kernel."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


def _draw() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from tlanalysis.charts.style import style

    with style():
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.plot([1, 2], label="é")
        axes.set_title("É", weight="bold")
        axes.legend()
        for kind in ("svg", "png"):
            figure.savefig(io.BytesIO(), format=kind)


warm()
