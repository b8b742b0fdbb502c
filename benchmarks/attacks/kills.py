"""Kill a run at random moments: its parent, a worker, the server of workers, or the whole group.

    python -m benchmarks.attacks.kills 200

The notebooks start processes of their own: a forked child, a daemon in another session, a program. After each kill the
attack checks that nothing is alive after ten seconds, that nothing stays in the temporary folder, that every file is
whole and agrees with the manifest, and that the next run completes the job and leaves no unfinished file.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tests.runs.killing import _damage

TARGETS = ("parent", "worker", "server", "group")
CALL = "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)\nheld = tl.holdings()"
PUBLISH = 'ax = tl.plot_holdings(held, lang=p.lang)\nfigure = tl.publish(ax, held, id="essai", params=p)'
START = """import os, subprocess, time
started = subprocess.Popen(["sleep", "4321"])
daemon = subprocess.Popen(["sleep", "4322"], start_new_session=True)
for _ in range(3):
    if os.fork() == 0:
        time.sleep(4323)
        os._exit(0)
time.sleep(0.2)"""
ALIVE = 10.0  # seconds after which nothing may be alive


def project(folder: Path) -> Path:
    """Write a project with three runs of a notebook that publishes a figure and starts processes; return its folder."""
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    write_notebook(folder / "notebooks", "00_essai", CALL, START, PUBLISH)
    plan = '[[run]]\nnotebook = "00_essai"\nparameters = { territory = ["FR", "R75", "D33"] }\n'
    (folder / "notebooks" / "plan.toml").write_text(plan, encoding="utf-8")
    return folder


def attack(home: Path, folder: Path, target: str, moment: float | None = None) -> list[str]:
    """Kill a run at a moment (seconds after its start); return what is wrong afterwards.

    Parameters
    ----------
    home : Path
        The folder of `project`.
    folder : Path
        A folder for reports and temporary files.
    target : {"parent", "worker", "server", "group"}
    moment : float, optional
        By default, when the notebook has started its processes.
    """
    temporary, out = folder / "tmp", folder / "out"
    temporary.mkdir(parents=True, exist_ok=True)
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    env = os.environ | {"TLANALYSIS_HOME": str(home), "TMPDIR": str(temporary), "TLANALYSIS_KILLED": mark}
    command = [sys.executable, "-m", "tlanalysis", "run", "--force", "--jobs", "2", "--out", str(out)]
    with (folder / "printed").open("wb") as printed:
        running = subprocess.Popen(command, env=env, cwd=home, stdout=printed, stderr=printed, start_new_session=True)
    if moment is None:
        _wait_until_started(mark)
    else:
        time.sleep(moment)
    number = _find(running.pid, target)
    if number is None or running.poll() is not None:
        running.kill()
        running.wait()
        _wait_until_ended(mark)
        return ["missed"]
    (os.killpg if target == "group" else os.kill)(number, signal.SIGKILL)
    problems = []
    try:
        code = running.wait(timeout=60)
    except subprocess.TimeoutExpired:
        problems.append("the command did not end within a minute")
        running.kill()
        code = running.wait()
    if target in ("parent", "group") and code != -signal.SIGKILL:
        problems.append(f"exit code {code}")
    if left := _wait_until_ended(mark):
        problems += [f"alive: {name}" for name in left]
    deadline = time.monotonic() + ALIVE
    while any(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    problems += [f"in the temporary folder: {path.name}" for path in temporary.iterdir()]
    problems += _damage(out) if out.exists() else []
    if "Traceback" in (folder / "printed").read_text(encoding="utf-8", errors="replace"):
        problems.append("a traceback on the terminal")
    done = subprocess.run([*command[:4], *command[5:]], env=env, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        problems.append(f"the next run ends with {done.returncode}: {done.stderr}")
    problems += _damage(out)
    problems += [f"left: {path.name}" for path in out.rglob("*") if ".part" in path.name or path.name == ".staging"]
    return problems


def _wait_until_started(mark: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not any("4322" in line for line in _alive(mark)):
        time.sleep(0.02)


def _find(parent: int, target: str) -> int | None:
    if target in ("parent", "group"):
        return parent
    try:
        children = psutil.Process(parent).children(recursive=True)
        servers = [process for process in children if "forkserver" in " ".join(process.cmdline()[:4])]
        servers = [process for process in servers if process.ppid() == parent]
        if target == "server":
            return servers[0].pid if servers else None
        workers = servers[0].children() if servers else []
        return workers[0].pid if workers else None
    except psutil.Error:
        return None


def _wait_until_ended(mark: str) -> list[str]:
    """Return the command lines of the processes with a mark in their environment that are alive after `ALIVE`."""
    deadline, found = time.monotonic() + ALIVE, ["?"]
    while found and time.monotonic() < deadline:
        time.sleep(0.05)
        found = _alive(mark)
    return found


def _alive(mark: str) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TLANALYSIS_KILLED") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def main(count: int, targets: Sequence[str] = TARGETS, seed: int = 11) -> dict[str, list[list[str]]]:
    """Attack `count` times; return the problems by target, and print a table."""
    moments, tried = random.Random(seed), Counter[str]()
    found: dict[str, list[list[str]]] = {target: [] for target in targets}
    with tempfile.TemporaryDirectory(prefix="tlk-") as name:
        base = Path(name)
        home = project(base / "projet")
        started_at = time.monotonic()
        command = [sys.executable, "-m", "tlanalysis", "run", "--force", "--jobs", "2", "--out", str(base / "entier")]
        subprocess.run(command, env=os.environ | {"TLANALYSIS_HOME": str(home)}, cwd=home, check=True)
        duration = time.monotonic() - started_at
        while sum(tried.values()) < count:
            target = targets[sum(tried.values()) % len(targets)]
            problems = attack(home, base / "attaque", target, moments.uniform(0.1, 1.0) * duration)
            shutil.rmtree(base / "attaque" / "tmp")
            if problems == ["missed"]:
                continue
            tried[target] += 1
            if problems:
                found[target].append(problems)
                print(json.dumps({target: problems}, ensure_ascii=False), flush=True)
    for target in targets:
        print(f"{target:8} {tried[target]:4} tried {tried[target] - len(found[target]):4} survived")
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
