"""Projects for tests of runs, with small notebooks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.conftest import ROOT

PARAMETERS = 'territory = "FR"\nlang = "fr"'

Writer = Callable[..., Path]


def write_notebook(folder: Path, name: str, *sources: str, parameters: str = PARAMETERS, **metadata: Any) -> Path:
    """Write a notebook of a parameters cell and some code cells, without outputs."""
    cells = [nbformat.v4.new_code_cell(source) for source in (parameters, *sources)]
    cells[0].metadata["tags"] = ["parameters"]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02d}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel} | metadata)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def notebooks(project_copy: Path) -> Path:
    """Return the notebooks folder of a project copy with two notebooks, `00_essai` and `01_suite`."""
    folder = project_copy / "notebooks"
    write_notebook(folder, "00_essai", "import tlanalysis as tl")
    write_notebook(folder, "01_suite", "1 + 1", parameters=f"{PARAMETERS}\nhorizon = 2030")
    return folder


@pytest.fixture
def real_notebooks(project_copy: Path) -> Path:
    """Return the notebooks folder of a project copy with the notebooks and the plan of the project."""
    folder = project_copy / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder
