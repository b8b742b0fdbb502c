"""Tables in words: every column and code of ours has a name in both languages, and the numbers stay numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import tlanalysis as tl
from tests.charts.drawn import ONE_EACH, Case, case
from tlanalysis.charts.labelling import column_texts, heading, label
from tlanalysis.charts.on_screen import as_html
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS

NAMES = column_texts()["names"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("one", ONE_EACH, ids=str)
def test_every_column_of_a_result_has_a_name(one: Case, lang: str) -> None:
    named = label(one.table, lang=lang)
    assert len(set(named.columns)) == len(one.table.columns)
    for column, said in zip(one.table.columns, named.columns, strict=True):
        assert "_" not in said, column
        assert str(column) in NAMES or heading(str(column), lang) != str(column).replace("_", " ").capitalize()
    assert named.attrs == one.table.attrs
    pd.testing.assert_frame_equal(one.table, one.untouched)


@pytest.mark.parametrize(
    ("column", "share", "fr", "en"),
    [
        (
            "taux_lisse_haut_pour_100k",
            False,
            "Taux lissé, au plus (pour 100 000 habitants)",
            "Smoothed rate, at most (per 100,000 inhabitants)",
        ),
        ("montant_bas_eur", False, "Montant, au moins (€)", "Amount, at least (€)"),
        ("part_10_km_bas", True, "Part à 10 km ou moins, au moins (%)", "Share within 10 km, at least (%)"),
        ("rayon_km", False, "Distance (km)", "Distance (km)"),
        ("ic_haut", True, "Intervalle de confiance, au plus (%)", "Confidence interval, at most (%)"),
        ("ma_colonne", False, "Ma colonne", "Ma colonne"),
    ],
)
def test_headings_by_hand(column: str, share: bool, fr: str, en: str) -> None:
    assert (heading(column, "fr", share=share), heading(column, "en", share=share)) == (fr, en)


def test_codes_are_words_and_shares_are_percent() -> None:
    table = case("plot_share_training").table
    english = tl.label(table, lang="en")
    assert english["Share (%)"].tolist() == pytest.approx((table["part"] * 100).tolist())
    places = tl.label(tl.observations("tiers_lieux", ["FR", "R53"]))
    assert set(places["Territoire"]) == {"France", "Bretagne"}
    assert set(places["Nature"]) <= {"compté", "estimé", "déclaré", "objectif", "prévision"}


def test_a_labelled_table_goes_to_a_spreadsheet_and_back(tmp_path: Path) -> None:
    named = tl.label(tl.rates("coworking", "region"), lang="en")
    named.to_excel(tmp_path / "rates.xlsx", index=False)
    back = pd.read_excel(tmp_path / "rates.xlsx", dtype={"Code": str})
    assert list(back.columns) == list(named.columns)
    rate = "Rate (per 100,000 inhabitants)"
    assert back[rate].tolist() == pytest.approx(named[rate].tolist(), nan_ok=True)


def test_the_screen_shows_no_nan_no_exponent_no_slug() -> None:
    table = tl.observations("tiers_lieux", "FR").assign(grand=8.61e8, part=0.123456)
    before = table.copy(deep=True)
    shown = as_html(table, "en")
    assert "NaN" not in shown
    assert "&lt;NA&gt;" not in shown
    assert "e+08" not in shown
    assert "861,000,000" in shown
    assert "0.1235" in shown
    assert ">compte<" not in shown
    assert ">counted<" in shown
    assert ">tiers_lieux<" not in shown
    assert ">perimetre<" in shown  # the name that code needs
    pd.testing.assert_frame_equal(table, before)
    theirs = pd.DataFrame({"x": [float("nan")]})
    assert as_html(theirs) == theirs._repr_html_()  # type: ignore[operator]


def test_wrong_calls_are_one_sentence() -> None:
    for call, said in (
        (lambda: tl.label(tl.holdings(), lang="de"), "one of fr, en"),
        (lambda: tl.label(3), "a int is no table"),  # type: ignore[arg-type]
        (lambda: tl.show_words("anglais"), "one of fr, en"),
    ):
        with pytest.raises(BadInput, match=said):
            call()


def test_each_belief_of_the_forecasts_is_in_words() -> None:
    beliefs = tl.priors()
    french, english = (label(beliefs, lang=lang) for lang in LANGS)
    for table in (french, english):
        assert not table.iloc[:, 0].str.contains("_").any()
        assert table.iloc[:, 0].is_unique
        assert list(table.iloc[:, 1]) == list(beliefs["a"])  # numbers stay
    # Origins that hold figures, or the reasons of the table `perimetres`, stay as the table gives them, in French.
    same = (french.iloc[:, 3:].to_numpy() == english.iloc[:, 3:].to_numpy()).tolist()
    holds = beliefs["source"].str.match("choisi : |comptages|crédits").tolist()
    assert same == [[False, kept] for kept in holds]


def test_a_belief_of_one_number_has_no_second_one() -> None:
    beliefs = tl.priors().set_index("parametre")
    assert beliefs.loc["essoufflement", "a"] == -0.03
    assert pd.isna(beliefs.loc["essoufflement", "b"])
    assert beliefs.loc["premier_niveau", ["a", "b"]].tolist() == [0, 1]  # a mean of zero is a number
    shown = as_html(tl.priors(), "en") or ""
    assert "mean change of growth (log)</td>\n      <td>−0.030</td>\n      <td></td>" in shown
    assert "essoufflement" not in shown


def test_codes_between_semicolons_are_in_words_and_other_texts_stay() -> None:
    table = pd.DataFrame(
        {"source": ["https://exemple.fr/a;b", "choisi"], "nature": ["compte ; inconnu", "des mots ; d'autres"]}
    )
    table.attrs = {"sources": []}
    named = label(table, lang="en")
    assert named.iloc[:, 0].tolist() == ["https://exemple.fr/a;b", "chosen"]
    assert named.iloc[:, 1].tolist() == ["counted; inconnu", "des mots ; d'autres"]


def test_a_group_of_regions_is_in_words_as_a_group_of_neighbours_is() -> None:
    table = pd.DataFrame({"groupe": ["R01;R02;R03", "haut_haut"]})
    assert label(table, lang="en").iloc[0, 0] == "Guadeloupe; Martinique; Guyane"
    assert "_" not in label(table, lang="en").iloc[1, 0]


def test_a_publisher_that_no_document_states_is_said_in_the_language_of_the_table() -> None:
    table = pd.DataFrame(
        {"editeur": ["Éditeur non indiqué", "ANCT"], "editeurs": ["Carenews ; Éditeur non indiqué", "A ; B"]}
    )
    shown = tl.label(table, lang="en")
    assert shown.iloc[:, 0].tolist() == ["Publisher not stated", "ANCT"]
    assert shown.iloc[:, 1].tolist() == ["Carenews ; Publisher not stated", "A ; B"]
    assert tl.label(table, lang="fr").iloc[:, 1].tolist() == table["editeurs"].tolist()
