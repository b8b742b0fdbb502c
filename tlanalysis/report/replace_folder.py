"""Replace a folder by a new one in one move: a reader sees the old one or the new one, never a mixture."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path


def replace(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder beside the one in use, then move it into place; when anything fails, the old one stays.

    Parameters
    ----------
    folder : Path
        The folder in use; it need not exist.
    contents : mapping
        Path inside the folder -> bytes, of every file of the new folder.
    """
    beside = folder.with_name(f".{folder.name}.part")
    aside = folder.with_name(f".{folder.name}.old")
    if aside.exists() and not folder.exists():  # the last call was stopped between its two moves
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
