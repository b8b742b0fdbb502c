"""The languages that texts and figures come in (`languages.toml`), and the files of texts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tlanalysis.core.errors import BadInput

_PROJECT = Path(__file__).parents[2]


class Language(NamedTuple):
    """One language: its CLDR locale, and how it sets spaces around marks."""

    cldr: str
    percent: str = "%"
    colon: str = ": "
    no_break: Sequence[tuple[str, str]] = ()


LANGUAGES = {
    code: Language(**facts)
    for code, facts in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
LANGS = tuple(LANGUAGES)


class Texts(dict[str, Any]):
    """The texts of one file, nested as in the file; a key that is missing raises `BadInput`.

    Parameters
    ----------
    texts : dict
        Texts and tables of texts, by key.
    file : str
        The file that holds them, for the message.
    parents : tuple of str
        Keys of the tables around these texts.
    """

    def __init__(self, texts: dict[str, Any], file: str, parents: tuple[str, ...] = ()) -> None:
        self._file, self._parents = file, parents
        super().__init__(
            {
                key: Texts(value, file, (*parents, key)) if isinstance(value, dict) else value
                for key, value in texts.items()
            }
        )

    def __missing__(self, key: str) -> NoReturn:
        name = ".".join([*self._parents, key])
        raise BadInput(f"{self._file} has no text {name!r}: each of the languages {', '.join(LANGUAGES)} needs one.")


def read_texts(path: Path) -> Texts:
    """Return the texts of a TOML file of the package."""
    return Texts(tomllib.loads(path.read_text(encoding="utf-8")), path.relative_to(_PROJECT).as_posix())
