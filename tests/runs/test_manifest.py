"""The manifest: `read` returns the outcomes that `write` has written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome

GOOD = Outcome(
    name="01_suite--R75",
    notebook="01_suite",
    parameters={"territory": "R75", "lang": "fr"},
    status="ok",
    seconds=1.5,
    engine="kernel",
    inputs={"regions": "0" * 64},
    figures=["essai--R75"],
)
FAILED = Outcome("00_essai--FR", "00_essai", {"territory": "FR"}, "failed", 0.2, "kernel", error="cell 3: é")

# The name of an empty table of digests: printf "{}" | sha256sum | head -c 16
SHARED = "44136fa355b3678a"


def test_an_empty_folder_has_no_outcome(tmp_path: Path) -> None:
    assert manifest.read(tmp_path) == {}


def test_outcomes_that_were_written_are_read(tmp_path: Path) -> None:
    manifest.write(tmp_path / "out", {GOOD.name: GOOD, FAILED.name: FAILED})
    assert manifest.read(tmp_path / "out") == {FAILED.name: FAILED, GOOD.name: GOOD}


def test_the_file_holds_every_field_of_the_runs_ordered_by_name(tmp_path: Path) -> None:
    manifest.write(tmp_path, {GOOD.name: GOOD, FAILED.name: FAILED})
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    runs = json.loads(text)["runs"]
    assert [run["name"] for run in runs] == ["00_essai--FR", "01_suite--R75"]
    assert runs[1] == {
        "name": "01_suite--R75",
        "notebook": "01_suite",
        "parameters": {"territory": "R75", "lang": "fr"},
        "status": "ok",
        "seconds": 1.5,
        "engine": "kernel",
        "inputs": {"regions": "0" * 64},
        "figures": ["essai--R75"],
        "error": "",
        "fingerprints": {},
        "source": "",
        "code": SHARED,
        "libraries": SHARED,
        "reads": [],
    }
    assert "cell 3: é" in text
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"runs": [1]}',
        '{"runs": [{}]}',
        '{"runs": [{"name": "x"}]}',
        '{"runs": [{"name": "x", "notebook": "x", "parameters": {}, "status": "ok", "seconds": 1, "engine": "kernel", '
        '"colour": "red"}]}',
    ],
    ids=["empty", "half", "list", "no runs", "a number", "no name", "few fields", "another field"],
)
def test_a_manifest_of_another_form_is_refused_with_advice(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match="delete it, then run again"):
        manifest.read(tmp_path)


def test_a_run_that_only_the_journal_names_is_unfinished_with_its_parameters(tmp_path: Path) -> None:
    journal = manifest.Journal(tmp_path)
    journal.about_to_place(GOOD)
    journal.close()
    stopped = manifest.read(tmp_path)[GOOD.name]
    assert (stopped.status, stopped.parameters) == ("unfinished", {"territory": "R75", "lang": "fr"})
    assert stopped.figures == ["essai--R75"]
