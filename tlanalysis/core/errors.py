"""What can go wrong, and the exit code each kind carries to the shell."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TlanalysisError(Exception):
    """One clear sentence for the user; `exit_code` is what the command ends with."""

    exit_code = 1


class RunFailed(TlanalysisError):
    """A notebook run failed."""

    exit_code = 1


class BadInput(TlanalysisError, ValueError):
    """A parameter, a file or a table that the user can put right."""

    exit_code = 2


class SourceError(TlanalysisError):
    """A source that could not be read, fetched or verified."""

    exit_code = 3


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)`, or an empty string when nothing is close.

    Parameters
    ----------
    value : str
        What the user wrote.
    known : iterable of str
        What would have been accepted.

    Examples
    --------
    >>> did_you_mean("territoire", ["territory", "lang"])
    " (did you mean 'territory'?)"
    """
    close = difflib.get_close_matches(value, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
