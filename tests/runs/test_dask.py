"""Runs on a Dask cluster of this machine: the same bytes as without it, also when a worker is killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tests.runs.test_safety import CALL, PUBLISH
from tlanalysis.core.errors import BadInput
from tlanalysis.runs import dask, manifest
from tlanalysis.runs.execute import RunCallbacks, RunOptions, execute
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run, grid

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a project with one notebook, as the project folder of the package."""
    folder = tmp_path_factory.mktemp("projet")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    write_notebook(folder / "notebooks", "00_essai", CALL, "import time\ntime.sleep(1)", PUBLISH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TLANALYSIS_HOME", str(folder))
        patch.setenv("TLANALYSIS_COMMIT", "0123abc")
        yield folder


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """Start two worker processes on the local network interface; return a client."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        client.wait_for_workers(2)
        yield client


@pytest.fixture
def runs(home: Path) -> list[Run]:
    """Return five runs."""
    return list(grid("00_essai", {"territory": ["FR", "R75", "D33", "R11", "R94"]}))


def _files(out: Path) -> dict[str, bytes]:
    found = [path for kind in ("figures", "notebooks") for path in sorted((out / kind).rglob("*"))]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found if path.is_file()}


def test_two_workers_of_which_one_is_killed_write_the_same_bytes(workers: Any, runs: list[Run], tmp_path: Path) -> None:
    before = set(workers.run(os.getpid).values())
    killed: list[int] = []

    def kill_one(outcome: Outcome) -> None:
        if not killed:
            busy = {address for address, tasks in workers.processing().items() if tasks}
            pids = workers.run(os.getpid)
            killed.append(pids[sorted(busy)[0]])
            os.kill(killed[0], signal.SIGKILL)

    scheduler = workers.scheduler.address
    outcomes = execute(runs, tmp_path / "cluster", RunOptions(scheduler=scheduler), RunCallbacks(finished=kill_one))
    assert [(outcome.status, outcome.error) for outcome in outcomes] == [("ok", "")] * 5
    assert killed[0] in before
    assert killed[0] not in set(workers.run(os.getpid).values())
    execute(runs, tmp_path / "here", RunOptions(jobs=2))
    assert _files(tmp_path / "cluster") == _files(tmp_path / "here")
    # A run writes its notebook and five files of its figure: CSV, JSON, PNG, SVG, and the SVG for a phone.
    assert len(_files(tmp_path / "here")) == 5 * 6
    recorded = [manifest.read(tmp_path / name) for name in ("cluster", "here")]
    assert all(one.reads for one in recorded[0].values())
    assert [one.reads for one in recorded[0].values()] == [one.reads for one in recorded[1].values()]


def test_a_notebook_that_fails_on_a_worker_fails_no_other_run(
    workers: Any, runs: list[Run], home: Path, tmp_path: Path
) -> None:
    write_notebook(home / "notebooks", "01_casse", "raise ValueError('cassé')")
    broken = list(grid("01_casse", {}))
    outcomes = execute([*broken, runs[0]], tmp_path, RunOptions(scheduler=workers.scheduler.address))
    assert [(outcome.status, outcome.error) for outcome in outcomes] == [
        ("failed", "cell 2: ValueError: cassé"),
        ("ok", ""),
    ]
    assert (tmp_path / "failed" / "01_casse--FR.ipynb").is_file()


def test_a_worker_of_another_version_is_refused(
    workers: Any, runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = dask.versions()
    answers = iter([ours | {"pandas": "9.9"}])
    monkeypatch.setattr(dask, "versions", lambda: next(answers, ours))
    with pytest.raises(BadInput, match=rf"is not like this machine: pandas {ours['pandas']}, here 9\.9"):
        execute(runs[:1], tmp_path, RunOptions(scheduler=workers.scheduler.address))
    assert manifest.read(tmp_path)[runs[0].name].status == "unfinished"


def test_a_scheduler_that_does_not_answer_is_named_in_one_sentence(
    runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "ANSWER_WITHIN", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(BadInput, match=f"no Dask scheduler with a worker answers at {address}"):
        execute(runs[:1], tmp_path, RunOptions(scheduler=address))


@pytest.mark.parametrize("address", ["nowhere", "tcp://", "http://127.0.0.1"])
def test_a_text_that_is_not_an_address_is_refused(address: str, runs: list[Run], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="write the address of the scheduler"):
        execute(runs[:1], tmp_path, RunOptions(scheduler=address))
