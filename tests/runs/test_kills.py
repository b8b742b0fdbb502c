"""D9: whatever of a run is killed, nothing of it stays alive, nothing stays on the disk, and the next run finishes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from benchmarks.attacks import kills

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked on Linux only"),
    # Beside other tests the moment of the kill is missed: python -m pytest tests/runs/test_kills.py
    pytest.mark.skipif("PYTEST_XDIST_WORKER" in os.environ, reason="processes are killed when nothing else runs"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kills.project(tmp_path_factory.mktemp("tues") / "projet")


@pytest.mark.parametrize("target", kills.TARGETS)
def test_d9_what_a_notebook_started_ends_with_the_killed_process(home: Path, target: str, tmp_path: Path) -> None:
    assert kills.attack(home, tmp_path, target) == []
