"""`execute`: the files and records that good and failed runs leave. Most tests replace the notebook by a stub."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tlanalysis.runs import manifest
from tlanalysis.runs.execute import RunCallbacks, RunOptions, execute
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run, grid

# ---------------------------------------------------------------- the command, with real notebooks

CALL = "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)\nheld = tl.holdings()"
PUBLISH = 'ax = tl.plot_holdings(held, lang=p.lang)\nfigure = tl.publish(ax, held, id="{id}", params=p)'
PLAN = """
[[run]]
notebook = "00_essai"

[[run]]
notebook = "01_suite"
parameters = { lang = "en", territory = "R75" }
"""
KINDS = ("csv", "json", "png", "svg")
FORCE = RunOptions(force=True)


@dataclass(frozen=True)
class History:
    """The state after a command: `00_essai` succeeded before it and is broken now, `01_suite` is good."""

    out: Path
    before: dict[str, bytes]
    command: subprocess.CompletedProcess[str]

    @property
    def manifest(self) -> dict[str, Any]:
        """The runs of the manifest by name."""
        content = json.loads((self.out / "manifest.json").read_text(encoding="utf-8"))
        return {run["name"]: run for run in content["runs"]}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    home = tmp_path_factory.mktemp("projet")
    shutil.copytree(ROOT / "data" / "raw", home / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    folder, out = home / "notebooks", home / "ailleurs"
    raising = 'raise ValueError("tout\\ncassé")'
    write_notebook(folder, "00_essai", CALL, PUBLISH.format(id="essai"), raising)
    write_notebook(folder, "01_suite", CALL, PUBLISH.format(id="suite"), "territory, lang")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    for name in ("figures", "notebooks"):
        (out / name).mkdir(parents=True)
    for kind in KINDS:
        (out / "figures" / f"essai--FR.{kind}").write_text(f"good {kind}", encoding="utf-8")
    (out / "notebooks" / "00_essai--FR.ipynb").write_text("good", encoding="utf-8")
    held: dict[str, Any] = {"inputs": {"observations": "0" * 64}, "figures": ["essai--FR"]}
    good = Outcome("00_essai--FR", "00_essai", {"territory": "FR", "lang": "fr"}, "ok", 1.0, "kernel", **held)
    manifest.write(out, {good.name: good})
    before = _files(out / "figures")
    command = subprocess.run(
        [sys.executable, "-m", "tlanalysis", "run", "--jobs", "2", "--out", str(out)],
        env=os.environ | {"TLANALYSIS_HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    return History(out, before, command)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_a_broken_notebook_makes_the_command_fail_with_one_sentence(history: History) -> None:
    assert history.command.returncode == 1
    said = history.command.stderr
    assert said.startswith("tlanalysis: 00_essai--FR failed: cell 4: ValueError: tout cassé (see ")
    assert said.count("\n") == 1
    for kind in ("ipynb", "log"):  # the sentence names the notebook and the log of the failure
        assert f"failed/00_essai--FR.{kind}" in said
    lines = sorted(line.split() for line in history.command.stdout.splitlines())
    assert [line[:2] for line in lines] == [["failed", "00_essai--FR"], ["ok", "01_suite--R75-en"]]


def test_a_good_run_writes_its_four_files_though_another_run_fails(history: History) -> None:
    now = _files(history.out / "figures")
    made = {f"suite--R75-en.{kind}" for kind in KINDS} | {"phone/suite--R75-en.svg"}
    assert set(now) - set(history.before) == made
    recorded = history.manifest["01_suite--R75-en"]["files"]
    assert {place: hashlib.sha256(now[place]).hexdigest()[:16] for place in made} == {
        place: recorded[f"figures/{place}"] for place in made
    }
    facts = json.loads(now["suite--R75-en.json"])
    assert (facts["lang"], facts["params"]["territory"]) == ("en", "R75")


def test_the_last_good_figures_stay_byte_for_byte(history: History) -> None:
    now = _files(history.out / "figures")
    assert len(history.before) == 4
    assert {name: now.get(name) for name in history.before} == history.before


def test_the_manifest_records_both_outcomes(history: History, raw: Path) -> None:
    broken, good = history.manifest["00_essai--FR"], history.manifest["01_suite--R75-en"]
    assert (broken["status"], broken["error"]) == ("failed", "cell 4: ValueError: tout cassé")
    assert (broken["figures"], broken["inputs"]) == (["essai--FR"], {"observations": "0" * 64})
    assert (good["status"], good["error"], good["figures"]) == ("ok", "", ["suite--R75-en"])
    assert good["parameters"] == {"territory": "R75", "lang": "en"}
    assert good["inputs"] == {"observations": hashlib.sha256((raw / "observations.csv").read_bytes()).hexdigest()}
    assert [read.get("rows") for read in good["reads"]][-1] == "observations"
    assert "data/raw/observations.csv" not in {read.get("file") for read in good["reads"]}
    assert "data/raw/datapackage.json" in {read.get("file") for read in good["reads"]}
    assert good["seconds"] > 0
    assert broken["seconds"] > 0


def test_the_failed_notebook_does_not_replace_the_last_good_one(history: History) -> None:
    failed = json.loads((history.out / "failed" / "00_essai--FR.ipynb").read_text(encoding="utf-8"))
    kinds = [output["output_type"] for cell in failed["cells"] for output in cell.get("outputs", [])]
    assert "error" in kinds
    assert (history.out / "notebooks" / "00_essai--FR.ipynb").read_text(encoding="utf-8") == "good"
    assert not (history.out / "failed" / "01_suite--R75-en.ipynb").exists()
    assert not (history.out / ".staging").exists()


def test_the_executed_notebook_uses_the_parameters_of_the_plan(history: History) -> None:
    executed = json.loads((history.out / "notebooks" / "01_suite--R75-en.ipynb").read_text(encoding="utf-8"))
    assert executed["cells"][-1]["outputs"][0]["data"]["text/plain"] == ["('R75', 'en')"]


# ---------------------------------------------------------------- a stub instead of the notebook


def _outcome(run: Run, status: str, **more: Any) -> Outcome:
    return Outcome(run.name, run.notebook, run.parameters.as_dict(), status, 0.1, "essai", **more)


def _succeeds(run: Run, home: str, staging: str) -> Outcome:
    """Replace a notebook that publishes one figure per word of `figures.txt`."""
    folder = Path(staging)
    (folder / "figures").mkdir(parents=True)
    names = (Path(home) / "figures.txt").read_text(encoding="utf-8").split()
    for name in names:
        (folder / "figures" / f"{name}.svg").write_text(run.name, encoding="utf-8")
    (folder / f"{run.name}.ipynb").write_text("{}", encoding="utf-8")
    return _outcome(run, "ok", figures=names)


def _fails(run: Run, home: str, staging: str) -> Outcome:
    folder = Path(staging)
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "demi.svg").write_text("half", encoding="utf-8")
    (folder / f"{run.name}.ipynb").write_text("broken", encoding="utf-8")
    return _outcome(run, "failed", error="cell 1: it broke")


@pytest.fixture
def published(notebooks: Path) -> Path:
    """Return the file that names the figures that the stub publishes."""
    path = notebooks.parent / "figures.txt"
    path.write_text("un deux", encoding="utf-8")
    return path


@pytest.fixture
def three(published: Path) -> list[Run]:
    """Return three runs of one notebook."""
    return list(grid("00_essai", {"territory": ["FR", "R75", "D33"]}))


def _replace_execution(patch: pytest.MonkeyPatch, worker: Callable[[Run, str, str], Outcome]) -> None:
    """Make a function execute the runs, the last run first."""

    def execute_tasks(wanted: list[Run], out: Path, options: RunOptions, callbacks: RunCallbacks) -> Iterator[Outcome]:
        for run in reversed(wanted):
            callbacks.started(run.name)
            yield worker(run, os.environ["TLANALYSIS_HOME"], str(out / ".staging" / run.name))

    patch.setattr("tlanalysis.runs.execute._execute_tasks", execute_tasks)


def test_outcomes_come_in_the_order_of_the_runs(
    three: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replace_execution(monkeypatch, _succeeds)
    called: list[str] = []
    callbacks = RunCallbacks(
        started=lambda name: called.append(f"starts {name}"),
        finished=lambda outcome: called.append(f"ends {outcome.name}"),
    )
    outcomes = execute(three, tmp_path / "out", RunOptions(), callbacks)
    assert [outcome.name for outcome in outcomes] == [run.name for run in three]
    assert sorted(called) == sorted(f"{what} {run.name}" for run in three for what in ("starts", "ends"))
    assert all(called.index(f"starts {run.name}") < called.index(f"ends {run.name}") for run in three)
    assert set(manifest.read(tmp_path / "out")) == {run.name for run in three}


def test_a_figure_that_a_run_no_longer_publishes_is_deleted(
    three: list[Run], published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replace_execution(monkeypatch, _succeeds)
    execute(three[:1], tmp_path / "out", FORCE)
    published.write_text("deux trois", encoding="utf-8")
    execute(three[:1], tmp_path / "out", FORCE)
    assert sorted(_files(tmp_path / "out" / "figures")) == ["deux.svg", "trois.svg"]
    assert manifest.read(tmp_path / "out")["00_essai--FR"].figures == ["deux", "trois"]


def test_a_first_run_that_fails_leaves_no_figure(
    three: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replace_execution(monkeypatch, _fails)
    (outcome,) = execute(three[:1], tmp_path / "out", FORCE)
    assert (outcome.status, outcome.figures) == ("failed", [])
    assert not (tmp_path / "out" / "figures").exists()
    assert (tmp_path / "out" / "failed" / "00_essai--FR.ipynb").read_text(encoding="utf-8") == "broken"


def test_a_successful_run_deletes_the_files_of_its_failure(
    three: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    _replace_execution(monkeypatch, _fails)
    execute(three[:2], out, FORCE)
    _replace_execution(monkeypatch, _succeeds)
    execute(three[:1], out, FORCE)
    assert [path.name for path in (out / "failed").iterdir()] == ["00_essai--R75.ipynb"]
    assert {name: run.status for name, run in manifest.read(out).items()} == {
        "00_essai--FR": "ok",
        "00_essai--R75": "failed",
    }
    assert manifest.read(out)["00_essai--FR"].error == ""


def test_a_run_that_ended_before_an_interruption_stays_valid(
    three: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replace_execution(monkeypatch, _succeeds)

    def interrupt(outcome: Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(three, tmp_path / "out", RunOptions(), RunCallbacks(finished=interrupt))
    assert {name: run.status for name, run in manifest.read(tmp_path / "out").items()} == {
        "00_essai--D33": "ok",
        "00_essai--FR": "unfinished",
        "00_essai--R75": "unfinished",
    }
    assert sorted(_files(tmp_path / "out" / "figures")) == ["deux.svg", "un.svg"]
    assert not (tmp_path / "out" / ".staging").exists()


def test_an_interruption_does_not_change_former_outcomes(
    three: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replace_execution(monkeypatch, _succeeds)
    out = tmp_path / "out"
    execute(three, out, FORCE)
    before = manifest.read(out)

    def interrupt(outcome: Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(three, out, FORCE, RunCallbacks(finished=interrupt))
    assert {outcome.status for outcome in before.values()} == {"ok"}
    assert manifest.read(out) == before


def test_the_journal_of_a_stopped_machine_marks_a_run_unfinished(
    three: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replace_execution(monkeypatch, _succeeds)
    out = tmp_path / "out"
    execute(three[:2], out, FORCE)
    held = manifest.read(out)
    france, other = (held[run.name] for run in three[:2])
    journal = manifest.Journal(out)
    journal.about_to_place(replace(france, figures=["neuf"]))
    journal.done(replace(other, seconds=9.0))
    journal.close()
    with (out / manifest.JOURNAL).open("ab") as file:
        file.write(b'{"placing": "cut sho')
    now = manifest.read(out)
    assert (now[france.name].status, now[france.name].figures) == ("unfinished", ["deux", "neuf", "un"])
    assert now[other.name] == replace(other, seconds=9.0)
    # The next run repairs the folder and deletes the figure that it does not publish.
    (out / "figures" / "neuf.svg").touch()
    execute(three[:1], out, RunOptions())
    assert "neuf.svg" not in _files(out / "figures")
    assert manifest.read(out)[france.name].status == "ok"
    assert not (out / manifest.JOURNAL).exists()
