"""The sentences that cleaning a list prints, in French and English (`messages.toml`, `errors.toml`)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import closest
from tlanalysis.core.languages import LANGS, Texts, read_texts

# The language of the sentences; the command line sets it, and code that calls `tl.clean` reads English.
_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _texts() -> Texts:
    here = Path(__file__)
    printed, refused = read_texts(here.with_suffix(".toml")), read_texts(here.with_name("errors.toml"))
    printed.update(refused)
    return printed


def speak(lang: str | None) -> None:
    """Set the language of the sentences: the given one, else that of the locale, else English."""
    _language.set(lang if lang in LANGS else of_locale())


def of_locale() -> str:
    """Return the language of the first of LC_ALL, LC_MESSAGES and LANG that is set; English unless we have it."""
    stated = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return stated[:2].lower() if stated[:2].lower() in LANGS else "en"


def say(key: str, **values: Any) -> str:
    """Return a sentence of `messages.toml` in the language that `speak` set.

    Examples
    --------
    >>> say("written", folder="out")
    'written to out'
    """
    return str(_texts()[key][_language.get()]).format(**values)


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return, in the language of the sentences, which known value is close to a given one; empty when none is.

    Examples
    --------
    >>> did_you_mean("territoire", ["territory", "lang"])
    " (did you mean 'territory'?)"
    """
    found = closest(value, known)
    return say("did_you_mean", found=repr(found)) if found else ""
