"""Execute runs on a Dask cluster: its workers execute the same tasks and send back the files of each run.

A worker needs this version of the package and the same libraries. It does not need the project: it receives the
embedded tables and the notebooks. It looks for open files in its own `TLANALYSIS_MIRROR`. When a worker ends, Dask
gives its run to another one.
"""

from __future__ import annotations

import io
import multiprocessing
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis.core import files, paths, staging
from tlanalysis.core.errors import BadInput
from tlanalysis.runs import dependencies, due
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.single_run import Task, failed_outcome

if TYPE_CHECKING:
    from distributed import Client

ANSWER_WITHIN = 20  # seconds
_ADDRESS = re.compile(r"(tcp|tls|ws|wss)://(.+):\d+")

FilesByName = dict[str, bytes]


def execute_tasks(tasks: list[Task], address: str, *, started: Callable[[str], None]) -> Iterator[Outcome]:
    """Yield the outcomes of tasks as they end, and write the files of each run to its staging folder.

    Parameters
    ----------
    tasks : list of Task
    address : str
        Address of the scheduler, e.g. ``tcp://127.0.0.1:8786``.
    started : callable
        Called with the name of each run that the scheduler receives. Workers do not report the cells that start.

    Raises
    ------
    BadInput
        When the scheduler does not answer or has no worker, or a worker has other versions.
    """
    with _client(address) as client, client.as_current():
        _check_versions(client)
        project = client.scatter(_packed_project(), broadcast=True)
        yield from _outcomes(client, project, tasks, started)


def _client(address: str) -> Client:
    if not _ADDRESS.fullmatch(address):
        raise BadInput(f"--scheduler is {address!r}: write the address of the scheduler, e.g. tcp://10.0.0.1:8786.")
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
            "start a scheduler and a worker, or leave out --scheduler."
        ) from None
    return client


def _check_versions(client: Client) -> None:
    """Refuse workers with other code or libraries than this machine: their figures could differ."""
    ours = versions()
    for worker, theirs in client.run(versions).items():
        odd = [f"{key} {theirs.get(key, 'missing')}, here {ours[key]}" for key in ours if theirs.get(key) != ours[key]]
        if odd:
            more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
            raise BadInput(
                f"the worker {worker} is not like this machine: {'; '.join(odd[:3])}{more}. "
                "Install the same tlanalysis and requirements.lock there."
            )


def versions() -> dict[str, str]:
    """Return what must be the same on every machine: the versions of Python and the libraries, a digest of our code."""
    code = dependencies.whole_package()
    own = {"tlanalysis code": files.sha256(repr(sorted(code.items())).encode())[:16]}
    return own | {"python": due.python_version(), **due.installed_libraries()}


def _packed_project() -> bytes:
    """Return an archive of the embedded tables and the notebooks."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for folder in (paths.raw(), paths.notebooks()):
            for path in sorted(folder.iterdir()):
                if path.is_file():
                    archive.add(path, path.relative_to(paths.home()).as_posix())
    return buffer.getvalue()


def _outcomes(client: Client, project: Any, tasks: list[Task], started: Callable[[str], None]) -> Iterator[Outcome]:
    from distributed import as_completed

    waiting = {}
    for task in tasks:
        future = client.submit(
            execute_on_worker, task, project, pure=False, retries=0, key=f"tlanalysis-{task.run.name}"
        )
        waiting[future] = task
        started(task.run.name)
    try:
        for future in as_completed(list(waiting)):
            task = waiting[future]
            yield _receive(future, task)
            future.release()
    finally:
        client.cancel(list(waiting))


def _receive(future: Any, task: Task) -> Outcome:
    error = future.exception()
    if error is not None:
        return failed_outcome(task.run, 0.0, f"on the cluster: {type(error).__name__}: {error}", task.engine)
    outcome, contents = future.result()
    folder = Path(task.staging)
    files.write_together({folder / name: data for name, data in contents.items()})
    return outcome


def execute_on_worker(task: Task, project: bytes) -> tuple[Outcome, FilesByName]:
    """Execute one task on a worker; return its outcome and its files, by path inside the staging folder."""
    from tlanalysis.runs import workers

    # Dask's workers are daemon processes, which may not start processes. Those that we start end with the worker.
    multiprocessing.current_process().daemon = False
    with staging.temporary() as scratch:
        home, staged = scratch / "project", scratch / "staged"
        with tarfile.open(fileobj=io.BytesIO(project)) as archive:
            archive.extractall(home, filter="data")
        local = replace(task, home=str(home), staging=str(staged))
        (outcome,) = workers.execute_tasks(
            [local], 1, started=lambda name: None, at_cell=lambda name, number, total: None, many=True
        )
        contents = {
            path.relative_to(staged).as_posix(): path.read_bytes()
            for path in sorted(staged.rglob("*"))
            if path.is_file()
        }
        shutil.rmtree(staged, ignore_errors=True)
    return outcome, contents
