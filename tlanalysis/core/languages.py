"""The languages that texts and figures come in, with what each needs beside its texts: `languages.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple


class Language(NamedTuple):
    """One language: its CLDR locale, and how it sets spaces around marks."""

    cldr: str
    percent: str
    colon: str
    no_break: list[tuple[str, str]]


LANGUAGES = {
    code: Language(**facts)
    for code, facts in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
LANGS = tuple(LANGUAGES)
