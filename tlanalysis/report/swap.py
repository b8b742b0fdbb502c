"""A new site takes the place of the old one whole: whoever reads meanwhile sees one or the other."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


def put(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder beside the one in use, then let it take its place.

    Parameters
    ----------
    folder : Path
        The folder in use; it need not exist.
    contents : mapping
        Path inside the folder -> bytes: everything it is to hold.
    """
    beside = folder.with_name(f".{folder.name}.part")
    aside = folder.with_name(f".{folder.name}.old")
    if aside.exists() and not folder.exists():  # stopped between the two moves, last time
        aside.replace(folder)
    for left in (beside, aside):
        shutil.rmtree(left, ignore_errors=True)
    try:
        for made in {(beside / name).parent for name in contents}:
            made.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            (beside / name).write_bytes(data)
        if folder.exists():
            folder.replace(aside)
        try:
            beside.replace(folder)
        except OSError:
            if aside.exists():
                aside.replace(folder)
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)
