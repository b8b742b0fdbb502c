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
        "files": {},
    }
    assert "cell 3: é" in text
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"runs": 1}', "[" * 100_000, "\x00"])
def test_a_file_that_is_no_manifest_is_refused_with_advice_and_kept(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match="move it away, then run again"):
        manifest.read(tmp_path)
    manifest.set_aside_if_damaged(tmp_path)
    assert manifest.read(tmp_path) == {}
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("manifest.damaged-")
    assert kept.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    "changed",
    [
        {"name": None},
        {"name": "../../x--FR"},
        {"notebook": "../x"},
        {"colour": "red"},
        {"figures": ["*"]},
        {"figures": ["../../x--FR"]},
        {"figures": "essai--R75"},
        {"figures": [1]},
        {"fingerprints": {"../x": "0"}},
        {"parameters": {"territory": "../../x"}},
        {"parameters": {"territory": ["FR"]}},
        {"parameters": 3},
        {"status": "fine"},
        {"seconds": "1"},
        {"reads": ["x"]},
        {"reads": {}},
    ],
    ids=str,
)
def test_a_damaged_entry_costs_its_own_run(
    changed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest.write(tmp_path, {GOOD.name: GOOD, FAILED.name: FAILED})
    content = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    content["runs"][1] |= changed
    (tmp_path / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    assert manifest.read(tmp_path) == {FAILED.name: FAILED}
    assert "entry 2 of" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["3", "[]", '{"run": 3}', '{"placing": "*"}', '{"run": {"name": "x"}}', "[" * 100_000])
def test_a_damaged_line_of_the_journal_costs_nothing_else(line: str, tmp_path: Path) -> None:
    journal = manifest.Journal(tmp_path)
    journal.done(FAILED)
    journal.close()
    with (tmp_path / "manifest.journal").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    assert manifest.read(tmp_path) == {FAILED.name: FAILED}


def test_a_run_that_only_the_journal_names_is_unfinished_with_its_parameters(tmp_path: Path) -> None:
    journal = manifest.Journal(tmp_path)
    journal.about_to_place(GOOD)
    journal.close()
    stopped = manifest.read(tmp_path)[GOOD.name]
    assert (stopped.status, stopped.parameters) == ("unfinished", {"territory": "R75", "lang": "fr"})
    assert stopped.figures == ["essai--R75"]
