"""Compute digests, and write files so that a reader never finds half a file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_PART = re.compile(r"\.(?P<target>.+?)\.(?P<process>[0-9]{1,10})(\.old)?\.part")


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all: write a temporary file beside it, then rename that file."""
    write_together({path: data})
    return path


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write several files: write all as temporary files beside their targets, then rename each.

    After an error the files are those that were there before; a file that is written alone, and that was there before,
    is the new one when Ctrl-C comes after its rename. Temporary files that an ended process left for these
    targets are deleted.
    """
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    former = {path: path.with_name(f".{path.name}.{os.getpid()}.old.part") for path in contents}
    placed: list[Path] = []
    try:
        for folder in {path.parent for path in contents}:
            folder.mkdir(parents=True, exist_ok=True)
            _delete_abandoned(folder, {path.name for path in contents})
        for path, data in contents.items():
            temporary[path].write_bytes(data)
        absent = {path for path in contents if not path.exists()}
        if len(contents) > 1:  # one rename is done or not
            for path in contents:
                _keep(path, former[path])
        for path, part in temporary.items():
            placed.append(path)  # before the rename: Ctrl-C may come between the two
            part.replace(path)
    except BaseException:
        for path in placed:
            with suppress(OSError):
                if former[path].exists():
                    former[path].replace(path)
                elif path in absent:
                    path.unlink()
        raise
    finally:
        for part in (*temporary.values(), *former.values()):
            part.unlink(missing_ok=True)


def _keep(path: Path, former: Path) -> None:
    """Give a present file a second name; copy it where the disk knows no links."""
    if not path.exists():
        return
    try:
        os.link(path, former)
    except OSError:
        shutil.copy2(path, former)


def _delete_abandoned(folder: Path, names: Collection[str]) -> None:
    """Delete the temporary files of ended processes of this machine for targets of these names."""
    with os.scandir(folder) as entries:
        found = [match for entry in entries if (match := _PART.fullmatch(entry.name)) and match["target"] in names]
    for part in found:
        if not _is_alive(int(part["process"])):
            with suppress(OSError):
                (folder / part.string).unlink()


def _is_alive(process: int) -> bool:
    """Return whether a process runs, or may run: Windows tells it to no standard function."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)  # signal 0 is not sent
    except PermissionError:  # a process of another user
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text with LF line ends, whole or not at all."""
    return write_bytes(path, text.encode("utf-8"))


def to_json(value: Any) -> str:
    """Return a value as indented JSON; the same value always gives the same text."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def to_csv(table: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a CSV file: numbers have eight significant digits, two decimals from a million on.

    The last digits of a float, the fifteenth and after, differ between processors, because numpy has other instructions
    on each. Rounded to eight digits, about one such number in a million can still differ.
    """
    return table.to_csv(index=False, lineterminator="\n", float_format=_decimal).encode("utf-8")


def _decimal(value: float) -> str:
    return f"{round(value, 2):.15g}" if abs(value) >= 1e6 else f"{value:.8g}"
