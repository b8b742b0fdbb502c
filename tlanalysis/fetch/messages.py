"""What `fetch` says of a file: which bytes came, which are in use, and the ways out when none came."""

from __future__ import annotations

from pathlib import Path

from tlanalysis.data import remote_files
from tlanalysis.fetch.install import SHORT
from tlanalysis.fetch.selection import size

# Grades of an address that nobody here has seen answer.
UNTRIED = {"C": "address read in public code, never tried", "M": "address written from memory, never tried"}
STILL = "what is served still is the version in use"


def here(file: Path, sha256: str) -> str:
    """Say that a file is here and is the recorded one."""
    date = (remote_files.receipt(file) or {}).get("date", "")
    return f"{size(file.stat().st_size)}, sha256 {short(sha256)} verified" + (f", of {date[:10]}" if date else "")


def came(name: str, count: int, sha256: str, recorded: str | None, aside: Path | None, *, fetched: bool) -> str:
    """Say that bytes came and are in use, what vouches for them, and what nobody had tried before."""
    trust = {None: "recorded at first sight", sha256: "verified"}
    known = trust.get(recorded) or f"recorded in place of {short(recorded)}"
    doubt = UNTRIED.get(remote_files.entry(name)["grade"]) if fetched else None
    kept = f"what was there is kept as {aside.name}" if aside else None
    return "; ".join(filter(None, [f"{size(count)}, sha256 {short(sha256)} {known}", kept, doubt]))


def changed(name: str, kept: Path, sha256: str, recorded: str | None, current: str | None) -> str:
    """Say that other bytes came than those recorded, where they are kept and which are in use."""
    entry = remote_files.entry(name)
    in_use = f"sha256 {short(current)} stays in use" if current else "nothing is in use"
    told = (
        f"{entry['file']} has changed: sha256 {short(sha256)} came, {short(recorded)} is recorded; {in_use}, "
        f"what came is kept as data/raw/downloads/{name}/{kept.name}"
    )
    if "sha256" in entry:
        return f"{told}."
    return f"{told}; `tlanalysis fetch --accept {name}:{sha256[:SHORT]}` puts it in use."


def out_of_reach(name: str, why: str) -> str:
    """Say that an address gave nothing, why, and the two ways out."""
    entry = remote_files.entry(name)
    doubt = f" ({UNTRIED[entry['grade']]})" if entry["grade"] in UNTRIED else ""
    return (
        f"{entry.get('archive', entry['file'])} could not be fetched from {entry['url']}{doubt}: {why}; copy it from a "
        f"folder that holds it with `--mirror DIR`, or save {remote_files.origin(name)} by hand as "
        f"{remote_files.saved_as(name)}."
    )


def no_address(name: str) -> str:
    """Say that no address serves the file of an entry, and the ways to get it."""
    entry, mirror = remote_files.entry(name), "copy it from a folder that holds it with `--mirror DIR`"
    if entry.get("extract"):
        return f"{entry['file']} is an extract made of {entry['url']}, no address serves it as such: {mirror}."
    by_hand = f"save {remote_files.origin(name)} as {remote_files.saved_as(name)}"
    return f"{entry['file']} has no known address: {by_hand}, or {mirror}."


def altered(name: str, current: str, recorded: str | None) -> str:
    """Say that a file that no address serves is not the recorded one any more."""
    file = remote_files.saved_as(name)
    told = f"{file} is not the version recorded: sha256 {short(current)}, recorded {short(recorded)}"
    if "sha256" in remote_files.entry(name):
        return f"{told}; put the recorded one back, or copy it from a folder that holds it with `--mirror DIR`."
    return f"{told}; put that one back or, to record yours, delete {file}.json and fetch it again."


def short(sha256: str | None) -> str:
    """Return the first digits of a sha256, as they are printed."""
    return f"{(sha256 or '')[:SHORT]}…"
