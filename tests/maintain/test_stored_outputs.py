"""What `check --stored` says of a changed number, a changed picture and a changed text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.runs.conftest import write_notebook
from tlanalysis.maintain.stored_outputs import check_stored, differences

TABLE = pd.DataFrame({"territoire": ["R53", "R75"], "nom": ["Bretagne", "N.-A."], "part": [1.136472, 2.0]})


def _write(path: Path, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> Path:
    cell = {"cell_type": "code", "metadata": {"tags": [*tags]}, "source": "x", "outputs": [*outputs]}
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    return path


def _frame(table: pd.DataFrame) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/html": table.to_html(), "text/plain": repr(table)}}


def _printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


LINE = "part--FR  0123456789abcdef  aaaaaaaaaaaaaaaa\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (_frame(TABLE), _frame(TABLE), []),
        (
            _frame(TABLE),
            _frame(TABLE.assign(part=[1.125220, 2.0])),
            ["table: R53, Bretagne: part 1.136472 → 1.12522 (-1.0%)."],
        ),
        (_frame(TABLE), _frame(TABLE.iloc[:1]), ["table: 1 row fewer."]),
        (_frame(TABLE), _frame(TABLE.rename(columns={"part": "taux"})), ["table: columns changed (part, taux)."]),
        (
            _printed(LINE),
            _printed(LINE.replace("aaaa", "bbbb")),
            ["figure part--FR: its picture changed, its data did not."],
        ),
        (_printed(LINE), _printed(LINE.replace("0123", "9999")), ["figure part--FR: its data changed."]),
        (_printed("a\nb\n"), _printed("a\nc\n"), ["'b' → 'c'."]),
        (_printed("a"), _frame(TABLE), ["an output is new, or of another kind."]),
    ],
    ids=["same", "a number", "a row", "a column", "a picture", "data", "a text", "another kind"],
)
def test_a_difference_is_said_in_words(
    old: dict[str, Any], new: dict[str, Any], said: list[str], tmp_path: Path
) -> None:
    found = differences(_write(tmp_path / "stored.ipynb", old), _write(tmp_path / "executed.ipynb", new))
    assert found == [f"stored.ipynb, cell 1: {words}" for words in said]


def test_an_output_that_is_gone_is_said_and_an_ignored_one_is_not(tmp_path: Path) -> None:
    executed = _write(tmp_path / "executed.ipynb")
    stored = _write(tmp_path / "stored.ipynb", _printed("a"))
    assert differences(stored, executed) == ["stored.ipynb, cell 1: an output is gone, or of another kind."]
    _write(stored, _printed("a"), tags=("nbval-ignore-output",))
    assert differences(stored, executed) == []


def test_the_notebooks_of_a_project_are_executed_and_compared(project_copy: Path) -> None:
    path = write_notebook(project_copy / "notebooks", "02_table", "print(1)\n1 + 1")
    content = json.loads(path.read_text(encoding="utf-8"))
    value = {"output_type": "execute_result", "execution_count": 2, "metadata": {}, "data": {"text/plain": "3"}}
    content["cells"][1]["outputs"] = [_printed("1\n"), value]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert check_stored(1) == ["02_table.ipynb, cell 2: '3' → '2'."]
