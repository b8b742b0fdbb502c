"""Titles and footers stay short and in plain words; `tests/test_words_of_certainty.py` holds those of certainty."""

from __future__ import annotations

import re

import pytest

from tests.charts.drawn import CASES, Case
from tlanalysis.charts import messages
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.wording import typeset
from tlanalysis.core.languages import LANGS

LONGEST = 80
FOOTER = 250  # what a picture carries under its plot, source and version included
NOTE = 230  # two lines of a page
# Terms of statistics: they belong to the note, or to a figure of the annex.
JARGON = re.compile(
    r"\b(CRPS|Kendall|tau|Divisia|a priori|priors?|Moran|p ajustée|adjusted p|lissée?s?|smoothed|Poisson|Gini|Theil"
    r"|Lorenz|logarithmi\w+|log-mean)\b|\btl\.\w",
    re.IGNORECASE,
)
# Words that readers do not use, in any text of a figure: "définition" stands for the perimeter of a count.
INNER = re.compile(r"\bp[ée]rim[èe]t(?:re|er)s?\b|\btl\.\w+\(|\bsidecar\b|\bforetold\b|\blaureates?\b", re.IGNORECASE)
FIGURES = sorted(set(messages.load()) - {"labels", "figure"})


@pytest.mark.parametrize("drawn", CASES, ids=str)
def test_titles_and_footers_are_short(drawn: Case) -> None:
    for lang in LANGS:
        text = caption.of(drawn.draw(lang))
        assert len(text.title) <= LONGEST, text.title
        assert sum(map(len, text.short_footer)) <= FOOTER, text.short_footer
        assert len(text.note) <= NOTE, text.note


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("lang", LANGS)
def test_titles_and_subtitles_are_in_plain_words(figure: str, lang: str) -> None:
    texts = messages.load()[figure][lang]
    heads = {key: text for key, text in texts.items() if key.startswith(("title", "subtitle"))}
    assert {key: found[0] for key, text in heads.items() if (found := JARGON.search(text))} == {}


@pytest.mark.parametrize("figure", FIGURES)
def test_no_text_of_a_figure_has_a_word_of_ours(figure: str) -> None:
    bare = {
        (lang, key): re.sub(r"\{[^}]*\}", "", text)
        for lang in LANGS
        for key, text in messages.load()[figure][lang].items()
    }
    assert {where: found[0] for where, text in bare.items() if (found := INNER.search(text))} == {}


@pytest.mark.parametrize(
    ("text", "set_"),
    [
        ("l'année", "l’année"),
        ('dit "plus de"', "dit “plus de”"),
        ("de -4 à 3", "de −4 à 3"),
        ("2019-2023", "2019-2023"),
        ("-1, ordre inverse", "−1, ordre inverse"),
        ("2021-09-30", "2021-09-30"),
    ],
)
def test_texts_are_set_as_a_printer_sets_them(text: str, set_: str) -> None:
    assert typeset(text, "en") == set_


@pytest.mark.parametrize("drawn", CASES[::3], ids=str)
def test_drawn_texts_have_no_straight_apostrophe_and_no_hyphen_for_a_minus(drawn: Case) -> None:
    for lang in LANGS:
        text = caption.of(drawn.draw(lang))
        said = " ".join([text.title, text.subtitle, text.lecture, text.champ, text.note, text.alt])
        assert not re.search(r"\w'\w|(?<![\w-])-\d", said), said
