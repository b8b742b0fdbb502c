"""Damaged lists of every format, for as long as asked.

Cleaning succeeds or refuses in one sentence, whatever it is given.

Usage: python -m benchmarks.fuzz_cleaning MINUTES SEED [FOLDER]

Real files (those of TLANALYSIS_MIRROR, when it is set) and small ones made here are mutated: bytes flipped, cut,
spliced, cells swapped, encodings mixed, the parts of a workbook damaged inside their archive. Under 4 GiB of memory
and 60 s a file, anything but a clean list or `BadInput` is a failure. On success no row may be lost, no e-mail address
written, and cleaning the result again must give the same bytes. What fails is kept in FOLDER (./fuzz) under its seed;
a file that ends the process is there too, as `current`.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd

MEMORY, SECONDS = 4 << 30, 60

HEADER = (
    "identifiant",
    "nom",
    "code_postal",
    "commune",
    "latitude",
    "longitude",
    "site_web",
    "typologie",
    "date_ouverture",
    "email",
)
ROWS = (
    ("L1", "La Fabrique Inventée", "75011", "Paris", "48.8530", "2.3499", "https://fabrique.example.org",
    "Fablab;Café", "2019", "a@example.org"),
    ("L2", '"Le 97"', "1000", "BOURG EN BRESSE CEDEX", "46,2052", "5,2255", " ", "Coworking", "12/05/2018",
    "06 12 34 56 78"),
    ("L3", "Escale &amp; CO (L')", "97418", "Sainte-Marie", "-20.89", "55.55", "www.escale.example.org", "", "", ""),
    ("L4", "L'Atelier\ndu Port", "29600.0", "Morlaix", "3.83", "48.57", "voir ici", "NR", "NR", "-"),
    ("L5", "=cmd|' /C calc'!A0", "75 012", "PARIS 12", "0", "0", "", "Bureau / Coworking ;\nBar ;\n", "2030-13-45", ""),
    ("L6", "Œuvre ouverte “Ü”", "13001", "MARSEILLE 1ER ARRONDISSEMENT", "6247000", "892000", "", "x|y", "2020-05", ""),
)  # fmt: skip
TOKENS = (
    b'"', b"'", b";", b",", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9",
    "é".encode(), "é".encode("utf-16-le"), b"&amp;", b"&#124;",
    b"&#0;", b"=1+1", b"@", b"a@b.fr", b"0612345678", b"1e999", b"NaN", b"-0.0", b"9" * 400, b"{" * 300, b"[" * 3000,
    b"null", b"\\ud800", b"\xf0\x9f\x8f\xa0", b"''",
    b"\xc2\xa0", b"\xe2\x80\x8b", b"CEDEX", b"75111", b"20200", b"97133", b"--", b"n.c.", b"9" * 20, b"\xe2\x80\xa8",
    "ﬁ①½".encode(), "e\u0301".encode(),
)  # fmt: skip

Files = dict[str, bytes]
Rows = tuple[tuple[str, ...], ...]


def main(minutes: float, seed: int, folder: Path) -> int:
    """Run for the given minutes; return how many files failed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    files = hand_made() | mirrored()
    outcomes: Counter[str] = Counter()
    slowest, end = (0.0, ""), time.monotonic() + 60 * minutes
    number = seed * 1_000_000
    while time.monotonic() < end:
        number += 1
        name, data = mutated(files, random.Random(number))
        current = folder / f"current{Path(name).suffix}"
        current.write_bytes(data)
        start = time.monotonic()
        outcome = attempt(current)
        slowest = max(slowest, (time.monotonic() - start, f"{number} {name}"))
        outcomes[outcome.split(":")[0]] += 1
        if outcome.startswith("FAILED"):
            current.replace(folder / f"{number}-{name}")
            print(f"{number} {name}: {outcome}", flush=True)
    for left in folder.glob("current.*"):
        left.unlink()
    total = sum(outcomes.values())
    print(
        f"{total} files in {minutes:g} min, seeds from {seed * 1_000_000 + 1}: {dict(outcomes)}; slowest "
        f"{slowest[0]:.1f} s ({slowest[1]})"
    )
    return outcomes["FAILED"]


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


def attempt(path: Path) -> str:
    """Clean a file; return `cleaned`, `refused`, or `FAILED: why`."""
    from tlanalysis.core.errors import BadInput
    from tlanalysis.lists import cleaning, preparation

    work = Path(tempfile.mkdtemp(prefix="fuzz-"))
    signal.alarm(SECONDS)
    try:
        job = preparation.prepare(path)
        ledger = cleaning.clean_to(job, work / "once")
        return checked(ledger, work)
    except BadInput as error:
        return f"refused: {error}" if "\n" not in str(error) else f"FAILED: several sentences: {error}"
    except BaseException as error:  # a panic of a native library is not an Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"FAILED: {type(error).__name__}: {error} {traceback.format_exc(limit=-3)}"
    finally:
        signal.alarm(0)
        shutil.rmtree(work, ignore_errors=True)


def checked(ledger: dict, work: Path) -> str:
    """Return `cleaned` when the ledger adds up, no address is written and cleaning again changes nothing."""
    from tlanalysis.lists import cleaning, preparation

    if ledger["lignes_lues"] != ledger["lignes_acceptees"] + ledger["lignes_rejetees"]:
        return "FAILED: the ledger does not add up"
    for written in (work / "once").glob("*.[cj]s*"):
        if re.search(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", written.read_text(encoding="utf-8")):
            return f"FAILED: {written.name} holds an e-mail address"
    if ledger["lignes_acceptees"]:
        cleaning.clean_to(preparation.prepare(work / "once" / "places.csv"), work / "twice")
        for name in ("places.csv", "places.parquet"):
            if (work / "once" / name).read_bytes() != (work / "twice" / name).read_bytes():
                return f"FAILED: cleaning again changes {name}"
    return "cleaned"


def hand_made() -> Files:
    """Return a small list in every format."""
    old = Path(__file__).parents[1] / "tests" / "data" / "lieux.xls"
    return {name: write(ROWS) for name, write in WRITERS.items()} | (
        {"book.xls": old.read_bytes()} if old.exists() else {}
    )


def _frame(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(HEADER))


def _delimited(rows: Rows, separator: str = ";") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows([HEADER, *rows])
    return text.getvalue()


def _records(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(HEADER, row, strict=True)) for row in rows]


def _points(rows: Rows) -> bytes:
    point = {"type": "Point", "coordinates": [2.35, 48.85]}
    features = [{"type": "Feature", "properties": row, "geometry": point} for row in _records(rows)]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _xlsx(rows: Rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, *rows):
        book.active.append([re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell) for cell in row])
    book.save(out)
    return out.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "utf8.csv": lambda rows: _delimited(rows).encode(),
    "bom.csv": lambda rows: _delimited(rows).encode("utf-8-sig"),
    "cp1252.csv": lambda rows: _delimited(rows).encode("cp1252", "replace"),
    "utf16.tsv": lambda rows: _delimited(rows, "\t").encode("utf-16"),
    "bar.csv": lambda rows: _delimited(rows, "|").encode(),
    "list.json": lambda rows: json.dumps(_records(rows), ensure_ascii=False).encode(),
    "wrapped.json": lambda rows: json.dumps({"a": {"lieux": _records(rows)}, "n": 3}).encode(),
    "lines.jsonl": lambda rows: "\n".join(json.dumps(row) for row in _records(rows)).encode(),
    "points.geojson": _points,
    "book.xlsx": _xlsx,
    "book.ods": lambda rows: _saved(
        lambda out: (
            _frame(rows).replace(r"[\x00-\x08\x0b-\x1f]", "", regex=True).to_excel(out, engine="odf", index=False)
        )
    ),
    "list.parquet": lambda rows: _saved(_frame(rows).to_parquet),
}


def mirrored() -> Files:
    """Return the beginning of the open files of the mirror."""
    if not (named := os.environ.get("TLANALYSIS_MIRROR")):
        return {}
    names = (
        "cget_2019.csv",
        "fabriques_de_territoire_2024.geojson",
        "manufactures_de_proximite_2024.geojson",
        "v_commune_2026.csv",
    )
    return {name: (Path(named) / name).read_bytes()[: 60_000 if name.endswith("csv") else None] for name in names}


def mutated(files: Files, chance: random.Random) -> tuple[str, bytes]:
    """Return one of the files after one to six mutations, some of them inside its archive."""
    name = chance.choice(sorted(files))
    data = files[name]
    if name in WRITERS and chance.random() < 0.6:
        return name, WRITERS[name](_odd_cells(files, chance))
    if name.endswith((".xlsx", ".ods")) and chance.random() < 0.8:
        return name, _inside(data, files, chance)
    return name, _bytes(data, files, chance)


def _odd_cells(files: Files, chance: random.Random) -> Rows:
    """Return the small list with some cells mutated, swapped or moved across columns; the file format stays valid."""
    cells = [list(row) for row in ROWS]
    for _ in range(chance.choice((1, 3, 10, 30))):
        row, at = chance.choice(cells), chance.randrange(len(HEADER))
        if chance.random() < 0.3:
            row[at] = chance.choice(chance.choice(cells))
        else:
            row[at] = _bytes(row[at].encode() or b" ", files, chance).decode("utf-8", "replace")
    return tuple(map(tuple, cells))


def _bytes(data: bytes, files: Files, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 6))):
        data = chance.choice(MUTATIONS)(data, files, chance) or b"x"
    return data


def _inside(data: bytes, files: Files, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        parts = archive.namelist()
        hit = chance.choice(
            [part for part in parts if "sheet" in part or "content" in part or "shared" in part] or parts
        )
        for part in parts:
            if part != hit or chance.random() > 0.02:
                content = archive.read(part)
                written.writestr(part, _bytes(content, files, chance) if part == hit else content)
    return out.getvalue()


def _flip(data: bytes, _: Files, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, _: Files, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] if chance.random() < 0.5 else data[at:]


def _drop(data: bytes, _: Files, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice((1, 2, 10, 200)) :]


def _repeat(data: bytes, _: Files, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at : at + chance.choice((1, 10, 300))] * chance.choice((2, 5, 50)) + data[at:]


def _insert(data: bytes, _: Files, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 2, 8))):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.choice(TOKENS) + data[at:]
    return data


def _splice(data: bytes, files: Files, chance: random.Random) -> bytes:
    other = files[chance.choice(sorted(files))]
    start, at = chance.randrange(len(other)), chance.randrange(len(data))
    return data[:at] + other[start : start + chance.choice((20, 500, 5000))] + data[at:]


def _swap_cells(data: bytes, _: Files, chance: random.Random) -> bytes:
    sign = chance.choice((b";", b",", b"\t", b"|", b"\n", b'"', b"<", b":"))
    cells = data.split(sign)
    for _ in range(chance.choice((1, 3, 10))):
        one, other = chance.randrange(len(cells)), chance.randrange(len(cells))
        cells[one], cells[other] = cells[other], cells[one]
    return sign.join(cells)


def _empty_cell(data: bytes, _: Files, chance: random.Random) -> bytes:
    sign = chance.choice((b";", b",", b"\n"))
    cells = data.split(sign)
    cells[chance.randrange(len(cells))] = chance.choice((b"", b" ", *TOKENS))
    return sign.join(cells)


def _recode(data: bytes, _: Files, chance: random.Random) -> bytes:
    """Return the bytes with a part, or all, in another encoding."""
    start = 0 if chance.random() < 0.5 else chance.randrange(len(data))
    with contextlib.suppress(UnicodeError):
        encoding = chance.choice(("cp1252", "utf-16", "utf-16-le", "utf-8", "mac-roman"))
        return data[:start] + data[start:].decode("utf-8", "replace").encode(encoding, "replace")
    return data


Mutation = Callable[[bytes, Files, random.Random], bytes]
MUTATIONS: tuple[Mutation, ...] = (_flip, _cut, _drop, _repeat, _insert, _insert, _splice, _swap_cells, _swap_cells,
_empty_cell, _recode)  # fmt: skip

if __name__ == "__main__":
    if len(sys.argv) not in {3, 4}:
        sys.exit(__doc__)
    sys.exit(
        1 if main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3] if len(sys.argv) == 4 else "fuzz")) else 0
    )
