"""`make notebooks`: execute the notebooks, store their outputs, clean their metadata and discard their figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tlanalysis.core import files, paths
from tlanalysis.runs.plan import notebooks
from tlanalysis.runs.single_run import KERNEL, local_sockets

EXTRA_KEYS = (
    "metadata.papermill cell.metadata.papermill cell.metadata.execution metadata.language_info metadata.widgets"
)


def store() -> list[Path]:
    """Execute every notebook with its default parameters and write it back with its outputs; return the paths."""
    import papermill

    paths.check_own()
    written = []
    with tempfile.TemporaryDirectory() as scratch:
        # Outputs are stored as a fresh clone gives them: without fetched files and built tables.
        os.environ["TLANALYSIS_PROCESSED"] = str(Path(scratch) / "processed")
        os.environ |= {"TLANALYSIS_OUT": scratch, "TLANALYSIS_HOME": str(paths.home()), "MPLBACKEND": "agg"}
        for name in notebooks():
            source, executed = paths.notebooks() / f"{name}.ipynb", Path(scratch) / f"{name}.ipynb"
            with local_sockets() as sockets:
                papermill.execute_notebook(
                    str(source),
                    str(executed),
                    kernel_name=KERNEL,
                    progress_bar=False,
                    cwd=str(paths.home()),
                    config=sockets,
                )
            _clean(executed)
            written.append(files.write_bytes(source, executed.read_bytes()))
            print(f"stored {source.name}")
    return written


def _clean(path: Path) -> None:
    """Strip the dates and paths of a run; give cells ids that depend on their position alone."""
    command = [
        sys.executable,
        "-m",
        "nbstripout",
        "--keep-output",
        "--keep-count",
        "--extra-keys",
        EXTRA_KEYS,
        str(path),
    ]
    subprocess.run(command, check=True)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number:02d}"
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    store()
