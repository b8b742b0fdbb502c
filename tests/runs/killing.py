"""Kill a run with SIGKILL at random moments, and write down what it left: executed by `test_safety.py`.

The process that is killed forks the processes of its runs itself instead of through a server, so that importing
everything is paid once and not at each of twenty moments; all else is what `tlanalysis run` does.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import psutil

import tlanalysis.runs.preload  # noqa: F401
from tlanalysis.runs import lock, manifest, workers
from tlanalysis.runs.execute import Options, execute
from tlanalysis.runs.plan import read_plan

MOMENTS = 20


def main(out: Path) -> None:
    """Print what was found after each moment, as JSON."""
    workers._context = lambda: multiprocessing.get_context("fork")  # type: ignore[attr-defined]
    calm = out / "calm"
    begun = time.monotonic()
    _wait(_start(calm, force=True))
    lasting = time.monotonic() - begun
    expected = _files(calm)
    moments = random.Random(5)
    found: list[dict[str, Any]] = []
    while len(found) < MOMENTS:
        folder = out / f"killed-{len(found) % 2}"
        begun = time.monotonic()
        child = _start(folder, force=True)
        moment = moments.uniform(0.02, 1.0)
        if not _kill(child, begun + moment * lasting):
            # A kill after the end proves nothing: the machine goes faster than it did, and another moment is drawn.
            lasting = time.monotonic() - begun
            continue
        _wait_until_all_have_ended()
        _wait_until_free(folder)
        halves = _halves(folder)
        code = _wait(_start(folder, force=False))
        left = _files(folder)
        found.append(
            {
                "moment": round(moment, 2),
                "halves": halves,
                "code": code,
                "different": sorted(
                    name for name in expected.keys() | left.keys() if expected.get(name) != left.get(name)
                ),
                "status": sorted({outcome.status for outcome in manifest.read(folder).values()}),
                "leftovers": sorted(
                    path.name for path in folder.rglob("*") if ".part" in path.name or path.name == ".staging"
                ),
            }
        )
    print(json.dumps(found))


def _start(folder: Path, *, force: bool) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            outcomes = execute(read_plan(), folder, Options(jobs=2, force=force))
            code = int(any(outcome.status != "ok" for outcome in outcomes))
        finally:
            os._exit(code)
    return child


def _kill(child: int, moment: float) -> bool:
    """Kill a process at a moment of the monotonic clock; return False if it ended before."""
    try:
        code = psutil.Process(child).wait(timeout=max(0.0, moment - time.monotonic()))
    except psutil.TimeoutExpired:
        os.kill(child, signal.SIGKILL)
        return _wait(child) == -signal.SIGKILL
    assert code == 0, f"a run that nobody killed ended with {code}"
    return False


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _wait_until_all_have_ended() -> None:
    """Wait until the processes of the killed one, which end with it, have ended."""
    until = time.monotonic() + 10
    mine = psutil.Process()
    while time.monotonic() < until:
        alive = [
            process
            for process in psutil.process_iter(["ppid", "cmdline", "status"])
            if process.pid != mine.pid
            and process.info["cmdline"] == mine.cmdline()
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ]
        if not alive:
            return
        time.sleep(0.01)
    raise AssertionError(f"processes outlive the run that started them: {alive}")


def _wait_until_free(folder: Path) -> None:
    """Wait until no process holds the lock of a folder.

    The processes of a killed run share its lock, and a process that ends loses its command line before it closes its
    files: the list of processes alone does not say that the lock is free.
    """
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 10
    with (folder / lock.FILE).open("a") as file:
        while time.monotonic() < until:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.01)
            else:
                return
    raise AssertionError("ten seconds after the kill the folder is still locked")


def _files(folder: Path) -> dict[str, str]:
    """Return the digests of what a run is for: figures and notebooks."""
    found = [path for kind in ("figures", "notebooks") for path in sorted((folder / kind).glob("*"))]
    return {f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def _halves(folder: Path) -> list[str]:
    """Return what is not whole, or is not what the manifest says, in a folder whose run was killed."""
    problems = []
    for path in sorted((folder / "figures").glob("*")) + sorted((folder / "notebooks").glob("*")):
        try:
            _read_whole(path)
        except (ValueError, OSError, SyntaxError, AssertionError) as error:
            problems.append(f"{path.name}: {error}")
    for outcome in manifest.read(folder).values():
        if outcome.status == "ok":
            problems += [f"{outcome.name}: {problem}" for problem in _lies(outcome, folder)]
    return problems


def _read_whole(path: Path) -> None:
    data = path.read_bytes()
    if path.suffix in {".json", ".ipynb"}:
        json.loads(data)
    elif path.suffix == ".png":
        from PIL import Image

        with Image.open(io.BytesIO(data)) as image:
            image.load()
    elif path.suffix == ".svg":
        assert data.rstrip().endswith(b"</svg>")
    else:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"))))
        assert len({len(row) for row in rows}) == 1
        assert data.endswith(b"\n")


def _lies(outcome: Any, folder: Path) -> list[str]:
    """Return where a run that is said to be fine is not."""
    found = []
    for name, fingerprint in outcome.fingerprints.items():
        table = (folder / "figures" / f"{name}.csv").read_bytes()
        if hashlib.sha256(table).hexdigest()[:16] != fingerprint:
            found.append(f"{name}.csv is not the one recorded")
    if not (folder / "notebooks" / f"{outcome.name}.ipynb").is_file():
        found.append("its notebook is missing")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
