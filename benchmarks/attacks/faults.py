"""Let each step of a command on the disk fail once in turn, as SQLite is tested; print how many steps were tried.

    python -m benchmarks.attacks.faults [COMMAND...] [--every N]

The commands are `clean`, `build`, `fetch`, `run` and `report`. For each step, the command starts from a folder that
holds the results of an earlier input. After it: files are whole, ledger and manifest agree with them, no traceback is
printed, an exit code other than 0 comes with a sentence, and the next command gives what an undisturbed one gives.
Commands are forks of this process, which has imported everything: a step then costs tenths of a second. A report is
small (`small_site.py`), and `--every 10` tries one step in ten.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.attacks import small_site
from benchmarks.attacks.failing import Failing
from tests.conftest import ROOT
from tests.helpers import read_rows, write_rows
from tests.runs.conftest import write_notebook
from tests.runs.killing import _damage

CALL = "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)\nheld = tl.observations('tiers_lieux')"
PUBLISH = 'ax = tl.plot_holdings(tl.holdings(), lang=p.lang)\nfigure = tl.publish(ax, id="essai", params=p)'
LIST = "nom;commune;code_postal\nLe Lieu;Rennes;35000\nL'Autre;Brest;29200\n;;\n"
LISTS = (LIST, LIST + "Le Nouveau;Nantes;44000\nSans commune;;\n")
OPEN_FILE = "codes_postaux"
# Files that hold times or the number of a process: two undisturbed commands differ in them.
TIMES = (".lock", "manifest.json", "manifest.journal", ".site-state")


@dataclass(frozen=True)
class Case:
    """A command: its words, what writes its first and its second input, its output folder, and what may be wrong."""

    words: list[str]
    change: Callable[[Path, int], None]
    output: str
    wrong: Callable[[Path, dict[str, str], dict[str, str]], list[str]]


def _list(folder: Path, number: int) -> None:
    if not number:
        _table(folder, 0)
    (folder / "liste.csv").write_text(LISTS[number], encoding="utf-8")


def _table(folder: Path, number: int) -> None:
    raw = folder / "home" / "data" / "raw"
    if not number:
        shutil.copytree(ROOT / "data" / "raw", raw, ignore=shutil.ignore_patterns("downloads"))
        return
    rows = read_rows(raw, "observations")
    next(row for row in rows if row["valeur"])["valeur"] = "123"
    write_rows(raw, "observations", rows)


def _mirror(folder: Path, number: int) -> None:
    if not number:
        _table(folder, 0)
        (folder / "mirror").mkdir()
    (folder / "mirror" / f"{OPEN_FILE}.csv").write_bytes(
        b"code_commune,latitude,longitude\n" + b"75056,48,2\n" * number
    )


def _notebooks(folder: Path, number: int) -> None:
    if not number:
        _table(folder, 0)
    (write_notebook(folder / "home" / "notebooks", "00_essai", f"{CALL}\nheld{number} = held", PUBLISH))
    plan = '[[run]]\nnotebook = "00_essai"\nparameters = { territory = ["FR", "R75"] }\n'
    (folder / "home" / "notebooks" / "plan.toml").write_text(plan, encoding="utf-8")


def _one_state(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[str]:
    """All files are the old ones, or all are the new ones."""
    found = {name: digest for name, digest in digests(folder).items() if not _is_unfinished(name)}
    return [] if found in (old, new, {}) else [f"neither old nor new: {sorted(_differing(found, old))}"]


def _each_file(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Each file is the old one or the new one; a ledger of the new state comes with all new tables."""
    found = {name: digest for name, digest in digests(folder).items() if not _is_unfinished(name)}
    return [
        f"{name} is neither old nor new"
        for name, digest in found.items()
        if digest not in (old.get(name), new.get(name))
    ]


def _true_ledger(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[str]:
    path = folder / "ledger.json"
    problems = _each_file(folder, old, new)
    if not path.is_file():
        return problems
    found = digests(folder)
    state = old if found["ledger.json"] == old["ledger.json"] else new
    return problems + [f"the ledger does not tell {name}" for name in state if found.get(name) != state[name]]


def _true_receipt(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[str]:
    problems = []
    for receipt in folder.rglob("*.json"):
        file = _receipt_of(receipt)
        if file and file.is_file():
            sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
            problems += [f"{receipt.name} does not tell its file"] * (
                sha256 != json.loads(receipt.read_bytes())["sha256"]
            )
    return problems


def _receipt_of(path: Path) -> Path | None:
    """Return the downloaded file of a receipt."""
    return path.with_suffix("") if path.suffix == ".json" and path.parent.parent.name == "downloads" else None


def _true_manifest(folder: Path, old: dict[str, str], new: dict[str, str]) -> list[str]:
    return _damage(folder) if (folder / "manifest.json").is_file() else []


CASES = {
    "clean": Case(["clean", "liste.csv", "--out", "out"], _list, "out", _one_state),
    "build": Case(["build"], _table, "home/data/processed", _true_ledger),
    "fetch": Case(
        ["fetch", "--mirror", "mirror", OPEN_FILE, "--again"], _mirror, "home/data/raw/downloads", _true_receipt
    ),
    "run": Case(["run", "--jobs", "1", "--history", "0", "--out", "out"], _notebooks, "out", _true_manifest),
    "report": Case(["report", "--out", "out"], _notebooks, "out", _true_manifest),
}


def _is_unfinished(name: str) -> bool:
    return ".part" in name or ".tlanalysis" in name or name.startswith((".site.", ".staging"))


def _differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file of a folder, without what differs between two undisturbed commands."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.name in TIMES:
            continue
        data = path.read_bytes()
        if _receipt_of(path):
            held = json.loads(data)
            data = json.dumps({key: held.get(key) for key in ("sha256", "bytes", "file")}).encode()  # without its date
        found[name] = hashlib.sha256(data).hexdigest()
    return found


def call(
    folder: Path,
    words: list[str],
    fail: int = 0,
    *,
    watched: bool = True,
    given: Mapping[str, str | None] | None = None,
) -> tuple[int, str]:
    """Execute a command in a fork of this process; return its exit code and what it printed.

    `given` holds variables of its environment, None for one that is not set.
    """
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = _in_child(folder, words, fail, watched, given or {})
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, (folder.parent / "printed").read_text(encoding="utf-8", errors="replace")


def _in_child(folder: Path, words: list[str], fail: int, watched: bool, given: Mapping[str, str | None]) -> int:
    from multiprocessing import get_context

    from tlanalysis import cli
    from tlanalysis.runs import workers

    printed = os.open(folder.parent / "printed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(printed, number)
    os.chdir(folder)
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    os.environ |= {"TLANALYSIS_HOME": str(folder / "home"), "TMPDIR": str(temporary), "TLANALYSIS_COMMIT": ""}
    for name in ("TLANALYSIS_MIRROR", "TLANALYSIS_OUT"):
        os.environ.pop(name, None)
    for name, value in given.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    tempfile.tempdir = None
    workers._context = lambda: get_context("fork")
    workers._start_server = lambda: None
    sys.argv = ["tlanalysis", *words]
    if watched:
        Failing(folder, folder.parent / "steps", fail).install()
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        if not fail:
            (folder.parent / "modules").write_text("\n".join(sys.modules), encoding="utf-8")
    return 0


def _import_what_it_imported(base: Path) -> None:
    """Import in this process what the last undisturbed command imported: each trial then saves that time."""
    for name in (base / "modules").read_text(encoding="utf-8").splitlines():
        if name not in sys.modules and not name.startswith("_"):
            with suppress(Exception):
                import_module(name)


def prepare(name: str, folder: Path) -> dict[str, str]:
    """Write the start of a case to `folder`; return the digests of the old output."""
    case = CASES[name]
    folder.mkdir(parents=True)
    case.change(folder, 0)
    first = ["run", *case.words[1:]] if name == "report" else case.words
    _must(folder, first)
    if name == "report":
        _must(folder, case.words)
    old = digests(folder / case.output)
    case.change(folder, 1)
    if name == "report":
        _must(folder, first)
    return old


def _must(folder: Path, words: list[str], *, watched: bool = False) -> None:
    code, printed = call(folder, words, watched=watched)
    if code:
        raise RuntimeError(f"{words} ends with {code}: {printed}")


def _fresh(start: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(start, folder, symlinks=True)


def attack(
    name: str, base: Path, every: int = 1, say: Callable[[str], Any] = print
) -> tuple[int, dict[str, list[str]]]:
    """Let every N-th step of a command fail; return how many were tried, and what was wrong by step."""
    case, start, folder = CASES[name], base / "start", base / "tried"
    if name == "report":
        small_site.install()
    old = prepare(name, start)
    # Paths in outputs and messages are those of `folder`, of the same length in each trial.
    _fresh(start, folder)
    if name == "report":
        small_site.warm(folder)
        _fresh(start, folder)
    _must(folder, case.words, watched=True)
    _import_what_it_imported(base)
    new = digests(folder / case.output)
    names = (base / "steps").read_text(encoding="utf-8").splitlines()
    steps = len(names)
    found: dict[str, list[str]] = {}
    tried = 0
    for step in range(1, steps + 1, every):
        tried += 1
        _fresh(start, folder)
        code, printed = call(folder, case.words, step)
        problems = []
        if "Traceback" in printed:
            problems.append(f"a traceback: {printed.strip().splitlines()[-1]}")
        if code not in (0, 1, 2, 3):
            problems.append(f"exit code {code}: {printed.strip()[-300:]}")
        if code and not any(line.startswith("tlanalysis: ") for line in printed.splitlines()):
            problems.append(f"no sentence: {printed.strip()[-300:]}")
        problems += case.wrong(folder / case.output, old, new)
        code, again = call(folder, case.words, watched=False)
        if code:
            problems.append(f"the next one ends with {code}: {again.strip()[-300:]}")
        elif differ := _differing(digests(folder / case.output), new):
            problems.append(f"the next one leaves {sorted(differ)[:5]}")
        if problems:
            found[f"{step} {names[step - 1]}"] = problems
            say(f"{name} {step} {names[step - 1]}: {problems}")
    return tried, found


def main(words: list[str]) -> None:
    """Print a table of the commands: steps tried, and survived."""
    import tlanalysis.runs.preload  # noqa: F401

    every = int(words[words.index("--every") + 1]) if "--every" in words else 1
    names = [word for word in words if word in CASES] or list(CASES)
    rows = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="tlf-") as folder:
            tried, found = attack(name, Path(folder), every, lambda line: print(line, flush=True))
        rows.append(f"{name:8} {tried:5} tried {tried - len(found):5} survived")
        print(rows[-1], flush=True)
    print("\n".join(["", *rows]))


if __name__ == "__main__":
    main(sys.argv[1:])
