"""A list beside a reference list, against numbers worked out by hand and SciPy's own intervals."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy.stats import binomtest

import tlanalysis as tl
from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS


def _places(*counts: tuple[str, str, int]) -> pd.DataFrame:
    """Return so many places of a département and a commune, each with its own name."""
    rows = [(f"Lieu {n}", dep, commune) for dep, commune, many in counts for n in range(many)]
    return pd.DataFrame(rows, columns=["nom", "code_departement", "code_commune"])


def test_counts_rates_ratios_and_tests_by_hand(raw):
    """9 places each; by hand, P(8 or more of 9) = 10 / 512, doubled 20 / 512; the larger adjusted p is the same."""
    mine, other = _places(("33", "33063", 8), ("35", "35238", 1)), _places(("33", "33063", 1), ("35", "35238", 8))
    table = tl.compare(mine, other).set_index("territoire")
    people = {row["code_departement"]: int(row["population"]) for row in read_rows(raw, "departements")}
    gironde, rest = table.loc["D33"], table.drop(["D33", "D35"])
    assert (gironde["nb_lieux"], gironde["nb_lieux_reference"], gironde["nb_communs"]) == (8, 1, 1)
    assert gironde["taux_pour_100k"] == pytest.approx(8e5 / people["33"])
    assert gironde["taux_reference_pour_100k"] == pytest.approx(1e5 / people["33"])
    assert gironde["rapport_reference"] == 8
    interval = binomtest(8, 9).proportion_ci(method="exact")
    assert gironde["rapport_reference_bas"] == pytest.approx(interval.low / (1 - interval.low))
    assert gironde["rapport_reference_haut"] == pytest.approx(interval.high / (1 - interval.high))
    assert (gironde["p_valeur"], gironde["p_ajustee"]) == pytest.approx((20 / 512, 20 / 512))
    assert table.loc["D35", "rapport_reference"] == 1 / 8
    assert (rest["nb_lieux"] == 0).all()
    assert rest[["rapport_reference", "p_valeur"]].isna().all(axis=None)


def test_a_territory_without_a_place_of_the_reference_has_no_upper_bound():
    table = tl.compare(_places(("33", "33063", 2)), _places(("35", "35238", 1))).set_index("territoire")
    assert table.loc["D33", "rapport_reference"] == table.loc["D33", "rapport_reference_haut"] == math.inf
    assert table.loc["D35", "rapport_reference"] == table.loc["D35", "rapport_reference_bas"] == 0


def test_a_named_reference_is_counted_without_any_file(raw, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    rows = [row for row in read_rows(raw, "lieux_par_departement") if row["jeu"] == "cget_2019"]
    expected = sum(int(row["nb_lieux"]) for row in rows if row["code_departement"] == "33")
    for level, code in (("departement", "D33"), ("region", "R75")):
        table = tl.compare(_places(("33", "33063", 3)), "cget_2019", level=level).set_index("territoire")
        assert table.loc[code, "nb_lieux"] == 3
        assert table["nb_communs"].isna().all()
        if level == "departement":
            assert table.loc[code, "nb_lieux_reference"] == expected > 0
    fabriques = tl.compare(_places(("33", "33063", 3)), "fabriques_de_territoire")
    assert fabriques["nb_lieux_reference"].sum() == 381  # 382, and one of them in Saint-Martin


def test_outside_what_the_list_covers_nothing_is_compared():
    table = tl.compare(_places(("33", "33063", 3)), "cget_2019", covers="R75").set_index("territoire")
    assert table["nb_lieux_reference"].notna().sum() == 12
    assert table.loc["D13", ["nb_lieux", "nb_lieux_reference", "rapport_reference"]].isna().all()


@pytest.mark.mirror
def test_a_list_compared_with_itself_has_every_place_in_common(mirror):
    listed = tl.places("cget_2019")
    table = tl.compare(listed, listed)
    named = listed[["nom", "code_commune", "code_departement"]].notna().all(axis="columns")
    assert table["nb_communs"].sum() == named.sum()
    held = table[table["nb_lieux"] > 0]
    assert (held["rapport_reference"] == 1).all()
    assert (held["p_ajustee"] == 1).all()


def test_what_is_cleaned_is_taken_as_it_is_and_signed(tmp_path):
    path = tmp_path / "ma_liste.csv"
    path.write_text("nom;code postal;code insee\nLe Lieu;33000;33063\n", encoding="utf-8")
    table = tl.compare(tl.clean(path), "cget_2019")
    assert [name.partition("@")[0] for name in table.attrs["inputs"]] == [
        "departements",
        "lieux_par_departement",
        "liste:ma_liste.csv",
        "regions",
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_every_column_has_a_name(lang):
    named = tl.label(tl.compare(_places(("33", "33063", 1))), lang=lang)
    assert not [name for name in named.columns if "_" in name]
    asked = {"fr": "Rapport à la liste de référence, au plus", "en": "Ratio to the reference list, at most"}
    assert asked[lang] in named.columns


def test_wrong_calls_are_one_sentence():
    mine = _places(("33", "33063", 1))
    for call, said in (
        (lambda: tl.compare(mine, "cget_2020"), r"no list or kind called 'cget_2020' \(did you mean 'cget_2019'\?\)"),
        (lambda: tl.compare(3), "mine is a int: give what tl.clean returned"),
        (lambda: tl.compare(mine, 3), "reference is a int"),
        (lambda: tl.compare(mine, level="commune"), "commune"),
        (lambda: tl.compare(mine.drop(columns="code_departement")), "no column code_departement"),
    ):
        with pytest.raises(BadInput, match=said) as told:
            call()
        assert "\n" not in str(told.value)
