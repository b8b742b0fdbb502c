"""`tlanalysis fetch`: fetch open files of the catalog, verify them, and resume interrupted downloads."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import requests

from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import remote_files
from tlanalysis.fetch import install, messages
from tlanalysis.fetch.install import Received
from tlanalysis.fetch.progress import Transfers
from tlanalysis.fetch.selection import default_plan, distinct, in_mirror, limit
from tlanalysis.fetch.transport import Answer, TransferError, forget_headers, open_session, receive


@dataclass(frozen=True)
class Outcome:
    """The result for one id; `sentence` describes it."""

    name: str
    status: Literal["here", "fetched", "copied", "recorded", "unchanged", "changed", "failed"]
    sentence: str

    @property
    def failed(self) -> bool:
        """Whether the source could not be fetched or verified."""
        return self.status == "failed"


def fetch(
    names: Sequence[str] = (),
    *,
    mirror: Path | None = None,
    again: bool = False,
    session: requests.Session | None = None,
    transfers: Transfers | None = None,
    pause: float = 0.5,
) -> list[Outcome]:
    """Fetch open files into `data/raw/downloads/<id>/`; return the result for each, in order.

    Parameters
    ----------
    names : sequence of str
        Ids of the catalog; by default those of `selection.default_plan`.
    mirror : Path, optional
        A folder that holds files under their names, or as ``<id>/<file>``; it is searched first.
    again : bool
        Whether to ask for newer versions of files that are here.
    session : requests.Session, optional
        The network; see `transport.open_session`.
    transfers : Transfers, optional
        Receives the progress of the downloads.
    pause : float
        Seconds before an interrupted download is resumed.

    Returns
    -------
    list of Outcome
        One per id. A failure of one does not stop the others.

    Raises
    ------
    BadInput
        An unknown id, or a mirror that is not a folder. Nothing was fetched.
    SourceError
        No id was named, and the mirror holds no file of the catalog.
    """
    if mirror and not mirror.is_dir():
        raise BadInput(f"{mirror} is not a folder: --mirror (or TLANALYSIS_MIRROR) names one that holds the files.")
    wanted = distinct(names) or default_plan(mirror).wanted
    if not wanted:
        raise SourceError(f"{mirror} holds none of the files of the catalog: `tlanalysis sources` lists them.")
    transfers = transfers or Transfers()
    job = _Job(mirror, again, bool(names), session or open_session(), transfers, pause)
    outcomes = []
    for name in wanted:
        try:
            with install.locked(remote_files.folder(name)):
                outcome = job.do(name)
        except SourceError as error:
            outcome = Outcome(name, "failed", str(error))
        finally:
            transfers.close()
        transfers.print_result(outcome)
        outcomes.append(outcome)
    return outcomes


def accept(wish: str) -> str:
    """Put the version that is kept beside an open file in use; return a sentence about it.

    Parameters
    ----------
    wish : str
        An id, or ``<id>:<first digits of the sha256>`` when several versions are kept.
    """
    name, _, digits = wish.partition(":")
    (name,) = distinct([name])
    with install.locked(remote_files.folder(name)):
        sha256, aside = install.accept(name, digits)
    kept = f"; the one before is kept as {aside.name}" if aside else ""
    return f"accepted  {name}  sha256 {messages.short(sha256)} is in use{kept}"


@dataclass(frozen=True)
class _Job:
    """What the ids of one call share."""

    mirror: Path | None
    again: bool
    named: bool
    session: requests.Session
    transfers: Transfers
    pause: float

    def do(self, name: str) -> Outcome:
        file = remote_files.folder(name) / remote_files.entry(name)["file"]
        current = install.digest(file) if file.is_file() else None
        recorded = remote_files.vouched_sha256(name)
        if current and recorded is None:
            install.adopt(name, current)
            return Outcome(name, "recorded", f"found as you saved it, sha256 {messages.short(current)} recorded")
        if current and current == recorded and not self.again:
            return Outcome(name, "here", messages.already_here(file, current))
        held = in_mirror(self.mirror, name) if self.mirror else None
        if current and current != recorded and not held and not remote_files.address(name):
            raise SourceError(messages.altered(name, current, recorded))
        received = _copied(name, held) if held else self._received(name, intact=current == recorded)
        if received is None:
            return Outcome(name, "unchanged", messages.STILL)
        return _put_or_kept(name, received, "copied" if held else "fetched", recorded, current)

    def _received(self, name: str, *, intact: bool) -> Received | None:
        """Return the file that the address serves; None when it is the intact file in use."""
        entry, folder, url = remote_files.entry(name), remote_files.folder(name), remote_files.address(name)
        if not url:
            raise SourceError(messages.no_address(name))
        part = folder / f"{entry.get('archive', entry['file'])}.part"
        stored = remote_files.receipt(folder / entry["file"]) if intact else None
        known = Answer(url, stored.get("etag", ""), stored.get("last_modified", "")) if stored else None
        most, watch = limit(name, named=self.named), self.transfers.watch(name)
        try:
            answer = receive(self.session, url, part, limit=most, watch=watch, known=known, pause=self.pause)
        except TransferError as error:
            raise SourceError(messages.out_of_reach(name, str(error))) from error
        if answer is None:
            return None
        forget_headers(part)
        return install.unpacked(name, part, answer.facts())


def _copied(name: str, held: Path) -> Received:
    """Return a copy of the file from a mirror, or of its zip."""
    entry = remote_files.entry(name)
    part = remote_files.folder(name) / f"{held.name}.copy.part"
    try:
        shutil.copyfile(held, part)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SourceError(f"{held} could not be copied: {error.strerror}.") from error
        raise
    facts = {"origin": "mirror", "date": datetime.now(UTC).isoformat(timespec="seconds")}
    return Received(part, None, facts) if held.name == entry["file"] else install.unpacked(name, part, facts)


def _put_or_kept(
    name: str, received: Received, how: Literal["fetched", "copied"], recorded: str | None, current: str | None
) -> Outcome:
    """Move a received file into use or beside the file in use; return the result."""
    sha256, count = install.digest(received.file), received.file.stat().st_size
    living = "refreshed" in remote_files.entry(name)
    decided = install.verdict(sha256, recorded, current)
    if decided == "same":
        received.delete()
        return Outcome(name, "unchanged", messages.STILL)
    if decided == "install" or (living and current is None):
        aside = install.put_in_use(name, received, sha256)
        return Outcome(name, how, messages.in_use(name, count, sha256, recorded, aside, fetched=how == "fetched"))
    kept = install.keep_beside(name, received, sha256)
    return Outcome(name, "changed" if living else "failed", messages.changed(name, kept, sha256, recorded, current))
