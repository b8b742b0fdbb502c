"""Many runs: the memory of a command that makes hundreds of them, and the cost of a plan of a hundred thousand.

    python -m benchmarks.attacks.growth [RUNS] [PLANNED]

The runs are of a notebook without figures. While they are made, the largest memory of the command and of each process
that lives as long as it (the server of workers, the workers) is read after each quarter of the runs: memory that grows
from quarter to quarter is kept for nothing. `run --dry-run` of PLANNED runs is then timed, and of half as many.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook

RUNS, PLANNED = 200, 100_000
CELL = "import tlanalysis as tl\ntl.territory(territory)"
TERRITORIES = ["FR", "R75", "R53", "R11"]


def project(folder: Path) -> Path:
    """Write a project with one notebook; return its folder."""
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    parameters = 'territory = "FR"\nlang = "fr"\nn = 0'
    write_notebook(
        folder / "notebooks", "00_essai", "import tlanalysis as tl\ntl.territory(territory)", parameters=parameters
    )
    return folder


def plan(home: Path, runs: int) -> None:
    """Plan so many runs."""
    numbers = list(range(runs // len(TERRITORIES)))
    text = f'[[run]]\nnotebook = "00_essai"\nparameters = {{ territory = {json.dumps(TERRITORIES)}, n = {numbers} }}\n'
    (home / "notebooks" / "plan.toml").write_text(text, encoding="utf-8")


def command(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start `tlanalysis run`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tlanalysis", "run", *words],
        env=os.environ | {"TLANALYSIS_HOME": str(home)}, cwd=home, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def memory_by_quarter(home: Path, out: Path, runs: int) -> list[tuple[float, float]]:
    """Return, for each quarter of the runs, MiB of the command, and of the largest of its lasting processes."""
    plan(home, runs)
    running = command(home, "--out", str(out), "--engine", "fork")
    watched = psutil.Process(running.pid)
    born: dict[int, float] = {}
    quarters = [(0.0, 0.0)] * 4
    while running.poll() is None:
        done = len(list((out / "notebooks").glob("*.ipynb"))) if out.is_dir() else 0
        at = min(3, 4 * done // runs)
        try:
            own = watched.memory_info().rss / 2**20
            now = time.monotonic()
            lasting = [
                child.memory_info().rss / 2**20
                for child in watched.children(recursive=True)
                if now - born.setdefault(child.pid, now) > 5
            ]
        except psutil.NoSuchProcess:
            continue
        quarters[at] = (max(quarters[at][0], own), max([quarters[at][1], *lasting]))
        time.sleep(0.2)
    if running.returncode:
        raise SystemExit(f"the runs end with {running.returncode}")
    return quarters


def planning(home: Path, out: Path, runs: int) -> tuple[float, float]:
    """Return processor seconds and MiB of `run --dry-run` of so many runs."""
    plan(home, runs)
    running = command(home, "--dry-run", "--out", str(out))
    _, status, used = os.wait4(running.pid, 0)
    if status:
        raise SystemExit(f"the dry run ends with {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print the memory by quarter and the cost of planning."""
    given = [int(word) for word in sys.argv[1:]]
    runs, planned = (given + [RUNS, PLANNED][len(given) :])[:2]
    with tempfile.TemporaryDirectory() as name:
        home = project(Path(name) / "projet")
        for number, (own, largest) in enumerate(memory_by_quarter(home, Path(name) / "out", runs), start=1):
            print(f"quarter {number} of {runs} runs: command {own:.0f} MiB, largest lasting process {largest:.0f} MiB")
        for size in (planned // 2, planned):
            seconds, peak = planning(home, Path(name) / "none", size)
            print(f"{size} runs planned: {seconds:.1f} s of processor, {peak:.0f} MiB")


if __name__ == "__main__":
    main()
