"""The notebooks for exploring: kept without outputs, every cell runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.conftest import ROOT
from tlanalysis.core.languages import LANGS
from tlanalysis.maintain.check import check_lab_notebook
from tlanalysis.runs.plan import lab_notebooks, notebooks
from tlanalysis.runs.prose import untranslated


def _sources(name: str) -> list[str]:
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_no_plan_runs_them() -> None:
    assert lab_notebooks() == ["explore", "tour"]
    assert set(lab_notebooks()) & set(notebooks()) == set()


@pytest.mark.parametrize("name", lab_notebooks())
def test_every_cell_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path))
    shell = InteractiveShell()
    for source in _sources(name):
        shell.run_cell(source).raise_error()


def test_the_tour_has_ten_numbered_cells() -> None:
    comments = [re.findall(r"  # (\d+)\. ", source) for source in _sources("tour")]
    assert comments == [[str(number)] for number in range(1, 11)]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ({"source": "1", "outputs": [{"output_type": "stream", "text": "1"}]}, "clear all outputs"),
        ({"source": "1", "execution_count": 3}, "clear all outputs"),
        ({"source": 'open("x")'}, "it calls open"),
        ({"source": '"data/raw/x"'}, "holds a path"),
        ({"source": "1 +"}, "not Python"),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, cell: dict[str, object], sentence: str) -> None:
    good = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "1"}
    path = tmp_path / "essai.ipynb"
    path.write_text(json.dumps({"cells": [good, good | cell]}), encoding="utf-8")
    (said,) = check_lab_notebook(path)
    assert said.startswith("essai.ipynb: code cell 2: ")
    assert sentence in said


def test_a_text_that_is_not_translated_as_others_are_is_named(tmp_path: Path) -> None:
    texts = [
        {"cell_type": "markdown", "source": "Un", "metadata": {"tlanalysis": {"en": "One"}}},
        {"cell_type": "markdown", "source": "Deux", "metadata": {}},
    ]
    path = tmp_path / "essai.ipynb"
    path.write_text(json.dumps({"cells": texts}), encoding="utf-8")
    (said,) = check_lab_notebook(path)
    assert said.startswith("essai.ipynb: cell 2, a text, is not written in en")


@pytest.mark.parametrize("name", lab_notebooks())
def test_its_texts_are_in_every_language(name: str) -> None:
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    assert [untranslated(cells, lang) for lang in LANGS] == [[] for _ in LANGS]


def test_the_rules_leave_a_chart_and_its_table_in_any_order(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": "tl.plot_rank(x)"}
    path = tmp_path / "essai.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert check_lab_notebook(path) == []
