"""The fifteen tasks of docs/how-to.md: ten lines each, executed in an empty folder, known to the type checkers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.conftest import ROOT
from tlanalysis.cli import app
from tlanalysis.figures.trace import read_facts

PAGE = ROOT / "docs" / "how-to.md"
RUNS = "tl.run("
MOST_LINES = 10


def _tasks() -> dict[str, tuple[list[str], list[str]]]:
    """Return heading -> (blocks of Python, lines to type in a shell)."""
    found = {}
    fenced = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
    for part in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        heading, _, body = part.partition("\n")
        blocks = fenced.findall(body)
        shell = [line for language, block in blocks if not language for line in block.splitlines()]
        found[heading] = ([block for language, block in blocks if language == "python"], shell)
    return found


TASKS = _tasks()


def script() -> str:
    return "\n".join(block for python, _ in TASKS.values() for block in python)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand in an empty folder that holds one list, outside of everything that was fetched."""
    rows = [("Le Lieu", "35000", "Rennes"), ("La Fabrique", "33000", "Bordeaux"), (None, "75011", "Paris")]
    listed = pd.DataFrame(rows, columns=["Nom du lieu", "Code postal", "Ville"])
    listed.to_excel(tmp_path / "ma_liste.xlsx", index=False)
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path / "reports"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def test_there_are_fifteen_tasks_of_ten_lines_at_most() -> None:
    numbers = [int(found[1]) for heading in TASKS if (found := re.match(r"(\d+)\. ", heading))]
    assert numbers == list(range(1, 16))
    for heading, (python, shell) in TASKS.items():
        lines = [line for block in python for line in block.splitlines() if line.strip()]
        assert len(lines) + len(shell) <= MOST_LINES, heading


def test_every_block_of_python_runs_in_an_empty_folder(folder: Path) -> None:
    names: dict[str, object] = {}
    for heading, (python, _) in TASKS.items():
        for block in python:
            if RUNS not in block:
                exec(compile(block, f"how-to, {heading}", "exec"), names)
    made = {path.name for path in folder.iterdir()}
    assert {"funnel.pdf", "funnel.png", "side-by-side.png", "comparison.xlsx", "references.bib"} <= made
    assert "liste:ma_liste.xlsx" in read_facts(folder / "reports" / "figures" / "my-places--FR-en.json")["inputs"]
    assert read_facts(folder / "funnel.pdf")["lang"] == "en"


def test_the_commands_run_trace_and_make_again(folder: Path) -> None:
    (lines,) = [shell for _, shell in TASKS.values() if shell]
    for line in lines:
        done = CliRunner().invoke(app, line.removeprefix("tlanalysis ").split())
        assert done.exit_code == 0, done.output
    (block,) = [block for python, _ in TASKS.values() for block in python if RUNS in block]
    names: dict[str, object] = {}
    exec(f"import tlanalysis as tl\n{block}", names)
    assert names["outcome"].status == "ok"  # type: ignore[attr-defined]
