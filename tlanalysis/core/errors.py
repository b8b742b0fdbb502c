"""The errors of the package, each with the exit code of the command that raises it."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable


class TlanalysisError(Exception):
    """The base of our errors: its message is one sentence for the user, `exit_code` the exit code of the command."""

    exit_code = 1


class RunFailed(TlanalysisError):
    """A run failed."""

    exit_code = 1


class BadInput(TlanalysisError, ValueError):
    """A parameter, a file or a table is wrong, and the user can correct it."""

    exit_code = 2


class SourceError(TlanalysisError):
    """A source cannot be read, fetched or verified."""

    exit_code = 3


class FolderBusy(TlanalysisError):
    """Another run holds the lock of the reports folder: a scheduler may try again later."""

    exit_code = 75


def warn(sentence: str) -> None:
    """Print a sentence for the user on standard error; the command goes on."""
    print(f"tlanalysis: {sentence}", file=sys.stderr)


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)`, or an empty string when nothing is close.

    Parameters
    ----------
    value : str
        What the user wrote.
    known : iterable of str
        The values that are accepted.

    Examples
    --------
    >>> did_you_mean("territoire", ["territory", "lang"])
    " (did you mean 'territory'?)"
    """
    found = closest(value, known)
    return f" (did you mean {found!r}?)" if found else ""


def closest(value: str, known: Iterable[str]) -> str | None:
    """Return the known value most like a given one; None when none is like it."""
    return next(iter(difflib.get_close_matches(value, list(known), n=1, cutoff=0.5)), None)
