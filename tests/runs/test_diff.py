"""The differences between two reports, one line each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.runs.diff import as_text, compare
from tlanalysis.runs.manifest import Outcome

TABLE = "territoire,nom,valeur,nb\nR75,Nouvelle-Aquitaine,10,3\nR11,Île-de-France,20,4\nR94,Corse,,5\n"
RUN = Outcome(
    "01_suite--FR",
    "01_suite",
    {"territory": "FR"},
    "ok",
    1.0,
    "fork",
    inputs={"observations": "a"},
    figures=["part--FR", "taux--FR"],
    fingerprints={"part--FR": "1", "taux--FR": "2"},
    source="s",
    code={"catalog.py": "1", "charts/reach.py": "2"},
    libraries={"pandas": "3.0"},
)


def _report(folder: Path, run: Outcome = RUN, table: str = TABLE) -> Path:
    manifest.write(folder, {run.name: run})
    (folder / "figures").mkdir()
    for name in run.figures:
        (folder / "figures" / f"{name}.csv").write_text(table, encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return _report(tmp_path / "old")


def test_two_reports_with_the_same_data_have_no_difference(old: Path, tmp_path: Path) -> None:
    found = compare(old, _report(tmp_path / "new", replace(RUN, seconds=9.0, engine="kernel")))
    assert not found.changed
    assert as_text(found) == "no figure and no run changed: 2 figures hold the same data"


CHANGED = replace(RUN, fingerprints={"part--FR": "1", "taux--FR": "9"})


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (TABLE.replace(",10,", ",12.5,"), "R75, Nouvelle-Aquitaine: valeur 10 → 12.5 (+25.0%)"),
        (TABLE.replace(",10,", ",,"), "R75, Nouvelle-Aquitaine: valeur 10 → unknown"),
        (TABLE.replace("Corse,,", "Corse,0,"), "R94, Corse: valeur unknown → 0"),
        (TABLE.replace("R11,Île-de-France,20,4\n", ""), "1 row fewer"),
        (f"{TABLE}R93,PACA,1,1\nR53,Bretagne,1,1\n", "2 rows more"),
        (TABLE.replace(",nb\n", ",nombre\n"), "columns changed (nb, nombre)"),
        (
            TABLE.replace(",10,3", ",11,2").replace(",20,4", ",21,5"),
            "R75, Nouvelle-Aquitaine: valeur 10 → 11 (+10.0%); R75, Nouvelle-Aquitaine: nb 3 → 2 (-33.3%); "
            "R11, Île-de-France: valeur 20 → 21 (+5.0%); and 1 more values",
        ),
        ("territoire,nom,valeur,nb\nR11,Île-de-France,20,4\nR94,Corse,,5\nR75,Nouvelle-Aquitaine,10,3\n",
         "its rows are in another order"),
    ],
    ids=["a value", "a value is gone", "a new value", "a row fewer", "rows more", "a column", "several", "the order"],
)  # fmt: skip
def test_the_changed_values_of_a_figure_are_named(table: str, expected: str, old: Path, tmp_path: Path) -> None:
    found = compare(old, _report(tmp_path / "new", CHANGED, table))
    assert found.changed
    assert found.figures == [f"taux--FR: {expected}"]
    assert found.same == 1


def test_the_changed_values_of_a_figure_without_its_table_are_unknown(old: Path, tmp_path: Path) -> None:
    new = _report(tmp_path / "new", CHANGED)
    (new / "figures" / "taux--FR.csv").unlink()
    found = compare(old / "manifest.json", new / "manifest.json")
    assert found.figures == ["taux--FR: its data changed (a table is missing: the changed values are unknown)"]


def test_new_and_missing_figures_and_runs_are_named(old: Path, tmp_path: Path) -> None:
    after = replace(RUN, figures=["part--FR"], fingerprints={"part--FR": "1", "autre--FR": "3"})
    other = replace(RUN, name="02_autre--FR", fingerprints={})
    new = _report(tmp_path / "new", after)
    manifest.write(new, {after.name: after, other.name: other})
    found = compare(old, new)
    assert found.figures == ["autre--FR is new", "taux--FR is gone"]
    assert found.runs == ["02_autre--FR is new"]


def test_a_run_that_fails_in_the_new_report_is_named_with_its_error(old: Path, tmp_path: Path) -> None:
    found = compare(old, _report(tmp_path / "new", replace(RUN, status="failed", error="cell 3: it broke")))
    assert found.changed
    assert found.runs == ["01_suite--FR was ok, is failed: cell 3: it broke"]


def test_the_causes_are_named_when_no_figure_changed(old: Path, tmp_path: Path) -> None:
    after = replace(
        RUN,
        inputs={"observations": "b"},
        source="t",
        code={"catalog.py": "1", "charts/reach.py": "3", "files.py": "1"},
        libraries={"pandas": "3.1"},
    )
    found = compare(old, _report(tmp_path / "new", after))
    assert not found.changed
    assert found.causes == [
        "notebook 01_suite changed (under 1 run)",
        "input observations changed (under 1 run)",
        "code changed: charts/reach.py, files.py (under 1 run)",
        "library changed: pandas (under 1 run)",
    ]


def test_a_folder_without_a_manifest_is_refused(old: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no manifest\.json"):
        compare(old, tmp_path / "nowhere")


def test_the_exit_code_is_4_when_a_figure_changed(old: Path, tmp_path: Path) -> None:
    new = _report(tmp_path / "new", CHANGED, TABLE.replace(",10,", ",12,"))
    code, printed = _diff(old, new)
    assert code == 4
    assert "taux--FR: R75, Nouvelle-Aquitaine: valeur 10 → 12 (+20.0%)" in printed
    assert _diff(old, old)[0] == 0
    assert _diff(old, tmp_path / "nowhere")[0] == 2


def _diff(*folders: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "tlanalysis", "diff", *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_manifest_of_an_earlier_version_is_compared(tmp_path: Path, old: Path) -> None:
    """Such a manifest has no fingerprints and no records of reads; the comparison uses its other fields."""
    entry = {"name": "a--FR", "notebook": "a", "parameters": {}, "status": "ok", "seconds": 1, "engine": "kernel"}
    (tmp_path / "before").mkdir()
    text = json.dumps({"version": "0", "runs": [entry | {"inputs": {}, "figures": [], "error": ""}]})
    (tmp_path / "before" / "manifest.json").write_text(text, encoding="utf-8")
    assert compare(tmp_path / "before", old).runs == ["01_suite--FR is new", "a--FR is gone"]
