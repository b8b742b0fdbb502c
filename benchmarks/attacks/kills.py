"""Kill a run at random moments: its parent, a worker, the server of workers, or the whole group.

    python -m benchmarks.attacks.kills 200 [--plain]

With --plain the notebooks publish no figure, which halves the time. They start processes of their own: a forked child,
a daemon in another session, a program. A process of the run stops itself at a step on the disk, and the target is
killed then. After each kill the attack checks that nothing is alive after ten seconds, that nothing stays in the
temporary folder and that every file is whole and agrees with the manifest; after five kills, that the next run
completes the job and leaves no unfinished file.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tests.runs.killing import _damage
from tlanalysis.runs import manifest

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
time.sleep(0.05)"""
STOPPING = Path(__file__).with_name("stopping")
MARK = "TLANALYSIS_KILLED"  # in the environment of all processes of an attack
KILLS_IN_A_ROW = 5
ALIVE = 10.0  # seconds after which nothing may be alive


def project(folder: Path, *, draws: bool = True) -> Path:
    """Write a project with runs of a notebook that starts processes, and publishes a figure or not; return its folder.

    Two runs without a figure cost half the time of three runs with one.
    """
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    write_notebook(folder / "notebooks", "00_essai", *([CALL, START, PUBLISH] if draws else [START, "1 + 1"]))
    territories = ["FR", "R75", "D33"] if draws else ["FR", "R75"]
    plan = f'[[run]]\nnotebook = "00_essai"\nparameters = {{ territory = {json.dumps(territories)} }}\n'
    (folder / "notebooks" / "plan.toml").write_text(plan, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Steps:
    """The steps of an undisturbed run on the disk, in their order: of its main process, or of another one."""

    by_main: list[bool]

    def moment(self, target: str, fraction: float) -> int:
        """Return the number of a step at which the target exists, at a fraction of those steps."""
        others = [number for number, main in enumerate(self.by_main, start=1) if not main]
        whole = target in ("parent", "group")
        first, last = (1, len(self.by_main)) if whole else (others[0], others[-1])
        return first + int(fraction * (last - first))


def count_steps(home: Path, folder: Path) -> Steps:
    """Run once without a kill, and count the steps."""
    command = Command(home, folder, 0)
    running = command.start("--force")
    if code := running.wait():
        raise RuntimeError(f"the undisturbed run ends with {code}: {command.printed}")
    lines = command.steps.read_text(encoding="utf-8").splitlines()
    return Steps([int(line.split()[0]) == running.pid for line in lines])


class Command:
    """`tlanalysis run` in an environment that stops it at a step (0: at none).

    Parameters
    ----------
    home : Path
        The folder of `project`.
    folder : Path
        A folder for reports and temporary files.
    stop : int
    """

    def __init__(self, home: Path, folder: Path, stop: int) -> None:
        self.home, self.out, self.temporary = home, folder / "out", folder / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.steps, self._stopped, self._go = folder / "steps", folder / "stopped", folder / "go"
        self._printed = folder / "printed"
        self.steps.unlink(missing_ok=True)
        for fifo in (self._stopped, self._go):
            fifo.unlink(missing_ok=True)
            os.mkfifo(fifo)
        self._stopper: int | None = None
        self.mark = f"{os.getpid()}-{time.monotonic_ns()}"
        self._plain = os.environ | {"TLANALYSIS_HOME": str(home), "TMPDIR": str(self.temporary), MARK: self.mark}
        self._watched = self._plain | {
            "PYTHONPATH": os.pathsep.join([str(STOPPING), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "ATTACK_UNDER": str(folder),
            "ATTACK_STEPS": str(self.steps),
            "ATTACK_STOP": str(stop),
            "ATTACK_STOPPED": str(self._stopped),
            "ATTACK_GO": str(self._go),
        }
        self.words = [sys.executable, "-m", "tlanalysis", "run", "--jobs", "1", "--out", str(self.out)]

    @property
    def printed(self) -> str:
        """What the command has printed."""
        return self._printed.read_text(encoding="utf-8", errors="replace")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start the command, in a session of its own."""
        with self._printed.open("wb") as printed:
            return subprocess.Popen(
                [*self.words, *words], env=self._watched, cwd=self.home,
                stdout=printed, stderr=printed, start_new_session=True,
            )  # fmt: skip

    def wait_for_the_stop(self, running: subprocess.Popen[bytes]) -> bool:
        """Return when a process has stopped; False when the command ended before."""
        stopped = os.open(self._stopped, os.O_RDWR | os.O_NONBLOCK)  # also for writing: no end of file before the line
        try:
            while running.poll() is None:
                if select.select([stopped], [], [], 0.1)[0]:
                    self._stopper = int(os.read(stopped, 64))
                    return True
        finally:
            os.close(stopped)
        return False

    def let_go(self) -> None:
        """Let the stopped process go on, if it is alive.

        It may not have opened the FIFO yet: until it has, the FIFO has no reader and cannot be opened here.
        """
        while self._stopper is not None and _is_alive(self._stopper):
            with suppress(OSError):  # ENXIO: no reader
                os.close(os.open(self._go, os.O_WRONLY | os.O_NONBLOCK))
                return
            time.sleep(0.01)

    def finish(self) -> subprocess.CompletedProcess[str]:
        """Run once more, undisturbed."""
        return subprocess.run(self.words, env=self._plain, cwd=self.home, capture_output=True, text=True, check=False)


def attack(home: Path, folder: Path, target: str, step: int = 0, moment: float = 0) -> list[str]:
    """Kill a run at a step, or at a moment (seconds after its start); return what is wrong afterwards.

    Parameters
    ----------
    home : Path
        The folder of `project`.
    folder : Path
        A folder for reports and temporary files.
    target : {"parent", "worker", "server", "group"}
    step : int
        Number of the step on the disk at which a process stops and the target is killed; 0: at `moment`.
    moment : float
    """
    command = Command(home, folder, step)
    running = command.start("--force")
    if step:
        reached = command.wait_for_the_stop(running)
    else:
        time.sleep(moment)
        reached = running.poll() is None
    number = _find(running.pid, target) if reached else None
    if number is None:
        running.kill()
        command.let_go()
        running.wait()
        _wait_until_ended(command.mark)
        return ["missed"]
    (os.killpg if target == "group" else os.kill)(number, signal.SIGKILL)
    if step:
        command.let_go()
    problems = []
    try:
        code = running.wait(timeout=60)
    except subprocess.TimeoutExpired:
        problems.append("the command did not end within a minute")
        running.kill()
        code = running.wait()
    if target in ("parent", "group") and code != -signal.SIGKILL:
        problems.append(f"exit code {code}")
    if left := _wait_until_ended(command.mark):
        problems += [f"alive: {name}" for name in left]
    problems += _left_in(command.temporary)
    problems += _damage(command.out) if command.out.exists() else []
    if "Traceback" in command.printed:
        problems.append("a traceback on the terminal")
    return problems


def finish(home: Path, folder: Path) -> list[str]:
    """Run once more in a folder whose runs were killed; return what is wrong afterwards."""
    command = Command(home, folder, 0)
    done = command.finish()
    problems = [f"the next run ends with {done.returncode}: {done.stderr}"] if done.returncode else []
    problems += _damage(command.out)
    statuses = {outcome.status for outcome in manifest.read(command.out).values()}
    problems += [f"a run is {status}" for status in statuses - {"ok"}]
    problems += _left_in(command.temporary)
    unfinished = [path for path in command.out.rglob("*") if ".part" in path.name or path.name == ".staging"]
    return problems + [f"left: {path.name}" for path in unfinished]


def _left_in(temporary: Path) -> list[str]:
    """Return what the temporary folder holds after `ALIVE`: the guard empties it when the command has ended."""
    deadline = time.monotonic() + ALIVE
    while any(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [f"in the temporary folder: {path.name}" for path in temporary.iterdir()]


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


def _is_alive(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _alive(mark: str) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def main(count: int, targets: Sequence[str] = TARGETS, seed: int = 11, *, draws: bool = True) -> dict[str, list[str]]:
    """Attack `count` times, at random steps; return the problems by target, and print a table.

    After five kills in one folder, the next run has to finish the job.
    """
    fractions, tried = random.Random(seed), Counter[str]()
    found: dict[str, list[str]] = {target: [] for target in targets}
    survived = Counter[str]()
    with tempfile.TemporaryDirectory(prefix="tlk-") as name:
        base = Path(name)
        home = project(base / "projet", draws=draws)
        steps = count_steps(home, base / "entier")
        while sum(tried.values()) < count:
            target = targets[sum(tried.values()) % len(targets)]
            problems = attack(home, base / "attaque", target, steps.moment(target, fractions.random()))
            if problems == ["missed"]:
                print(f"{target}: missed", flush=True)
                continue
            tried[target] += 1
            if sum(tried.values()) % KILLS_IN_A_ROW == 0 or sum(tried.values()) == count:
                problems += finish(home, base / "attaque")
                shutil.rmtree(base / "attaque")
            survived[target] += not problems
            if problems:
                found[target] += problems
                print(json.dumps({target: problems}, ensure_ascii=False), flush=True)
            if sum(tried.values()) % 20 == 0:
                print(f"{sum(tried.values())} kills", flush=True)
    for target in targets:
        print(f"{target:8} {tried[target]:4} tried {survived[target]:4} survived")
    return found


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--plain"]
    main(int(words[0]) if words else 200, draws="--plain" not in sys.argv)
