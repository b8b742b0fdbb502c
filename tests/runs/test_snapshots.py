"""Past states of a reports folder: when one is kept, which one a date names, and what is removed."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tlanalysis.cli import main
from tlanalysis.core.errors import BadInput
from tlanalysis.core.files import sha256
from tlanalysis.runs import manifest, snapshots
from tlanalysis.runs.diff import compare
from tlanalysis.runs.manifest import Outcome


def _reports(out: Path, value: int, when: str, status: str = "ok") -> Path:
    """Write a reports folder of one figure, whose manifest was written at a time."""
    data = f"territoire,valeur\nFrance,{value}\n".encode()
    (out / "figures").mkdir(parents=True, exist_ok=True)
    (out / "figures" / "part--FR.csv").write_bytes(data)
    run = Outcome("01_suite--FR", "01_suite", {"territory": "FR"}, status, 1.0, "fork", figures=["part--FR"])
    object.__setattr__(run, "fingerprints", {"part--FR": sha256(data)[:16]})
    manifest.write(out, {run.name: run})
    seconds = datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
    os.utime(out / "manifest.json", (seconds, seconds))
    return out


def _record(out: Path, kept: int = 100) -> Path | None:
    return snapshots.record(out, manifest.read(out), kept)


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """Return a reports folder whose figure was 10 in October, 11 from 5 November and is 12 since 20 November."""
    for value, when in ((10, "2026-10-02T03:00:12"), (11, "2026-11-05T03:00:12"), (12, "2026-11-20T03:00:12")):
        _record(_reports(tmp_path / "out", value, when))
    return tmp_path / "out"


def test_a_state_is_kept_when_a_figure_moved_and_not_otherwise(past: Path) -> None:
    assert [state.name for state in snapshots.states(past)] == [
        "2026-10-02T030012Z",
        "2026-11-05T030012Z",
        "2026-11-20T030012Z",
    ]
    assert _record(_reports(past, 12, "2026-11-21T03:00:12")) is None
    assert len(snapshots.states(past)) == 3


def test_a_state_is_kept_when_a_run_failed(past: Path) -> None:
    assert _record(_reports(past, 12, "2026-11-21T03:00:12", "failed")) is not None


@pytest.mark.parametrize(
    ("day", "change"),
    [
        ("2026-11-06", "11 → 12 (+9.1%)"),
        ("2026-11-01", "10 → 12 (+20.0%)"),
        ("2026-11", "10 → 12 (+20.0%)"),
        ("2026-11-05", "10 → 12 (+20.0%)"),  # the state of 5 November began during that day
        ("2020", "10 → 12 (+20.0%)"),  # the oldest state
    ],
)
def test_the_past_state_of_a_day_is_the_one_that_held_when_it_began(day: str, change: str, past: Path) -> None:
    assert compare(snapshots.since(past, day), past).figures == [f"part--FR: France: valeur {change}"]


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "01/11/2026", "20261101", "2026-W44"])
def test_a_day_that_is_not_a_date_is_refused(day: str, past: Path) -> None:
    with pytest.raises(BadInput, match="write a date"):
        snapshots.since(past, day)


def test_a_folder_without_a_past_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="keeps no past state"):
        snapshots.since(_reports(tmp_path, 1, "2026-11-01T00:00:00"), "2026-11-01")


def test_the_names_of_the_states_keep_their_order_when_the_clock_goes_backwards(past: Path) -> None:
    state = _record(_reports(past, 13, "2001-01-01T00:00:00"))
    assert state is not None
    assert state.name == "2026-11-20T030013Z"


def test_only_the_last_states_and_their_tables_are_kept(past: Path) -> None:
    _record(_reports(past, 13, "2026-11-21T03:00:12"), kept=2)
    assert [state.name[:10] for state in snapshots.states(past)] == ["2026-11-20", "2026-11-21"]
    tables = {path.read_text(encoding="utf-8") for path in (past / "history" / "tables").iterdir()}
    assert tables == {"territoire,valeur\nFrance,12\n", "territoire,valeur\nFrance,13\n"}


def test_no_state_is_kept_on_request(tmp_path: Path) -> None:
    assert _record(_reports(tmp_path, 1, "2026-11-01T00:00:00"), kept=0) is None
    assert not (tmp_path / "history").exists()


def _call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["tlanalysis", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), *capsys.readouterr()


def test_diff_says_when_no_state_is_as_old_as_the_day(
    past: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, error = _call(capsys, monkeypatch, "diff", str(past), "--since", "2020-01-01", "--json")
    assert (code, json.loads(out)["changed"]) == (4, True)
    assert error.count("\n") == 1
    assert (
        f"no state is older than 2020-01-01: this compares with the oldest one, {snapshots.states(past)[0].name}"
        in error
    )


def test_diff_compares_a_folder_with_its_past(
    past: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = _call(capsys, monkeypatch, "diff", str(past), "--since", "2026-11-06", "--json")
    found = json.loads(out)
    assert (code, found["changed"], found["same"]) == (4, True, 0)
    assert found["figures"] == [
        {
            "figure": "part--FR",
            "state": "moved",
            "columns": [],
            "rows_more": 0,
            "rows_fewer": 0,
            "cells": [{"row": "France", "column": "valeur", "old": "11", "new": "12", "share": pytest.approx(1 / 11)}],
        }
    ]
    code, out, error = _call(capsys, monkeypatch, "diff", str(past), "--since", "2026-11-06", "--md")
    assert error == ""
    assert code == 4
    assert "| part--FR | France | valeur | 11 | 12 | +9.1% |" in out.splitlines()


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "give two folders"), (("a",), "give two folders"), (("a", "b", "--since", "2026"), "give one folder")],
)
def test_diff_refuses_a_number_of_folders_that_means_nothing(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = _call(capsys, monkeypatch, "diff", *words)
    assert (code, said in err) == (2, True)
