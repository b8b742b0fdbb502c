"""Régions: they add up to France, draw by draw, and their shares are those that were printed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.helpers import read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.regional import forecast_regions

SHARE = "part_nationale_tiers_lieux"


@pytest.fixture(scope="module")
def regional(france):
    return forecast_regions(france)


def stacked(regional):
    """Return the draws as one array: régions, draws, years."""
    return np.array([draws.to_numpy() for draws in regional.draws.values()])


def test_every_region_is_there(raw, regional):
    assert sorted(regional.draws) == sorted(f"R{row['code_region']}" for row in read_rows(raw, "regions"))


def test_regions_add_up_to_france_draw_by_draw_every_year(france, regional):
    dealt = stacked(regional)
    assert dealt.dtype == np.int64
    assert dealt.min() >= 0
    assert (dealt.sum(axis=0) == france.draws.to_numpy()).all()
    pd.testing.assert_frame_equal(regional.france, france.draws)
    assert all(draws.columns.equals(france.draws.columns) for draws in regional.draws.values())


@pytest.mark.parametrize("total", [0, 1, 7, 19])
def test_few_places_are_dealt_out_whole(france, total):
    few = replace(france, draws=france.draws.iloc[:300] * 0 + total)
    dealt = stacked(forecast_regions(few))
    assert (dealt.sum(axis=0) == total).all()
    assert dealt.min() == 0


def test_shares_of_2023_lie_inside_what_was_printed(raw, france, regional):
    printed = [row for row in read_rows(raw, "observations") if row["indicateur"] == SHARE and row["periode"] == "2023"]
    total = france.draws[2023]
    for code, draws in regional.draws.items():
        own = [row for row in printed if row["territoire"] == code]
        low, high = min(float(row["valeur_bas"]) for row in own), max(float(row["valeur_haut"]) for row in own)
        # Up to the whole place that dealing out may give or take.
        assert (draws[2023] > low * total - 1).all(), code
        assert (draws[2023] < high * total + 1).all(), code


def test_shares_of_2023_fill_their_roundings(france, regional):
    share = regional.draws["R75"][2023] / france.draws[2023]
    assert (share.min(), share.max()) == pytest.approx((0.125, 0.135), abs=0.002)


def test_uncertainty_of_shares_grows_away_from_2023(france, regional):
    for code in ("R75", "R53"):
        spread = np.log(regional.draws[code] / france.draws).std()
        assert spread.idxmin() == 2023
        assert spread[2030] > spread[2026] > spread[2024]


def test_shares_are_pooled(regional):
    assert set(regional.pooling) == {"spread", "shrinkage"}
    assert 0 < regional.pooling["shrinkage"] < 1
    assert 0 < regional.pooling["spread"] < 0.5


def test_regions_that_all_moved_alike_are_shrunk_to_no_pace_of_their_own(france, raw_copy):
    # A list of 2018 with the very shares of 2023.
    rows = read_rows(raw_copy, "observations")
    share = {row["territoire"]: float(row["valeur"]) for row in rows if row["indicateur"] == SHARE}
    for row in rows:
        if (row["indicateur"], row["perimetre"], row["nature"]) == ("tiers_lieux", "cget_2018", "compte"):
            row["valeur"] = str(round(100_000 * share.get(row["territoire"], 1)))
    write_rows(raw_copy, "observations", rows)
    alike = forecast_regions(france)
    assert 0 <= alike.pooling["shrinkage"] < 0.1
    change = alike.draws["R75"][2030].median() / france.draws[2030].median() / 0.13
    assert change == pytest.approx(1, abs=0.05)


def test_same_seed_same_digits(france, regional):
    assert (stacked(forecast_regions(france)) == stacked(regional)).all()
    assert (stacked(forecast_regions(france, seed=1)) != stacked(regional)).any()


def test_table_holds_quantiles_and_rates(raw, regional):
    table = regional.table()
    assert len(table) == 18 * len(regional.france.columns)
    row = table[(table["territoire"] == "R75") & (table["annee"] == 2030)].iloc[0]
    draws = regional.draws["R75"][2030]
    assert row[["p95_bas", "p80_bas", "mediane", "p80_haut", "p95_haut"]].tolist() == pytest.approx(
        np.quantile(draws, [0.025, 0.1, 0.5, 0.9, 0.975]), abs=0.5
    )
    people = next(float(line["population"]) for line in read_rows(raw, "regions") if line["code_region"] == "75")
    for name in ("p80_bas", "mediane", "p80_haut"):
        assert row[f"taux_{name}_pour_100k"] == pytest.approx(row[name] / people * 100_000)
    assert table.attrs["inputs"] == ["observations", "regions"]
    assert table.attrs["sources"]


def test_a_missing_share_is_refused(france, raw_copy):
    rows = read_rows(raw_copy, "observations")
    left = [row for row in rows if (row["indicateur"], row["territoire"]) != (SHARE, "R94")]
    assert len(left) < len(rows)
    write_rows(raw_copy, "observations", left)
    with pytest.raises(BadInput, match="no share of R94 is published"):
        forecast_regions(france)


def test_a_region_absent_from_the_list_is_unknown_not_empty(france, raw_copy):
    # Mayotte's printed zero is a count; without the row nothing is known, and nothing may be assumed.
    rows = read_rows(raw_copy, "observations")
    gone = {"indicateur": "tiers_lieux", "territoire": "R06", "perimetre": "cget_2018"}
    left = [row for row in rows if any(row[name] != value for name, value in gone.items())]
    assert len(left) < len(rows)
    write_rows(raw_copy, "observations", left)
    with pytest.raises(BadInput, match="no count of R06 in the list of 2018"):
        forecast_regions(france)


def test_shares_are_refused_before_they_were_published(france):
    with pytest.raises(BadInput, match=r"no share of .*R11"):
        forecast_regions(france, as_of="2023-08-31")


def test_local_counts_of_the_same_year_stand_beside_and_do_not_enter(raw, regional):
    table = regional.table().set_index(["territoire", "annee"])
    ends = ["nb_lieux_local_bas", "nb_lieux_local_haut"]
    # Nouvelle-Aquitaine: 196 and 212 in 2018, 315 in 2023; Île-de-France: 385 and 1,000 in 2021, of two definitions.
    assert table.loc[("R75", 2018), ends].tolist() == [196, 212]
    assert table.loc[("R75", 2023), ends].tolist() == [315, 315]
    assert table.loc[("R11", 2021), ends].tolist() == [385, 1000]
    assert table.loc[("R94", 2023), ends].isna().all()
    own = [
        row
        for row in read_rows(raw, "observations")
        if row["indicateur"] == "tiers_lieux" and row["nature"] == "compte"
    ]
    lists = {"cget_2018", "cget_2019"}
    pairs = {
        (row["territoire"], int(row["periode"][:4]))
        for row in own
        if row["territoire"].startswith("R")
        and row["perimetre"] not in lists
        and row["periode"][:4] >= "2018"
        and row["valeur"]
    }
    assert set(table.index[table[ends[0]].notna()]) == pairs


def test_a_local_count_published_later_is_not_shown(france):
    early = forecast_regions(france, as_of="2024-06-30").table().set_index(["territoire", "annee"])
    assert pd.isna(early.loc[("R24", 2024), "nb_lieux_local_bas"])
