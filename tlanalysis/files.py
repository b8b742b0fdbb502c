"""Bytes on disk: digests, and writing so that no reader ever sees half a file."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all: beside its place first, then moved over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text with LF line ends, whole or not at all."""
    return write_bytes(path, text.encode("utf-8"))


def to_json(value: Any) -> str:
    """Return readable JSON with a stable layout (same value, same bytes)."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
