from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories
from tlanalysis.indicators.differences import territories_that_differ
from tlanalysis.indicators.place_counts import places_per_territory, rates
from tlanalysis.indicators.place_rates import rate_places, rates_from_shares, smooth_rates

DEPARTEMENTS = territories.departements()["code_departement"].tolist()


def places(*codes, level="departement"):
    return pd.DataFrame({f"code_{level}": list(codes)})


# ------------------------------------------------------------------------------------------------ any list of places


def test_places_are_counted_by_departement_with_exact_intervals(raw):
    table = rate_places(places("33", "33", "33", "2A", "972")).set_index("code")
    assert len(table) == 101
    assert table.loc[["33", "2A", "972", "01"], "nb_lieux"].tolist() == [3, 1, 1, 0]
    people = next(int(row["population"]) for row in read_rows(raw, "departements") if row["code_departement"] == "33")
    low, high = table.loc["33", ["taux_bas_pour_100k", "taux_haut_pour_100k"]] * people / 1e5
    assert table.loc["33", "taux_pour_100k"] == pytest.approx(3e5 / people)
    assert stats.poisson.sf(2, low) == pytest.approx(0.025)
    assert stats.poisson.cdf(3, high) == pytest.approx(0.025)


def test_a_region_is_read_from_the_departement_where_it_is_missing():
    listed = pd.DataFrame({"code_region": ["94", None, None], "code_departement": ["2A", "2B", "33"]})
    counts = rate_places(listed, "region").set_index("code")["nb_lieux"]
    assert counts[["94", "75"]].tolist() == [2, 1]
    assert counts.sum() == 3


def test_rows_without_a_code_and_outside_are_counted_and_said():
    with pytest.warns(UserWarning, match="2 of 5 places have no code_departement"):
        table = rate_places(places("33", None, "978", np.nan, "2A"))
    assert table["nb_lieux"].sum() == 2
    assert (table.attrs["nb_sans_territoire"], table.attrs["nb_hors_champ"]) == (2, 1)


@settings(max_examples=15)
@given(st.lists(st.sampled_from([*DEPARTEMENTS[:6], "978", None]), min_size=1, max_size=40))
def test_no_row_is_lost(codes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        table = rate_places(places(*codes), covers=["R84", "D04"])
    known = int(table["nb_lieux"].sum())
    assert known + table.attrs["nb_sans_territoire"] + table.attrs["nb_hors_champ"] == len(codes)


def test_outside_what_a_list_covers_the_number_is_unknown_not_zero():
    table = rate_places(places("31", "31", "34", "75"), covers="R76").set_index("code")
    assert table["nb_lieux"].notna().sum() == 13
    assert table.loc["09", "nb_lieux"] == 0
    assert table.loc[["75", "33"]].drop(columns=["territoire", "nom", *territories.POPULATION]).isna().all(axis=None)
    assert table.attrs["nb_hors_champ"] == 1


def test_a_list_without_any_place_has_true_zeros_and_no_smoothed_rate():
    table = rate_places(places("31"), covers="R53")
    known = table[table["nb_lieux"].notna()]
    assert known["nb_lieux"].tolist() == [0] * 4
    assert known["taux_lisse_pour_100k"].isna().all()
    assert (known["ecart"] == "indistinct").all()


@pytest.mark.parametrize(
    ("listed", "level", "covers", "said"),
    [
        (places("33", "99"), "departement", "FR", r"1 places have a code that is no departement: row 1 \('99'\)"),
        (places(1, 33), "departement", "FR", "row 0 .1."),
        (places("33"), "commune", "FR", "no level called"),
        (pd.DataFrame({"nom": ["a"]}), "departement", "FR", "no column code_departement"),
        (places("33"), "departement", "R99", "no territory 'R99'"),
        (places("33"), "region", "D33", "D33 is a département"),
    ],
    ids=["unknown-code", "number", "level", "no-column", "covers", "covers-too-little"],
)
def test_bad_lists_are_refused_in_words(listed, level, covers, said):
    with pytest.raises(BadInput, match=said):
        rate_places(listed, level, covers=covers)


def test_the_list_is_left_as_it_was():
    listed = places("33", "2A")
    before = listed.copy()
    rate_places(listed)
    pd.testing.assert_frame_equal(listed, before)


# ------------------------------------------------------------------------------------------------ embedded lists


def test_rates_of_an_embedded_list_keep_its_counts():
    counted, table = places_per_territory("fabriques_de_territoire"), rates("fabriques_de_territoire")
    pd.testing.assert_frame_equal(table[counted.columns.tolist()], counted)
    assert table["nb_lieux"].sum() + table.attrs["nb_hors_champ"] == 382
    assert table["taux_lisse_pour_100k"].between(0.2, 0.9).all()
    assert table["taux_pour_100k"].max() > 2.7
    assert table.attrs["fdr"] == 0.05


def test_smoothing_names_the_rows_it_cannot_read():
    table = pd.DataFrame({"territoire": ["D01", "D02", "D03"], "nb_lieux": [1, 2, -1], "population": [10, None, 5]})
    with pytest.raises(BadInput, match="D02: no population"):
        smooth_rates(table)
    with pytest.raises(BadInput, match="D03: a negative count"):
        smooth_rates(table.assign(population=10))
    with pytest.raises(BadInput, match="no column nb_lieux"):
        smooth_rates(table[["population"]])


# ------------------------------------------------------------------------------------------------ rounded shares


@pytest.fixture
def two_regions(raw_copy):
    share = {"indicateur": "part_nationale_tiers_lieux", "periode": "2020", "unite": "part"}
    write_rows(
        raw_copy,
        "observations",
        [
            observation(1, valeur=2000),
            observation(2, territoire="R53", valeur=0.6, valeur_bas=0.595, valeur_haut=0.605, **share),
            observation(3, territoire="R94", valeur=0.4, valeur_bas=0.395, valeur_haut=0.41, **share),
        ],
    )
    return rates_from_shares("2020").set_index("code")


def test_rounded_shares_by_hand(two_regions):
    # The two shares add up to one, so the wider one cannot use all of its width; 2,000 is printed to the thousand.
    corse, bretagne = two_regions.loc["94"], two_regions.loc["53"]
    assert (two_regions.attrs["nb_national_bas"], two_regions.attrs["nb_national_haut"]) == (1500, 2500)
    assert (corse["part_bas"], corse["part_haut"]) == pytest.approx((0.395, 0.405))
    assert (bretagne["part_bas"], bretagne["part_haut"]) == pytest.approx((0.595, 0.605))
    assert (corse["nb_lieux_bas"], corse["nb_lieux_haut"]) == (593, 1012)  # 592.5 and 1,012.5
    people = corse["population"] / 1e5
    assert corse["taux_arrondi_bas_pour_100k"] == pytest.approx(593 / people)
    assert stats.poisson.sf(592, corse["taux_bas_pour_100k"] * people) == pytest.approx(0.025)
    assert stats.poisson.cdf(1012, corse["taux_haut_pour_100k"] * people) == pytest.approx(0.025)


def test_a_region_without_a_printed_share_is_unknown(two_regions):
    assert len(two_regions) == 18
    assert two_regions["taux_bas_pour_100k"].notna().sum() == 2


def test_no_shares_for_a_year_is_refused():
    with pytest.raises(BadInput, match="no regional shares or no total of places for 1999"):
        rates_from_shares("1999")


def test_the_bounds_of_a_rate_hold_over_both_ends_of_a_population():
    """Three places: Garwood's 95 % interval is 0.6187 to 8.7673."""
    row = rate_places(places("976", "976", "976", "75")).set_index("code").loc["976"]
    assert row["taux_bas_pour_100k"] == pytest.approx(0.618672 / 3.10, rel=1e-5)
    assert row["taux_haut_pour_100k"] == pytest.approx(8.767273 / 2.56518, rel=1e-5)


def test_a_difference_that_one_end_of_the_population_does_not_show_is_not_called():
    table = pd.DataFrame(
        {
            "territoire": ["R06", "R11"],
            "nb_lieux": [20, 1000],
            "population": [10_000, 1_000_000],
            "population_bas": [10_000, 1_000_000],
            "population_haut": [20_000, 1_000_000],
        }
    )
    alone = territories_that_differ(table.drop(columns=["population_bas", "population_haut"]))
    assert alone.loc[0, "ecart"] == "au_dessus"
    assert territories_that_differ(table).loc[0, "ecart"] == "indistinct"
    low, high = smooth_rates(table), smooth_rates(table.assign(population=table["population_haut"]))
    assert low.loc[0, "taux_lisse_bas_pour_100k"] == high.loc[0, "taux_lisse_bas_pour_100k"]
