"""What a process writes down of the files it opens."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from tlanalysis.core.recorder import Reads
from tlanalysis.data import embedded


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a project of two folders that each hold a file of the same name."""
    for folder in ("un", "deux"):
        (tmp_path / "projet" / folder).mkdir(parents=True)
        (tmp_path / "projet" / folder / "liste.csv").write_text(folder, encoding="utf-8")
    return tmp_path / "projet"


@pytest.fixture
def reads(home: Path) -> Reads:
    """Return what has read nothing yet."""
    return Reads(home, None, home / "reports")


def names(reads: Reads) -> list[str]:
    return [entry["file"] for entry in reads.entries]


def test_a_file_is_written_down_once_with_its_digest(reads: Reads, home: Path) -> None:
    for _ in range(2):
        reads.opened(str(home / "un" / "liste.csv"), os.O_RDONLY)
    # The head of `printf un | sha256sum`.
    assert reads.entries == [{"file": "un/liste.csv", "digest": "68bca10eea2ba33f"}]


def test_what_is_opened_to_be_written_is_not_read(reads: Reads, home: Path) -> None:
    reads.opened(str(home / "un" / "liste.csv"), os.O_WRONLY | os.O_CREAT)
    reads.opened(str(home / "un" / "liste.csv"), os.O_RDWR)
    reads.opened(3, os.O_RDONLY)
    assert reads.entries == []


def test_a_relative_name_is_another_file_in_another_folder(
    reads: Reads, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("un", "deux"):
        monkeypatch.chdir(home / folder)
        reads.opened("liste.csv", os.O_RDONLY)
    assert names(reads) == ["deux/liste.csv", "un/liste.csv"]


def test_a_file_that_was_not_there_is_seen_when_it_comes(reads: Reads, home: Path) -> None:
    late = home / "un" / "tard.csv"
    reads.opened(str(late), os.O_RDONLY)
    assert names(reads) == []
    late.touch()
    reads.opened(str(late), os.O_RDONLY)
    assert names(reads) == ["un/tard.csv"]


def test_a_table_whose_rows_were_told_is_no_file_that_was_read_until_it_is_opened_otherwise(
    reads: Reads, home: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLANALYSIS_HOME", str(raw.parents[1]))
    table = raw / "observations.csv"
    reads = Reads(raw.parents[1], None, home / "reports")
    with reads.narrow("observations", embedded.path_of("observations"), {"territoire": "FR"}) as note:
        reads.opened(str(table), os.O_RDONLY)
        note(pd.DataFrame({"valeur": [1.0]}))
    assert [(entry.get("rows"), entry.get("file")) for entry in reads.entries] == [("observations", None)]
    reads.opened(str(table), os.O_RDONLY)
    assert {entry.get("file") for entry in reads.entries} == {None, "data/raw/observations.csv"}
