"""What we know of a publisher's list: its columns, how to recognise it, its open files, its known errors."""

from __future__ import annotations

from dataclasses import dataclass

from tlanalysis.lists.corrections import Correction
from tlanalysis.lists.joined_rows import Joined


@dataclass(frozen=True)
class PublishedList:
    """A publisher's list.

    Attributes
    ----------
    raw_to_clean : dict
        Publisher's column -> ours; of several columns for one field, each is read where those before it are empty.
    signature : frozenset of str
        Columns by which the list is recognised: a list that has them all is this one.
    files : tuple of str
        Ids of the open files (`remote_files.toml`) that have these columns.
    corrections : tuple of Correction
        Known errors of the list, put right before it is cleaned.
    joined : Joined, optional
        How one row of the list holds several places; None where one row is one place.
    """

    raw_to_clean: dict[str, str]
    signature: frozenset[str]
    files: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    joined: Joined | None = None
