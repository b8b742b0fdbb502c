"""One run, in a process of its own: papermill executes the notebook into a staging folder, and nothing else is touched.

Whatever executes it (a forked kernel or one of its own, here or on another machine), the notebook it leaves is the same
bytes: when, where and how long are the manifest's to say.
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
from tlanalysis.runs.limits import Limits, die_with_parent
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run

KERNEL = "python3"
# One thread of linear algebra per process: the same sums in the same order on every machine, and no crowd on the cores.
STEADY = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "agg"}
_TIMES = ("start_time", "end_time", "duration")


@dataclass(frozen=True)
class Task:
    """A run and how to make it: project and staging folder, engine, bounds, the commit its figures will name."""

    run: Run
    home: str
    staging: str
    engine: str
    bounds: Limits
    commit: str


def attempt(task: Task, told: Callable[[int, int], None]) -> Outcome:
    """Execute one notebook; what it made lies in the staging folder.

    Parameters
    ----------
    task : Task
    told : callable
        Told of each cell that starts: its number, and how many there are.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    run, folder = task.run, Path(task.staging)
    folder.mkdir(parents=True, exist_ok=True)
    begun, at = time.perf_counter(), 0

    def tell(number: int, total: int) -> None:
        nonlocal at
        at = number
        told(number, total)

    try:
        _through_papermill(task, tell)
    except PapermillExecutionError as error:
        failure = f"cell {error.exec_count}: {error.ename}: {error.evalue}"
    except CellTimeoutError:
        failure = f"it took more than {task.bounds.minutes:g} minutes, at cell {at} of the notebook"
    except DeadKernelError as error:
        failure = f"{error}, at cell {at} of the notebook"
    except (PapermillException, OSError, ValueError) as error:
        failure = f"{type(error).__name__}: {error}"
    else:
        failure = ""
    seconds = time.perf_counter() - begun
    _put_in_order(folder / f"{run.name}.ipynb", task)
    if failure:
        return failed(run, seconds, failure, task.engine)
    in_order = sorted((folder / "figures").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    facts = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in in_order}
    _flush(folder)
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
        reads=_reads(folder),
    )


def failed(run: Run, seconds: float, error: str, engine: str) -> Outcome:
    """Return the outcome of a run that did not work."""
    values: dict[str, Any] = run.parameters.as_dict()
    return Outcome(run.name, run.notebook, values, "failed", round(seconds, 2), engine, error=" ".join(error.split()))


def _through_papermill(task: Task, told: Callable[[int, int], None]) -> None:
    import papermill
    from papermill.engines import papermill_engines

    run, folder = task.run, Path(task.staging)
    source = Path(task.home) / "notebooks" / f"{run.notebook}.ipynb"
    total = len(json.loads(source.read_text(encoding="utf-8"))["cells"]) + bool(run.injected)
    os.environ |= STEADY | {
        "TLANALYSIS_HOME": task.home,
        "TLANALYSIS_OUT": task.staging,
        "TLANALYSIS_COMMIT": task.commit,
        recorder.ENVIRONMENT_VARIABLE: str(folder / "reads.json"),
    }
    with ExitStack() as stack:
        if task.engine == "fork":
            from tlanalysis.runs.engine import NAME, ForkEngine

            papermill_engines.register(NAME, ForkEngine)  # whether or not entry points were installed
            limits = task.bounds
            options = {"memory_gb": limits.memory_gb, "output_mb": limits.output_mb, "engine_name": NAME}
        else:
            watched = f"--InteractiveShellApp.extra_extensions={recorder.__name__}"
            options = {"extra_arguments": [watched], "config": stack.enter_context(local_sockets())}
        papermill.execute_notebook(
            str(source),
            str(folder / f"{run.name}.ipynb"),
            parameters=run.injected,
            kernel_name=KERNEL,
            progress_bar=False,
            request_save_on_cell_execute=False,
            cwd=str(paths.work()),
            # Text printed in one cell is one output, whenever its pieces came.
            coalesce_streams=True,
            record_timing=False,
            execution_timeout=math.ceil(task.bounds.minutes * 60) or None,
            on_cell_start=lambda cell, cell_index: told(cell_index + 1, total),
            **options,
        )


def _put_in_order(path: Path, task: Task) -> None:
    """Take out of a notebook what changes from one execution to the next."""
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


def _reads(folder: Path) -> list[dict[str, Any]]:
    path = folder / "reads.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def _flush(folder: Path) -> None:
    """Have the files on the disk before they take the place of others: a power cut must not leave empty ones."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


@contextmanager
def local_sockets() -> Iterator[Config]:
    """Talk to a kernel through files of this machine rather than open ports, where the system has such sockets."""
    if sys.platform == "win32":
        yield Config()
        return
    # A short folder of its own: socket paths are limited to about a hundred characters, and two kernels must not share.
    with tempfile.TemporaryDirectory(prefix="tl-") as folder:
        yield Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/k"}})


def serve(channel: Connection) -> None:
    """Be a worker: make the attempts that come in, one after the other, until `None` comes or nobody is there to send.

    Each is answered by the cells it starts, as (number, total), and by its outcome.
    """
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the process that started us: it decides
    while True:
        try:
            task: Task | None = channel.recv()
        except EOFError:
            return
        if task is None:
            return
        # What kernels and libraries mutter is for whoever looks into a failure, not for the terminal.
        with _spoken_into(Path(task.staging) / f"{task.run.name}.log"):
            outcome = attempt(task, lambda number, total: channel.send((number, total)))
        channel.send(outcome)


@contextmanager
def _spoken_into(log: Path) -> Iterator[None]:
    log.parent.mkdir(parents=True, exist_ok=True)
    streams = (sys.stdout, sys.stderr)
    with log.open("wb") as said, open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        _point(streams, said)
        yield
        _point(streams, nowhere)


def _point(streams: Iterable[TextIO], file: BinaryIO) -> None:
    for stream in streams:
        stream.flush()
        os.dup2(file.fileno(), stream.fileno())
