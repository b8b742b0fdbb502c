"""The parameters of a run, validated the same way whoever injected them: papermill, a scheduler, a hand edit.

Five are shared by all notebooks and have checks of their own. Any other literal of a notebook's parameters cell is a
parameter too, typed by its default.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from tlanalysis.core import files, periods
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS
from tlanalysis.data import evidence, territories

TYPES = {
    str: "text, in quotes",
    int: "a whole number",
    float: "a number with a decimal point",
    bool: "True or False",
}
_LONGEST = 40  # characters of a value that a run key shows


class Params(SimpleNamespace):
    """Parameters of a run; a shared one that was not given reads as its default.

    Attributes
    ----------
    territory : str
        `FR`, `R75`, `D33`.
    lang : str
        `fr` or `en`.
    as_of : str
        ISO date: only what was public on that day.
    seed : int
        Of everything drawn at random.
    horizon : int
        Last year of a forecast.
    """

    territory: str = territories.FRANCE
    lang: str = LANGS[0]
    as_of: str = evidence.COLLECTED_ON.isoformat()
    seed: int = 0
    horizon: int = 2030

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters that were given, as a plain dict: no default stands in for one that was not."""
        return dict(vars(self))


SHARED = tuple(Params.__annotations__)


def params(**given: Any) -> Params:
    """Return validated parameters.

    Parameters
    ----------
    **given
        The shared `territory, lang, as_of, seed, horizon`, and any other parameter of the notebook: text, a number,
        True or False. Each is an attribute of what is returned.

    Returns
    -------
    Params
        Each parameter is an attribute.

    Raises
    ------
    BadInput
        A value that is not of the right type or does not exist, or a misspelled name; all mistakes in one message.

    See Also
    --------
    run : Execute a notebook with its parameters.

    Examples
    --------
    >>> params(territory="R75", lang="en").territory
    'R75'
    >>> params(rayon=20).rayon
    20
    """
    mistakes = list(mistakes_in(given))
    if mistakes:
        raise BadInput(" ".join(mistakes))
    return Params(**given)


def mistakes_in(held: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield one sentence per parameter that cannot be used.

    Parameters
    ----------
    held : mapping
        Name -> value.
    defaults : mapping, optional
        The defaults of the notebook; a parameter of its own must have the type of its default.
    """
    for name, value in held.items():
        try:
            if name in SHARED:
                _CHECKS[name](value)
            else:
                _check_own(name, value, (defaults or held).get(name, value))
        except BadInput as error:
            yield str(error)


def _check_territory(value: object) -> None:
    _check_quoted("territory", value)
    if not isinstance(value, str):
        raise BadInput(f'territory is {value!r}, not text: write a code in quotes, e.g. "R01", "D33", "FR".')
    if value not in territories.codes():  # a plan and a command line name a territory one way
        raise territories.no_territory(value)


def _check_quoted(name: str, value: object) -> None:
    """Refuse what a word without quotes became, where values are written as code: `all` is a function of Python."""
    if callable(value):
        word = getattr(value, "__name__", repr(value))
        raise BadInput(f'{name} is the Python function {word}: the value was given without quotes, write "{word}".')


def _check_lang(value: object) -> None:
    _check_quoted("lang", value)
    if value not in LANGS:
        raise BadInput(f"lang is {value!r}: it is one of {', '.join(LANGS)}.")


def _check_as_of(value: object) -> None:
    _check_quoted("as_of", value)
    if not isinstance(value, str):
        raise BadInput(f'as_of is {value!r}: write a date in quotes, e.g. "2026-11-21".')
    if "/" in value:  # a span of dates is no day, and the value stands in names of files
        raise BadInput(f"as_of is {value!r}: it is one date, e.g. 2026, 2026-11 or 2026-11-21.")
    periods.last_day(value)


def _check_seed(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadInput(f"seed is {value!r}: it is a whole number, 0 or more.")


def _check_horizon(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 2000 < value <= 2100:
        raise BadInput(f"horizon is {value!r}: it is a year, up to 2100.")


_CHECKS: dict[str, Callable[[object], None]] = {
    "territory": _check_territory,
    "lang": _check_lang,
    "as_of": _check_as_of,
    "seed": _check_seed,
    "horizon": _check_horizon,
}


def _check_own(name: str, value: object, default: object) -> None:
    """Check a parameter that one notebook has of its own."""
    if close := difflib.get_close_matches(name, SHARED, n=1, cutoff=0.8):  # tl.params(territoire=...) would go unused
        raise BadInput(f"no parameter called {name!r} (did you mean {close[0]!r}?): they are {', '.join(SHARED)}.")
    _check_quoted(name, value)
    if type(default) not in TYPES:
        raise BadInput(f"{name} is {default!r}: a parameter is text, a number, True or False.")
    if type(value) is not type(default):
        raise BadInput(f"{name} is {value!r}, a {type(value).__name__}: it is {TYPES[type(default)]}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{name} is {value!r}: write a finite number.")


def run_key(run: Params) -> str:
    """Return the slug that tells runs of one notebook apart.

    The territory leads; of the other shared parameters those that differ from their defaults follow. A parameter of the
    notebook's own is always there, because its default is known to that notebook alone.

    Examples
    --------
    >>> run_key(Params()), run_key(Params(territory="R75", lang="en")), run_key(Params(horizon=2035))
    ('FR', 'R75-en', 'FR-horizon2035')
    >>> run_key(Params(rayon=20))
    'FR-rayon20'
    """
    parts = [run.territory]
    if run.lang != Params.lang:
        parts.append(run.lang)
    parts += [
        f"{name.replace('_', '')}{getattr(run, name)}".replace("-", "")
        for name in ("as_of", "seed", "horizon")
        if getattr(run, name) != getattr(Params, name)
    ]
    parts += [f"{_slug(name)}{_slug(value)}" for name, value in sorted(run.as_dict().items()) if name not in SHARED]
    return "-".join(parts)


def _slug(value: object) -> str:
    """Return a value in letters, digits and `_`; a value that loses characters gets a digest, so that no two agree."""
    text = str(value).replace(".", "p").replace("-", "m") if isinstance(value, int | float) else str(value)
    word = re.sub(r"[^A-Za-z0-9_]", "", text)[:_LONGEST]
    return word if word == text else f"{word}x{files.sha256(text.encode())[:8]}"


def split(text: str) -> tuple[str, str]:
    """Return the name and the value of `name=value` as typed on a command line.

    Raises
    ------
    BadInput
        When it is not of that form.
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"{text!r} is not a parameter: write name=value, e.g. -p territory=R75.")
    return name, value


def from_text(name: str, text: str, default: object) -> object:
    """Return a value typed on a command line in the type of the parameter's default.

    Raises
    ------
    BadInput
        When the text cannot be read as that type.
    """
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text.lower()]
        return type(default)(text) if isinstance(default, int | float) else text
    except (ValueError, KeyError):
        raise BadInput(f"{name} is {text!r}: it is {TYPES[type(default)]}.") from None
