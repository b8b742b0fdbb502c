"""All notebooks through `tlanalysis run`, over the same work as plain calls in one warm process.

The plain calls are the code cells of the same notebooks, executed one after the other in one process that has already
imported everything and drawn one figure. Both write their figures to a temporary folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tlanalysis import paths
from tlanalysis.runs.plan import notebooks


def cells(name: str) -> list[str]:
    """Return the sources of a notebook's code cells."""
    notebook = json.loads((paths.notebooks() / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def plain_calls(names: list[str]) -> float:
    """Execute the notebooks' cells as plain Python, silently; return the seconds."""
    begun = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for name in names:
            scope: dict[str, object] = {}
            for source in cells(name):
                exec(compile(source, name, "exec"), scope)
    return time.perf_counter() - begun


def through_papermill(names: list[str], out: Path) -> float:
    """Run the notebooks with the command line, one at a time; return the seconds."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tlanalysis", "run", *names, "--jobs", "1", "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Print both times and their ratio."""
    names = notebooks()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["TLANALYSIS_OUT"] = str(Path(scratch) / "plain")
        plain_calls(names[-1:])  # warm up: imports, fonts, caches
        plain = plain_calls(names)
        run = through_papermill(names, Path(scratch) / "runs")
    print(f"{len(names)} notebooks, one at a time")
    print(f"  plain calls in one warm process  {plain:7.2f} s")
    print(f"  tlanalysis run                   {run:7.2f} s")
    print(f"  ratio                            {run / plain:7.2f}")


if __name__ == "__main__":
    main()
