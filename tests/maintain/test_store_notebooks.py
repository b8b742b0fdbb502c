"""Stored notebooks obey the rules; a copy that breaks a rule is refused with a sentence about that rule."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tlanalysis.maintain.check import check_notebook
from tlanalysis.runs.plan import read_plan

NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
Notebook = dict[str, Any]


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_obeys_every_rule(name: str) -> None:
    assert check_notebook(ROOT / "notebooks" / f"{name}.ipynb") == []


def test_the_notebooks_are_those_of_the_plan() -> None:
    assert NAMES
    assert {run.notebook for run in read_plan(ROOT / "notebooks" / "plan.toml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_stored_outputs_hold_no_date_and_no_path(name: str) -> None:
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    held = json.loads(text)
    assert "papermill" not in held["metadata"]
    assert all(not {"papermill", "execution"} & set(cell["metadata"]) for cell in held["cells"])
    assert [cell["id"] for cell in held["cells"]] == [f"cell-{number:02d}" for number in range(len(held["cells"]))]
    assert not re.search(r"/(work|home|root|tmp|Users)/", text)


@pytest.fixture(scope="module")
def good() -> Notebook:
    return json.loads((ROOT / "notebooks" / "01_training_reach.ipynb").read_text(encoding="utf-8"))


def _code(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _chart(notebook: Notebook) -> int:
    """Return the place of the first chart cell among the code cells."""
    return next(n for n, cell in enumerate(_code(notebook)) if "plot_" in "".join(cell["source"]))


def _add(notebook: Notebook, source: str) -> None:
    """Add a line at the top of the third code cell."""
    cell = _code(notebook)[2]
    cell["source"] = [f"{source}\n", *cell["source"]]


def _show(notebook: Notebook, **output: Any) -> None:
    _code(notebook)[2]["outputs"] = [output]


def _shows_text(plain: str) -> Callable[[Notebook], None]:
    return lambda nb: _show(nb, output_type="execute_result", data={"text/plain": [plain]}, metadata={})


def _shows_html(html: str) -> Callable[[Notebook], None]:
    data = {"text/plain": ["<table>"], "text/html": [html]}
    return lambda nb: _show(nb, output_type="execute_result", data=data, metadata={})


def _prints(text: str) -> Callable[[Notebook], None]:
    return lambda nb: _show(nb, output_type="stream", name="stdout", text=[text])


def _adds(source: str) -> Callable[[Notebook], None]:
    return lambda nb: _add(nb, source)


def _tags(*tags: str) -> Callable[[Notebook], None]:
    def change(nb: Notebook) -> None:
        for number, tag in enumerate(tags):
            _code(nb)[2 + number]["metadata"]["tags"] = [tag]

    return change


def _parameters(source: str) -> Callable[[Notebook], None]:
    return lambda nb: _code(nb)[0].update(source=source)


def _more(line: str, *, passed_on: bool) -> Callable[[Notebook], None]:
    """Add a line to the parameters cell; where asked, pass its parameter on to `tl.params`."""

    def change(nb: Notebook) -> None:
        cells, name = _code(nb), line.split()[0].rstrip(":")
        cells[0]["source"] = "".join(cells[0]["source"]) + f"\n{line}"
        if passed_on:
            call = "".join(cells[1]["source"])
            assert "tl.params(" in call
            cells[1]["source"] = call.replace("tl.params(", f"tl.params({name}={name}, ")

    return change


def _default(name: str, value: str) -> Callable[[Notebook], None]:
    def change(nb: Notebook) -> None:
        source = "".join(_code(nb)[0]["source"])
        _code(nb)[0]["source"] = re.sub(rf"^{name} = .*$", f"{name} = {value}", source, flags=re.MULTILINE)
        assert _code(nb)[0]["source"] != source

    return change


def _wrong_count(nb: Notebook) -> None:
    _code(nb)[3]["execution_count"] = 9


def _not_run(nb: Notebook) -> None:
    _code(nb)[-1]["execution_count"] = None


def _no_tag(nb: Notebook) -> None:
    _code(nb)[0]["metadata"]["tags"] = []


def _parameters_second(nb: Notebook) -> None:
    cells = _code(nb)
    cells[0]["metadata"]["tags"], cells[1]["metadata"]["tags"] = [], ["parameters"]


def _no_table_before(nb: Notebook) -> None:
    shown = _code(nb)[_chart(nb) - 1]
    shown["source"] = "".join(shown["source"]).rsplit("\n", 1)[0]


def _another_table_before(nb: Notebook) -> None:
    shown = _code(nb)[_chart(nb) - 1]
    shown["source"] = "".join(shown["source"]).rsplit("\n", 1)[0] + "\np"


def _no_assignment(nb: Notebook) -> None:
    cell = _code(nb)[_chart(nb)]
    cell["source"] = "".join(cell["source"]).replace("figure = tl.publish", "tl.publish")


def _not_python(nb: Notebook) -> None:
    _add(nb, "%matplotlib inline")


# What breaks, how, and what the sentence must say.
BROKEN: list[tuple[str, Callable[[Notebook], None], str]] = [
    ("wrong count", _wrong_count, "execution counts"),
    ("cell not run", _not_run, "execution counts"),
    ("two parameters cells", _tags("parameters"), "tag 'parameters'"),
    ("no parameters cell", _no_tag, "tag 'parameters'"),
    ("parameters cell second", _parameters_second, "tag 'parameters'"),
    ("computed parameter", _parameters('territory = "F" + "R".upper()'), "plain literals"),
    ("import in parameters", _parameters('import os\nterritory = "FR"'), "plain literals"),
    ("unknown parameter", _parameters('territoire = "FR"'), "territoire"),
    ("unknown territory", _parameters('territory = "75"'), "'75'"),
    ("parameter of another type", _parameters('seed = "0"'), "seed is '0'"),
    ("list", _parameters('territory = ["FR", "R75"]'), "in quotes"),
    ("another date", _default("as_of", '"2025-01-01"'), "as_of is '2025-01-01' in the parameters cell, its default is"),
    ("another territory", _default("territory", '"R75"'), "its default is 'FR'"),
    ("another language", _default("lang", '"en"'), "its default is 'fr'"),
    ("another seed", _default("seed", "1"), "its default is 0"),
    ("parameter that goes nowhere", _more("rayon = 10", passed_on=False), "tl.params is not given rayon"),
    ("list of its own", _more("rayon = [10, 20]", passed_on=True), "rayon is [10, 20]"),
    ("annotated otherwise", _more("rayon: float = 10", passed_on=True), "its annotation is float"),
    ("semicolon", _adds("x = 1;"), "';'"),
    ("open", _adds('text = open("x")'), "open"),
    ("read_csv", _adds('import pandas as pd\nx = pd.read_csv("x")'), "read_csv"),
    ("relative path", _adds('x = "../data/raw/observations.csv"'), "path"),
    ("absolute path", _adds('x = "/home/me/observations.csv"'), "path"),
    ("path of the project", _adds('x = "data/raw/observations.csv"'), "path"),
    ("magic", _not_python, "not Python"),
    ("chart without its table", _no_table_before, "shows its table"),
    ("chart after another table", _another_table_before, "shows its table"),
    ("chart without assignment", _no_assignment, "assignment"),
    ("timestamp", _shows_text("2026-11-21 10:42:07"), "timestamp"),
    ("ISO timestamp printed", _prints("built 2026-11-21T10:42\n"), "timestamp"),
    (
        "Styler",
        _shows_html('<style type="text/css">\n#T_ab12c td {color: red}\n</style><table id="T_ab12c">'),
        "Styler",
    ),
    ("set", _shows_text("{'FR', 'R75'}"), "set"),
    ("set printed", _prints("{'FR', 'R75'}\n"), "set"),
    ("progress bar", _prints(" 40%|####      | 2/5 [00:01<00:02, 1.5it/s]"), "progress bar"),
    ("error", lambda nb: _show(nb, output_type="error", ename="E", evalue="", traceback=[]), "error"),
    ("two outputs ignored", _tags("nbval-ignore-output", "nbval-ignore-output"), "more than one cell"),
    ("ignored without a reason", _tags("nbval-ignore-output"), "without saying why"),
]


@pytest.mark.parametrize(("change", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_copy_is_refused_with_the_rule(
    change: Callable[[Notebook], None], said: str, good: Notebook, tmp_path: Path
) -> None:
    notebook = copy.deepcopy(good)
    change(notebook)
    path = tmp_path / "copie.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    problems = check_notebook(path)
    assert [problem for problem in problems if said in problem]
    assert all(problem.startswith("copie.ipynb: ") for problem in problems)


@pytest.mark.parametrize(
    "change",
    [
        _shows_text("{'FR': 1, 'R75': 2}"),
        _shows_text("2026-11-21"),
        _prints("qualite-natures--FR  0123456789abcdef\n"),
        _shows_html("<style scoped>\n.dataframe tbody tr th {}\n</style>"),
        _adds("x = 6 / 3"),
        _more("rayon = 10", passed_on=True),
        _more("rayon: int = 10  # km", passed_on=True),
        _adds('x = "a; b"'),
        _adds("# one reason: drawn at random\n# NBVAL_IGNORE_OUTPUT"),
    ],
    ids=[
        "dict",
        "date",
        "fingerprint",
        "plain table",
        "division",
        "own parameter",
        "annotated parameter",
        "semicolon in a text",
        "ignored with a reason",
    ],
)
def test_a_copy_that_only_looks_broken_passes(
    change: Callable[[Notebook], None], good: Notebook, tmp_path: Path
) -> None:
    notebook = copy.deepcopy(good)
    change(notebook)
    path = tmp_path / "copie.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert check_notebook(path) == []


@pytest.mark.parametrize("content", ["", "[]", "{}", "texte"])
def test_a_file_that_is_no_notebook_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "copie.ipynb"
    path.write_text(content, encoding="utf-8")
    assert check_notebook(path) == ["copie.ipynb is not a notebook."]


def test_storing_cleans_what_changes_and_keeps_outputs_and_counts(tmp_path: Path) -> None:
    from tlanalysis.maintain.store_notebooks import _clean

    path = tmp_path / "copie.ipynb"
    shutil.copy(ROOT / "notebooks" / "04_territory_profile.ipynb", path)
    before = json.loads(path.read_text(encoding="utf-8"))
    dirty = copy.deepcopy(before)
    dirty["metadata"]["papermill"] = {"start_time": "2026-11-21T10:42:07"}
    for number, cell in enumerate(dirty["cells"]):
        cell["id"] = f"random-{number * 7}"
        cell["metadata"]["papermill"] = {"duration": 1.5}
        cell["metadata"]["execution"] = {"iopub.execute_input": "2026-11-21T10:42:07"}
    path.write_text(json.dumps(dirty), encoding="utf-8")
    _clean(path)
    assert json.loads(path.read_text(encoding="utf-8")) == before
