"""Select the files to fetch, and state why others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tlanalysis.core.errors import BadInput
from tlanalysis.data import embedded, remote_files

LARGE = 50_000_000  # bytes; a larger file is fetched only when it is named
CAP = 1_000_000_000  # bytes, for a named file without a recorded size
SLACK = 3  # a file may be this many times its recorded size, or 10 MB if that is more


@dataclass(frozen=True)
class Plan:
    """Which ids are fetched, and why the others are not."""

    wanted: list[str]
    large: list[str]
    by_hand: list[str]
    not_in_mirror: list[str]

    def lines(self) -> list[str]:
        """Return the lines to print before the first download."""
        known = [remote_files.entry(name)["bytes"] for name in self.wanted if "bytes" in remote_files.entry(name)]
        unknown = len(self.wanted) - len(known)
        more = f" and {unknown} of unknown size" if unknown else ""
        left_out = {
            "larger than 50 MB, fetched when named": [_with_size(name) for name in self.large],
            "no known address, `tlanalysis fetch ID` says where to look": self.by_hand,
            "not in the mirror, fetched from its address when named": self.not_in_mirror,
        }
        return [
            f"{len(self.wanted)} file{'' if len(self.wanted) == 1 else 's'} to fetch or verify: "
            f"{size(sum(known))} as far as known{more}",
            *(f"left out ({why}): {', '.join(names)}" for why, names in left_out.items() if names),
        ]


def default_plan(mirror: Path | None) -> Plan:
    """Return the files that `fetch` without an id fetches: those of the mirror or, without one, all but the large.

    A file that is already here is always included, to verify it or, if it was saved by hand, to record it.
    """
    made = Plan([], [], [], [])
    for name, entry in remote_files.remote().items():
        if (remote_files.folder(name) / entry["file"]).is_file() or (mirror and in_mirror(mirror, name)):
            made.wanted.append(name)
        elif not remote_files.address(name):
            made.by_hand.append(name)
        elif mirror:
            made.not_in_mirror.append(name)
        elif entry.get("large") or entry.get("bytes", 0) > LARGE:
            made.large.append(name)
        else:
            made.wanted.append(name)
    return made


def distinct(names: Sequence[str]) -> list[str]:
    """Return each id once, in the given order.

    Raises
    ------
    BadInput
        An id is not an open file of the catalog.
    """
    for name in names:
        if name in embedded.names():
            raise BadInput(f"{name} is embedded in data/raw: there is nothing to fetch.")
        remote_files.entry(name)
    return list(dict.fromkeys(names))


def in_mirror(mirror: Path, name: str) -> Path | None:
    """Return the path in a mirror of the file of an id, else of its zip, else None."""
    entry = remote_files.entry(name)
    wanted = [entry["file"], *([entry["archive"]] if "archive" in entry else [])]
    return next((path for file in wanted if (path := remote_files.find_in(mirror, name, file))), None)


def limit(name: str, *, named: bool) -> int:
    """Return how large the file of an id may be before it is refused."""
    written = remote_files.entry(name).get("bytes")
    most = max(SLACK * written, 10_000_000) if written else CAP
    return most if named else min(most, LARGE)


def size(count: int) -> str:
    """Return a number of bytes as text.

    Examples
    --------
    >>> size(512), size(29_772), size(38_200_000)
    ('512 B', '30 kB', '38.2 MB')
    """
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.0f} kB"


def _with_size(name: str) -> str:
    written = remote_files.entry(name).get("bytes")
    return f"{name} {size(written)}" if written else name
