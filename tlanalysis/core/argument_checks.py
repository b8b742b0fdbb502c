"""Check what a public function is given before it is used: a wrong kind of thing is one sentence."""

from __future__ import annotations

from typing import Any

from tlanalysis.core.errors import BadInput


def check_table(given: Any, origin: str) -> None:
    """Refuse what is no table.

    Parameters
    ----------
    given : object
        What the caller gave.
    origin : str
        Where such a table comes from, e.g. ``"tl.rates"``.

    Raises
    ------
    BadInput
        Naming the kind of thing that was given, and the origin.
    """
    if not hasattr(given, "columns"):
        raise BadInput(f"a {type(given).__name__} is no table: give what {origin} returns.")


def check_kind(given: Any, kind: type, origin: str) -> None:
    """Refuse what is not an object of ours.

    Raises
    ------
    BadInput
        Naming the kind of thing that was given, and what returns the right kind.
    """
    if not isinstance(given, kind):
        raise BadInput(f"a {type(given).__name__} is no {kind.__name__}: give what {origin} returns.")
