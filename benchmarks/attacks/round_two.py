"""Give commands what was damaged, misnamed or set wrongly, a thousand times; print a table of tried and survived.

    python -m benchmarks.attacks.round_two [FAMILY...] [COUNT]

COUNT is the number of attempts of each family. An attempt survives when the command ends with an exit code of the
design, no traceback is printed, no unfinished file stays, and no file is touched in two folders that nothing writes to:
the data of the project, and a folder beside the project. Codes 2, 3 and 75 need a sentence of ours; 1 and 4 need any
answer. Commands are forks of this process, which has imported everything.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.attacks.damage import HOSTILE_NAMES, damaged, hostile_list
from benchmarks.attacks.faults import call
from tests.conftest import ROOT
from tests.runs.conftest import write_notebook

COUNT = 100
# Success, failure, wrong input, sources, a difference, a busy folder; 1 to 4 and 75 come with a sentence.
CODES = (0, 1, 2, 3, 4, 75)
CALL = "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)\nheld = tl.holdings()"
PUBLISH = 'ax = tl.plot_holdings(held, lang=p.lang)\nfigure = tl.publish(ax, held, id="essai", params=p)'
PLAN = '[[run]]\nnotebook = "00_essai"\nparameters = { territory = ["FR", "R75"] }\n'
LIST = "nom;commune;code_postal\nLe Lieu;Rennes;35000\nL'Autre;Brest;29200\n"
ALWAYS = {"home/data", "outside"}  # nothing writes there


@dataclass
class Attempt:
    """The words of a command, and the variables and the clock that it is given."""

    words: list[str]
    variables: dict[str, str | None] = field(default_factory=dict)
    clock: float = 0.0


Family = Callable[[Path, random.Random], Attempt]


def prepare(base: Path) -> Path:
    """Write the project, its reports and a cleaned list, once; return the folder that attempts copy."""
    start = base / "start"
    shutil.copytree(ROOT / "data" / "raw", start / "home" / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    write_notebook(start / "home" / "notebooks", "00_essai", CALL, PUBLISH)
    (start / "home" / "notebooks" / "plan.toml").write_text(PLAN, encoding="utf-8")
    (start / "liste.csv").write_text(LIST, encoding="utf-8")
    (start / "outside").mkdir()
    (start / "outside" / "precious").write_text("1", encoding="utf-8")
    for words in (
        ["run", "--jobs", "1", "--out", "out"],
        ["clean", "liste.csv", "--out", "clean"],
    ):
        code, printed = call(start, words, watched=False)
        if code:
            raise RuntimeError(f"{words} ends with {code}: {printed}")
    shutil.copytree(start / "out", start / "out0")
    return start


def _damage(path: Path, random_: random.Random) -> None:
    path.write_bytes(damaged(path.read_bytes(), random_))


def _pictures(folder: Path, random_: random.Random) -> Attempt:
    """Damage an SVG, PNG, PDF, CSV or JSON that `trace` reads."""
    path = random_.choice([path for path in sorted((folder / "out" / "figures").rglob("*")) if path.is_file()])
    if random_.random() < 0.2:
        path = path.with_suffix(random_.choice([".pdf", ".eps"]))
        path.write_bytes(b"%PDF-1.4\n1 0 obj << /Keywords (tlanalysis {}) >> endobj\n" + random_.randbytes(200))
    _damage(path, random_)
    if random_.random() < 0.5:  # it travelled alone
        path = path.replace(folder / path.name)
    return Attempt(["trace", str(path.relative_to(folder))] + ["--json"] * random_.randrange(2))


def _sidecars(folder: Path, random_: random.Random) -> Attempt:
    path = folder / "out" / "figures" / "essai--FR.json"
    _damage(path, random_)
    chosen = [["trace", "out/figures/essai--FR.svg"], ["trace", str(path.relative_to(folder))]]
    chosen += [["run", "--dry-run", "--out", "out"], ["diff", "out0", "out"], ["cite", "essai"]]
    return Attempt(random_.choice(chosen), {"TLANALYSIS_OUT": str(folder / "out")})


def _states(folder: Path, random_: random.Random) -> Attempt:
    """Damage the manifest, its journal or a dated state."""
    out = folder / "out"
    known = [out / "manifest.json", out / "manifest.journal", *sorted((out / "history").rglob("*"))]
    path = random_.choice([path for path in known if not path.is_dir()])
    if not path.exists():
        path.write_bytes(b'{"placing": "00_essai--FR", "notebook": "00_essai", "parameters": {}, "figures": []}\n')
    _damage(path, random_)
    chosen = [["run", "--dry-run", "--out", "out"], ["diff", "out0", "out"], ["prune", "--out", "out"]]
    chosen += [["diff", "--since", "2026-01-01", "out"], ["run", "--dry-run", "--json", "--out", "out"]]
    return Attempt(random_.choice(chosen))


def _notebooks(folder: Path, random_: random.Random) -> Attempt:
    """Damage a notebook of the project, or an executed one."""
    path = random_.choice(
        [folder / "home" / "notebooks" / "00_essai.ipynb", folder / "out/notebooks/00_essai--FR.ipynb"]
    )
    _damage(path, random_)
    chosen = [["run", "--dry-run", "--out", "out"], ["diff", "out0", "out"], ["adopt", str(path), "--out", "out"]]
    return Attempt(random_.choice(chosen))


def _plans(folder: Path, random_: random.Random) -> Attempt:
    path = folder / "home" / "notebooks" / "plan.toml"
    _damage(path, random_)
    return Attempt(random_.choice([["run", "--dry-run", "--out", "out"], ["cite", "essai"]]))


def _ledgers(folder: Path, random_: random.Random) -> Attempt:
    """Damage the ledger of a cleaned list, or a file beside it."""
    path = random_.choice(sorted(path for path in (folder / "clean").iterdir() if path.is_file()))
    _damage(path, random_)
    chosen = [["clean", "liste.csv", "--out", "clean"], ["validate", str(path.relative_to(folder))]]
    return Attempt(random_.choice(chosen))


def _receipts(folder: Path, random_: random.Random) -> Attempt:
    downloads = folder / "home2" / "data" / "raw" / "downloads" / "codes_postaux"
    shutil.copytree(folder / "home" / "data", folder / "home2" / "data")
    downloads.mkdir(parents=True)
    (downloads / "codes_postaux.csv").write_bytes(b"code_commune,latitude,longitude\n")
    receipt = {"sha256": "0" * 64, "bytes": 32, "url": "https://example.org/x", "etag": '"1"', "file": "x.csv"}
    for name in ("codes_postaux.csv.json", "codes_postaux.csv.part.json"):
        (downloads / name).write_text(json.dumps(receipt), encoding="utf-8")
        if random_.random() < 0.7:
            _damage(downloads / name, random_)
    mirror = folder / "mirror"
    mirror.mkdir()
    (mirror / "codes_postaux.csv").write_bytes(b"code_commune,latitude,longitude\n" * random_.randrange(3))
    chosen = [
        ["sources"],
        ["sources", "codes_postaux"],
        ["fetch", "--mirror", "mirror", "codes_postaux"],
        ["sources", "--json"],
    ]
    return Attempt(random_.choice(chosen), {"TLANALYSIS_HOME": str(folder / "home2")})


def _names(folder: Path, random_: random.Random) -> Attempt:
    name = random_.choice(HOSTILE_NAMES)
    chosen = [["run", "--dry-run", "--out", "out", "--", name], ["trace", "--", name], ["cite", "--", name]]
    chosen += [["clean", "--out", "clean2", "--", name], ["clean", "liste.csv", "--out", name], ["sources", "--", name]]
    chosen += [
        ["run", "--dry-run", "--out", name],
        ["fetch", "--mirror", "outside", "--", name],
        ["diff", "--", name, name],
    ]
    chosen += [
        ["reproduce", "--", name],
        ["validate", "--", name],
        ["run", "--dry-run", "00_essai", "-p", f"territory={name}"],
    ]
    chosen += [["run", "--dry-run", "00_essai", "-p", f"{name}=1"], ["clean", "liste.csv", "--mapping", name]]
    return Attempt(random_.choice(chosen))


_VALUES = (
    "", "0", "-1", "1e309", "nan", "9" * 400, "２０２６", "2018/2023", "2026-02-30", "0000-00-00", "2026-13-01", "R999",
    "FR;R75", "[1, 2]", "{}", "null", "true", "'", '"', "\\", "../..", "%s", "{x}", "$(id)", "\n", "é",
    "\u202e", "x" * 5000,
)  # fmt: skip


def _values(folder: Path, random_: random.Random) -> Attempt:
    """Choose a date, a parameter or a number of an option."""
    value = random_.choice(_VALUES)
    chosen = [
        ["run", "--dry-run", "00_essai", "-p", f"{name}={value}"] for name in ("as_of", "territory", "lang", "horizon")
    ]
    chosen += [["diff", "--since", value, "out"], ["prune", "--keep", value, "--out", "out"]]
    chosen += [
        ["run", "--dry-run", option, value, "--out", "out"] for option in ("--jobs", "--minutes", "--wait", "--for")
    ]
    chosen += [["run", "--dry-run", "00_essai", "--for", value], ["cite", "essai", "--lang", value]]
    return Attempt(random_.choice(chosen))


_VARIABLES: tuple[dict[str, str | None], ...] = (
    {"COLUMNS": "1"}, {"COLUMNS": "-5"}, {"COLUMNS": "x"}, {"LINES": "0"}, {"HOME": None}, {"HOME": "/nowhere"},
    {"HOME": ""},
    {"LANG": "C", "LC_ALL": "C"}, {"LC_ALL": "fr_FR.ISO-8859-1"}, {"LC_ALL": "xx_YY"}, {"TERM": "dumb"},
    {"NO_COLOR": "1"},
    {"PATH": ""}, {"PATH": None}, {"TMPDIR": "/nowhere"}, {"TLANALYSIS_HOME": "/nowhere"}, {"TLANALYSIS_HOME": ""},
    {"TLANALYSIS_OUT": "/dev/null"}, {"TLANALYSIS_OUT": "/proc/1"}, {"TLANALYSIS_MIRROR": "/nowhere"},
    {"PWD": "/nowhere"},
    {"TLANALYSIS_PROCESSED": "/dev/null"}, {"TLANALYSIS_COMMIT": "\n;"}, {"USER": None, "LOGNAME": None},
    {"TZ": "Nowhere/X"},
    {"TZ": "UTC+99"}, {"FORCE_COLOR": "1"}, {"GIT_DIR": "/nowhere"}, {"SHELL": None}, {"XDG_CONFIG_HOME": "/dev/null"},
)  # fmt: skip


def _environments(folder: Path, random_: random.Random) -> Attempt:
    chosen = [
        ["sources"],
        ["run", "--dry-run", "--out", "out"],
        ["trace", "out/figures/essai--FR.svg"],
        ["diff", "out0", "out"],
    ]
    chosen += [["clean", "liste.csv", "--out", "c2"], ["--help"], ["count", "--by", "region"], ["run", "--dry-run"]]
    given: dict[str, str | None] = {}
    for _ in range(random_.randrange(1, 3)):
        given |= random_.choice(_VARIABLES)
    return Attempt(random_.choice(chosen), given)


def _lists(folder: Path, random_: random.Random) -> Attempt:
    (folder / "hostile.csv").write_bytes(hostile_list(random_))
    return Attempt(["clean", "hostile.csv", "--out", "c2"])


def _clocks(folder: Path, random_: random.Random) -> Attempt:
    """Let the clock go backwards or jump, and give files times of the future."""
    for path in sorted((folder / "out").rglob("*")):
        if random_.random() < 0.3:
            moment = random_.choice([0, 1, 4e9, 2e9])
            os.utime(path, (moment, moment))
    chosen = [["run", "--dry-run", "--out", "out"], ["clean", "liste.csv", "--out", "clean"], ["diff", "out0", "out"]]
    chosen += [["diff", "--since", "2026-01-01", "out"], ["prune", "--keep", "1", "--out", "out"], ["sources"]]
    return Attempt(random_.choice(chosen), clock=random_.choice([-1e9, -86400.0, -0.5, 1e9]))


FAMILIES: dict[str, Family] = {
    "pictures": _pictures,
    "sidecars": _sidecars,
    "states": _states,
    "notebooks": _notebooks,
    "plans": _plans,
    "ledgers": _ledgers,
    "receipts": _receipts,
    "names": _names,
    "values": _values,
    "environments": _environments,
    "lists": _lists,
    "clocks": _clocks,
}


def _marks(folder: Path) -> dict[str, tuple[int, int]]:
    """Return sizes and times of the files that no attempt may touch."""
    found = {}
    for name in ALWAYS:
        for path in (folder / name).rglob("*"):
            if path.is_file():
                held = path.stat()
                found[str(path)] = (held.st_size, held.st_mtime_ns)
    return found


@contextmanager
def _clock(attempt: Attempt) -> Iterator[None]:
    """Set the clock of an attempt in this process, for its fork."""
    import time

    clock = time.time
    ticks = iter(range(10**9))
    if attempt.clock:  # each question is answered with an earlier moment, or a later one
        time.time = lambda: clock() + attempt.clock * next(ticks) / 100
    try:
        yield
    finally:
        time.time = clock


def _has_sentence(code: int, printed: str) -> bool:
    """Return whether a line is a sentence of ours, or of the command line about the words that it is given."""
    if code in (1, 4):  # what failed, or what differs, is the answer of the command
        return bool(printed.strip())
    begins = ("tlanalysis: ", "usage: ", "Usage: ") if code == 2 else ("tlanalysis: ",)
    return any(line.startswith(begins) for line in printed.splitlines())


def attack(start: Path, folder: Path, family: Family, random_: random.Random) -> tuple[Attempt, list[str]]:
    """Make one attempt in a copy of `start`; return it, and what was wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(start, folder, symlinks=True)
    attempt = family(folder, random_)
    before = _marks(folder)
    with _clock(attempt):
        code, printed = call(folder, attempt.words, watched=False, given=attempt.variables)
    problems = []
    if code not in CODES:
        problems.append(f"exit code {code}: {printed.strip()[-300:]}")
    if "Traceback" in printed:
        problems.append(f"a traceback: {printed.strip().splitlines()[-1]}")
    if code and not _has_sentence(code, printed):
        problems.append(f"no sentence with exit code {code}: {printed.strip()[-300:]}")
    if _marks(folder) != before:
        problems.append("a file that nothing writes to was touched")
    unfinished = [path.name for path in folder.rglob("*") if path.name.endswith(".part") or path.name == ".staging"]
    unfinished += [path.name for path in folder.rglob(".tlanalysis-*")]
    return attempt, problems + [f"left: {name}" for name in unfinished if name != ".site.part"]


def main(
    words: list[str], say: Callable[[str], Any] = lambda line: print(line, flush=True)
) -> dict[str, tuple[int, int]]:
    """Attack with some families, all by default; print and return tried and survived by family."""
    import tlanalysis.runs.preload  # noqa: F401

    count = next((int(word) for word in words if word.isdecimal()), COUNT)
    names = [word for word in words if word in FAMILIES] or list(FAMILIES)
    table: dict[str, tuple[int, int]] = {}
    with tempfile.TemporaryDirectory(prefix="tl2-") as name:
        base = Path(name)
        start = prepare(base)
        for family in names:
            random_, survived = random.Random(f"{family} 1"), 0
            for number in range(count):
                attempt, problems = attack(start, base / "tried", FAMILIES[family], random_)
                survived += not problems
                if problems:
                    say(f"{family} {number} {attempt}: {problems}"[:900])
            table[family] = (count, survived)
            say(f"{family:14} {count:5} tried {survived:5} survived")
    say("\n".join(["", *(f"{name:14} {tried:5} tried {held:5} survived" for name, (tried, held) in table.items())]))
    return table


if __name__ == "__main__":
    main(sys.argv[1:])
