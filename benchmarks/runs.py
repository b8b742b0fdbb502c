"""Compare the time of many runs with sequential papermill, with plain calls, and with a night of few changes.

The benchmark makes the territory profiles (`--for all`, 120 of them) in three ways. Its notebook, `profile.ipynb`, is
that of 26 November 2026, with five figures: it stays as it is, so that its times are those of the library.

- sequential papermill: one process that calls `papermill.execute_notebook` with its default kernel, one run after the
  other, with this version of the library, or with another one (`--before COMMIT`), so that a night is compared with
  what it was. It is timed on every tenth profile and multiplied, unless `--whole` is given;
- the forked floor: the cells of the same notebooks as plain calls, each in a fork of a process that has imported and
  drawn already, as many at a time as there are cores. It shows nothing and writes no notebook, so a faster way has to
  draw less. Its time includes the imports, as ours does, and excludes the profile that warms the process up;
- `tlanalysis run`, the command, its start included.

The benchmark prints seconds of the clock and of the processors for each way, over all its processes. Processor seconds
vary less on a machine that others use too.

Usage: python -m benchmarks.runs [WHICH] [--whole] [--before COMMIT] [--notebook FILE]. WHICH is `all` (the default),
`regions`, `departements` or one territory, such as `D33`. One territory is measured in a single turn, to see that the
benchmark works.

It then times few and many runs, to show how cost grows with their number, a run with nothing changed and a run with
one observation changed.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tlanalysis.core import paths
from tlanalysis.data import embedded
from tlanalysis.runs import limits
from tlanalysis.runs.plan import Run, grid, territories_for
from tlanalysis.runs.single_run import FIXED_ENVIRONMENT

NOTEBOOK = "profile"
FROZEN = Path(__file__).with_name(f"{NOTEBOOK}.ipynb")
JOBS = os.cpu_count() or 1
EVERY = 10
TURNS = 3
GROUPS = ("all", "regions", "departements")
# Byte code must be cached, as on the machine of a user: imports are a large part of the cost of a kernel.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cells(name: str) -> list[str]:
    """Return the sources of a notebook's code cells."""
    notebook = json.loads((paths.notebooks() / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def sequential(runs: list[Run], out: Path, library: Path | None = None) -> float:
    """Execute runs with papermill and its default kernel, one after the other, in one process; return the seconds.

    `library` is a checkout of another version of the project, whose code and data serve.
    """
    script = (
        "import json, sys, time, papermill\n"
        "jobs = json.load(sys.stdin)\n"
        "begun = time.perf_counter()\n"
        "for source, target, values in jobs:\n"
        "    papermill.execute_notebook(source, target, parameters=values, progress_bar=False)\n"
        "print(time.perf_counter() - begun)\n"
    )
    source = str(paths.notebooks() / f"{NOTEBOOK}.ipynb")
    jobs = [(source, str(out / f"{run.name}.ipynb"), run.injected) for run in runs]
    out.mkdir(parents=True, exist_ok=True)
    env = ENV | {"TLANALYSIS_OUT": str(out), "TLANALYSIS_HOME": str(library or paths.home()), "MPLBACKEND": "agg"}
    if library is not None:
        env["PYTHONPATH"] = str(library)
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command,
        cwd=library,
        input=json.dumps(jobs),
        env=env,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return float(done.stdout)


def floor(runs: list[Run], out: Path) -> tuple[float, float, float]:
    """Execute the cells of runs as plain calls, each in a fork of a warm process.

    Return the seconds of the profile that warms the process up, by the clock and of the processor, and the seconds
    after it.
    """
    command = [sys.executable, "-m", "benchmarks.runs", "floor", str(out), *(run.parameters.territory for run in runs)]
    done = subprocess.run(
        command, env=ENV | FIXED_ENVIRONMENT, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    rehearsed, busy, warm = map(float, done.stdout.split())
    return rehearsed, busy, warm


def _floor_process(out: Path, territories: list[str]) -> None:
    """Warm this process up with one whole profile, then fork it for the others and time them."""
    import tlanalysis.runs.preload  # noqa: F401

    os.environ |= {"TLANALYSIS_OUT": str(out), "TLANALYSIS_COMMIT": "", "MPLBACKEND": "agg"}
    sources = cells(NOTEBOOK)
    begun, busy = time.perf_counter(), time.process_time()
    _plain(sources, "FR")
    rehearsed = f"{time.perf_counter() - begun} {time.process_time() - busy}"
    begun, under_way = time.perf_counter(), set[int]()
    for territory in territories:
        if len(under_way) == JOBS:
            under_way.remove(os.wait()[0])
        child = os.fork()
        if child == 0:
            _plain(sources, territory)
            os._exit(0)
        under_way.add(child)
    for _ in under_way:
        os.wait()
    print(rehearsed, time.perf_counter() - begun)


def _plain(sources: list[str], territory: str) -> None:
    """Execute cells as plain Python; the values are injected after the first of them, as papermill does."""
    scope: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for number, source in enumerate(sources):
            exec(compile(source, NOTEBOOK, "exec"), scope)
            if number == 0:
                scope["territory"] = territory


def command(*words: str, env: dict[str, str] | None = None) -> tuple[float, str]:
    """Execute `tlanalysis`; return the seconds and what it printed."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tlanalysis", *words], env=env or ENV, check=True, text=True, stdout=subprocess.PIPE
    )
    return time.perf_counter() - begun, done.stdout


def weighed(work: Callable[..., Any], *given: Any) -> tuple[float, float, Any]:
    """Call a function; return its clock seconds, its processor seconds and its answer.

    An answer that is a number replaces the clock seconds.
    """
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    answer = work(*given)
    seconds = time.perf_counter() - begun
    with contextlib.suppress(ChildProcessError):  # servers outlive their parents; this process waits for them
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (answer if isinstance(answer, float) else seconds), busy, answer


def executed(printed: str) -> int:
    """Count the runs that a command says it executed."""
    return sum(line.startswith("ok ") for line in printed.splitlines())


def asked(which: str) -> tuple[str, str]:
    """Return the arguments of a command line for a group of territories, or for one."""
    return ("--for", which) if which in GROUPS else ("-p", f"territory={which}")


@contextlib.contextmanager
def checkout(commit: str) -> Iterator[Path | None]:
    """Yield a checkout of a commit of this repository; None for the empty text."""
    if not commit:
        yield None
        return
    with tempfile.TemporaryDirectory() as scratch:
        repository, folder = FROZEN.parent.parent, Path(scratch) / "before"
        packed = subprocess.run(["git", "archive", commit], cwd=repository, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(folder, filter="data")
        yield folder


def many(out: Path, which: str, whole: bool, before: str) -> None:
    """Print the times of the three ways, measured in turn so that a slow moment of the machine affects all of them."""
    chosen, count = (territories_for(which), TURNS) if which in GROUPS else ([which], 1)
    runs = [*grid(NOTEBOOK, {"territory": chosen})]
    some = runs if whole or len(runs) < EVERY * count else runs[::EVERY]
    with checkout(before) as library:
        if count > 1:
            sequential(runs[:1], out / "warm", library)  # caches of byte code and files are filled
        turns = _turns(out, which, runs, some, count, library)
    _print_many(turns, runs, some, count, f"before ({before[:8]})" if before else "", whole=len(some) == len(runs))


def _turns(
    out: Path,
    which: str,
    runs: list[Run],
    some: list[Run],
    count: int,
    library: Path | None,
) -> list[dict[str, tuple[float, float]]]:
    """Return the seconds on the clock and of the processors of each way, by turn."""
    turns = []
    for turn in range(count):
        part = some[turn::count]
        clock, busy, _ = weighed(sequential, part, out / "sequential", library)
        papermill = clock * len(runs) / len(part), busy * len(runs) / len(part)
        words = ("run", NOTEBOOK, *asked(which), "--jobs", str(JOBS), "--out", str(out / "ours"), "--force")
        ways = {"floor": (floor, runs, out / "floor"), "ours": (command, *words)}
        # The speed of the machine changes during the benchmark, so each way comes first in one turn.
        measured = {way: weighed(*ways[way]) for way in sorted(ways, reverse=turn % 2 == 1)}
        clock, busy, (rehearsed, rehearsed_busy, alone) = measured["floor"]
        ours, busy_ours, (_, printed) = measured["ours"]
        assert executed(printed) == len(runs)
        least = clock - rehearsed, busy - rehearsed_busy
        turns.append({"papermill": papermill, "floor": least, "warm": (alone, busy), "ours": (ours, busy_ours)})
    return turns


def _print_many(
    turns: list[dict[str, tuple[float, float]]],
    runs: list[Run],
    some: list[Run],
    count: int,
    before: str,
    *,
    whole: bool,
) -> None:
    def middle(way: str, other: str = "", which: int = 0) -> float:
        return median(turn[way][which] / (turn[other][which] if other else 1) for turn in turns)

    how = "all of them" if whole else f"{len(some)} of them, multiplied"
    print(f"{len(runs)} territory profiles, {JOBS} at a time; medians of {count} turns")
    print(f"  {'':45}       clock   processors")
    for what, way in (
        (f"sequential papermill{before and ', '}{before} ({how})", "papermill"),
        ("forked floor: the cells as plain calls", "floor"),
        ("tlanalysis run", "ours"),
    ):
        print(f"  {what:45}  {middle(way):8.1f} s   {middle(way, which=1):8.1f} s")
    for what, one, other in (
        ("times faster than sequential papermill", "papermill", "ours"),
        ("over the forked floor, starts included", "ours", "floor"),
        ("over the forked floor once it is warm", "ours", "warm"),
    ):
        by_turns = ", ".join(f"{turn[one][0] / turn[other][0]:.2f}" for turn in turns)
        busy = f"{middle(one, other, 1):8.2f}" if other != "warm" else ""
        print(f"  {what:45}  {middle(one, other):8.2f}     {busy:8}     by turns: {by_turns}")


def quiet(out: Path, which: str) -> None:
    """Print what the next night costs: nothing changed, then one observation."""
    words = ("run", NOTEBOOK, *asked(which), "--out", str(out / "ours"))
    seconds, printed = command(*words)
    print(f"nothing changed: {seconds:.2f} s, {executed(printed)} executed ({printed.strip()})")
    with project_copy() as home:
        env = ENV | {"TLANALYSIS_HOME": str(home)}
        _, printed = command(*words, env=env)
        assert executed(printed) == 0, "a copy of the project is the same project"
        name = change_one_observation(home)
        seconds, printed = command(*words, "--dry-run", env=env)
        due = [line for line in printed.splitlines() if line.startswith("would run")]
        print(f"one observation changed ({name}): {seconds:.2f} s to say that {len(due)} runs are due")
        seconds, printed = command(*words, env=env)
        print(f"  executed: {executed(printed)}, in {seconds:.1f} s")


@contextlib.contextmanager
def project_copy() -> Iterator[Path]:
    """Yield a copy of the data and notebooks of the project."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "projet"
        shutil.copytree(paths.raw(), home / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
        shutil.copytree(paths.notebooks(), home / "notebooks")
        yield home


def change_one_observation(home: Path) -> str:
    """Add one to a figure of one département; return its name."""
    path = home / "data" / "raw" / "observations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows, columns = list(reader), reader.fieldnames or []
    row = next(row for row in rows if row["territoire"].startswith("D") and row["valeur"])
    row["valeur"] = str(float(row["valeur"]) + 1)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    before = os.environ.get("TLANALYSIS_HOME")
    os.environ["TLANALYSIS_HOME"] = str(home)
    embedded.seal()
    if before is None:
        del os.environ["TLANALYSIS_HOME"]
    else:
        os.environ["TLANALYSIS_HOME"] = before
    return f"{row['id_observation']}, of {row['territoire']}"


def growth(out: Path, few: int, times: int) -> None:
    """Print the cost of few and of many runs of a notebook that draws nothing: only the cost of a run is left."""
    with project_copy() as home:
        for path in (home / "notebooks").iterdir():
            path.unlink()
        parameters = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "seed = 0"}
        cell = {"cell_type": "code", "metadata": {}, "source": "seed"}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
        for number, one in enumerate((parameters, cell)):
            notebook["cells"].append(one | {"id": f"cell-{number}", "outputs": [], "execution_count": None})
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook["metadata"] = {"kernelspec": kernel}
        (home / "notebooks" / "00_rien.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        env = ENV | {"TLANALYSIS_HOME": str(home)}
        taken = {}
        for count in (few, few * times):
            plan = f'[[run]]\nnotebook = "00_rien"\nparameters = {{ seed = {list(range(count))} }}\n'
            (home / "notebooks" / "plan.toml").write_text(plan, encoding="utf-8")
            taken[count], printed = command("run", "--out", str(out / f"growth-{count}"), env=env)
            assert executed(printed) == count
    small, large = taken[few], taken[few * times]
    print(f"{few} runs that draw nothing: {small:.1f} s; {few * times}: {large:.1f} s, {large / small:.1f} times")


def start() -> None:
    """Print the processor time of `--help` and the time of importing the package."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(5):
        command("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 5
    script = "import time; begun = time.perf_counter(); import tlanalysis; print(time.perf_counter() - begun)"
    imports = [
        float(
            subprocess.run([sys.executable, "-c", script], env=ENV, check=True, capture_output=True, text=True).stdout
        )
        for _ in range(5)
    ]
    print(f"tlanalysis --help: {cpu:.2f} s of CPU; import tlanalysis: {sorted(imports)[2]:.3f} s (median of 5)")


def main() -> None:
    """Print everything."""
    if sys.argv[1:2] == ["floor"]:
        _floor_process(Path(sys.argv[2]), sys.argv[3:])
        return
    options = argparse.ArgumentParser(prog="benchmarks.runs")
    options.add_argument("which", nargs="?", default="all")
    options.add_argument("--whole", action="store_true")
    options.add_argument("--before", default="", metavar="COMMIT")
    options.add_argument("--notebook", default=FROZEN, type=Path)
    asked_for = options.parse_args()
    which = asked_for.which
    limits.Descendants()  # this process waits for every process below it, so that their time is counted
    with tempfile.TemporaryDirectory() as scratch, project_copy() as home:
        shutil.copy(asked_for.notebook, home / "notebooks" / f"{NOTEBOOK}.ipynb")
        os.environ["TLANALYSIS_HOME"] = ENV["TLANALYSIS_HOME"] = str(home)
        start()
        many(Path(scratch), which, asked_for.whole, asked_for.before)
        quiet(Path(scratch), which)
        growth(Path(scratch), *((4, 50) if which in GROUPS else (1, 2)))


if __name__ == "__main__":
    main()
