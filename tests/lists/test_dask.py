"""The same list cleaned on a Dask cluster of this machine.

The same bytes, and a worker that dies takes nothing with it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tlanalysis.core.errors import BadInput
from tlanalysis.lists import cleaning, preparation
from tlanalysis.lists.dask import clean_batches_on
from tlanalysis.lists.output import FILES
from tlanalysis.lists.readers import csv_rows

ROWS = 4_000


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """Write a list of several batches: blocks of some kilobytes stand for megabytes."""
    monkeypatch.setattr(csv_rows, "BLOCK", 1 << 13)
    path = tmp_path / "liste.csv"
    rows = [
        f"{rank},Lieu {rank % 900},{rank % 90 + 10:02d}{rank % 7}00,{'NR' if rank % 5 else '48,1'}"
        for rank in range(ROWS)
    ]
    path.write_text("id,nom,code_postal,commune\n" + "\n".join(rows) + "\n1,trop,de,cellules,ici\n", encoding="utf-8")
    return path


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs="CRITICAL"
    ) as running:
        yield running


def test_a_cluster_writes_the_same_bytes_even_when_a_worker_dies(listed, cluster, tmp_path):
    job = preparation.prepare(listed)
    cleaning.clean_to(job, tmp_path / "ici")

    def losing_a_worker(job, totals):
        for number, batch in enumerate(clean_batches_on(cluster.scheduler_address)(job, totals)):
            if number == 2:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
            yield batch

    cleaning.clean_to(job, tmp_path / "là", batches=losing_a_worker)
    for name in FILES:
        assert (tmp_path / "là" / name).read_bytes() == (tmp_path / "ici" / name).read_bytes(), name


def test_a_scheduler_that_does_not_answer_is_named(listed, tmp_path, monkeypatch):
    monkeypatch.setattr("tlanalysis.lists.dask._ANSWERS_WITHIN", "1s")
    job = preparation.prepare(listed)
    with pytest.raises(BadInput, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        cleaning.clean_to(job, tmp_path / "là", batches=clean_batches_on("tcp://127.0.0.1:9"))
    assert list(Path(tmp_path).iterdir()) == [listed]
