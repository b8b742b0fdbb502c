"""The parameters cell: our reader finds what papermill finds."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tlanalysis.core.errors import BadInput
from tlanalysis.runs.parameters_cell import defaults_in
from tlanalysis.runs.plan import parameters_of

CELLS = {
    "shared": 'territory = "FR"\nlang = "fr"\nas_of = "2026-11-21"\nseed = 0\nhorizon = 2030',
    "annotated": 'rayon: int = 3\nnom: str = "x"\nseuil: float = 0.5\ntout: bool = True',
    "comments": "# given\n\nrayon = 10  # km\n  \n# no more\n",
    "signs": "a = -1\nb = 1e3\nc = +2",
    "several lines": "rayon = (\n    10\n)",
    "list": "rayons = [10, 20]",
    "spaces": "rayon=10\nautre   =   2",
    "empty": "",
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_cell_has_the_parameters_that_papermill_finds(cell: str, tmp_path: Path) -> None:
    from papermill.inspection import inspect_notebook

    found = inspect_notebook(write_notebook(tmp_path, "essai", parameters=cell))
    assert defaults_in(cell) == {name: ast.literal_eval(about["default"]) for name, about in found.items()}
    assert (cell == "") == (found == {})


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_our_notebooks_have_the_parameters_that_papermill_finds(path: Path) -> None:
    from papermill.inspection import inspect_notebook

    found = inspect_notebook(path)
    assert parameters_of(path.stem) == {name: ast.literal_eval(about["default"]) for name, about in found.items()}


def test_a_text_may_hold_an_equals_sign() -> None:
    """papermill omits such a line from its help, and injects the parameter like the others."""
    assert defaults_in('filtre = "a=b"') == {"filtre": "a=b"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("import os", "`import os`"),
        ("rayon = 5 * 2", "`rayon = 5 * 2`"),
        ("rayon = autre", "`rayon = autre`"),
        ("a, b = 1, 2", "`a, b = 1, 2`"),
        ("a = b = 1", "`a = b = 1`"),
        ("rayon: int", "`rayon: int`"),
        ("if True:\n    rayon = 10", "`if True:`"),
        ("p.rayon = 10", "`p.rayon = 10`"),
        ("rayon: float = 10", "rayon is 10 and its annotation is float"),
        ("rayon = ", "not Python"),
    ],
)
def test_a_cell_that_holds_anything_else_is_refused(cell: str, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        defaults_in(f"lang = 'fr'\n{cell}")
    assert expected in str(caught.value)
