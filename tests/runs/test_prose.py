"""The texts of a notebook are in the language of its run, and `check` names those that are not written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tlanalysis.core.languages import LANGS
from tlanalysis.maintain.check import check_plan
from tlanalysis.runs import prose
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.plan import grid, read_plan


def _text(source: str, held: Any = None) -> dict[str, Any]:
    metadata = {} if held is None else {"tlanalysis": held}
    return {"cell_type": "markdown", "id": "t", "metadata": metadata, "source": source.splitlines(keepends=True)}


def _parameters(source: str = 'territory = "FR"\nlang = "fr"') -> dict[str, Any]:
    code = {"cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]}, "source": source}
    return code | {"outputs": [], "execution_count": None}


def test_a_text_takes_the_language_of_the_run_and_its_translations_go() -> None:
    cells = [_text("# Un\n\nDeux", {"en": "# One\n\nTwo"}), _parameters(), _text("Trois")]
    prose.speak(cells, "en")
    assert [cell["source"] for cell in cells] == [["# One\n", "\n", "Two"], _parameters()["source"], ["Trois"]]
    assert cells[0]["metadata"] == {}


def test_the_own_language_is_that_of_the_parameters_cell() -> None:
    cells = [_text("One", {"fr": "Un"}), _parameters('lang = "en"')]
    assert [prose.untranslated(cells, lang) for lang in LANGS] == [[], []]
    assert prose.own_language([_text("Un")]) == "fr"
    prose.speak(cells, "fr")
    assert cells[0]["source"] == ["Un"]


@pytest.mark.parametrize("held", [None, {}, {"en": " "}, {"en": 3}, ["en"], "en"])
def test_a_text_without_words_in_a_language_is_named_by_its_position(held: Any) -> None:
    cells = [_parameters(), _text(" "), _text("Un", {"en": "One"}), _text("Deux", held)]
    assert prose.untranslated(cells, "en") == [4]
    assert prose.untranslated(cells, "fr") == []


@pytest.fixture
def bilingual(notebooks: Path) -> Path:
    """Return a notebook of a project that the plan runs in both languages; its second text is not translated."""
    path = notebooks / "06_textes.ipynb"
    cells = [_text("# Un", {"en": "# One"}), _parameters("lang = 'fr'"), _text("Deux")]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    plan = '[[run]]\nnotebook = "06_textes"\nparameters = { lang = ["fr", "en"] }\n'
    (notebooks / "plan.toml").write_text(
        f'{plan}[notebook.06_textes]\ntitle = {{ fr = "Textes", en = "Texts" }}\n', encoding="utf-8"
    )
    return path


def test_check_names_the_text_that_the_plan_runs_and_nobody_translated(bilingual: Path) -> None:
    (problem,) = check_plan()
    assert problem.startswith("06_textes.ipynb: cell 3, a text, is not written in en")


def test_the_executed_notebook_speaks_the_language_of_its_run(bilingual: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    execute(list(grid("06_textes", {"lang": ["fr", "en"]})), out, RunOptions(jobs=1))
    said = {}
    for lang, name in (("fr", "FR"), ("en", "FR-en")):
        cells = json.loads((out / "notebooks" / f"06_textes--{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        texts = [cell for cell in cells if cell["cell_type"] == "markdown"]
        said[lang] = ["".join(cell["source"]) for cell in texts]
        assert [cell["metadata"].get("tlanalysis") for cell in texts] == [None, None]
    assert said == {"fr": ["# Un", "Deux"], "en": ["# One", "Deux"]}


def test_every_text_of_the_plan_is_written_in_the_languages_that_it_runs_in() -> None:
    spoken = {(run.notebook, run.parameters.lang) for run in read_plan(ROOT / "notebooks" / "plan.toml")}
    assert len({name for name, _ in spoken}) * len(LANGS) == len(spoken)
    for name, lang in sorted(spoken):
        cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        assert prose.untranslated(cells, lang) == [], (name, lang)
