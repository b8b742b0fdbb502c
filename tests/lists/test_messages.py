"""The sentences exist in both languages, with the same names, and follow the locale."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tests.lists.test_bad_files import BAD
from tlanalysis.cli import main
from tlanalysis.core.errors import BadInput
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


LISTS = Path(messages.__file__).parent
# `validation` checks a schema and takes its language as a parameter.
SOURCES = [path for path in sorted(LISTS.rglob("*.py")) if path.name != "validation.py"]


def _calls(*names):
    """Yield every call of some functions in the room of lists, with its file."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield path.name, node


def test_no_error_has_its_sentence_in_the_code():
    written = [
        (file, node.lineno)
        for file, node in _calls("BadInput", "SourceError")
        if not node.args or isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
    ]
    assert written == []


def test_every_sentence_asked_for_exists_and_gets_its_values():
    texts = messages._texts()
    asked = 0
    for file, node in _calls("say"):
        if isinstance(node.args[0], ast.Constant):
            needs = set(re.findall(r"(?<!{){(\w+)}", texts[node.args[0].value]["en"]))
            assert needs == {word.arg for word in node.keywords}, (file, node.args[0].value)
            asked += 1
    assert asked > 80


def test_every_sentence_is_asked_for():
    sources = [*SOURCES, LISTS.parent / "cli_lists.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    derived = {f"why_{why}" for why in ("derived", "values", "values_empty", "second", "unsure", "alone")}
    derived |= {f"proposal_{part}" for part in ("head", "rest", "fields", "personal")}
    assert [key for key in messages._texts() if f'"{key}"' not in code and key not in derived] == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_french(name, tmp_path):
    file, data, complaint = BAD[name]
    if data is None:
        pytest.skip("the file of this case is made by its own test")
    (tmp_path / file).write_bytes(data)
    sentences = {}
    for lang in ("en", "fr"):
        messages.speak(lang)
        with pytest.raises(BadInput) as refused:
            tl.clean(tmp_path / file)
        sentences[lang] = str(refused.value)
    assert complaint in sentences["en"]
    assert sentences["fr"] != sentences["en"]
    assert re.search(r"\b(est|n'est|n'a|ne|a|peut|peuvent|mêle|contient|remplirait|serait|aucune)\b", sentences["fr"])


def test_a_known_name_is_proposed_in_french(tmp_path):
    path = write(tmp_path / "l.csv", [["nom", "code_postal", "Horaires"], ["Le Lieu", "75011", "9h"]])
    messages.speak("fr")
    with pytest.raises(BadInput, match="n'a pas de colonne 'Horaire' \\(vouliez-vous dire 'Horaires' \\?\\) à garder"):
        tl.clean(path, keep=["Horaire"])
