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
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from traitlets.config import Config

from tlanalysis.core import files, paths, recorder, staging
from tlanalysis.core.figure_places import places
from tlanalysis.core.provenance import NOTEBOOK
from tlanalysis.core.slugs import is_slug
from tlanalysis.runs import guard, prose
from tlanalysis.runs.limits import Limits, end_with_parent
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run

KERNEL = "python3"
# One thread of linear algebra per process: sums have the same order on every machine, and each run uses one core.
FIXED_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "agg"}
_FLUSHES = 8  # files flushed at a time: the disk writes several in little more time than one
LONGEST_ERROR = 2000  # characters of an error in the manifest and on the terminal
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
    remove_times_and_paths(folder / f"{run.name}.ipynb", run.notebook)
    if failure:
        return failed_outcome(run, seconds, failure, task.engine)
    if exit_at := _cell_that_exits(folder / f"{run.name}.ipynb"):
        return failed_outcome(run, seconds, exit_at, task.engine)
    in_order = sorted((folder / "figures").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    try:
        facts = {path.stem: _sidecar(path) for path in in_order}
    except ValueError as error:
        return failed_outcome(run, seconds, str(error), task.engine)
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
        files=_digests(folder, run.name, facts),
    )


def failed_outcome(run: Run, seconds: float, error: str, engine: str) -> Outcome:
    """Return the outcome of a failed run; a long error is cut, the notebook in `failed/` holds all of it."""
    values: dict[str, Any] = run.parameters.as_dict()
    sentence = " ".join(error[: 10 * LONGEST_ERROR].split())
    if len(sentence) > LONGEST_ERROR:
        sentence = f"{sentence[:LONGEST_ERROR]}… (cut)"
    sentence = sentence.encode("utf-8", "backslashreplace").decode("utf-8")
    return Outcome(run.name, run.notebook, values, "failed", round(seconds, 2), engine, error=sentence)


def _cell_that_exits(path: Path) -> str:
    """Return the failure of a cell that called `sys.exit` or `exit`: IPython goes on, and papermill allows it."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            if output.get("output_type") == "error" and output.get("ename") == "SystemExit":
                value = f" with {output['evalue']}" if output.get("evalue") else ""
                return f"cell {cell.get('execution_count')} calls exit{value}: the cells after it need not make sense"
    return ""


def _sidecar(path: Path) -> dict[str, Any]:
    """Return the sidecar of a figure that a notebook has published; raise `ValueError` when it is another file."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if is_slug(path.stem) and isinstance(about["fingerprint"], str) and isinstance(about["inputs"], dict):
            return about
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ValueError(f"figures/{path.name} is not the sidecar of a figure: write other files to another folder")


def _digests(folder: Path, name: str, figures: Iterable[str]) -> dict[str, str]:
    """Return the digests of the files of a run, by their places in the reports folder."""
    of_figures = (f"figures/{place}" for figure in figures for place in places(figure))
    held = {place: folder / place for place in of_figures}
    held[f"notebooks/{name}.ipynb"] = folder / f"{name}.ipynb"
    return {place: recorder.digest_file(path) for place, path in held.items() if path.is_file()}


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
        NOTEBOOK: run.notebook,
        recorder.ENVIRONMENT_VARIABLE: str(folder / "reads.json"),
    }
    with ExitStack() as stack:
        if task.engine == "fork":
            from tlanalysis.runs.engine import NAME, ForkEngine

            papermill_engines.register(NAME, ForkEngine)  # a package without its entry points works too
            limits = task.limits
            options = {"memory_gb": limits.memory_gb, "output_mb": limits.output_mb, "engine_name": NAME}
        else:
            # No startup file, kernel or setting of the user: the same run gives the same bytes for everybody.
            empty = stack.enter_context(tempfile.TemporaryDirectory(prefix="tl-"))
            os.environ |= {"IPYTHONDIR": empty, "JUPYTER_CONFIG_DIR": empty, "JUPYTER_DATA_DIR": empty}
            os.environ |= {"JUPYTER_NO_CONFIG": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
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


def remove_times_and_paths(path: Path, name: str) -> None:
    """Remove from an executed notebook what differs between two executions: times, paths and random cell ids.

    Its texts are written in the language of the run.

    Parameters
    ----------
    path : Path
        The executed notebook.
    name : str
        Name of the notebook of the project.
    """
    if not path.is_file():
        return
    notebook = json.loads(path.read_text(encoding="utf-8"))
    about = notebook["metadata"].get("papermill", {})
    for key in _TIMES:
        about.pop(key, None)
    about |= {"input_path": f"notebooks/{name}.ipynb", "output_path": f"notebooks/{path.name}"}
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"].pop("execution", None)
        for key in _TIMES:
            cell["metadata"].get("papermill", {}).pop(key, None)
        if {"injected-parameters", "papermill-error-cell-tag"} & set(cell["metadata"].get("tags", [])):
            cell["id"] = f"added-{number:02d}"
    prose.speak(notebook["cells"], str(about.get("parameters", {}).get("lang", prose.own_language(notebook["cells"]))))
    files.write_text(path, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _records(folder: Path) -> list[dict[str, Any]]:
    path = folder / "reads.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _flush_files(folder: Path) -> None:
    """Write the files of a folder to the disk; without this, a power cut after a rename could leave empty files."""
    with ThreadPoolExecutor(_FLUSHES) as flushes:
        list(flushes.map(_flush, filter(Path.is_file, folder.rglob("*"))))  # raises the error of a flush


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def local_sockets() -> Iterator[Config]:
    """Yield the configuration of kernels that use Unix sockets instead of network ports; on Windows, the default."""
    if sys.platform == "win32":
        yield Config()
        return
    # The path of a socket has at most about a hundred characters, and two kernels must not share one. The guard of a
    # command names the folder that it deletes at the end.
    given = os.environ.get(guard.SOCKETS)
    with staging.inside(Path(given) if given else staging.folder_of_sockets()) as folder:
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
        started_at = time.perf_counter()
        try:
            with _output_to(Path(task.staging) / f"{task.run.name}.log"):
                if task.engine == "fork":
                    _prepare_kernel()
                outcome = execute_task(task, lambda number, total: channel.send((number, total)))
        except Exception as error:
            seconds = time.perf_counter() - started_at
            outcome = failed_outcome(task.run, seconds, f"{type(error).__name__}: {error}", task.engine)
        channel.send(outcome)


def _prepare_kernel() -> None:
    from tlanalysis.runs.child import prepare_kernel

    prepare_kernel()


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
