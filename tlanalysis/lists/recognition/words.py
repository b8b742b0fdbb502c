"""The words by which columns are recognised (`words.toml`), in the sets that the other modules ask."""

from __future__ import annotations

import tomllib
from pathlib import Path

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.split("|") if phrase.strip())


# Word of a header -> its concept, in capitals; and words written in one -> several.
CONCEPT: dict[str, str] = {word: name for name, words in _TEXTS["concepts"].items() for word in words.split()}
GLUED: dict[str, tuple[str, ...]] = {word: tuple(several.split()) for word, several in _TEXTS["glued"].items()}

PHRASES = tuple((tuple(phrase.split()), word) for phrase, word in _TEXTS["phrases"].items())

STOP, PLACE, ORGANISATION, OTHERS, ELSEWHERE, PERSONS = (
    _set(_TEXTS["around"][name]) for name in ("stop", "place", "organisation", "others", "elsewhere", "persons")
)
DERIVED_PREFIXES = tuple(_TEXTS["geocoders"]["prefixes"].split())
DERIVED = _set(_TEXTS["geocoders"]["columns"])

GEOCODED_TYPES, KINDS, TRUE, FALSE = (
    _set(_TEXTS["values"][name]) for name in ("geocoded_types", "kinds", "true", "false")
)
LEGAL, STATES, COUNTRIES = (_phrases(_TEXTS["values"][name]) for name in ("legal", "states", "countries"))
FLAGS: dict[str, str] = _TEXTS["flags"]
