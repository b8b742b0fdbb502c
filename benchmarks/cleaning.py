"""Compare `tlanalysis clean` with a Polars query written by hand and with a bare pyarrow read.

The registers have 1 and 5 million rows by default. Each way runs in a process of its own, and the operating system
measures wall seconds, processor seconds and peak memory. The benchmark stops unless both cleanings agree on the rows
read, accepted and rejected, on the failures of every rule, and on the rows that stand twice. (Up to 200,000 rows,
`clean` also looks for names that are nearly the same, which the query does not: there, rows that stand twice are not
compared.)

    python -m benchmarks.cleaning [ROWS ...]
"""

from __future__ import annotations

import ast
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

MAPPING = """
[colonnes]
id_source = "siret"
nom = "denomination"
code_commune = "code_commune"
commune = "commune"
code_postal = "code_postal"
departement = "code_departement"
region = "code_region"
latitude = "latitude"
longitude = "longitude"
typologie = "categorie"
site_web = "site_web"
date_ouverture = "date_creation"
etat = "etat"
siret = "siret"
"""
BARE_READ = """
import sys, pyarrow as pa, pyarrow.csv as c
names = open(sys.argv[1], encoding="utf-8").readline().strip().replace('"', "").split(";")
reader = c.open_csv(sys.argv[1], parse_options=c.ParseOptions(delimiter=";", newlines_in_values=True),
                    convert_options=c.ConvertOptions(column_types={name: pa.string() for name in names}))
print(sum(len(batch) for batch in reader))
"""


class Cost(NamedTuple):
    """Wall and processor seconds, peak memory in MiB and output of one process."""

    wall: float
    cpu: float
    peak: float
    said: str


def cost(*command: str) -> Cost:
    """Run a command to its end and return what it took."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command[:4])} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def agree(folder: Path, polars: str) -> None:
    """Stop unless both counted the same."""
    ledger = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    ours = {
        "read": ledger["lignes_lues"],
        "accepted": ledger["lignes_acceptees"],
        "rejected": ledger["lignes_rejetees"],
    }
    ours |= {**ledger["regles"], "twice": ledger["doublons"]["lignes"]}
    theirs = ast.literal_eval(polars.strip().splitlines()[-1])
    if ledger["doublons"]["noms_proches_cherches"]:
        del ours["twice"], theirs["twice"]
    if ours != theirs:
        raise SystemExit(f"the two do not agree: {ours} and {theirs}")


def main() -> None:
    """Print times, memory and ratios per size, and how our time grows with the size."""
    wanted = [int(text) for text in sys.argv[1:]] or [1_000_000, 5_000_000]
    ours: list[tuple[int, Cost]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
        for rows in wanted:
            path = folder / f"registre_{rows}.csv"
            # Another process writes the register: the peak memory of this process would count as that of its children.
            cost(sys.executable, "-m", "benchmarks.register", str(path), str(rows))
            out = folder / f"ours_{rows}"
            mine = cost(
                sys.executable,
                "-m",
                "tlanalysis",
                "clean",
                str(path),
                "--mapping",
                str(folder / "mapping.toml"),
                "--out",
                str(out),
            )
            theirs = cost(sys.executable, "-m", "benchmarks.polars_job", str(path), str(folder / f"polars_{rows}"))
            agree(out, theirs.said)
            bare = cost(sys.executable, "-c", BARE_READ, str(path))
            ours.append((rows, mine))
            print(f"{rows} rows, {path.stat().st_size / 1e6:.0f} MB")
            for label, spent in (("tlanalysis clean", mine), ("polars by hand", theirs), ("pyarrow read", bare)):
                print(f"  {label:17} {spent.wall:7.1f} s  {spent.cpu:7.1f} s of processor  {spent.peak:7.0f} MiB")
            print(
                f"  ratio to polars {mine.wall / theirs.wall:.2f} (processor {mine.cpu / theirs.cpu:.2f}), to a "
                f"bare read {mine.wall / bare.wall:.1f}"
            )
            path.unlink()
    (small, first), (large, last) = ours[0], ours[-1]
    if large > small:
        print(f"growth exponent {math.log(last.wall / first.wall) / math.log(large / small):.2f} (wall)")


if __name__ == "__main__":
    main()
