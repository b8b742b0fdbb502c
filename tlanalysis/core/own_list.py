"""How a list of the user's own is signed in `attrs`: its name, and the sha256 of its bytes.

An entry of `attrs["inputs"]` that begins with `PREFIX` names such a list; the same text is the `source` of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

PREFIX = "liste:"
_BEFORE_DIGEST = "@"
_SHOWN_DIGITS = 16


class OwnList(NamedTuple):
    """A list: its `name`, and the `sha256` of its bytes, empty where only the name is left."""

    name: str
    sha256: str

    @property
    def key(self) -> str:
        """Return what stands for the list in `attrs`."""
        return f"{PREFIX}{self.name}{_BEFORE_DIGEST}{self.sha256}"

    @property
    def digest(self) -> str:
        """Return the start of the sha256, as a figure shows it."""
        return self.sha256[:_SHOWN_DIGITS]

    def __str__(self) -> str:
        return f"{self.name} (sha256 {self.digest})" if self.sha256 else self.name


def own_list(key: str) -> OwnList | None:
    """Return the list that an entry of `attrs` names; None where it names something else.

    Examples
    --------
    >>> own_list("liste:ma_liste.xlsx@0123456789abcdef01")
    OwnList(name='ma_liste.xlsx', sha256='0123456789abcdef01')
    >>> own_list("regions") is None
    True
    """
    if not key.startswith(PREFIX):
        return None
    name, _, sha256 = key.removeprefix(PREFIX).rpartition(_BEFORE_DIGEST)
    return OwnList(name, sha256)


def distinct_names(keys: Iterable[str]) -> dict[str, str]:
    """Return name in the facts of a figure -> entry of `attrs`; lists of one name are numbered.

    Examples
    --------
    >>> distinct_names(["regions", "liste:a.csv@12", "liste:a.csv@34"])
    {'regions': 'regions', 'liste:a.csv': 'liste:a.csv@12', 'liste:a.csv (2)': 'liste:a.csv@34'}
    """
    named: dict[str, str] = {}
    for key in keys:
        found = own_list(key)
        name = f"{PREFIX}{found.name}" if found else key
        before = sum(1 for other in named if other == name or other.startswith(f"{name} ("))
        named[f"{name} ({before + 1})" if before else name] = key
    return named
