"""The sentences exist in both languages, with the same names, and follow the locale."""

from __future__ import annotations

import re
import sys

import pytest

from tests.lists.lists import write
from tlanalysis.cli import main
from tlanalysis.lists import messages


@pytest.fixture(autouse=True)
def _english_again():
    yield
    messages.speak("en")


def test_both_languages_have_every_sentence_with_the_same_names():
    for key, texts in messages._texts().items():
        names = [sorted(re.findall(r"{(\w+)}", texts[lang])) for lang in ("fr", "en")]
        assert names[0] == names[1], key
        assert texts["fr"] != texts["en"] or not texts["fr"], key


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_MESSAGES": "fr_CA", "LANG": "en_US"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_decides(monkeypatch, stated, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in stated.items():
        monkeypatch.setenv(name, value)
    assert messages.of_locale() == language


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--lang", "fr"], "2 lignes lues = 2 acceptées"), (["--lang", "en"], "2 rows read = 2 accepted")],
)
def test_the_option_decides_before_the_locale(tmp_path, monkeypatch, capsys, options, words):
    path = write(tmp_path / "l.csv", [["nom", "cp"], ["Le Lieu", "75011"], ["Autre", "75012"]])
    monkeypatch.setenv("LC_ALL", "en_US" if "fr" in options else "fr_FR")
    monkeypatch.setattr(sys, "argv", ["tlanalysis", "clean", str(path), "--out", str(tmp_path / "o"), *options])
    with pytest.raises(SystemExit):
        main()
    assert words in capsys.readouterr().out
