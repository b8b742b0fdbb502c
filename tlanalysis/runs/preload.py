"""Import everything that notebooks use; the server that forks the workers imports this module once.

The module also fills the caches of parsed tables, and of the estimates, fonts and measured texts that many notebooks
share. A run still opens each table that it reads, so that the recorder sees it, and parses or estimates again only when
the bytes or the numbers have changed.
"""

from __future__ import annotations

import builtins
import gc
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
    "resvg",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
    "seaborn",
    "stack_data",
    "tlanalysis.cli",
    "tlanalysis.runs.single_run",
    "tlanalysis.runs.engine",
)


def import_everything() -> None:
    """Import what notebooks use, and use each library once, so that it loads its own data."""
    with _pretend_kernel(), _without_module("rfc3987_syntax"):
        for name in LIBRARIES:
            import_module(name)
        for name in HOMES:
            import_module(f"tlanalysis.{name}")
    _write_numbers()
    _check_a_notebook()
    _show_a_table()
    _fill_caches()
    # The garbage collector writes to each object that it examines. Frozen objects are not examined, so that forks share
    # their memory pages instead of copying them.
    gc.collect()
    gc.freeze()


def _write_numbers() -> None:
    """Make Babel load the data of our languages, and read our messages."""
    from tlanalysis.charts.kit.wording import Words
    from tlanalysis.data.parameters import LANGS

    for words in map(Words, LANGS):
        words.number(1234.5, 1), words.percent(0.5), words.euros(2e6)
    Words(LANGS[0]).label("natures", "compte")


def _name_codes() -> None:
    """Fill the caches of the names that tables give to their codes."""
    from tlanalysis.charts.kit.wording import Words
    from tlanalysis.data import embedded

    for group in ("indicateurs", "perimetres"):
        Words().label(group, embedded.load(group)[group[:-1]].iloc[0])


def _check_a_notebook() -> None:
    """Make nbformat compile its schema."""
    from nbformat import v4, validate

    validate(v4.new_notebook())


def _show_a_table() -> None:
    """Make pandas load the modules that write tables."""
    import pandas as pd

    table = pd.DataFrame({"a": [1.5]})
    repr(table), table.to_html(), table.to_csv()


def _fill_caches() -> None:
    """Fill the caches of tables, names, estimates and texts; clear that of the package, whose key is a date."""
    from tlanalysis.core.errors import TlanalysisError
    from tlanalysis.data import embedded

    with suppress(TlanalysisError):  # there is no project (a Dask worker), or the run will report its error
        for name in embedded.names():
            embedded.load(name)
        _name_codes()
        _estimate()
        _make_a_figure()
    embedded._parse_package.cache_clear()


def _estimate() -> None:
    """Fill the caches of estimates, whose keys are the counts and the populations."""
    from tlanalysis.indicators.homogeneity import equal_rates
    from tlanalysis.indicators.place_counts import rates

    for kind in ("tiers_lieux", "fabriques_de_territoire"):
        for level in ("region", "departement"):
            equal_rates(rates(kind, level))


def _make_a_figure() -> None:
    """Show a table and make the files of a figure, without writing them: fonts are found, and common texts measured."""
    from tlanalysis.charts.funnel import plot_funnel
    from tlanalysis.charts.kit.layout import figure_of
    from tlanalysis.charts.kit.showing import forget
    from tlanalysis.charts.on_screen import as_html
    from tlanalysis.figures.publishing import files_of
    from tlanalysis.indicators.place_counts import rates

    table = rates("tiers_lieux", "departement")
    as_html(table, "fr")
    ax = plot_funnel(table)
    files_of(ax, table, id="preload", params=None)
    forget(figure_of(ax))


@contextmanager
def _pretend_kernel() -> Iterator[None]:
    """Make libraries that look for a kernel during their import find one (pandas does, for the width of the page)."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


@contextmanager
def _without_module(name: str) -> Iterator[None]:
    """Hide a module that is optional for its users: jsonschema takes 1.5 s to load a grammar of web addresses."""
    present = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if present is not None:
            sys.modules[name] = present


import_everything()
