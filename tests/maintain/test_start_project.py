"""A project without a clone: `init` and `new`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tlanalysis.core.errors import BadInput
from tlanalysis.data import embedded
from tlanalysis.maintain.check import check_notebooks, check_plan
from tlanalysis.maintain.start_project import init, new_notebook
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.plan import read_plan


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = init(tmp_path / "mon-projet")
    monkeypatch.setenv("TLANALYSIS_HOME", str(folder))
    return folder


def test_a_new_folder_holds_verified_tables_and_the_plan(started: Path) -> None:
    embedded.verify()
    assert len(read_plan()) > 10
    assert {path.name for path in started.iterdir()} == {"data", "notebooks"}
    assert not (started / "data" / "raw" / "downloads").exists()


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_a_folder_that_holds_something_is_refused_and_stays(taken: str, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    if taken == "file":
        target.write_text("x", encoding="utf-8")
    else:
        target.mkdir()
        (target / "x").touch()
    with pytest.raises(BadInput, match="is not empty"):
        init(target)
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


def test_a_new_notebook_obeys_the_rules_is_planned_and_runs(started: Path, tmp_path: Path) -> None:
    path = new_notebook("mon_sujet")
    assert path == started / "notebooks" / "06_mon_sujet.ipynb"
    assert [problem for problem in check_notebooks() if path.name in problem] == []
    assert check_plan() == []
    (run,) = [run for run in read_plan() if run.notebook == "06_mon_sujet"]
    (outcome,) = execute([run], tmp_path / "out", RunOptions(jobs=1))
    assert (outcome.status, outcome.error, outcome.figures) == ("ok", "", ["mon-sujet--FR"])
    with pytest.raises(BadInput, match="exists"):
        new_notebook("06_mon_sujet")


@pytest.mark.parametrize("name", ["", "Mon sujet", "../x", "05-sujet", "a/b", "été"])
def test_a_name_that_is_not_a_slug_is_refused(name: str, started: Path) -> None:
    before = {path.name for path in (started / "notebooks").iterdir()}
    with pytest.raises(BadInput, match="write lower-case words"):
        new_notebook(name)
    assert {path.name for path in (started / "notebooks").iterdir()} == before
