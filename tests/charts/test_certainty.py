"""Words of certainty in titles: each stands only while the condition of its table entry holds; titles stay short."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest
from matplotlib.figure import Figure

from tests.charts.drawn import CASES, Case, case
from tests.charts.test_messages import MESSAGES
from tlanalysis.charts.kit import caption

LONGEST = 80

# Words that claim more than one number: they may stand in a title only where an entry below says when they are true.
WORDS = {
    "fr": re.compile(r"\b(sûrement|aucune?|nulle part|tenue?s?|au moins|au plus|toutes?)\b", re.I),
    "en": re.compile(r"\b(surely|none|no|nowhere|met|at least|at most|every)\b", re.I),
}


def _no_interval_holds_zero(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(tau_bas=0.1, tau_haut=0.2)


def _one_above(table: pd.DataFrame) -> pd.DataFrame:
    changed = table.copy()
    changed.loc[changed["code"] == "94", "taux_bas_pour_100k"] = 9.0
    changed.attrs = table.attrs
    return changed


def _one_envelope(table: pd.DataFrame) -> pd.DataFrame:
    changed = table.copy()
    changed.loc[changed["code_region"] == "28", "enveloppe_eur"] = 1_000_000
    return changed


def _one_alike(table: pd.DataFrame) -> pd.DataFrame:
    changed = table.copy()
    changed.loc[changed["code"] == "33", ["groupe", "p_valeur"]] = ["haut_haut", 0.001]
    return changed


def _same_rates(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(taux_bas_pour_100k=0.1, taux_haut_pour_100k=20.0)


def _lost_rows(table: pd.DataFrame) -> pd.DataFrame:
    changed = table.copy()
    changed.loc[changed["constat"] == "lignes_placees", "nb_lignes"] = 1
    return changed


# Figure, text -> what the word needs; chart, territory; table in which it holds; table in which it no longer holds.
Change = Callable[[pd.DataFrame], pd.DataFrame]
ENTRIES: dict[tuple[str, str], tuple[str, str, str, Change, Change]] = {
    ("taux-regions", "title_shown"): (
        "no région has all its interval above that of France",
        "plot_rates_from_shares",
        "FR",
        lambda t: t.assign(taux_bas_pour_100k=0.1),
        lambda t: _one_above(t.assign(taux_bas_pour_100k=0.1)),
    ),
    ("deffinov-montants", "title_shown"): (
        "no région has an envelope",
        "plot_deffinov_amounts",
        "FR",
        lambda t: t.assign(enveloppe_eur=float("nan")),
        lambda t: _one_envelope(t.assign(enveloppe_eur=float("nan"))),
    ),
    ("accord-rangs", "title_shown"): (
        "every interval holds zero",
        "plot_rank_agreement",
        "FR",
        lambda t: t.assign(tau_bas=-0.5, tau_haut=0.5),
        _no_interval_holds_zero,
    ),
    ("voisinage-carte", "title_shown"): (
        "no département is in a group",
        "plot_local_moran",
        "FR",
        lambda t: t.assign(groupe="indistinct"),
        lambda t: _one_alike(t.assign(groupe="indistinct")),
    ),
    ("profil-taux", "title"): (
        "the interval of the territory lies above or below the rate of France",
        "plot_compare_rates",
        "R75",
        lambda t: t.assign(taux_bas_pour_100k=99.0),
        _same_rates,
    ),
    ("qualite-registre", "title"): (
        "as many rows are placed as read",
        "plot_lists_ledger",
        "FR",
        lambda t: t,
        _lost_rows,
    ),
}
# The figure of a place without a dated number: it is drawn for an empty table only.
EMPTY = {("croissance-vide", "title"), ("croissance-modeles", "title_shown")}


def titles(lang: str) -> set[tuple[str, str]]:
    """Return the figures and titles that print a word of certainty."""
    return {
        (figure, name)
        for figure, texts in MESSAGES.items()
        for name in ("title", "title_shown")
        if WORDS[lang].search(texts[lang].get(name, ""))
    }


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_word_of_certainty_stands_in_no_title_without_its_condition(lang: str) -> None:
    assert titles(lang) <= ENTRIES.keys() | EMPTY


def _titles_of(drawn: Case, change: Change) -> list[str]:
    table = drawn.table
    changed = change(table)
    changed.attrs = table.attrs
    found = []
    for lang in ("fr", "en"):
        found.append(caption.of(drawn.on(changed, ax=Figure().subplots(), lang=lang)).title)
    return found


@pytest.mark.parametrize("entry", sorted(ENTRIES), ids="-".join)
def test_a_title_changes_when_its_condition_no_longer_holds(entry: tuple[str, str]) -> None:
    _, plot, place, holds, no_longer = ENTRIES[entry]
    drawn = case(plot, place)
    for lang, said, unsaid in zip(("fr", "en"), _titles_of(drawn, holds), _titles_of(drawn, no_longer), strict=True):
        assert WORDS[lang].search(said), said
        assert not WORDS[lang].search(unsaid), unsaid


@pytest.mark.parametrize("drawn", CASES, ids=str)
def test_titles_are_short(drawn: Case) -> None:
    for lang in ("fr", "en"):
        title = caption.of(drawn.draw(lang)).title
        assert len(title) <= LONGEST, title
