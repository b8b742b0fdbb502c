"""The table of languages, and the sentence that a missing text gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel import Locale

import tlanalysis
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS, LANGUAGES, Language, Texts, read_texts

FOLDER = Path(tlanalysis.__file__).parent


def test_french_is_the_default_and_babel_knows_every_locale() -> None:
    assert LANGS[0] == "fr"
    assert [Locale.parse(language.cldr).language for language in LANGUAGES.values()] == list(LANGUAGES)


def test_a_language_needs_no_more_than_its_locale() -> None:
    german = Language(cldr="de_DE")
    assert (german.percent, german.colon, list(german.no_break)) == ("%", ": ", [])


def test_a_text_is_found_under_its_keys() -> None:
    texts = Texts({"de": {"title": "Titel", "codes": {"compte": "gezählt"}}}, "essai.toml")
    assert (texts["de"]["title"], texts["de"]["codes"]["compte"]) == ("Titel", "gezählt")
    assert texts["de"].get("note", "") == ""


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        (["it"], "it"),
        (["de", "subtitle"], "de.subtitle"),
        (["de", "codes", "estime"], "de.codes.estime"),
    ],
)
def test_a_missing_text_is_named_with_its_file_and_language(keys: list[str], named: str) -> None:
    texts = Texts({"de": {"title": "Titel", "codes": {"compte": "gezählt"}}}, "essai.toml")
    for key in keys[:-1]:
        texts = texts[key]
    with pytest.raises(BadInput) as refused:
        texts[keys[-1]]
    said = f"essai.toml has no text {named!r}: each of the languages {', '.join(LANGS)} needs one."
    assert str(refused.value) == said


@pytest.mark.parametrize("file", ["report/texts.toml", "lab/texts.toml", "charts/messages/shared.toml"])
def test_a_file_of_texts_bears_its_path_in_the_package(file: str) -> None:
    with pytest.raises(BadInput, match=rf"^tlanalysis/{re.escape(file)} has no text 'xx'"):
        read_texts(FOLDER / file)["xx"]
