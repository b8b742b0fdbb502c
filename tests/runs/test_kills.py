"""D9: whatever of a run is killed, nothing of it stays alive, nothing stays on the disk, and the next run finishes.

A process of the run stops itself at a step on the disk and the test kills the target then, so that the moment of the
kill depends on no clock and on nothing that runs beside.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.attacks import kills

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked on Linux only")

FRACTIONS = (0.05, 0.3, 0.5, 0.7, 0.95)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kills.project(tmp_path_factory.mktemp("tues") / "projet", draws=False)


@pytest.fixture(scope="module")
def steps(home: Path, tmp_path_factory: pytest.TempPathFactory) -> kills.Steps:
    return kills.count_steps(home, tmp_path_factory.mktemp("entier"))


@pytest.mark.parametrize("target", kills.TARGETS)
def test_d9_five_kills_leave_nothing_behind_and_the_next_run_finishes(
    home: Path, steps: kills.Steps, target: str, tmp_path: Path
) -> None:
    for fraction in FRACTIONS:
        assert kills.attack(home, tmp_path, target, steps.moment(target, fraction)) == []
    assert kills.finish(home, tmp_path) == []
