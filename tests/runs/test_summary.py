"""What a scheduler is told: JSON, the command of a failure, the wait for a folder, and data that is verified first."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.runs.conftest import write_notebook
from tlanalysis.cli import main
from tlanalysis.core.errors import BadInput, FolderBusy, SourceError
from tlanalysis.figures.trace import read_facts
from tlanalysis.runs import manifest, summary
from tlanalysis.runs.execute import RunOptions, due, execute
from tlanalysis.runs.lock import locked
from tlanalysis.runs.plan import grid


def _call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["tlanalysis", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), *capfd.readouterr()


def test_run_and_dry_run_print_json(
    notebooks: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook(notebooks, "02_casse", "1 + 1", "1 / 0")
    words = ("run", "01_suite", "02_casse", "--jobs", "1", "--out", str(tmp_path / "out"), "--json")
    code, out, err = _call(capfd, monkeypatch, *words)
    found = json.loads(out)
    assert (code, found["status"], found["wanted"], found["up_to_date"]) == (1, "failed", 2, 0)
    good, bad = found["runs"]
    assert (good["name"], good["status"], good["error"], good["cell"]) == ("01_suite--FR", "ok", "", None)
    assert Path(good["file"]).is_file()
    assert (bad["status"], bad["error"]) == ("failed", "cell 3: ZeroDivisionError: division by zero")
    assert (bad["cell"], bad["file"]) == (3, str(tmp_path / "out" / "failed" / "02_casse--FR.ipynb"))
    assert "02_casse--FR failed" in err
    assert found["moved"]["runs"] == ["01_suite--FR is new", "02_casse--FR is new"]

    code, out, _ = _call(capfd, monkeypatch, *words, "--dry-run")
    assert code == 0
    assert json.loads(out) == [
        {"name": "01_suite--FR", "due": False, "reasons": []},
        {"name": "02_casse--FR", "due": True, "reasons": ["it failed last time"]},
    ]


def test_sources_check_and_trace_print_json(
    real_notebooks: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = _call(capfd, monkeypatch, "sources", "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert (code, rows["regions"]["etat"], rows["regions"]["nb_lignes"]) == (0, "embarque", 18)
    assert rows["lpof"]["nb_lignes"] is None
    code, out, _ = _call(capfd, monkeypatch, "sources", "lpof", "--json")
    assert (code, json.loads(out)[0]["id"]) == (0, "lpof")
    (real_notebooks / "01_training_reach.ipynb").write_text("{", encoding="utf-8")
    code, out, err = _call(capfd, monkeypatch, "check", "--json")
    assert code == 2
    assert err.splitlines()[0].removeprefix("tlanalysis: ") == json.loads(out)["problems"][0]
    sidecar = tmp_path / "part--FR.json"
    facts = dict.fromkeys(("run_key", "title", "subtitle", "lecture", "champ", "note", "alt", "source", "licence"), "")
    facts |= {"id": "part", "fingerprint": "ab", "version": "0.1.0"}
    sidecar.write_text(json.dumps(facts | {"params": {}, "sources": [], "inputs": {}, "lang": "fr"}), encoding="utf-8")
    code, out, _ = _call(capfd, monkeypatch, "trace", str(sidecar), "--json")
    assert (code, json.loads(out)) == (0, read_facts(sidecar))


@pytest.mark.parametrize(
    ("error", "read"),
    [(BadInput("wrong."), "wrong.\n"), (OSError(28, "No space left"), "[Errno 28] No space left\n"), (None, None)],
)
def test_the_command_of_a_failure_reads_its_sentence(error: Exception | None, read: str | None, tmp_path: Path) -> None:
    told = tmp_path / "told"
    try:
        with summary.calling_on_failure(f"cat > '{told}'"):
            if error:
                raise error
    except (BadInput, OSError):
        pass
    assert (told.read_text(encoding="utf-8") if told.exists() else None) == read


def test_no_command_is_called_when_the_folder_is_busy(tmp_path: Path) -> None:
    with pytest.raises(FolderBusy), summary.calling_on_failure(f"touch '{tmp_path / 'told'}'"):
        raise FolderBusy("later.")
    assert not (tmp_path / "told").exists()


def test_a_command_that_fails_is_named_and_the_failure_stays(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="wrong"), summary.calling_on_failure("exit 7"):
        raise BadInput("wrong.")
    assert capfd.readouterr().err == "tlanalysis: the command of --on-failure ended with 7: exit 7\n"


def test_a_command_waits_for_a_folder_that_another_run_holds(tmp_path: Path) -> None:
    entered, free = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(tmp_path):
            entered.set()
            free.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(30)
    started_at = time.monotonic()
    with pytest.raises(FolderBusy, match="--wait"), locked(tmp_path, wait=0.5):
        pass
    assert time.monotonic() - started_at >= 0.5
    threading.Timer(0.3, free.set).start()
    with locked(tmp_path, wait=30):
        assert free.is_set()
    holder.join()


def test_an_altered_table_stops_all_runs_before_the_first_and_leaves_the_records(
    notebooks: Path, raw_copy: Path, tmp_path: Path
) -> None:
    runs = [*grid("00_essai", {}), *grid("01_suite", {})]
    execute(runs, tmp_path / "out", RunOptions(jobs=1))
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    (raw_copy / "regions.csv").write_bytes(b"altered")
    (raw_copy / "perimetres.csv").unlink()
    for call in (lambda: execute(runs, tmp_path / "out", RunOptions(force=True)), lambda: due(runs, tmp_path / "out")):
        with pytest.raises(SourceError) as refused:
            call()
        assert [line.split(" ")[0] for line in str(refused.value).splitlines()] == [
            "data/raw/regions.csv",
            "data/raw/perimetres.csv",
        ]
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert {run.status for run in manifest.read(tmp_path / "out").values()} == {"ok"}
