"""Files that are written together: after an error they are those that were there before."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tlanalysis.core import files

NAMES = ("ledger.json", "new.csv", "places.csv")


def _held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("failing", NAMES)
def test_after_an_error_the_files_are_those_that_were_there_before(
    failing: str, links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {"ledger.json": "old ledger", "places.csv": "old places"}
    for name, text in before.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    rename = Path.replace

    def fails_once(path: Path, target: Path) -> Path:
        if target.name == failing and not path.name.endswith(".old.part"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return rename(path, target)

    def no_link(path: Path, other: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails_once)
        if not links:
            patched.setattr(os, "link", no_link)
        with pytest.raises(OSError, match="Input/output"):
            files.write_together({tmp_path / name: f"new {name}".encode() for name in NAMES})
    assert _held(tmp_path) == before
    files.write_together({tmp_path / name: f"new {name}".encode() for name in NAMES})
    assert _held(tmp_path) == {name: f"new {name}" for name in NAMES}


def test_what_an_ended_process_left_of_its_files_is_deleted(tmp_path: Path) -> None:
    (tmp_path / ".places.csv.999999999.part").write_text("half", encoding="utf-8")
    (tmp_path / ".places.csv.999999999.old.part").write_text("old", encoding="utf-8")
    files.write_text(tmp_path / "places.csv", "whole")
    assert _held(tmp_path) == {"places.csv": "whole"}


@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
@pytest.mark.parametrize("count", [1, 3])
def test_an_interruption_at_any_line_loses_no_file(count: int, known: bool, tmp_path: Path) -> None:
    names = NAMES[-count:]
    old = {name: f"old {name}" for name in names} if known else {}
    new = {name: f"new {name}" for name in names}
    found, before = list[dict[str, str]](), sys.gettrace()
    for line in range(1, 1000):
        folder = tmp_path / str(line)
        folder.mkdir()
        for name, text in old.items():
            (folder / name).write_text(text, encoding="utf-8")
        sys.settrace(_interrupting(line))
        try:
            files.write_together({folder / name: text.encode() for name, text in new.items()})
        except KeyboardInterrupt:
            found.append({name: text for name, text in _held(folder).items() if name in names})
        else:
            break
        finally:
            sys.settrace(before)
    assert len(found) > 20, "fewer lines than the function has"
    assert [held for held in found if held not in (old, new)] == []
    assert old in found
    assert new in found


def _interrupting(line: int) -> Callable[..., Any]:
    """Return what Python calls at each line, and what interrupts `write_together` at one of them."""
    lines = iter(range(1, 1000))

    def see(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code is not files.write_together.__code__:
            return None
        if event == "line" and next(lines) == line:
            raise KeyboardInterrupt
        return see

    return see


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.258030325050001, "0.25803033"),  # a rate on an edge of ten digits: two processors wrote two texts
        (0.1 + 0.2, "0.3"),
        (48.858370, "48.85837"),
        (1_234_567.89, "1234567.89"),  # euros keep their cents
        (66_143_127.0, "66143127"),
        (130_000_000.0, "130000000"),
        (1e-7 / 3, "3.3333333e-08"),
        (0.0, "0"),
    ],
)
def test_a_number_of_a_csv_has_eight_digits_whatever_the_processor(value: float, text: str) -> None:
    kinds = [value * (1 - 1e-14), value, value * (1 + 1e-14)]
    for dtype in ("float64", "Float64"):
        table = pd.DataFrame({"n": kinds}, dtype=dtype)
        assert files.to_csv(table).decode().split() == ["n", *[text] * 3]


def test_a_csv_leaves_the_unknown_empty_and_whole_numbers_whole() -> None:
    table = pd.DataFrame({"a": [np.nan, 2.5], "b": pd.array([None, 123_456_789_012], dtype="Int64"), "c": ["é", None]})
    assert files.to_csv(table) == "a,b,c\n,,é\n2.5,123456789012,\n".encode()
