"""What `tlanalysis clean` imports: slow libraries come only with the rows that need them."""

from __future__ import annotations

import csv
import subprocess
import sys

from tests.lists.lists import write

_SCRIPT = """
import sys
from tlanalysis.cli import main
try:
    main()
except SystemExit as end:
    slow = {"pandas", "scipy", "shapely", "matplotlib", "pyproj", "geopandas", "requests"}
    print("rc", end.code, *sorted({name.split(".")[0] for name in sys.modules} & slow))
"""


def test_a_list_with_points_and_duplicates_needs_neither_pandas_nor_scipy(tmp_path):
    rows = [
        ["nom", "code_postal", "latitude", "longitude"],
        ["Le Hangar", "29000", "47.9960", "-4.1024"],
        ["Le Hangars", "29000", "47.9961", "-4.1024"],
        ["La Cantine", "35000", "48.1113", "-1.6800"],
        ["La Cantine", "35000", "48.1113", "-1.6800"],
    ]
    path, out = write(tmp_path / "l.csv", rows), tmp_path / "propre"
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, "clean", str(path), "--out", str(out)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "rc 0"
    found = list(csv.DictReader((out / "duplicates.csv").open(encoding="utf-8")))
    assert [(row["ligne_source"], row["retenue"], row["distance_m"]) for row in found] == [
        ("1", "True", ""), ("2", "False", "11.0"), ("3", "True", ""), ("4", "False", "0.0"),
    ]  # fmt: skip  # 0.0001 degree of a meridian is 11 m


def test_pandas_is_there_when_a_table_asks_for_it():
    script = (
        "from tlanalysis.lists.without_pandas import leave_pandas_out; leave_pandas_out()\n"
        "import pyarrow as pa; print(type(pa.table({'a': [1]}).to_pandas()).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "DataFrame\n"
