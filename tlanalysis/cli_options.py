"""What several families of commands share: options, the output folder, JSON on standard output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

MOVED = 4  # of `diff`: it worked, and something moved
CORES = os.cpu_count() or 1

OutOption = Annotated[Path | None, typer.Option("--out", help="Folder that stands in for reports/.")]
BaseUrlOption = Annotated[
    str,
    typer.Option(
        "--base-url",
        envvar="TLANALYSIS_BASE_URL",
        help="Address that the reports folder will have: adds sitemap.xml and absolute addresses of pictures.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def out_folder(given: Path | None) -> Path:
    """Return the reports folder of a command; refuse one that would hide what is read."""
    from tlanalysis.core import paths

    out = given.absolute() if given else paths.reports()
    paths.check_output(out)
    return out


def print_json(value: Any) -> None:
    """Print a value as JSON, for programs."""
    from tlanalysis.core import files

    print(files.to_json(value), end="")
