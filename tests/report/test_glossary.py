"""The words of statistics in a note lead to the glossary, which explains each of them."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tlanalysis.report import docs, glossary

FILES = {"fr": "glossary.fr.md", "en": "glossary.md"}


@pytest.mark.parametrize("lang", FILES)
def test_every_heading_of_the_glossary_has_its_word_and_the_other_way_round(lang: str) -> None:
    written = (ROOT / "docs" / FILES[lang]).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", written, re.MULTILINE)
    assert sorted(headings) == sorted(glossary.terms(lang))
    html = docs.to_html(ROOT / "docs" / FILES[lang], [])
    for heading in headings:
        assert f'id="{docs.anchor(heading)}"' in html


def test_a_word_is_linked_once_where_it_first_stands() -> None:
    note = "fausses alertes : 5 %. Fausses alertes encore, <b>taux\u00a0lissé</b>."
    assert glossary.linked(note, "fr", "g.html") == (
        '<a class="term" href="g.html#fausses-alertes-attendues">fausses alertes</a> : 5 %. Fausses alertes encore, '
        '&lt;b&gt;<a class="term" href="g.html#taux-lissé">taux\u00a0lissé</a>&lt;/b&gt;.'
    )


@pytest.mark.parametrize(
    ("lang", "note", "words"),
    [
        ("fr", "12 hors de la bande à 95\u202f% ; p moins de 0,001.", ["bande à 95\u202f%", "p moins de"]),
        ("fr", "Test exact (p ajustée\u00a0: moins de 0,001), 3 p.-s.", ["p ajustée"]),
        ("fr", "un nombre rond vaut l’intervalle de son arrondi, l’intervalle à 95\u00a0%", ["intervalle à 95\u00a0%"]),
        ("fr", "Gini\u00a0: 0,3\u00a0; celui de Theil", ["Gini", "celui de Theil"]),
        ("en", "exact Poisson intervals; Kendall’s tau", ["exact Poisson intervals", "Kendall’s tau"]),
        ("en", "the map of a pp-wave, a-priori", []),
    ],
)
def test_whole_words_alone_are_linked(lang: str, note: str, words: list[str]) -> None:
    assert re.findall(r">([^<]+)</a>", glossary.linked(note, lang, "g.html")) == words


def test_without_a_glossary_a_note_is_plain_text() -> None:
    assert glossary.linked("a < CRPS", "en", "") == "a &lt; CRPS"
