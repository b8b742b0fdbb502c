"""Replace a folder by a new one: a reader never finds files of both."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def replace(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a new folder beside the present one, then rename it; after an error the present folder stays.

    A file that already holds its bytes is linked to the new folder and keeps its time.

    Parameters
    ----------
    folder : Path
        The folder to replace; it may be missing.
    contents : mapping
        Path inside the folder -> bytes, for every file of the new folder.
    """
    new, old = folder.with_name(f".{folder.name}.part"), _old(folder)
    if old.exists() and not folder.exists():  # an earlier call was stopped between its two renames
        old.replace(folder)
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    try:
        for parent in {(new / name).parent for name in contents}:
            parent.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            if not _linked(folder / name, new / name, data):
                (new / name).write_bytes(data)
        if folder.exists():
            folder.replace(old)
        try:
            new.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    delete_former(folder)


def delete_former(folder: Path) -> None:
    """Delete the former folder, also the one that an earlier call could not delete whole."""
    # Without a present folder, a call was stopped between its two renames: the former folder is then the present one.
    if folder.exists():
        shutil.rmtree(_old(folder), ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _linked(present: Path, new: Path, data: bytes) -> bool:
    """Link a present file when it holds the bytes; return False when it does not, or the disk knows no links."""
    try:
        if present.is_symlink() or present.read_bytes() != data:
            return False
        os.link(present, new)
    except OSError:
        return False
    return True
