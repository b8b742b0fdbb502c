"""Kill a run with SIGKILL at random moments, and print the state of its folder; `test_safety.py` executes this.

The killed process forks its workers itself instead of using a server, so that everything is imported once and not at
each of the moments. Otherwise it does what `tlanalysis run` does.
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
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.plan import read_plan

MOMENTS = 8


def main(out: Path) -> None:
    """Print the state of the folder after each moment, as JSON."""
    workers._context = lambda: multiprocessing.get_context("fork")  # type: ignore[attr-defined]
    undisturbed = out / "undisturbed"
    started_at = time.monotonic()
    _wait(_start(undisturbed, force=True))
    duration = time.monotonic() - started_at
    expected = _files(undisturbed)
    moments = random.Random(5)
    found: list[dict[str, Any]] = []
    while len(found) < MOMENTS:
        folder = out / f"killed-{len(found) % 2}"
        started_at = time.monotonic()
        child = _start(folder, force=True)
        moment = moments.uniform(0.02, 1.0)
        if not _kill(child, started_at + moment * duration):
            # The run ended before the kill, because the machine is faster than it was: draw another moment.
            duration = time.monotonic() - started_at
            continue
        _wait_until_all_have_ended()
        _wait_until_free(folder)
        damage = _damage(folder)
        code = _wait(_start(folder, force=False))
        left = _files(folder)
        found.append(
            {
                "moment": round(moment, 2),
                "damage": damage,
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
            outcomes = execute(read_plan(), folder, RunOptions(jobs=2, force=force))
            code = int(any(outcome.status != "ok" for outcome in outcomes))
        finally:
            os._exit(code)
    return child


def _kill(child: int, moment: float) -> bool:
    """Kill a process at a moment of the monotonic clock; return False if it ended before that moment."""
    try:
        code = psutil.Process(child).wait(timeout=max(0.0, moment - time.monotonic()))
    except psutil.TimeoutExpired:
        os.kill(child, signal.SIGKILL)
        return _wait(child) == -signal.SIGKILL
    assert code == 0, f"a run ended with {code} before it was killed"
    return False


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _wait_until_all_have_ended() -> None:
    """Wait until the descendants of the killed process have ended."""
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

    The descendants of a killed run share its lock, and a process that ends loses its command line before it closes its
    files. The list of processes therefore does not show that the lock is free.
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
    """Return the digests of the figures and notebooks of a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in _written(folder)
    }


def _written(folder: Path) -> list[Path]:
    """Return the figures, their drawings for narrow screens and the notebooks of a folder."""
    found = [path for kind in manifest.FOLDERS for path in sorted((folder / kind).glob("*"))]
    return [path for path in found if not path.is_dir()]


def _damage(folder: Path) -> list[str]:
    """Return the files of a folder that are incomplete or do not agree with the manifest."""
    problems = []
    for path in _written(folder):
        try:
            _read_whole(path)
        except (ValueError, OSError, SyntaxError, AssertionError) as error:
            problems.append(f"{path.name}: {error}")
    for outcome in manifest.read(folder).values():
        if outcome.status == "ok":
            problems += [f"{outcome.name}: {problem}" for problem in _contradictions(outcome, folder)]
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


def _contradictions(outcome: Any, folder: Path) -> list[str]:
    """Return where the files of a run with status `ok` do not agree with the manifest."""
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
