"""Put received files in use: verify them, then move them into place without overwriting another version.

A file in use is only ever replaced by the version that is recorded, or by one that the user accepts. Any other version
is kept beside it as `<file>.<first 12 digits of its sha256>`, with its own receipt.
"""

from __future__ import annotations

import fcntl
import hashlib
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import remote_files
from tlanalysis.fetch.selection import limit

SHORT = 12
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, NotImplementedError, ValueError)
_OF_THE_FILE = (
    "id",
    "file",
    "sha256",
    "bytes",
    "archive",
)  # keys of a receipt about the file; the others come from the server

Verdict = Literal["same", "install", "beside"]


def verdict(found: str, recorded: str | None, current: str | None) -> Verdict:
    """Return what to do with received bytes.

    Parameters
    ----------
    found : str
        Their sha256.
    recorded : str or None
        The sha256 recorded in the catalog or in the receipt; None when there is none yet.
    current : str or None
        The sha256 of the file in use; None when there is no file.

    Examples
    --------
    >>> verdict("a", "a", None), verdict("a", None, None), verdict("a", "a", "b"), verdict("b", "a", "a")
    ('install', 'install', 'install', 'beside')
    """
    if found == current:
        return "same"
    return "install" if recorded in (None, found) else "beside"


def digest(path: Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder of downloads, because two fetches of one id would write to the same partial file."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SourceError(f"{folder.name} is being fetched by another process: wait for it.") from None
        try:
            yield
        finally:
            with suppress(OSError):  # the folder is not empty
                folder.rmdir()
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Received:
    """A received file that is not in use yet, and the zip that it came in, if any."""

    file: Path
    archive: Path | None
    facts: dict[str, str]

    @property
    def paths(self) -> list[Path]:
        """The files on disk."""
        return [self.file, *([self.archive] if self.archive else [])]

    def delete(self) -> None:
        """Delete them."""
        for path in self.paths:
            path.unlink(missing_ok=True)


def unpacked(name: str, whole: Path, facts: dict[str, str]) -> Received:
    """Return a completely received file, taken out of its zip if the catalog names a member.

    Raises
    ------
    SourceError
        The received file is not a zip, or does not hold the member.
    """
    entry = remote_files.entry(name)
    if "member" not in entry:
        return Received(whole, None, facts)
    member = whole.with_name(f"{entry['file']}.part")
    try:
        with zipfile.ZipFile(whole) as archive, archive.open(entry["member"]) as source, member.open("wb") as target:
            _copy(source, target, limit(name, named=True))
    except _TooLarge as error:
        member.unlink(missing_ok=True)
        whole.unlink()
        raise SourceError(f"{name}: {entry['member']} of {entry['archive']} {error}; nothing was kept.") from None
    except (*_BAD_ZIP, KeyError) as error:
        member.unlink(missing_ok=True)
        whole.unlink()
        what = f"does not hold {entry['member']}" if isinstance(error, KeyError) else "is not a zip that can be read"
        raise SourceError(f"{name}: what came as {entry['archive']} {what}; nothing was kept.") from None
    return Received(member, whole, facts)


class _TooLarge(Exception):
    """A member of a zip holds more bytes than its file may have."""


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> None:
    left = most
    while piece := source.read(min(1 << 20, left + 1)):
        left -= len(piece)
        if left < 0:
            raise _TooLarge(f"holds more than {most / 1e6:.0f} MB")
        target.write(piece)


def put_in_use(name: str, received: Received, sha256: str) -> Path | None:
    """Put a received file in use and write its receipt; return where the version before it is kept, if any."""
    target = remote_files.folder(name) / remote_files.entry(name)["file"]
    aside = _set_aside(name, target) if target.exists() else None
    _move(name, received, sha256, target)
    return aside


def keep_beside(name: str, received: Received, sha256: str) -> Path:
    """Keep a received file under a name with its version; return its path."""
    kept = _versioned(remote_files.folder(name) / remote_files.entry(name)["file"], sha256)
    _move(name, received, sha256, kept)
    return kept


def _move(name: str, received: Received, sha256: str, target: Path) -> None:
    facts: dict[str, Any] = {**received.facts}
    zipped = _zip_of(name, target)
    if received.archive and zipped:
        count = received.archive.stat().st_size
        facts["archive"] = {"file": zipped.name, "sha256": digest(received.archive), "bytes": count}
        received.archive.replace(zipped)
    # The receipt is written first, so that a process that stops here leaves no file without a receipt.
    _write_receipt(name, target, sha256, received.file.stat().st_size, facts)
    received.file.replace(target)


def adopt(name: str, sha256: str) -> None:
    """Write the receipt of a file that the user saved by hand."""
    file = remote_files.folder(name) / remote_files.entry(name)["file"]
    _write_receipt(name, file, sha256, file.stat().st_size, {"origin": "saved by hand"})


def accept(name: str, version: str = "") -> tuple[str, Path | None]:
    """Put a version in use that is kept beside the file in use; the version before it is then kept beside.

    Parameters
    ----------
    name : str
        An id of the catalog.
    version : str
        First digits of the sha256 of the version; needed when several are kept.

    Returns
    -------
    tuple of str and (Path or None)
        The sha256 of the file in use now, and the path of the version before it.

    Raises
    ------
    BadInput
        No such version is kept, several are, or the catalog itself records the version.
    SourceError
        The kept version does not have the sha256 in its name.
    """
    entry = remote_files.entry(name)
    if "sha256" in entry:
        raise BadInput(
            f"the catalog records which version of {name} is read ({entry['sha256'][:SHORT]}…): after a review, change "
            f"sha256 in tlanalysis/data/remote_files.toml instead."
        )
    target = remote_files.folder(name) / entry["file"]
    kept = {path.name[-SHORT:]: path for path in target.parent.glob(f"{target.name}.*") if _is_version(target, path)}
    matching = [digits for digits in sorted(kept) if digits.startswith(version[:SHORT])]
    if len(matching) != 1:
        many = f"say which: {', '.join(f'{name}:{digits}' for digits in matching or sorted(kept))}"
        raise BadInput(f"no other version of {name} is kept." if not kept else f"{name}: {many}.")
    chosen = kept[matching[0]]
    sha256 = digest(chosen)
    if not sha256.startswith(matching[0]):
        raise SourceError(f"{chosen} was altered: its sha256 is {sha256[:SHORT]}…; delete it and fetch again.")
    facts = {key: value for key, value in (remote_files.receipt(chosen) or {}).items() if key not in _OF_THE_FILE}
    zipped = _zip_of(name, chosen)
    aside = put_in_use(name, Received(chosen, zipped if zipped and zipped.exists() else None, facts), sha256)
    remote_files.receipt_path(chosen).unlink(missing_ok=True)
    return sha256, aside


def _set_aside(name: str, target: Path) -> Path:
    """Rename the file in use, its receipt and its zip to names with their version."""
    sha256 = digest(target)
    aside = _versioned(target, sha256)
    receipt = remote_files.receipt(target)
    if receipt and receipt["sha256"] == sha256:  # otherwise the receipt is about other bytes
        remote_files.receipt_path(target).replace(remote_files.receipt_path(aside))
    zipped = _zip_of(name, target)
    if zipped and zipped.exists():
        zipped.replace(_versioned(zipped, sha256))
    return target.replace(aside)


def _versioned(path: Path, sha256: str) -> Path:
    return path.with_name(f"{path.name}.{sha256[:SHORT]}")


def _zip_of(name: str, file: Path) -> Path | None:
    """Return the path of the zip that a file, or a version of it, comes in; None without a zip."""
    entry = remote_files.entry(name)
    return file.with_name(file.name.replace(entry["file"], entry["archive"], 1)) if "archive" in entry else None


def _is_version(target: Path, path: Path) -> bool:
    digits = path.name.removeprefix(f"{target.name}.")
    return len(digits) == SHORT and set(digits) <= set("0123456789abcdef")


def _write_receipt(name: str, path: Path, sha256: str, count: int, facts: dict[str, Any]) -> None:
    receipt = {"id": name, "file": path.name, "sha256": sha256, "bytes": count, **facts}
    files.write_text(remote_files.receipt_path(path), files.to_json(receipt))
