"""Compute digests, and write files so that a reader never finds half a file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all: write a temporary file beside it, then rename that file."""
    write_together({path: data})
    return path


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write several files: write all as temporary files beside their targets, then rename each."""
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    try:
        for path, data in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary[path].write_bytes(data)
        for path, part in temporary.items():
            part.replace(path)
    finally:
        for part in temporary.values():
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text with LF line ends, whole or not at all."""
    return write_bytes(path, text.encode("utf-8"))


def to_json(value: Any) -> str:
    """Return a value as indented JSON; the same value always gives the same text."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
