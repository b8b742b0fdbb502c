"""Messages of `fetch` about a file: which version came, which is in use, and what to do when none came."""

from __future__ import annotations

from pathlib import Path

from tlanalysis.data import remote_files
from tlanalysis.fetch.install import SHORT
from tlanalysis.fetch.selection import size

# Grades of addresses that nobody has tried here.
UNTRIED = {"C": "address read in public code, never tried", "M": "address written from memory, never tried"}
STILL = "the server still has the version in use"


def already_here(file: Path, sha256: str) -> str:
    """Return the message for a file that is here and verified."""
    date = (remote_files.receipt(file) or {}).get("date", "")
    return f"{size(file.stat().st_size)}, sha256 {short(sha256)} verified" + (f", of {date[:10]}" if date else "")


def in_use(name: str, count: int, sha256: str, recorded: str | None, aside: Path | None, *, fetched: bool) -> str:
    """Return the message for a received file in use: its checksum, and a warning about an untried address."""
    trust = {None: "recorded at first sight", sha256: "verified"}
    known = trust.get(recorded) or f"recorded in place of {short(recorded)}"
    doubt = UNTRIED.get(remote_files.entry(name)["grade"]) if fetched else None
    kept = f"what was there is kept as {aside.name}" if aside else None
    return "; ".join(filter(None, [f"{size(count)}, sha256 {short(sha256)} {known}", kept, doubt]))


def changed(name: str, kept: Path, sha256: str, recorded: str | None, current: str | None) -> str:
    """Return the message for a received file that is not the recorded one: where it is kept, what is in use."""
    entry = remote_files.entry(name)
    kept_in_use = f"sha256 {short(current)} stays in use" if current else "nothing is in use"
    sentence = (
        f"{entry['file']} has changed: sha256 {short(sha256)} came, {short(recorded)} is recorded; {kept_in_use}, "
        f"what came is kept as data/raw/downloads/{name}/{kept.name}"
    )
    if "sha256" in entry:
        return f"{sentence}."
    return f"{sentence}; `tlanalysis fetch --accept {name}:{sha256[:SHORT]}` puts it in use."


def out_of_reach(name: str, why: str) -> str:
    """Return the message for a failed download: the reason, and two other ways to get the file."""
    entry = remote_files.entry(name)
    doubt = f" ({UNTRIED[entry['grade']]})" if entry["grade"] in UNTRIED else ""
    return (
        f"{entry.get('archive', entry['file'])} could not be fetched from {entry['url']}{doubt}: {why}; copy it from a "
        f"folder that holds it with `--mirror DIR`, or save {remote_files.origin(name)} by hand as "
        f"{remote_files.saved_as(name)}."
    )


def no_address(name: str) -> str:
    """Return the message for a file without an address, with the ways to get it."""
    entry, mirror = remote_files.entry(name), "copy it from a folder that holds it with `--mirror DIR`"
    if entry.get("extract"):
        return f"{entry['file']} is an extract made of {entry['url']}, no address serves it as such: {mirror}."
    by_hand = f"save {remote_files.origin(name)} as {remote_files.saved_as(name)}"
    return f"{entry['file']} has no known address: {by_hand}, or {mirror}."


def altered(name: str, current: str, recorded: str | None) -> str:
    """Return the message for an altered file that no address serves."""
    file = remote_files.saved_as(name)
    sentence = f"{file} is not the version recorded: sha256 {short(current)}, recorded {short(recorded)}"
    if "sha256" in remote_files.entry(name):
        return f"{sentence}; put the recorded one back, or copy it from a folder that holds it with `--mirror DIR`."
    return f"{sentence}; put that one back or, to record yours, delete {file}.json and fetch it again."


def short(sha256: str | None) -> str:
    """Return the first digits of a sha256 for a message."""
    return f"{(sha256 or '')[:SHORT]}…"
