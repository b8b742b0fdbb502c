"""The attacks run, on little: one step in ten fails once, and each family of damaged input is tried."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the attacks fork processes")


def _printed(name: str, *words: str) -> str:
    """Return what an attack prints; it stands in a process of its own, which imports all."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.attacks.{name}", *words],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _attack(name: str, *words: str) -> list[list[str]]:
    """Return the rows of the table that an attack prints."""
    printed = _printed(name, *words)
    rows = [line.split() for line in printed.rpartition("\n\n")[2].splitlines()]
    assert all(row[1] == row[3] for row in rows), printed
    return rows


@pytest.mark.parametrize(("command", "every"), [("clean", 10), ("fetch", 5), ("build", 72), ("run", 84)])
def test_after_a_step_that_fails_files_are_whole_and_the_next_command_finishes(command: str, every: int) -> None:
    ((name, tried, *_),) = _attack("faults", command, "--every", str(every))
    assert name == command
    assert int(tried) >= 3


def test_damaged_input_ends_in_one_sentence() -> None:
    rows = _attack("round_two", "2")
    assert len(rows) == 12


def test_another_kind_of_processor_gives_the_same_bytes() -> None:
    printed = _printed("surroundings", "--only", "processor: Nehalem", "--only", "processor: no AVX2")
    assert printed.endswith("2 surroundings, 0 with other bytes\n")


def test_memory_of_many_runs_and_the_cost_of_a_large_plan_are_printed() -> None:
    lines = _printed("growth", "8", "80").splitlines()
    assert [line.partition(":")[0] for line in lines][3:] == [
        "quarter 4 of 8 runs",
        "40 runs planned",
        "80 runs planned",
    ]
