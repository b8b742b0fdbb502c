"""The files of texts: every language says the same things, and no figure is typed in a message."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from tests.helpers import read_rows
from tlanalysis.charts import messages
from tlanalysis.core.languages import LANGS
from tlanalysis.data.evidence import NATURES
from tlanalysis.forecasting.published import VERDICTS
from tlanalysis.indicators.deffinov import STATUSES
from tlanalysis.indicators.quality import QUESTIONS
from tlanalysis.indicators.training import FACTORS, TRAINING_SHARES

FILES = sorted(Path(messages.__file__).parent.glob("*.toml"))
MESSAGES = dict(messages.load())
LABELS = MESSAGES.pop("labels")
FRAME = MESSAGES.pop("figure")  # words around every figure: source, note, scope
FIGURES = sorted(MESSAGES)
NEEDED = {"title", "subtitle", "lecture", "champ", "foot", "alt"}

YEAR = re.compile(r"\b(19\d\d|20\d\d|2100)\b")
WHOLES = ("100 000", "100,000", "100 %", "100%")  # denominators: per 100,000 inhabitants, the whole


def placeholders(message):
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def typed_digits(message):
    """Return the figures of three digits or more that are written in a message, years and Saint-Martin aside."""
    bare = re.sub(r"\{[^}]*\}", "", message)
    for whole in WHOLES:
        bare = bare.replace(whole, "")
    return [digits for digits in re.findall(r"\d{3,}", YEAR.sub("", bare)) if digits != "978"]


def test_there_are_messages():
    assert len(FIGURES) >= 19
    assert {"formation-part", "deffinov-regions", "croissance-prevision", "profil-rang"} <= set(FIGURES)


def test_no_figure_and_no_group_of_labels_stands_in_two_files():
    held = []
    for path in FILES:
        texts = tomllib.loads(path.read_text(encoding="utf-8"))
        labels = texts.pop("labels", {})
        held += [*texts, *(f"labels.{group}" for group in labels)]
    assert sorted(held) == sorted([*FIGURES, "figure", *(f"labels.{group}" for group in LABELS)])


def test_a_file_of_texts_bears_the_name_of_a_module_of_charts():
    modules = {path.stem for path in Path(messages.__file__).parents[1].glob("*.py")}
    assert {path.stem for path in FILES} - {"shared"} <= modules


@pytest.mark.parametrize("figure", [*FIGURES, "figure"])
def test_every_language_has_the_same_messages(figure):
    texts = MESSAGES.get(figure, FRAME)
    assert set(texts) == set(LANGS)
    first, *others = ({key: text == "" for key, text in texts[lang].items()} for lang in LANGS)
    assert others == [first] * (len(LANGS) - 1)


@pytest.mark.parametrize("figure", [*FIGURES, "figure"])
def test_every_language_has_the_same_placeholders(figure):
    texts = MESSAGES.get(figure, FRAME)
    first, *others = ({key: placeholders(text) for key, text in texts[lang].items()} for lang in LANGS)
    assert others == [first] * (len(LANGS) - 1)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_all_it_must_say(figure):
    for texts in MESSAGES[figure].values():
        assert set(texts) >= NEEDED
        assert all(texts[key] for key in NEEDED)
        fallbacks = {key for key in texts if key.endswith("_shown")}
        assert {key.removesuffix("_shown") for key in fallbacks} <= set(texts)


@pytest.mark.parametrize("figure", FIGURES)
def test_no_figure_is_typed(figure):
    for texts in MESSAGES[figure].values():
        assert {key: found for key, text in texts.items() if (found := typed_digits(text))} == {}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("en 2023, {n} lieux", []),
        ("377159 personnes", ["377159"]),
        ("3 500 lieux, 250 fabriques", ["500", "250"]),
        ("pour 100 000 habitants", []),
        ("Saint-Martin (978)", []),
        ("{p80_123}", []),
    ],
)
def test_the_search_for_typed_figures_finds_them(message, found):
    assert typed_digits(message) == found


@pytest.mark.parametrize("group", sorted(LABELS))
def test_labels_are_in_every_language_with_the_same_placeholders(group):
    for code, names in LABELS[group].items():
        assert set(names) == set(LANGS), code
        assert all(names.values()), code
        for name in names.values():
            assert placeholders(name) == placeholders(names[LANGS[0]]), code
            assert not typed_digits(name), code


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("natures", NATURES),
        ("formations", TRAINING_SHARES),
        ("facteurs", (*FACTORS, "total")),
        ("statuts", STATUSES),
        ("statuts_longs", STATUSES),
        ("verdicts", VERDICTS),
        ("questions", QUESTIONS),
    ],
)
def test_every_code_has_a_name_and_every_name_a_code(group, codes):
    assert sorted(LABELS[group]) == sorted(codes)


def test_codes_of_the_tables_have_a_name(raw):
    assert sorted(LABELS["regions_courtes"]) == [row["code_region"] for row in read_rows(raw, "regions")]
    announced = {row["indicateur"] for row in read_rows(raw, "previsions_publiees")}
    assert announced <= set(LABELS["annonces"])
    stages = {row["stade"] for row in read_rows(raw, "financements") if row["famille"] == "credits_etat"}
    assert stages - {"cumul"} <= set(LABELS["stades"])


@pytest.mark.parametrize("table", ["indicateurs", "perimetres"])
def test_tables_of_names_are_in_every_language(raw, table):
    for row in read_rows(raw, table):
        assert all(row[f"nom_{lang}"] for lang in LANGS), row
