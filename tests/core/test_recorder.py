"""The records of the files that a process opens."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from tlanalysis.core.recorder import Recorder
from tlanalysis.data import embedded


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a project of two folders that each hold a file of the same name."""
    for folder in ("un", "deux"):
        (tmp_path / "projet" / folder).mkdir(parents=True)
        (tmp_path / "projet" / folder / "liste.csv").write_text(folder, encoding="utf-8")
    return tmp_path / "projet"


@pytest.fixture
def recorder(home: Path) -> Recorder:
    """Return a recorder without records."""
    return Recorder(home, None, home / "reports")


def names(recorder: Recorder) -> list[str]:
    return [record["file"] for record in recorder.records]


def test_a_file_is_recorded_once_with_its_digest(recorder: Recorder, home: Path) -> None:
    for _ in range(2):
        recorder.record_open(str(home / "un" / "liste.csv"), os.O_RDONLY)
    # The head of `printf un | sha256sum`.
    assert recorder.records == [{"file": "un/liste.csv", "digest": "68bca10eea2ba33f"}]


def test_a_file_opened_for_writing_is_not_recorded(recorder: Recorder, home: Path) -> None:
    recorder.record_open(str(home / "un" / "liste.csv"), os.O_WRONLY | os.O_CREAT)
    recorder.record_open(str(home / "un" / "liste.csv"), os.O_RDWR)
    recorder.record_open(3, os.O_RDONLY)
    assert recorder.records == []


def test_a_relative_name_is_another_file_in_another_folder(
    recorder: Recorder, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("un", "deux"):
        monkeypatch.chdir(home / folder)
        recorder.record_open("liste.csv", os.O_RDONLY)
    assert names(recorder) == ["deux/liste.csv", "un/liste.csv"]


def test_a_file_that_did_not_exist_is_recorded_once_it_exists(recorder: Recorder, home: Path) -> None:
    late = home / "un" / "tard.csv"
    recorder.record_open(str(late), os.O_RDONLY)
    assert names(recorder) == []
    late.touch()
    recorder.record_open(str(late), os.O_RDONLY)
    assert names(recorder) == ["un/tard.csv"]


def test_a_row_query_is_recorded_instead_of_the_file_unless_the_file_is_opened_directly(
    recorder: Recorder, home: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLANALYSIS_HOME", str(raw.parents[1]))
    table = raw / "observations.csv"
    recorder = Recorder(raw.parents[1], None, home / "reports")
    with recorder.record_rows("observations", embedded.path_of("observations"), {"territoire": "FR"}) as record:
        recorder.record_open(str(table), os.O_RDONLY)
        record(pd.DataFrame({"valeur": [1.0]}))
    assert [(record.get("rows"), record.get("file")) for record in recorder.records] == [("observations", None)]
    recorder.record_open(str(table), os.O_RDONLY)
    assert {record.get("file") for record in recorder.records} == {None, "data/raw/observations.csv"}
