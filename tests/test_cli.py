"""The command line from outside: exit codes, and one clear sentence where something is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.helpers import read_rows
from tlanalysis.cli import main
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code, what it printed, what it complained about."""

    code: int
    out: str
    err: str


Tl = Callable[..., Done]


@pytest.fixture
def tl(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tl:
    """Return the command line, called in this process: a process of its own takes a second."""
    monkeypatch.delenv("TLANALYSIS_OUT", raising=False)
    if "TLANALYSIS_HOME" not in os.environ:
        monkeypatch.setenv("TLANALYSIS_HOME", str(ROOT))

    def call(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["tlanalysis", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capfd.readouterr())

    return call


def _outside(*words: str, home: Path) -> Done:
    """Call the command line in a process of its own."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("TLANALYSIS_")}
    done = subprocess.run(
        [sys.executable, "-m", "tlanalysis", *words],
        env=inherited | {"TLANALYSIS_HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _sentence(done: Done, code: int) -> str:
    """Return the one sentence of a command that was refused with this code."""
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert done.err.startswith("tlanalysis: ")
    return done.err.removeprefix("tlanalysis: ").rstrip("\n")


@pytest.fixture
def project(project_copy: Path) -> Path:
    """Return a project copy with its notebooks and its plan."""
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(ROOT / "notebooks", project_copy / "notebooks", ignore=ignored)
    return project_copy


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "01_training_reach", "-p", "territoire=R75"], "did you mean 'territory'?"),
        (["run", "01_training_reach", "-p", "horizon=2035"], "01_training_reach takes no parameter 'horizon'"),
        (["run", "01_training_reach", "-p", "territory=75"], "R75"),
        (["run", "01_training_reach", "-p", "territory=R99"], "R99"),
        (["run", "01_training_reach", "-p", "lang=xx"], "fr, en"),
        (["run", "01_training_reach", "-p", "seed=three"], "seed"),
        (["run", "01_training_reach", "-p", "R75"], "name=value"),
        (["run", "../notebooks/01_training_reach"], "is not in"),
        (["run", "/tmp/01_training_reach.ipynb"], "is not in"),
        (["run", "[0-9]*"], "is not the name of a notebook"),
        (["run", "01_training_reach", "-p", "as_of=2018/2023"], "it is one date"),
        (["run", "01_training_reach", "-p", "as_of=２０２６"], "is not a date"),
        (["run", "01_training_reech"], "did you mean '01_training_reach'?"),
        (["run", "--for", "regions"], "go with a notebook"),
        (["run", "-p", "territory=R75"], "go with a notebook"),
        (["run", "04_territory_profile", "--for", "communes"], "regions, departements, all"),
        (["run", "04_territory_profile", "--for", "regions", "-p", "territory=FR"], "leave out -p territory"),
        (["trace", "nowhere.png"], "nowhere.png"),
        (["trace", "pyproject.toml"], ".svg, .png, .pdf, .eps, .csv and .json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_ends_with_2_and_one_sentence(words: list[str], said: str, tl: Tl) -> None:
    assert said in _sentence(tl(*words), 2)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "01_training_reach", "-p", "territory=75"], 2, "R75"),
        (["run", "01_training_reech"], 2, "did you mean '01_training_reach'?"),
        (["sources"], 3, "data/raw/observations.csv was altered"),
    ],
    ids=["unknown territory", "unknown notebook", "altered file"],
)
def test_a_process_of_its_own_ends_the_same_way(words: list[str], code: int, said: str, project: Path) -> None:
    (project / "data" / "raw" / "observations.csv").write_bytes(b"altered")
    assert said in _sentence(_outside(*words, home=project), code)


@pytest.mark.parametrize(
    "words",
    [["run", "--jobs", "0"], ["run", "--colour"], ["nothing"], ["trace"]],
    ids=" ".join,
)
def test_bad_usage_ends_with_2_and_shows_the_usage(words: list[str], tl: Tl) -> None:
    done = tl(*words)
    assert done.code == 2
    assert done.err.startswith("Usage: ")
    assert "Traceback" not in done.err


def test_help_lists_the_commands(tl: Tl) -> None:
    done = tl("--help")
    assert done.code == 0
    for command in ("sources", "fetch", "build", "run", "report", "figures", "trace", "check"):
        assert re.search(rf"^ +{command} +\w", done.out, re.MULTILINE), command


def test_an_interruption_ends_with_130(tl: Tl, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tlanalysis.tables.build.build", interrupted)
    done = tl("build")
    assert done.code == 130
    assert "Traceback" not in done.err


def test_a_typo_in_the_plan_stops_before_anything_runs(project: Path, tl: Tl) -> None:
    plan = project / "notebooks" / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("[[run]]", "[[rum]]", 1), encoding="utf-8")
    assert "plan.toml: unknown table 'rum' (did you mean 'run'?)" in _sentence(tl("run"), 2)
    assert "'rum'" in _sentence(tl("figures"), 2)
    assert not (project / "reports").exists()
    assert not (project / "data" / "processed").exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("# Été".encode("latin-1"), "plan.toml is not UTF-8 text: save it again as UTF-8."),
        ("[[run]]".encode("utf-16"), "plan.toml is not UTF-8 text"),
        (b"a = " + b"[" * 5000, "plan.toml is "),
    ],
    ids=["Latin-1", "UTF-16", "nested"],
)
def test_a_damaged_plan_ends_with_2_and_its_own_sentence(damage: bytes, said: str, project: Path, tl: Tl) -> None:
    (project / "notebooks" / "plan.toml").write_bytes(damage)
    assert said in _sentence(tl("run", "--dry-run"), 2)


@pytest.mark.parametrize("damage", ["Latin-1", "UTF-16", "{}", "[]", '{"resources": [{"name": "x"}]}', "[" * 100_000])
def test_a_damaged_package_ends_with_3_and_its_own_sentence(damage: str, project_copy: Path, tl: Tl) -> None:
    package = project_copy / "data" / "raw" / "datapackage.json"
    text = package.read_text(encoding="utf-8")
    encodings = {"Latin-1": "latin-1", "UTF-16": "utf-16"}
    data = text.encode(encodings[damage], "replace") if damage in encodings else damage.encode()
    package.write_bytes(data)
    assert _sentence(tl("sources"), 3).startswith(f"{package} ")
    assert _sentence(tl("seal"), 3).startswith(f"{package} ")
    assert package.read_bytes() == data


def test_check_reports_every_broken_rule(project: Path, tl: Tl) -> None:
    plan = project / "notebooks" / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace('"D33"', '"33"'), encoding="utf-8")
    path = project / "notebooks" / "01_training_reach.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["execution_count"] = 40
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = tl("check")
    assert done.code == 2
    first, second = done.err.splitlines()
    assert "01_training_reach.ipynb: execution counts" in first
    assert second.startswith("plan.toml: run 5: ")
    assert "D33" in second


def test_check_of_the_project_passes(tl: Tl) -> None:
    done = tl("check")
    assert (done.code, done.err) == (0, "")
    assert f"{len(list((ROOT / 'notebooks').glob('[0-9]*.ipynb')))} notebooks" in done.out


def test_build_writes_parquet_and_a_ledger_that_adds_up(project_copy: Path, tl: Tl) -> None:
    done = tl("build")
    assert (done.code, done.err) == (0, "")
    raw, processed = project_copy / "data" / "raw", project_copy / "data" / "processed"
    tables = {path.stem: len(read_rows(raw, path.stem)) for path in raw.glob("*.csv")}
    assert {path.name for path in processed.iterdir()} == {f"{name}.parquet" for name in tables} | {"ledger.json"}
    ledger = json.loads((processed / "ledger.json").read_text(encoding="utf-8"))["jeux"]
    assert {entry["jeu"]: entry["lignes_lues"] for entry in ledger} == tables
    for entry in ledger:
        assert entry["lignes_lues"] == entry["lignes_acceptees"] + entry["lignes_rejetees"]
        assert entry["sha256"] == hashlib.sha256((raw / f"{entry['jeu']}.csv").read_bytes()).hexdigest()
    assert f"{sum(tables.values())} rows read, {sum(tables.values())} accepted, 0 rejected" in done.out
    assert {path.stem: len(pd.read_parquet(path)) for path in processed.glob("*.parquet")} == tables
    assert "01" in set(pd.read_parquet(processed / "regions.parquet")["code_region"])


def test_a_missing_raw_file_ends_with_3(project_copy: Path, tl: Tl) -> None:
    (project_copy / "data" / "raw" / "regions.csv").unlink()
    assert "data/raw/regions.csv is missing" in _sentence(tl("build"), 3)
    assert not (project_copy / "data" / "processed").exists()


@pytest.mark.parametrize("command", ["build", "sources", "figures"])
def test_an_altered_raw_file_ends_with_3(command: str, project: Path, tl: Tl) -> None:
    path = project / "data" / "raw" / "observations.csv"
    path.write_bytes(path.read_bytes().replace(b"377159", b"377160", 1))
    said = _sentence(tl(command), 3)
    assert said.startswith("data/raw/observations.csv was altered: its sha256 is")
    assert not (project / "data" / "processed").exists()


def test_a_refused_build_leaves_the_last_good_tables(project_copy: Path, tl: Tl) -> None:
    processed = project_copy / "data" / "processed"
    processed.mkdir()
    (processed / "regions.parquet").write_bytes(b"good")
    (project_copy / "data" / "raw" / "observations.csv").write_bytes(b"altered")
    _sentence(tl("build"), 3)
    assert {path.name: path.read_bytes() for path in processed.iterdir()} == {"regions.parquet": b"good"}


def test_a_folder_without_data_ends_with_3(tmp_path: Path, tl: Tl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_HOME", str(tmp_path))
    assert "TLANALYSIS_HOME" in _sentence(tl("sources"), 3)


def test_sources_lists_every_dataset_with_its_state(tl: Tl, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    done = tl("sources")
    assert done.code == 0
    assert {path.stem for path in raw.glob("*.csv")} <= {line.split()[0] for line in done.out.splitlines()}
    assert re.search(r"^ *observations .* embarque *$", done.out, re.MULTILINE)
    assert re.search(r"^ *cget_2019 .* (absent|telecharge) *$", done.out, re.MULTILINE)


def test_sources_tells_everything_of_one_dataset(tl: Tl) -> None:
    done = tl("sources", "lpof", "regions")
    assert done.code == 0
    assert re.search(r"^url +https://www\.monactiviteformation", done.out, re.MULTILINE)
    assert re.search(r"^etat +embarque$", done.out, re.MULTILINE)
    assert "did you mean 'lpof'" in _sentence(tl("sources", "lpo"), 2)


def test_fetch_copies_what_a_mirror_holds(tmp_path: Path, project_copy: Path, tl: Tl) -> None:
    data = b"code_commune,latitude,longitude\n"
    (tmp_path / "codes_postaux.csv").write_bytes(data)
    done = tl("fetch", "--mirror", str(tmp_path))
    assert (done.code, done.err) == (0, "")
    first, *_, last = done.out.splitlines()
    assert first == "1 file to fetch or verify: 0 B as far as known and 1 of unknown size"
    assert last.startswith("copied    codes_postaux  32 B, sha256 ")
    saved = project_copy / "data" / "raw" / "downloads" / "codes_postaux" / "codes_postaux.csv"
    assert saved.read_bytes() == data
    assert tl("fetch", "codes_postaux").out.startswith("here      codes_postaux  32 B")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lpoff"], 2, "did you mean 'lpof'?"),
        (["regions"], 2, "embedded"),
        (["lpof", "--mirror", "nowhere"], 2, "nowhere is not a folder"),
        (["--accept", "cget_2019"], 2, "remote_files.toml"),
        (["recensement_2026_rh"], 3, "save it by hand from https://www.data.gouv.fr/"),
        (["communes_centres_2024"], 3, "is an extract made of https://datanova.laposte.fr/"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_fetch_refuses_in_one_sentence(
    words: list[str], code: int, said: str, project_copy: Path, tl: Tl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    assert said in _sentence(tl("fetch", *words), code)
    assert not any((project_copy / "data" / "raw" / "downloads").glob("*/*"))


def test_trace_on_a_foreign_picture_ends_with_2(tmp_path: Path, tl: Tl) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    assert "photo.png carries no trace of tlanalysis" in _sentence(tl("trace", str(tmp_path / "photo.png")), 2)


def test_report_with_nothing_run_ends_with_2(tmp_path: Path, tl: Tl) -> None:
    assert "nothing has run" in _sentence(tl("report", "--out", str(tmp_path / "out")), 2)
    assert not (tmp_path / "out").exists()


def test_report_writes_both_pages_and_names_them(tmp_path: Path, tl: Tl) -> None:
    ran = Outcome("00_essai--FR", "00_essai", {"territory": "FR", "lang": "fr"}, "ok", 1.0, "kernel")
    manifest.write(tmp_path / "out", {ran.name: ran})
    done = tl("report", "--out", str(tmp_path / "out"))
    assert (done.code, done.err) == (0, "")
    pages = [Path(line) for line in done.out.splitlines()]
    assert [page.name for page in pages] == ["index.html", "index.en.html"]
    assert all(page.is_file() and page.parent == tmp_path / "out" for page in pages)


def test_an_unreadable_manifest_is_one_sentence(tmp_path: Path, tl: Tl) -> None:
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    assert "move it away, then run again" in _sentence(tl("report", "--out", str(tmp_path)), 2)


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path: Path, tl: Tl) -> None:
    ran = Outcome("00_essai--FR", "00_essai", {"territory": "FR", "lang": "fr"}, "ok", 1.0, "kernel")
    manifest.write(tmp_path / "out", {ran.name: ran})
    (tmp_path / "out" / "index.html").mkdir()
    assert "index.html" in _sentence(tl("report", "--out", str(tmp_path / "out")), 2)


def test_signal_handlers_of_the_calling_program_come_back(tl: Tl) -> None:
    def of_the_program(number: int, frame: object) -> None: ...

    before = {each: signal.signal(each, of_the_program) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        for words in (["--version"], ["sources", "no_such_source"], ["--no-such-option"]):
            tl(*words)
            assert {signal.getsignal(each) for each in before} == {of_the_program}
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def test_a_command_may_be_called_from_another_thread(tl: Tl) -> None:
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(tl, "--version").result()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("tlanalysis ")


def test_an_import_that_no_extra_explains_ends_with_70(tl: Tl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(sys.modules, "tlanalysis.tables.build", None)
    assert "ModuleNotFoundError" in _sentence(tl("build"), 70)
