"""Imported once, by the server that runs are forked from: everything a notebook may need.

Tables are parsed here too, and parsed again only if their bytes are others: a run still opens, and is seen to open,
each file it reads.
"""

from __future__ import annotations

import builtins
import gc
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import SimpleNamespace

from tlanalysis.core.public_names import HOMES

LIBRARIES = (
    "babel.numbers",
    "bdb",
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.oinspect",
    "IPython.core.logger",
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
    "tlanalysis.runs.single_run",
    "tlanalysis.runs.engine",
)


def warm() -> None:
    """Import what notebooks use, and draw one figure, so that fonts are found."""
    with _as_in_a_kernel(), _as_if_absent("rfc3987_syntax"):
        for name in LIBRARIES:
            import_module(name)
        for name in HOMES:
            import_module(f"tlanalysis.{name}")
    _draw()
    _write_numbers()
    _check_a_notebook()
    _show_a_table()
    _parse_tables()
    # What is alive now stays: looking through it for garbage would copy every page of it in every fork.
    gc.collect()
    gc.freeze()


def _write_numbers() -> None:
    """Let Babel load what it knows of our languages, and have our messages read."""
    from tlanalysis.charts.kit.wording import Words
    from tlanalysis.data.parameters import LANGS

    for words in map(Words, LANGS):
        words.number(1234.5, 1), words.percent(0.5), words.euros(2e6), words.label("natures", "compte")


def _check_a_notebook() -> None:
    """Let nbformat compile its schema."""
    from nbformat import v4, validate

    validate(v4.new_notebook())


def _show_a_table() -> None:
    """Let pandas load what it writes tables with."""
    import pandas as pd

    table = pd.DataFrame({"a": [1.5]})
    repr(table), table.to_html(), table.to_csv()


def _parse_tables() -> None:
    """Fill the cache of parsed tables, which goes by their bytes; the package goes by its date and is left unread."""
    from tlanalysis.core.errors import TlanalysisError
    from tlanalysis.data import embedded

    with suppress(TlanalysisError):  # no project here (a worker), or one that the run itself must complain of
        for name in embedded.names():
            embedded.load(name)
    embedded._parse_package.cache_clear()


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries that look around when they are imported (pandas: how wide is the page?) find a kernel."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


@contextmanager
def _as_if_absent(name: str) -> Iterator[None]:
    """Let what can do without a module do so: loading a grammar of web addresses for jsonschema takes 1.5 s."""
    present = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if present is not None:
            sys.modules[name] = present


def _draw() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from tlanalysis.charts.kit.style import style

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
