from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlanalysis.charts import messages
from tlanalysis.charts.kit.wording import Words, typeset
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGUAGES, Language, Texts

FR, EN = Words("fr"), Words("en")
THIN, HARD = "\u202f", "\xa0"  # narrow no-break space, no-break space


@pytest.mark.parametrize(
    ("value", "digits", "fr", "en"),
    [
        pytest.param(3951, 0, f"3{THIN}951", "3,951", id="thousands"),
        pytest.param(68350798, 0, f"68{THIN}350{THIN}798", "68,350,798", id="millions"),
        pytest.param(0, 0, "0", "0", id="zero"),
        pytest.param(978, 0, "978", "978", id="no-separator-below-a-thousand"),
        pytest.param(2.98, 1, "3,0", "3.0", id="one-digit-is-kept"),
        pytest.param(0.496, 2, "0,50", "0.50", id="two-digits"),
        pytest.param(1234.5678, 2, f"1{THIN}234,57", "1,234.57", id="both-separators"),
        pytest.param(-1500, 0, f"−1{THIN}500", "−1,500", id="negative"),
        pytest.param(-0.4, 0, "0", "0", id="no-negative-zero"),
    ],
)
def test_number(value, digits, fr, en):
    assert (FR.number(value, digits), EN.number(value, digits)) == (fr, en)


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_can_be_read_back(value):
    french, english = (said.replace("−", "-") for said in (FR.number(value), EN.number(value)))
    assert int(french.replace(THIN, "")) == int(english.replace(",", "")) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0, "0", id="zero"),
        pytest.param(0.0123, "0.012", id="small"),
        pytest.param(0.5, "0.50", id="half"),
        pytest.param(2.5, "2.5", id="one-before-the-point"),
        pytest.param(12, "12", id="two-before-the-point"),
        pytest.param(-2.54, "−2.5", id="negative"),
        pytest.param(9.96, "10", id="rounds-up"),
        pytest.param(
            123456,
            "120,000",
            id="large",
        ),
    ],
)
def test_two_significant_digits(value, expected):
    assert EN.significant(value) == expected


@pytest.mark.parametrize(
    ("share", "digits", "fr", "en"),
    [
        pytest.param(0.6, 0, f"60{THIN}%", "60%", id="whole"),
        pytest.param(0.575, 1, f"57,5{THIN}%", "57.5%", id="one-digit"),
        pytest.param(0, 0, f"0{THIN}%", "0%", id="zero"),
        pytest.param(1, 0, f"100{THIN}%", "100%", id="all"),
        pytest.param(12.5, 0, f"1{THIN}250{THIN}%", "1,250%", id="more-than-all"),
    ],
)
def test_percent(share, digits, fr, en):
    assert (FR.percent(share, digits), EN.percent(share, digits)) == (fr, en)


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        pytest.param(50_000_000, f"50{HARD}M{HARD}€", "€50M", id="whole-millions"),
        pytest.param(12_600_000, f"12,6{HARD}M{HARD}€", "€12.6M", id="tenths"),
        pytest.param(700_000, f"0,7{HARD}M{HARD}€", "€0.7M", id="below-a-million"),
        pytest.param(0, f"0{HARD}€", "€0", id="zero"),
    ],
)
def test_euros(value, fr, en):
    assert (FR.euros(value), EN.euros(value)) == (fr, en)


@pytest.mark.parametrize(
    ("items", "fr", "en"),
    [
        ([], "", ""),
        (["a"], "a", "a"),
        (["a", "b"], "a et b", "a and b"),
        (["a", "b", "c"], "a, b et c", "a, b and c"),
    ],
    ids=len,
)
def test_join(items, fr, en):
    before = list(items)
    assert (FR.join(items), EN.join(items)) == (fr, en)
    assert items == before


def test_span():
    assert FR.span("1", "2") == "1 à 2"
    assert EN.span("1", "2") == "1 to 2"
    assert FR.span("1", "1") == "1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Champ : France", f"Champ{HARD}: France", id="colon"),
        pytest.param("un ; deux", f"un{THIN}; deux", id="semicolon"),
        pytest.param("Quoi ? Non !", f"Quoi{THIN}? Non{THIN}!", id="question-and-exclamation"),
        pytest.param("60 %", f"60{THIN}%", id="percent"),
        pytest.param("« Lieu »", f"«{HARD}Lieu{HARD}»", id="quotes"),
        pytest.param("https://example.org", "https://example.org", id="an-address"),
    ],
)
def test_french_spaces_do_not_break(text, expected):
    assert typeset(text, "fr") == expected
    assert typeset(expected, "fr") == expected
    assert typeset(text, "en") == text


def test_a_message_is_filled_and_typeset():
    said = FR.say("figure", "champ", text="France")
    assert said == f"Champ{HARD}: France"
    assert EN.say("figure", "champ", text="France") == "Scope: France"


def test_a_message_that_a_figure_does_not_have_is_empty():
    assert EN.say("figure", "nothing") == ""
    assert not EN.has("figure", "nothing")
    assert EN.has("figure", "source")
    assert not EN.has("no-figure", "source")


def test_a_message_without_its_value_fails():
    with pytest.raises(KeyError, match="text"):
        FR.say("figure", "champ")


def test_an_unknown_figure_is_refused():
    with pytest.raises(BadInput, match="no-figure"):
        FR.say("no-figure", "title")


def test_labels_come_from_the_messages_and_from_the_tables():
    assert (FR.label("natures", "declare"), EN.label("natures", "declare")) == ("déclaré", "declared")
    assert EN.label("perimetres", "cget_2018") == "Mission coworking list, 2018"
    assert FR.label("indicateurs", "adherents") == "Adhérents"


def test_a_code_without_a_name_is_refused():
    with pytest.raises(BadInput, match="'mesure' has no name among the natures: compte"):
        FR.label("natures", "mesure")


def test_an_unknown_language_is_refused():
    with pytest.raises(BadInput, match="'xx': lang is one of fr, en"):
        Words("xx")


def test_a_third_language_needs_no_code(monkeypatch):
    german = Language(cldr="de_DE", percent=f"{HARD}%", colon=": ", no_break=[(" (?=Mio)", HARD)])
    monkeypatch.setitem(LANGUAGES, "de", german)
    words = Words("de")
    assert words.number(1234.5, 1) == "1.234,5"
    assert words.percent(0.575, 1) == f"57,5{HARD}%"
    assert words.join(["a", "b", "c"]) == "a, b und c"
    assert words.colon == ": "
    assert typeset("3 Mio", "de") == f"3{HARD}Mio"


@pytest.fixture
def german_with_three_texts(monkeypatch):
    """Make German a language of the package with three texts: two messages of a figure, and the name of a code."""
    monkeypatch.setitem(LANGUAGES, "de", Language(cldr="de_DE"))
    texts = {
        "essai": {"fr": {"title": "Essai", "note": "Note"}, "de": {"title": "Versuch {n}", "champ": "Frankreich"}},
        "labels": {"natures": {"compte": {"fr": "compté", "de": "gezählt"}, "declare": {"fr": "déclaré"}}},
    }
    monkeypatch.setattr(messages, "load", lambda: Texts(texts, "essai.toml"))
    return Words("de")


def test_a_language_with_three_texts_says_those(german_with_three_texts):
    assert german_with_three_texts.say("essai", "title", n=german_with_three_texts.number(1234)) == "Versuch 1.234"
    assert german_with_three_texts.label("natures", "compte") == "gezählt"
    assert german_with_three_texts.say("essai", "alt") == ""  # no language has this message


def test_a_message_that_a_language_lacks_is_named_with_its_file(german_with_three_texts):
    with pytest.raises(BadInput, match=r"essai\.toml has no text 'essai\.de\.note': each of the languages fr, en, de"):
        german_with_three_texts.say("essai", "note")


def test_a_name_that_a_language_lacks_is_named_with_its_file(german_with_three_texts):
    with pytest.raises(BadInput, match=r"essai\.toml has no text 'labels\.natures\.declare\.de'"):
        german_with_three_texts.label("natures", "declare")


@pytest.mark.parametrize(("table", "code"), [("indicateurs", "adherents"), ("perimetres", "cget_2018")])
def test_a_table_without_the_column_of_a_language_is_named(monkeypatch, table, code):
    monkeypatch.setitem(LANGUAGES, "xx", Language(cldr="de_DE"))
    with pytest.raises(BadInput, match=rf"data/raw/{table}\.csv has no text '{code}\.nom_xx'"):
        Words("xx").label(table, code)
