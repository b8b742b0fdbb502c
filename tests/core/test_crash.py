"""D7, D16, D17: no git, an unforeseen error and a full disk each end in one sentence."""

from __future__ import annotations

import errno
import re
import signal
from pathlib import Path

import pytest

from tlanalysis import cli
from tlanalysis.core import provenance


def test_d7_without_git_the_commit_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLANALYSIS_COMMIT", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    assert provenance.commit() == ""


def test_d16_an_unforeseen_error_is_one_sentence_a_file_and_70(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail() -> None:
        raise ZeroDivisionError("half a thing")

    monkeypatch.setattr(cli, "app", fail)
    code, sentence = cli._call()
    (report,) = tmp_path.iterdir()
    assert code == 70
    assert sentence.count("\n") == 0
    assert str(report) in sentence
    assert re.search(r"in fail\n.*ZeroDivisionError: half a thing", report.read_text(encoding="utf-8"), re.DOTALL)
    assert report.stat().st_mode & 0o077 == 0


def test_d17_a_full_disk_ends_with_1_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/x/y")

    monkeypatch.setattr(cli, "app", fail)
    code, sentence = cli._call()
    assert (code, "/x/y: the disk is full" in sentence) == (1, True)


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_d17_an_interrupted_import_is_an_interruption(
    number: signal.Signals, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ImportError("Importing the numpy C-extensions failed")

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setattr(cli, "_stopped", [number])
    assert cli._call()[0] == expected
