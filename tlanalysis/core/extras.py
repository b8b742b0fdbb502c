"""Optional dependencies: the extra of the package that installs a missing library."""

from __future__ import annotations

from tlanalysis.core.errors import BadInput

# Library -> extra of pyproject.toml.
EXTRA_OF = {
    "esda": "spatial",
    "libpysal": "spatial",
    "frictionless": "check",
    "geopandas": "geo",
    "dask": "dask",
    "distributed": "dask",
    "ipywidgets": "lab",
    "itables": "lab",
    "papermill": "runs",
    "nbclient": "runs",
    "nbconvert": "runs",
    "nbformat": "runs",
    "ipykernel": "runs",
    "nh3": "runs",
    "jinja2": "runs",
    "markupsafe": "runs",  # comes with Jinja
    "markdown_it": "runs",
    "psutil": "runs",
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
