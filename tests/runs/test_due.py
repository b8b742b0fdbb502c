"""The changes that make a run due and those that do not: each test makes one change to a project copy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from tests.helpers import read_rows, write_rows
from tlanalysis.core import recorder
from tlanalysis.core.figure_places import KINDS
from tlanalysis.data import embedded
from tlanalysis.data.evidence import observations
from tlanalysis.runs import due as module
from tlanalysis.runs import manifest
from tlanalysis.runs.due import ProjectState, reasons_due
from tlanalysis.runs.execute import due
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run, grid

FIGURE = "essai--FR"


def _query(**given: str) -> dict[str, str | None]:
    names = ("indicateur", "territoire", "nature", "perimetre", "as_of", "nommant")
    return {name: given.get(name) for name in names}


@pytest.fixture
def run(notebooks: Path) -> Run:
    (one,) = grid("00_essai", {})
    return one


@pytest.fixture
def out(run: Run, tmp_path: Path) -> Path:
    """Return a reports folder with a successful run that has read two files and the rows of one région."""
    folder = tmp_path / "out"
    for kind in KINDS:
        (folder / "figures").mkdir(parents=True, exist_ok=True)
        (folder / "figures" / f"{FIGURE}.{kind}").touch()
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / f"{run.name}.ipynb").touch()
    now = ProjectState(folder)
    table = embedded.resource("observations")["path"]
    query = _query(nommant="R75")
    outcome = Outcome(
        run.name,
        run.notebook,
        run.parameters.as_dict(),
        "ok",
        1.0,
        "fork",
        figures=[FIGURE],
        reads=[
            {"file": "data/raw/regions.csv", "digest": now.file("data/raw/regions.csv")},
            {"file": "data/raw/datapackage.json", "digest": now.file("data/raw/datapackage.json")},
            {"found": "cget_2019", "digest": "no"},
            {
                "rows": "observations",
                "query": query,
                "digest": recorder.digest_rows(observations(**query)),
                "in": now.file(f"data/raw/{table}"),
            },
        ],
        source=now.source(run.notebook),
        code=now.code(run.notebook),
        libraries=now.libraries,
    )
    manifest.write(folder, {run.name: outcome})
    return folder


@pytest.fixture(autouse=True)
def no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)


def _reasons(run: Run, out: Path) -> list[str]:
    return due([run], out)[run.name]


def test_an_unchanged_run_is_not_due(run: Run, out: Path) -> None:
    assert _reasons(run, out) == []


def test_a_forced_run_is_due(run: Run, out: Path) -> None:
    assert due([run], out, force=True) == {run.name: ["--force"]}


def test_a_run_without_an_outcome_is_due(run: Run, tmp_path: Path) -> None:
    assert _reasons(run, tmp_path / "vide") == ["it has not run yet"]


@pytest.mark.parametrize(
    ("status", "reason"), [("failed", "it failed last time"), ("unfinished", "it did not finish last time")]
)
def test_a_failed_or_unfinished_run_is_due(status: str, reason: str, run: Run, out: Path) -> None:
    before = manifest.read(out)[run.name]
    assert reasons_due(run, replace(before, status=status), ProjectState(out)) == [reason]


def _edit_cell(notebooks: Path) -> None:
    notebook = nbformat.read(notebooks / "00_essai.ipynb", as_version=4)
    notebook.cells[1].source += "\n1 + 1"
    nbformat.write(notebook, notebooks / "00_essai.ipynb")


def _store_outputs(notebooks: Path) -> None:
    notebook = nbformat.read(notebooks / "00_essai.ipynb", as_version=4)
    notebook.cells[1].execution_count = 2
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="printed")]
    nbformat.write(notebook, notebooks / "00_essai.ipynb")


def _change_observation(territory: str) -> Callable[[Path], None]:
    def change(notebooks: Path) -> None:
        raw = notebooks.parent / "data" / "raw"
        rows = read_rows(raw, "observations")
        row = next(row for row in rows if row["territoire"] == territory and row["valeur"])
        row["valeur"] = str(float(row["valeur"]) + 1)
        write_rows(raw, "observations", rows)

    return change


def _change_region(notebooks: Path) -> None:
    raw = notebooks.parent / "data" / "raw"
    rows = read_rows(raw, "regions")
    rows[0]["population"] = str(int(rows[0]["population"]) + 1)
    write_rows(raw, "regions", rows)


def _change_other_table(notebooks: Path) -> None:
    raw = notebooks.parent / "data" / "raw"
    rows = read_rows(raw, "financements")
    write_rows(raw, "financements", rows[1:])


def _change_licence(notebooks: Path) -> None:
    path = notebooks.parent / "data" / "raw" / "datapackage.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"millesime": "2016-2026"', '"millesime": "2017"'), "utf-8"
    )


def _touch(notebooks: Path) -> None:
    os.utime(notebooks / "00_essai.ipynb", (1, 1))
    os.utime(notebooks.parent / "data" / "raw" / "regions.csv", (1, 1))


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (_edit_cell, ["the notebook changed"]),
        (_store_outputs, []),
        (_change_observation("R75"), ["rows of observations changed (nommant=R75)"]),
        (_change_observation("R11"), []),
        (_change_region, ["data/raw/regions.csv changed"]),
        (_change_other_table, []),
        (_change_licence, ["data/raw/datapackage.json changed"]),
        (_touch, []),
    ],
    ids=["a cell", "stored outputs", "a row it read", "another row", "a table it read", "another table",
         "the data package", "modification dates"],
)  # fmt: skip
def test_a_run_is_due_when_the_notebook_or_an_input_has_changed(
    change: Callable[[Path], None], reasons: list[str], run: Run, out: Path, notebooks: Path
) -> None:
    change(notebooks)
    assert _reasons(run, out) == reasons


def test_a_missing_table_makes_a_run_due(run: Run, out: Path, notebooks: Path) -> None:
    before = manifest.read(out)[run.name]
    (notebooks.parent / "data" / "raw" / "regions.csv").unlink()
    assert "data/raw/regions.csv is gone" in reasons_due(run, before, ProjectState(out))


def test_an_open_file_that_the_run_did_not_find_makes_it_due_once_it_exists(
    run: Run, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / embedded.remote()["cget_2019"]["file"]).touch()
    monkeypatch.setenv("TLANALYSIS_MIRROR", str(tmp_path))
    assert _reasons(run, out) == ["the open file cget_2019 can be read now"]


def test_a_file_that_did_not_exist_makes_a_run_due_once_it_exists(run: Run, out: Path, notebooks: Path) -> None:
    outcome = manifest.read(out)[run.name]
    manifest.write(out, {run.name: replace(outcome, reads=[{"absent": "data/processed/ledger.json"}])})
    assert _reasons(run, out) == []
    ledger = notebooks.parent / "data" / "processed" / "ledger.json"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    ledger.touch()
    assert _reasons(run, out) == ["data/processed/ledger.json exists now"]


@pytest.mark.parametrize("gone", ["figures/essai--FR.png", "notebooks/00_essai--FR.ipynb"])
def test_a_missing_result_makes_a_run_due(gone: str, run: Run, out: Path) -> None:
    (out / gone).unlink()
    assert _reasons(run, out) == [f"{Path(gone).name} is missing from its results"]


def test_other_parameters_under_the_same_run_name_make_a_run_due(run: Run, out: Path) -> None:
    before = manifest.read(out)[run.name]
    assert reasons_due(run, replace(before, parameters=before.parameters | {"seed": 3}), ProjectState(out)) == [
        "its parameters changed"
    ]


def test_a_change_of_the_code_that_a_notebook_depends_on_makes_its_run_due(
    run: Run, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.dependencies, "code_of", lambda _: {"catalog.py": "1", "files.py": "2"})
    before = replace(manifest.read(out)[run.name], code={"catalog.py": "1", "files.py": "2"})
    assert reasons_due(run, before, ProjectState(out)) == []
    monkeypatch.setattr(module.dependencies, "code_of", lambda _: {"catalog.py": "1", "files.py": "3", "a.py": "1"})
    assert reasons_due(run, before, ProjectState(out)) == ["code changed: a.py, files.py"]


def test_another_version_of_a_library_makes_a_run_due(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = module.installed_libraries()
    monkeypatch.setattr(module, "installed_libraries", lambda: installed | {"pandas": "9.9"})
    assert _reasons(run, out) == ["library changed: pandas"]


def test_the_installed_libraries_are_those_of_the_metadata() -> None:
    from importlib.metadata import version

    installed = module.installed_libraries()
    assert {name: installed[name] for name in ("pandas", "matplotlib", "papermill")} == {
        name: version(name) for name in ("pandas", "matplotlib", "papermill")
    }


def test_no_table_is_loaded_when_nothing_changed(run: Run, out: Path, notebooks: Path) -> None:
    """The command imports none of the slow libraries: each takes a good part of the second that the answer may take."""
    script = (
        "import sys\nfrom tlanalysis.cli import app\n"
        "app(sys.argv[1:], standalone_mode=False)\n"
        "print({name for name in sys.modules} & {'pandas', 'papermill', 'matplotlib', 'nbformat', 'rich', 'numpy'})"
    )
    plan = '[[run]]\nnotebook = "00_essai"\n'
    (notebooks / "plan.toml").write_text(plan, encoding="utf-8")
    started_at = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, "run", "--out", str(out)],
        env={name: value for name, value in os.environ.items() if name != "TLANALYSIS_MIRROR"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert time.perf_counter() - started_at < 30  # on any machine; the benchmark measures the second
    assert done.stdout.splitlines() == ["1 of 1 runs are up to date", "set()"]


def test_a_digest_of_rows_depends_on_every_cell_name_and_position(raw: Path) -> None:
    rows = observations("tiers_lieux", "FR")
    digest = recorder.digest_rows(rows)
    assert recorder.digest_rows(rows.copy()) == digest
    assert recorder.digest_rows(rows.iloc[::-1]) != digest
    assert recorder.digest_rows(rows.iloc[1:]) != digest
    assert recorder.digest_rows(rows.assign(note="autre")) != digest
    assert recorder.digest_rows(rows.rename(columns={"note": "remarque"})) != digest


def test_a_manifest_holds_a_table_that_runs_share_once(run: Run, out: Path) -> None:
    outcomes = manifest.read(out)
    again = replace(outcomes[run.name], name="00_essai--R75")
    manifest.write(out, outcomes | {again.name: again})
    content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [len(content[kind]) for kind in ("code", "libraries")] == [1, 1]
    assert manifest.read(out)[again.name] == again
