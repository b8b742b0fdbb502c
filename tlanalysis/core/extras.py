"""Optional dependencies: the extra of the package that installs a missing library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tlanalysis.core.errors import BadInput

# Module that our code imports and the core does not install -> extra of pyproject.toml.
EXTRA_OF = {
    "IPython": "runs",  # comes with ipykernel
    "dask": "dask",
    "distributed": "dask",
    "esda": "spatial",
    "frictionless": "check",
    "geopandas": "geo",
    "ipykernel": "runs",
    "ipywidgets": "lab",
    "itables": "lab",
    "jinja2": "runs",
    "jupyter_client": "runs",  # comes with ipykernel
    "jupyter_scheduler": "lab",
    "jupyterlab": "lab",
    "libpysal": "spatial",
    "markdown_it": "runs",
    "markupsafe": "runs",  # comes with Jinja
    "nbclient": "runs",
    "nbconvert": "runs",
    "nbformat": "runs",
    "nh3": "runs",
    "papermill": "runs",
    "psutil": "runs",
    "shapely": "geo",  # comes with GeoPandas
    "traitlets": "runs",
}


def missing(error: ModuleNotFoundError) -> BadInput:
    """Return the error that names the library that is missing and the command that installs it.

    Raises
    ------
    ModuleNotFoundError
        The error itself, when no extra installs that library.
    """
    library = (error.name or "").partition(".")[0]
    if library not in EXTRA_OF:
        raise error
    return BadInput(f"{library} is not installed: pip install 'tlanalysis[{EXTRA_OF[library]}]'.")


@contextmanager
def named() -> Iterator[None]:
    """Name the extra when an import of the block lacks a library of an extra.

    Raises
    ------
    BadInput
        When a library of an extra is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise missing(error) from error
