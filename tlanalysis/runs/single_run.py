"""Execute one run: papermill executes the notebook, and all files of the run go to its staging folder.

The executed notebook has the same bytes with each engine and on each machine: this module removes its times and paths,
and the manifest records how long the run took.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from traitlets.config import Config

from tlanalysis.core import files, paths, recorder
from tlanalysis.runs.limits import Limits, end_with_parent
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run

KERNEL = "python3"
# One thread of linear algebra per process: sums have the same order on every machine, and each run uses one core.
FIXED_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "agg"}
_TIMES = ("start_time", "end_time", "duration")


@dataclass(frozen=True)
class Task:
    """A run, its project and staging folder, its engine and limits, and the commit that its figures name."""

    run: Run
    home: str
    staging: str
    engine: str
    limits: Limits
    commit: str


def execute_task(task: Task, at_cell: Callable[[int, int], None]) -> Outcome:
    """Execute one notebook into its staging folder; return the outcome.

    Parameters
    ----------
    task : Task
    at_cell : callable
        Called when a cell starts, with its number and the number of cells.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    run, folder = task.run, Path(task.staging)
    folder.mkdir(parents=True, exist_ok=True)
    started_at, cell = time.perf_counter(), 0

    def on_cell_start(number: int, total: int) -> None:
        nonlocal cell
        cell = number
        at_cell(number, total)

    try:
        _call_papermill(task, on_cell_start)
    except PapermillExecutionError as error:
        failure = f"cell {error.exec_count}: {error.ename}: {error.evalue}"
    except CellTimeoutError:
        failure = f"it took more than {task.limits.minutes:g} minutes, at cell {cell} of the notebook"
    except DeadKernelError as error:
        failure = f"{error}, at cell {cell} of the notebook"
    except (PapermillException, OSError, ValueError) as error:
        failure = f"{type(error).__name__}: {error}"
    else:
        failure = ""
    seconds = time.perf_counter() - started_at
    _remove_times_and_paths(folder / f"{run.name}.ipynb", task)
    if failure:
        return failed_outcome(run, seconds, failure, task.engine)
    in_order = sorted((folder / "figures").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    facts = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in in_order}
    _flush_files(folder)
    return Outcome(
        name=run.name,
        notebook=run.notebook,
        parameters=run.parameters.as_dict(),
        status="ok",
        seconds=round(seconds, 2),
        engine=task.engine,
        inputs=dict(sorted(pair for about in facts.values() for pair in about["inputs"].items())),
        figures=list(facts),
        fingerprints={name: about["fingerprint"] for name, about in facts.items()},
        reads=_records(folder),
    )


def failed_outcome(run: Run, seconds: float, error: str, engine: str) -> Outcome:
    """Return the outcome of a failed run."""
    values: dict[str, Any] = run.parameters.as_dict()
    return Outcome(run.name, run.notebook, values, "failed", round(seconds, 2), engine, error=" ".join(error.split()))


def _call_papermill(task: Task, on_cell_start: Callable[[int, int], None]) -> None:
    import papermill
    from papermill.engines import papermill_engines

    run, folder = task.run, Path(task.staging)
    source = Path(task.home) / "notebooks" / f"{run.notebook}.ipynb"
    total = len(json.loads(source.read_text(encoding="utf-8"))["cells"]) + bool(run.injected)
    os.environ |= FIXED_ENVIRONMENT | {
        "TLANALYSIS_HOME": task.home,
        "TLANALYSIS_OUT": task.staging,
        "TLANALYSIS_COMMIT": task.commit,
        recorder.ENVIRONMENT_VARIABLE: str(folder / "reads.json"),
    }
    with ExitStack() as stack:
        if task.engine == "fork":
            from tlanalysis.runs.engine import NAME, ForkEngine

            papermill_engines.register(NAME, ForkEngine)  # a package without its entry points works too
            limits = task.limits
            options = {"memory_gb": limits.memory_gb, "output_mb": limits.output_mb, "engine_name": NAME}
        else:
            extension = f"--InteractiveShellApp.extra_extensions={recorder.__name__}"
            options = {"extra_arguments": [extension], "config": stack.enter_context(local_sockets())}
        papermill.execute_notebook(
            str(source),
            str(folder / f"{run.name}.ipynb"),
            parameters=run.injected,
            kernel_name=KERNEL,
            progress_bar=False,
            request_save_on_cell_execute=False,
            cwd=str(paths.work()),
            # The text that a cell prints is one output, however the kernel cuts it.
            coalesce_streams=True,
            record_timing=False,
            execution_timeout=math.ceil(task.limits.minutes * 60) or None,
            on_cell_start=lambda cell, cell_index: on_cell_start(cell_index + 1, total),
            **options,
        )


def _remove_times_and_paths(path: Path, task: Task) -> None:
    """Remove from a notebook what differs between two executions: times, paths of this machine, random cell ids."""
    if not path.is_file():
        return
    notebook = json.loads(path.read_text(encoding="utf-8"))
    about = notebook["metadata"].get("papermill", {})
    for key in _TIMES:
        about.pop(key, None)
    about |= {"input_path": f"notebooks/{task.run.notebook}.ipynb", "output_path": f"notebooks/{path.name}"}
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"].pop("execution", None)
        for key in _TIMES:
            cell["metadata"].get("papermill", {}).pop(key, None)
        if {"injected-parameters", "papermill-error-cell-tag"} & set(cell["metadata"].get("tags", [])):
            cell["id"] = f"added-{number:02d}"
    files.write_text(path, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _records(folder: Path) -> list[dict[str, Any]]:
    path = folder / "reads.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _flush_files(folder: Path) -> None:
    """Write the files of a folder to the disk; without this, a power cut after a rename could leave empty files."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


@contextmanager
def local_sockets() -> Iterator[Config]:
    """Yield the configuration of kernels that use Unix sockets instead of network ports; on Windows, the default."""
    if sys.platform == "win32":
        yield Config()
        return
    # The path of a socket has at most about a hundred characters, and two kernels must not share one.
    with tempfile.TemporaryDirectory(prefix="tl-") as folder:
        yield Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/k"}})


def run_worker(channel: Connection) -> None:
    """Execute the tasks that a worker receives, one after the other, until it receives `None` or the pipe is closed.

    For each task the worker sends the cells that start, as (number, total), then the outcome.
    """
    end_with_parent()
    # A process of a notebook that outlives this one must not keep the pipe open.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=channel.close)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the main process too, and it ends its workers
    while True:
        try:
            task: Task | None = channel.recv()
        except EOFError:
            return
        if task is None:
            return
        # Messages of kernels and libraries go to a log, not to the terminal: they help to explain a failed run.
        with _output_to(Path(task.staging) / f"{task.run.name}.log"):
            outcome = execute_task(task, lambda number, total: channel.send((number, total)))
        channel.send(outcome)


@contextmanager
def _output_to(log: Path) -> Iterator[None]:
    log.parent.mkdir(parents=True, exist_ok=True)
    streams = (sys.stdout, sys.stderr)
    with log.open("wb") as file, open(os.devnull, "wb") as null:  # noqa: PTH123
        _redirect(streams, file)
        yield
        _redirect(streams, null)


def _redirect(streams: Iterable[TextIO], file: BinaryIO) -> None:
    for stream in streams:
        stream.flush()
        os.dup2(file.fileno(), stream.fileno())
