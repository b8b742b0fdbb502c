"""The parameters of a run, validated the same way whoever injected them: papermill, a scheduler, a hand edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.data import territories

LANGS = ("fr", "en")


@dataclass(frozen=True)
class Params:
    """Parameters of a run.

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

    territory: str = "FR"
    lang: str = "fr"
    as_of: str = "2026-11-21"
    seed: int = 0
    horizon: int = 2030

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters as a plain dict."""
        return asdict(self)


NAMES = tuple(field.name for field in fields(Params))
INTEGERS = ("seed", "horizon")


def params(**given: Any) -> Params:
    """Return validated parameters.

    Parameters
    ----------
    **given
        Any of `territory, lang, as_of, seed, horizon`.

    Raises
    ------
    BadInput
        Unknown name, or a value that is not of the right type or does not exist; all mistakes in one message.

    Examples
    --------
    >>> params(territory="R75", lang="en").territory
    'R75'
    """
    mistakes = list(mistakes_in(given))
    if mistakes:
        raise BadInput(" ".join(mistakes))
    return Params(**given)


def mistakes_in(given: dict[str, Any]) -> Iterable[str]:
    """Yield one sentence per parameter that cannot be used."""
    for name, value in given.items():
        if name not in NAMES:
            yield f"no parameter called {name!r}{did_you_mean(name, NAMES)}: they are {', '.join(NAMES)}."
            continue
        try:
            _CHECKS[name](value)
        except BadInput as error:
            yield str(error)


def _check_territory(value: object) -> None:
    _check_quoted("territory", value)
    if not isinstance(value, str):
        raise BadInput(
            f'territory is {value!r}, a {type(value).__name__}: write a code in quotes, e.g. "R01", "D33", "FR".'
        )
    territories.territory(value)


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
    periods.last_day(value)


def _check_seed(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadInput(f"seed is {value!r}: it is a whole number, 0 or more.")


def _check_horizon(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 2000 < value <= 2100:
        raise BadInput(f"horizon is {value!r}: it is a year, up to 2100.")


_CHECKS = {
    "territory": _check_territory,
    "lang": _check_lang,
    "as_of": _check_as_of,
    "seed": _check_seed,
    "horizon": _check_horizon,
}


def run_key(run: Params) -> str:
    """Return the slug of the parameters that differ from their defaults; the territory always leads.

    Examples
    --------
    >>> run_key(Params()), run_key(Params(territory="R75", lang="en")), run_key(Params(horizon=2035))
    ('FR', 'R75-en', 'FR-horizon2035')
    """
    default = Params()
    parts = [run.territory]
    if run.lang != default.lang:
        parts.append(run.lang)
    parts += [
        f"{name.replace('_', '')}{getattr(run, name)}".replace("-", "")
        for name in ("as_of", "seed", "horizon")
        if getattr(run, name) != getattr(default, name)
    ]
    return "-".join(parts)


def parse(text: str) -> tuple[str, str | int]:
    """Return the name and value of `name=value` as typed on a command line; codes stay text, numbers become numbers.

    Raises
    ------
    BadInput
        When it is not of that form, or a number is expected.
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"{text!r} is not a parameter: write name=value, e.g. -p territory=R75.")
    if name not in INTEGERS:
        return name, value
    try:
        return name, int(value)
    except ValueError:
        raise BadInput(f"{name} is {value!r}: it is a whole number.") from None
