"""Runs that plain papermill has made, and runs that left the plan."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.week import DRAWS
from tests.runs.conftest import write_notebook
from tlanalysis.core.errors import BadInput
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest
from tlanalysis.runs.adopting import adopt
from tlanalysis.runs.execute import due
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.parameters_cell import check_injected
from tlanalysis.runs.plan import grid
from tlanalysis.runs.pruning import prune


def _papermill(source: Path, target: Path, out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "papermill", "--engine", "tlanalysis", str(source), str(target), *words],
        env=os.environ | {"TLANALYSIS_OUT": str(out), "TLANALYSIS_COMMIT": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_of_plain_papermill_is_adopted_and_shown(notebooks: Path, tmp_path: Path) -> None:
    source, out = write_notebook(notebooks, "02_dessin", DRAWS), tmp_path / "pm"
    executed = tmp_path / "elsewhere.ipynb"
    done = _papermill(source, executed, out, "-p", "lang", "en")
    assert done.returncode == 0, done.stderr
    with pytest.raises(BadInput, match="nothing has run"):
        report(out)
    (outcome,) = adopt([executed], out)
    assert (outcome.name, outcome.status, outcome.figures) == ("02_dessin--FR-en", "ok", ["semaine-essai--FR-en"])
    assert set(outcome.inputs) >= {"observations"}
    assert outcome.fingerprints.keys() == {"semaine-essai--FR-en"}
    report(out)
    assert (out / "site" / "en" / "figure" / "semaine-essai--FR.html").is_file()
    kept = json.loads((out / "notebooks" / "02_dessin--FR-en.ipynb").read_text(encoding="utf-8"))
    assert "start_time" not in kept["metadata"]["papermill"]
    reasons = due([*grid("02_dessin", {"lang": "en"})], out)
    assert reasons == {"02_dessin--FR-en": ["it was adopted: papermill records no inputs"]}

    (out / "figures" / "semaine-essai--FR-en.json").unlink()
    with pytest.raises(BadInput, match="figure semaine-essai--FR-en is not in"):
        adopt([executed], out)
    write_notebook(notebooks, "02_dessin", DRAWS, "1 + 1")
    with pytest.raises(BadInput, match="its cells are not those of"):
        adopt([executed], out)
    source.write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match=r"elsewhere\.ipynb: .*02_dessin"):
        adopt([executed], out)


def test_our_engine_refuses_a_parameter_that_the_notebook_does_not_have(notebooks: Path, tmp_path: Path) -> None:
    done = _papermill(notebooks / "01_suite.ipynb", tmp_path / "o.ipynb", tmp_path / "out", "-p", "teritory", "R53")
    assert done.returncode == 1
    last = done.stderr.rstrip().splitlines()[-1]
    assert "the notebook takes no parameter 'teritory' (did you mean 'territory'?)" in last


def test_parameters_pass_when_the_notebook_declares_none_or_computes_them() -> None:
    tagged = {"metadata": {"tags": ["parameters"]}, "source": "a = 1"}
    check_injected([tagged], ["a"])
    check_injected([tagged | {"metadata": {}}], ["b"])
    check_injected([tagged | {"source": "a = 1 + len('x')"}], ["b"])
    with pytest.raises(BadInput, match="no parameter 'b'"):
        check_injected([tagged], ["b"])


_EXECUTED = '{"cells": [], "metadata": {"papermill": {"input_path": "00_essai.ipynb", "parameters": {}}}}'


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("", "utf-8"),
        ("[]", "utf-8"),
        ("{}", "utf-8"),
        ('{"cells": [], "metadata": {}}', "utf-8"),
        (_EXECUTED, "utf-16"),
    ],
)
def test_a_file_that_papermill_did_not_execute_is_refused(
    text: str, encoding: str, notebooks: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.ipynb").write_text(text, encoding=encoding)
    with pytest.raises(BadInput, match="is not a notebook that papermill has executed"):
        adopt([tmp_path / "x.ipynb"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """Return a reports folder of a kept run and of one that left the plan; they share a figure."""
    kept = Outcome("01_a--FR", "01_a", {"territory": "FR"}, "ok", 1.0, "fork", figures=["un--FR", "deux--FR"])
    gone = replace(kept, name="02_b--FR", notebook="02_b", figures=["deux--FR", "trois--FR"])
    manifest.write(tmp_path, {run.name: run for run in (kept, gone)})
    names = [f"figures/{name}--FR.{kind}" for name in ("un", "deux", "trois") for kind in ("svg", "png", "csv", "json")]
    names += [f"figures/phone/{name}--FR.svg" for name in ("un", "deux", "trois")]
    names += ["notebooks/01_a--FR.ipynb", "notebooks/02_b--FR.ipynb", "failed/02_b--FR.log", "figures/mine.svg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def _files(folder: Path) -> set[str]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path.relative_to(folder).as_posix() for path in found}


def test_a_run_that_left_the_plan_goes_with_its_own_files_alone(full: Path) -> None:
    before = _files(full)
    asked = prune(full, {"01_a--FR"}, dry_run=True)
    assert (asked.runs, _files(full)) == (["02_b--FR"], before)
    done = prune(full, {"01_a--FR"})
    assert done == asked
    assert before - _files(full) == {
        "figures/trois--FR.svg",
        "figures/trois--FR.png",
        "figures/trois--FR.csv",
        "figures/trois--FR.json",
        "figures/phone/trois--FR.svg",
        "notebooks/02_b--FR.ipynb",
        "failed/02_b--FR.log",
    }
    assert set(manifest.read(full)) == {"01_a--FR"}


def test_a_name_of_the_manifest_that_leads_out_of_the_folder_removes_nothing(full: Path) -> None:
    (full / "out").mkdir()
    victim = full / "victim.svg"
    victim.touch()
    bad = Outcome("../victim", "x", {"territory": "FR"}, "ok", 1.0, "fork", figures=["../../victim"])
    manifest.write(full / "out", {bad.name: bad})
    (full / "out" / "figures").mkdir()
    prune(full / "out", set())
    assert victim.exists()
