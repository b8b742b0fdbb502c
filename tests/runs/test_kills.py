"""D9: whatever of a run is killed, nothing of it stays alive, nothing stays on the disk, and the next run finishes.

A process of the run stops itself at a step on the disk and the test kills the target then, so that the moment of the
kill depends on no clock and on nothing that runs beside. Two targets are attacked at a time, each in a folder of its
own; a run waits more than it computes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.attacks import kills

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked on Linux only")

FRACTIONS = (0.3, 0.8)  # of the steps of a run; `benchmarks.attacks.kills` tries hundreds
Problems = dict[float | str, list[str]]


@pytest.fixture(scope="module")
def attacked(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Problems]]:
    """Return what was wrong after the kills of a target, which starts them when they have not started.

    Alone, the session starts those of all its targets. A worker of xdist collects every test and executes some of them:
    it starts those of one target when it comes to it.
    """
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    targets = [str(item.callspec.params["target"]) for item in items if item.module is request.module]
    if "PYTEST_XDIST_WORKER" in os.environ:
        targets = []
    with tempfile.TemporaryDirectory(prefix="tlk-") as name, ThreadPoolExecutor(2) as pool:
        base = Path(name)
        home = kills.project(base / "projet", draws=False)
        steps = kills.count_steps(home, base / "entier")
        started: dict[str, Future[Problems]] = {}

        def start(target: str) -> Future[Problems]:
            if target not in started:
                started[target] = pool.submit(_attack, home, base / target, steps, target)
            return started[target]

        for target in targets:
            start(target)
        yield lambda target: start(target).result()


def _attack(home: Path, folder: Path, steps: kills.Steps, target: str) -> Problems:
    found: Problems = {}
    for fraction in FRACTIONS:
        found[fraction] = kills.attack(home, folder, target, steps.moment(target, fraction))
    return found | {"the next run": kills.finish(home, folder)}


@pytest.mark.parametrize("target", kills.TARGETS)
def test_d9_kills_leave_nothing_behind_and_the_next_run_finishes(
    attacked: Callable[[str], Problems], target: str
) -> None:
    assert attacked(target) == {fraction: [] for fraction in (*FRACTIONS, "the next run")}
