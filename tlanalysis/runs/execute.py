"""Execute runs through papermill, each in a staging folder of its own, moved in place when the notebook succeeded."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from traitlets.config import Config

from tlanalysis import paths
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import Run

ENGINE = "kernel"
KERNEL = "python3"


def execute(
    runs: list[Run],
    out: Path,
    *,
    jobs: int = 2,
    started: Callable[[Run], None] = lambda run: None,
    finished: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Execute runs, several at a time; a failed run leaves the last good figures where they are.

    Parameters
    ----------
    runs : list of Run
        What to execute.
    out : Path
        Reports folder.
    jobs : int
        Processes at a time.
    started, finished : callable
        Told of each run as it starts and ends, in the calling process.

    Returns
    -------
    list of Outcome
        In the order of `runs`.
    """
    recorded = manifest.read(out)
    done: dict[str, Outcome] = {}
    try:
        for outcome in _as_they_end(runs, out, jobs, started):
            settled = _settle(outcome, recorded.get(outcome.name), out)
            recorded[settled.name] = done[settled.name] = settled
            manifest.write(out, recorded)
            finished(settled)
    finally:
        shutil.rmtree(out / ".staging", ignore_errors=True)
    return [done[run.name] for run in runs]


def _context() -> multiprocessing.context.BaseContext:
    """Fork where it is safe, after importing papermill once, since that takes seconds; start afresh elsewhere."""
    if sys.platform.startswith("linux"):
        import papermill  # noqa: F401

        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _as_they_end(runs: list[Run], out: Path, jobs: int, started: Callable[[Run], None]) -> Iterator[Outcome]:
    """Yield outcomes as runs end. Each run has a process of its own: one that dies takes nothing with it."""
    context = _context()
    waiting, under_way = list(runs), dict[Future[Outcome], tuple[Run, ProcessPoolExecutor]]()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < jobs:
                run, pool = waiting.pop(0), ProcessPoolExecutor(1, mp_context=context)
                started(run)
                future = pool.submit(_execute_one, run, str(paths.home()), str(out / ".staging" / run.name))
                under_way[future] = (run, pool)
            ended, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in ended:
                run, pool = under_way.pop(future)
                pool.shutdown()
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield _failed(run, 0.0, "the process that executed it died")
    finally:
        for _, pool in under_way.values():
            pool.shutdown(wait=False, cancel_futures=True)


def _execute_one(run: Run, home: str, staging: str) -> Outcome:
    """Execute one notebook into its staging folder (in a worker process)."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    folder = Path(staging)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"TLANALYSIS_HOME": home, "TLANALYSIS_OUT": staging, "MPLBACKEND": "agg"}
    # What the kernel mutters as it starts and stops is for whoever looks into a failure, not for the terminal.
    with (folder / f"{run.name}.log").open("wb") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    begun = time.perf_counter()
    try:
        with local_sockets() as sockets:
            papermill.execute_notebook(
                str(Path(home) / "notebooks" / f"{run.notebook}.ipynb"),
                str(folder / f"{run.name}.ipynb"),
                parameters=run.injected,
                kernel_name=KERNEL,
                progress_bar=False,
                request_save_on_cell_execute=False,
                cwd=str(paths.work()),
                config=sockets,
            )
    except PapermillExecutionError as error:
        return _failed(run, time.perf_counter() - begun, f"cell {error.exec_count}: {error.ename}: {error.evalue}")
    except (DeadKernelError, OSError, ValueError) as error:
        return _failed(run, time.perf_counter() - begun, f"{type(error).__name__}: {error}")
    in_order = sorted((folder / "figures").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    sidecars = [json.loads(path.read_text(encoding="utf-8")) for path in in_order]
    return Outcome(
        name=run.name,
        notebook=run.notebook,
        parameters=run.parameters.as_dict(),
        status="ok",
        seconds=round(time.perf_counter() - begun, 2),
        engine=ENGINE,
        inputs=dict(sorted({name: digest for facts in sidecars for name, digest in facts["inputs"].items()}.items())),
        figures=[f"{facts['id']}--{facts['run_key']}" for facts in sidecars],
    )


@contextmanager
def local_sockets() -> Iterator[Config]:
    """Talk to a kernel through files of this machine rather than open ports, where the system has such sockets."""
    if sys.platform == "win32":
        yield Config()
        return
    # A short folder of its own: socket paths are limited to about a hundred characters, and two kernels must not share.
    with tempfile.TemporaryDirectory(prefix="tl-") as folder:
        yield Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/k"}})


def _failed(run: Run, seconds: float, error: str) -> Outcome:
    values: dict[str, Any] = run.parameters.as_dict()
    return Outcome(run.name, run.notebook, values, "failed", round(seconds, 2), ENGINE, error=" ".join(error.split()))


def _settle(outcome: Outcome, before: Outcome | None, out: Path) -> Outcome:
    """Move what a good run made into place; keep, and record, the last good figures of a failed one."""
    staged = out / ".staging" / outcome.name
    executed = staged / f"{outcome.name}.ipynb"
    if outcome.status == "failed":
        for path in (executed, executed.with_suffix(".log")):
            _move(path, out / "failed" / path.name)
        return replace(outcome, figures=before.figures, inputs=before.inputs) if before else outcome
    for path in sorted((staged / "figures").iterdir()) if outcome.figures else []:
        _move(path, out / "figures" / path.name)
    _move(executed, out / "notebooks" / executed.name)
    for path in (executed, executed.with_suffix(".log")):
        (out / "failed" / path.name).unlink(missing_ok=True)
    for gone in set(before.figures if before else []) - set(outcome.figures):
        for path in (out / "figures").glob(f"{gone}.*"):
            path.unlink()
    return outcome


def _move(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
