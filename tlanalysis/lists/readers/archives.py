"""Unpack a list compressed alone (gzip, or a ZIP archive of one file) into a temporary folder, up to a limit."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import say

# The most that a list may unpack to. A few kilobytes may hold more than a disk.
MOST_UNPACKED = 1 << 30
_PIECE = 1 << 20


def unpack(path: Path, kind: str, folder: Path) -> Path:
    """Return the only file of an archive, unpacked into a folder.

    Parameters
    ----------
    kind : str
        `gzip` or `zip`.

    Raises
    ------
    BadInput
        The archive is damaged, protected, too large once unpacked, or holds several files.
    """
    try:
        if kind == "gzip":
            with gzip.open(path) as packed:
                return _write(packed, path, folder / (path.stem or "liste"))
        with zipfile.ZipFile(path) as archive:
            member = _only_file(path, archive)
            with archive.open(member) as packed:
                return _write(packed, path, folder / (PurePosixPath(member.filename).name or "liste"))
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise BadInput(say("damaged", file=path.name)) from error
    except (NotImplementedError, RuntimeError) as error:  # zipfile says so of a password and of a rare compression
        raise BadInput(say("packed_protected", file=path.name)) from error
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        why = getattr(error, "strerror", None) or say("odd_archive")
        raise BadInput(say("packed_unreadable", file=path.name, why=why)) from error


def _only_file(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [
        member for member in archive.infolist() if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        raise BadInput(say("packed_many", file=path.name, count=len(members)))
    return members[0]


def _write(packed: IO[bytes] | gzip.GzipFile, path: Path, out: Path) -> Path:
    written = 0
    with out.open("wb") as file:
        while piece := packed.read(_PIECE):
            written += len(piece)
            if written > MOST_UNPACKED:
                raise BadInput(say("packed_large", file=path.name, mib=MOST_UNPACKED >> 20))
            file.write(piece)
    return out
