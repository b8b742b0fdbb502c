"""Runs on a Dask cluster: the same attempts, made by workers, that send back the bytes of what they made.

Workers need this version of the package and the same libraries, not the project: its tables and the notebook travel
with the run. Open files that are not embedded are looked for on the worker (`TLANALYSIS_MIRROR` there). A run whose
worker dies is given to another one, by Dask.
"""

from __future__ import annotations

import io
import multiprocessing
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis.core import files, paths
from tlanalysis.core.errors import BadInput
from tlanalysis.runs import dependencies, due
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.single_run import Task, failed

if TYPE_CHECKING:
    from distributed import Client

ANSWER_WITHIN = 20  # seconds
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://(.+):\d+")

Made = dict[str, bytes]


def as_they_end(tasks: list[Task], address: str, *, started: Callable[[str], None]) -> Iterator[Outcome]:
    """Yield outcomes as workers finish; what they made is written to the staging folders.

    Parameters
    ----------
    tasks : list of Task
    address : str
        Of the scheduler, e.g. ``tcp://127.0.0.1:8786``.
    started : callable
        Told the name of each run that is handed over; the cell it is at is not heard from this far.

    Raises
    ------
    BadInput
        When the scheduler does not answer, has no worker, or its workers hold another version.
    """
    with _client(address) as client, client.as_current():
        _check_versions(client)
        project = client.scatter(_packed(), broadcast=True)
        yield from _gathered(client, project, tasks, started)


def _client(address: str) -> Client:
    if not _ADDRESS.fullmatch(address):
        raise BadInput(f"--scheduler is {address!r}: write where it listens, e.g. tcp://10.0.0.1:8786.")
    try:
        import distributed
    except ImportError:
        raise BadInput("--scheduler needs Dask: install tlanalysis[dask].") from None
    try:
        client = distributed.Client(address, timeout=ANSWER_WITHIN, set_as_default=False)
        client.wait_for_workers(1, timeout=ANSWER_WITHIN)
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput(
            f"no Dask scheduler with a worker answers at {address} ({type(error).__name__}): "
            "start one, or leave out --scheduler."
        ) from None
    return client


def _check_versions(client: Client) -> None:
    """Refuse workers whose code or libraries differ from ours: their bytes would."""
    ours = version()
    for worker, theirs in client.run(version).items():
        odd = [f"{key} {theirs.get(key, 'missing')}, here {ours[key]}" for key in ours if theirs.get(key) != ours[key]]
        if odd:
            more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
            raise BadInput(
                f"the worker {worker} is not like this machine: {'; '.join(odd[:3])}{more}. "
                "Install the same tlanalysis and requirements.lock there."
            )


def version() -> dict[str, str]:
    """Return what must be the same on every machine: Python, the package's code, the libraries of a run."""
    code = dependencies.whole_package()
    own = {"tlanalysis code": files.sha256(repr(sorted(code.items())).encode())[:16]}
    return own | {"python": due.python(), **due.installed()}


def _packed() -> bytes:
    """Return the project as workers need it: embedded tables and notebooks, no downloads."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for folder in (paths.raw(), paths.notebooks()):
            for path in sorted(folder.iterdir()):
                if path.is_file():
                    archive.add(path, path.relative_to(paths.home()).as_posix())
    return buffer.getvalue()


def _gathered(client: Client, project: Any, tasks: list[Task], started: Callable[[str], None]) -> Iterator[Outcome]:
    from distributed import as_completed

    waiting = {}
    for task in tasks:
        future = client.submit(make, task, project, pure=False, retries=0, key=f"tlanalysis-{task.run.name}")
        waiting[future] = task
        started(task.run.name)
    try:
        for future in as_completed(list(waiting)):
            task = waiting[future]
            yield _received(future, task)
            future.release()
    finally:
        client.cancel(list(waiting))


def _received(future: Any, task: Task) -> Outcome:
    error = future.exception()
    if error is not None:
        return failed(task.run, 0.0, f"on the cluster: {type(error).__name__}: {error}", task.engine)
    outcome, made = future.result()
    folder = Path(task.staging)
    files.write_together({folder / name: data for name, data in made.items()})
    return outcome


def make(task: Task, project: bytes) -> tuple[Outcome, Made]:
    """Make one run on a worker; return its outcome and the files it made, by their names in the staging folder."""
    from tlanalysis.runs.workers import as_they_end as run_here

    # Dask's worker processes are daemons, which may not have children; ours die with it.
    multiprocessing.current_process().daemon = False
    with tempfile.TemporaryDirectory(prefix="tl-run-") as scratch:
        home, staging = Path(scratch) / "project", Path(scratch) / "staging"
        with tarfile.open(fileobj=io.BytesIO(project)) as archive:
            archive.extractall(home, filter="data")
        here = replace(task, home=str(home), staging=str(staging))
        (outcome,) = run_here([here], 1, started=lambda name: None, at_cell=lambda name, number, total: None, many=True)
        made = {
            path.relative_to(staging).as_posix(): path.read_bytes()
            for path in sorted(staging.rglob("*"))
            if path.is_file()
        }
        shutil.rmtree(staging, ignore_errors=True)
    return outcome, made
