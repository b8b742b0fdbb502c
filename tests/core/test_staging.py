"""Folders of unfinished files: only ours are deleted, and those of ended processes do not stay."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tlanalysis.core import files, staging
from tlanalysis.core.errors import BadInput

KILLED = """
import os, signal, sys
from pathlib import Path
from tlanalysis.core import staging
with staging.inside(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_that_is_not_ours_is_neither_deleted_nor_used(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "precious").write_text("1", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    (tmp_path / "file").write_text("1", encoding="utf-8")
    for name in ("x", "link", "file"):
        with pytest.raises(BadInput, match="not"):
            staging.make(tmp_path / name)
        with pytest.raises(BadInput, match="not"):
            staging.remove(tmp_path / name)
    assert (tmp_path / "x" / "precious").read_text(encoding="utf-8") == "1"


def test_the_folder_of_a_killed_process_is_deleted_by_the_next(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert staging.has_abandoned(tmp_path)
    with staging.inside(tmp_path) as mine:
        assert [path.name for path in tmp_path.iterdir()] == [mine.name]
        with staging.inside(tmp_path):
            assert mine.is_dir()
    assert list(tmp_path.iterdir()) == []


EARLY = """
import os, signal, sys
from pathlib import Path
from tlanalysis.core import staging
sys.addaudithook(lambda event, given: str(given[0]).endswith(staging.MARKER) and os.kill(os.getpid(), signal.SIGKILL))
with staging.inside(Path(sys.argv[1])):
    pass
"""


def test_the_folder_of_a_process_killed_before_it_wrote_the_marker_is_deleted_by_the_next(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", EARLY, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert list(left.iterdir()) == []
    with staging.inside(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_an_empty_folder_stays_for_a_minute_where_another_program_locks_the_folder_around_it(tmp_path: Path) -> None:
    (tmp_path / ".tlanalysis-starting").mkdir()
    held = os.open(tmp_path, os.O_RDONLY)
    try:
        assert staging.lock(held)
        with staging.inside(tmp_path) as mine:
            assert {path.name for path in tmp_path.iterdir()} == {".tlanalysis-starting", mine.name}
    finally:
        os.close(held)


UNPACKED = """
import os, signal, sys
from pathlib import Path
from tlanalysis.lists.readers.open_list import open_list
reading = open_list(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_list_that_a_killed_process_unpacked_is_deleted_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "liste.csv.gz").write_bytes(gzip.compress(b"nom,commune\nLe Lieu,Rennes\n"))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary)}
    command = [sys.executable, "-c", UNPACKED, str(tmp_path / "liste.csv.gz")]
    killed = subprocess.run(command, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [path.name for path in temporary.rglob("liste.csv")] == ["liste.csv"]
    with staging.inside(temporary) as mine:
        assert list(temporary.iterdir()) == [mine]


def test_a_failure_leaves_no_folder_that_was_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), staging.inside(tmp_path / "a" / "b"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_part_of_an_ended_process_is_deleted_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f".places.csv.{ended.pid}.part").write_text("half", encoding="utf-8")
    (tmp_path / f".places.csv.{os.getppid()}.part").write_text("half", encoding="utf-8")
    (tmp_path / f".other.csv.{ended.pid}.part").write_text("half", encoding="utf-8")
    files.write_text(tmp_path / "places.csv", "whole")
    names = {f".places.csv.{os.getppid()}.part", f".other.csv.{ended.pid}.part", "places.csv"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_folder_whose_deletion_fails_is_deleted_by_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, staging.inside(tmp_path / "out") as folder:
        (folder / "before").mkdir()
        (folder / "before" / "places.csv").write_text("nom\n", encoding="utf-8")
        patched.setattr(shutil, "rmtree", lambda path, ignore_errors: None)
    assert folder.is_dir()
    with staging.inside(tmp_path / "out") as new:
        assert list((tmp_path / "out").iterdir()) == [new]


def test_a_marker_that_cannot_be_written_leaves_no_folder_and_no_open_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(number: int) -> bool:
        opened.append(number)
        if len(opened) < 3:  # the folder around it, twice
            return True
        raise OSError("no space left")

    opened: list[int] = []
    monkeypatch.setattr(staging, "lock", fails)
    with pytest.raises(OSError, match="no space left"), staging.inside(tmp_path / "a" / "b"):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[-1])


def test_the_folder_around_is_free_while_a_large_abandoned_folder_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".tlanalysis-left" / "large").mkdir(parents=True)
    (tmp_path / ".tlanalysis-left" / staging.MARKER).write_text("", encoding="utf-8")
    delete, free = shutil.rmtree, list[bool]()

    def slow(path: Path, ignore_errors: bool) -> None:
        around = os.open(tmp_path, os.O_RDONLY)
        free.append(staging.lock(around))
        os.close(around)
        delete(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", slow)
    with staging.inside(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine]
    assert free == [True]
