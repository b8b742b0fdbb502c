"""Run one notebook in many surroundings; print which of them give other bytes.

    python -m benchmarks.attacks.surroundings [--python PROGRAM]... [--combined N]

Each surrounding differs from the first one in one respect: the user's matplotlib style, IPython profile, locale, umask,
time zone, hash seed, width of the terminal, home, an absent or foreign git, the engine, the number of jobs, the kind of
processor that the numerical libraries believe to have. `--combined` adds N random combinations. `--python` adds another
interpreter, which has the same libraries and this package. `--notebook` runs another notebook, for France.

The bytes of every figure (SVG, PNG, CSV, the drawing for narrow screens) and of the executed notebook are compared. The
sidecars (JSON) are compared without the entries that say who ran it: commit, command, versions of libraries. Of an
executed notebook, the version of Python is left out when another interpreter ran it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT

NOTEBOOK, TERRITORY = "04_territory_profile", "R94"
PLAN = """[[run]]
notebook = "{notebook}"
parameters = {{ territory = "{territory}", lang = ["fr", "en"] }}
"""
RUNNERS = ("commit", "command", "versions")  # entries of a sidecar that say who ran it, and with what
STYLE = (
    "font.size: 23\nfont.family: monospace\naxes.grid: True\nsavefig.dpi: 31\nsvg.fonttype: path\naxes.facecolor: red\n"
)
STARTUP = """import random
import matplotlib, numpy, pandas
matplotlib.rcParams.update({'font.size': 31, 'figure.figsize': (2, 9), 'axes.prop_cycle': "cycler('color', ['k'])"})
pandas.set_option('display.max_rows', 3)
numpy.random.seed(4)
random.seed(4)
"""


@dataclass(frozen=True)
class Surrounding:
    """What differs from the first surrounding: variables (None: not set), umask, options of `run`, interpreter."""

    name: str
    variables: dict[str, str | None] = field(default_factory=dict)
    umask: int = 0o022
    options: tuple[str, ...] = ()
    python: str = sys.executable


def surroundings(folder: Path) -> list[Surrounding]:
    """Return the surroundings, the plain one first.

    Parameters
    ----------
    folder : Path
        Where the files of a user are written: a style, a profile, a program named git.
    """
    style, profile, foreign, nothing = (folder / name for name in ("matplotlibrc", "ipython", "foreign", "nothing"))
    style.write_text(STYLE, encoding="utf-8")
    (profile / "profile_default" / "startup").mkdir(parents=True)
    (profile / "profile_default" / "startup" / "00-style.py").write_text(STARTUP, encoding="utf-8")
    foreign.mkdir()
    nothing.mkdir()
    (foreign / "git").write_text("#!/bin/sh\necho not a commit\n", encoding="utf-8")
    (foreign / "git").chmod(0o755)
    kernel = ("--engine", "kernel")
    return [
        Surrounding("plain"),
        Surrounding("style", {"MATPLOTLIBRC": str(style)}),
        Surrounding("style, kernel", {"MATPLOTLIBRC": str(style)}, options=kernel),
        Surrounding("profile", {"IPYTHONDIR": str(profile)}),
        Surrounding("profile, kernel", {"IPYTHONDIR": str(profile)}, options=kernel),
        Surrounding("kernel", options=kernel),
        Surrounding("one job", options=("--jobs", "1")),
        Surrounding("four jobs", options=("--jobs", "4")),
        Surrounding("locale C", {"LC_ALL": "C", "LANG": "C"}),
        Surrounding("locale fr", {"LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8"}),
        Surrounding("locale tr", {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}),
        Surrounding("umask 077", umask=0o077),
        Surrounding("umask 000", umask=0),
        Surrounding("no git", {"PATH": str(nothing)}),
        Surrounding("foreign git", {"PATH": f"{foreign}{os.pathsep}{os.environ['PATH']}"}),
        Surrounding("git of nowhere", {"GIT_DIR": str(nothing)}),
        Surrounding("home empty", {"HOME": str(nothing), "XDG_CONFIG_HOME": None, "XDG_CACHE_HOME": None}),
        Surrounding("Tokyo", {"TZ": "Asia/Tokyo"}),
        Surrounding("hash seed 0", {"PYTHONHASHSEED": "0"}),
        Surrounding("hash seed 1", {"PYTHONHASHSEED": "1"}),
        Surrounding("narrow terminal", {"COLUMNS": "20", "LINES": "5", "TERM": "dumb"}),
        Surrounding("backend svg", {"MPLBACKEND": "svg"}),
        Surrounding("development mode", {"PYTHONDEVMODE": "1"}),
        Surrounding("no byte code", {"PYTHONDONTWRITEBYTECODE": "1"}),
        Surrounding("processor: Nehalem", {"OPENBLAS_CORETYPE": "Nehalem"}),
        Surrounding("processor: Sandy Bridge", {"OPENBLAS_CORETYPE": "Sandybridge"}),
        Surrounding("processor: no AVX-512", {"NPY_DISABLE_CPU_FEATURES": "X86_V4"}),
        Surrounding("processor: no AVX2", {"NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4"}),
        Surrounding("one thread", {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}),
    ]


def combined(some: list[Surrounding], random_: random.Random) -> Surrounding:
    """Return several surroundings at once; where two set the same thing, the last one holds."""
    chosen = random_.sample(some[1:], 4)
    variables: dict[str, str | None] = {}
    options: dict[str, str] = {}
    for one in chosen:
        variables |= one.variables
        options |= dict(zip(one.options[::2], one.options[1::2], strict=True))
    return Surrounding(
        " + ".join(one.name for one in chosen),
        variables,
        chosen[-1].umask,
        tuple(word for pair in options.items() for word in pair),
        chosen[0].python,
    )


def run(home: Path, out: Path, one: Surrounding) -> str:
    """Run the notebook in a surrounding; return what was wrong, or nothing."""
    given = os.environ | {"TLANALYSIS_HOME": str(home)} | {k: v for k, v in one.variables.items() if v is not None}
    environment = {name: value for name, value in given.items() if one.variables.get(name, "") is not None}
    done = subprocess.run(
        [one.python, "-m", "tlanalysis", "run", *one.options, "--out", str(out)],
        env=environment, umask=one.umask, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"ends with {done.returncode}: {done.stderr.strip()[-200:]}" if done.returncode else ""


def digests(out: Path, *, same_python: bool = True) -> dict[str, str]:
    """Return the sha256 of every figure and executed notebook, without what says who ran them."""
    found = (path for kind in ("figures", "notebooks") for path in sorted((out / kind).rglob("*")) if path.is_file())
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(_compared(path, same_python=same_python)).hexdigest()
        for path in found
    }


def _compared(path: Path, *, same_python: bool) -> bytes:
    if path.suffix == ".json":
        entries = json.loads(path.read_bytes())
        return json.dumps({name: value for name, value in entries.items() if name not in RUNNERS}).encode()
    if path.suffix == ".ipynb" and not same_python:
        notebook = json.loads(path.read_bytes())
        notebook["metadata"].get("language_info", {}).pop("version", None)
        return json.dumps(notebook).encode()
    return path.read_bytes()


def main(words: list[str] | None = None) -> int:
    """Print one line per surrounding; return how many gave other bytes or failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", default=[], help="another interpreter with this package")
    parser.add_argument("--combined", type=int, default=0, help="how many random combinations to add")
    parser.add_argument("--only", action="append", help="a surrounding, by its name")
    parser.add_argument("--notebook", help="a notebook of the project, for France; by default the profile of Corse")
    chosen = parser.parse_args(words)
    plan = PLAN.format(notebook=chosen.notebook or NOTEBOOK, territory="FR" if chosen.notebook else TERRITORY)
    different = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        shutil.copytree(ROOT / "data" / "raw", home / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
        shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        (home / "notebooks" / "plan.toml").write_text(plan, encoding="utf-8")
        (folder / "user").mkdir()
        some = surroundings(folder / "user")
        random_ = random.Random(1)
        tried = some[1:] + [combined(some, random_) for _ in range(chosen.combined)]
        tried = [one for one in tried if chosen.only is None or one.name in chosen.only]
        for program in chosen.python:
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
            tried.append(Surrounding(version, python=program))
        plain = folder / "plain"
        if wrong := run(home, plain, some[0]):
            raise SystemExit(f"the plain run {wrong}")
        for one in tried:
            out = folder / "out"
            wrong = run(home, out, one)
            alike = one.python == sys.executable
            expected, found = (digests(at, same_python=alike) for at in (plain, out))
            others = sorted(name for name in expected | found if expected.get(name) != found.get(name))
            different += bool(wrong or others)
            print(
                f"{one.name:40} {wrong or (f'{len(others)} differ: {others[:3]}' if others else f'{len(found)} same')}"
            )
            shutil.rmtree(out, ignore_errors=True)
    print(f"\n{len(tried)} surroundings, {different} with other bytes")
    return different


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
