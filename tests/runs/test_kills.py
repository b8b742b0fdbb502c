"""D9: whatever of a run is killed, nothing of it stays alive, nothing stays on the disk, and the next run finishes.

A process of the run stops itself at a step on the disk and the test kills the target then, so that the moment of the
kill depends on no clock and on nothing that runs beside. Two targets are attacked at a time, each in a folder of its
own; a run waits more than it computes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.attacks import kills

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked on Linux only"),
    # They take a minute and a half beside other tests: python -m pytest tests/runs/test_kills.py
    pytest.mark.skipif("PYTEST_XDIST_WORKER" in os.environ, reason="twenty kills run alone, for their time"),
]

FRACTIONS = (0.05, 0.3, 0.5, 0.7, 0.95)
Problems = dict[float | str, list[str]]


@pytest.fixture(scope="module")
def attacked(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Problems]]]:
    """Attack the targets that the session asks for; the temporary folder is short, as a socket in it has 107 bytes."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    targets = [str(item.callspec.params["target"]) for item in items if item.module is request.module]
    with tempfile.TemporaryDirectory(prefix="tlk-", dir="/tmp") as name, ThreadPoolExecutor(2) as pool:
        base = Path(name)
        home = kills.project(base / "projet", draws=False)
        steps = kills.count_steps(home, base / "entier")
        yield {target: pool.submit(_attack, home, base / target, steps, target) for target in targets}


def _attack(home: Path, folder: Path, steps: kills.Steps, target: str) -> Problems:
    found: Problems = {}
    for fraction in FRACTIONS:
        found[fraction] = kills.attack(home, folder, target, steps.moment(target, fraction))
    return found | {"the next run": kills.finish(home, folder)}


@pytest.mark.parametrize("target", kills.TARGETS)
def test_d9_five_kills_leave_nothing_behind_and_the_next_run_finishes(
    attacked: dict[str, Future[Problems]], target: str
) -> None:
    assert attacked[target].result() == {fraction: [] for fraction in (*FRACTIONS, "the next run")}
