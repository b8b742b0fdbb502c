"""What cleaning a plain list imports: slow libraries come only with the rows that need them."""

from __future__ import annotations

import subprocess
import sys

from tests.lists.lists import write

_SCRIPT = """
import sys
from tlanalysis.lists import cleaning, preparation
from pathlib import Path
cleaning.clean_to(preparation.prepare(Path(sys.argv[1])), Path(sys.argv[2]))
print(*sorted({name.split(".")[0] for name in sys.modules} & {"scipy", "shapely", "matplotlib"}))
"""


def test_a_list_without_points_or_duplicates_needs_no_scipy(tmp_path):
    rows = [["nom", "code_postal"], ["Le Hangar", "29000"], ["La Cantine", "35000"], ["Le Quai", "75011"]]
    path = write(tmp_path / "l.csv", rows)
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(path), str(tmp_path / "propre")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == []
