"""Back-tests: each model against what came, and nothing that came later in what was foretold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from tests.forecasting.test_model import counts, seen
from tests.helpers import observation, read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.backtesting import backtest, backtest_summary, backtests, hindsight
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.reference_spreads import recorded
from tlanalysis.forecasting.scores import lognormal_crps

THEN = "2021-08-31"
QUANTILES = ["p95_bas", "p80_bas", "mediane", "p80_haut", "p95_haut"]
FORETOLD = ["mediane", "p80_bas", "p80_haut"]
FOUR = counts(y2016=100, y2018=120, y2020=150, y2022=165)
pytestmark = pytest.mark.usefixtures("few_draws")


@pytest.fixture(scope="module")
def four(few_draws):
    return backtest(FOUR)


@pytest.fixture(scope="module")
def past(few_draws):
    """What was foretold in August 2021 and in September 2023."""
    return hindsight((THEN, "2023-09-30"))


def row_of(table, **values):
    found = table
    for name, value in values.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_one_row_per_origin_later_figure_and_model(four):
    models = ["melange", *CURVES, "ref_sans_changement", "ref_lineaire", "ref_croissance_constante"]
    asked = [(2018, 2020), (2018, 2022), (2020, 2022)]
    expected = {(origin, year, name) for origin, year in asked for name in models}
    assert set(four[["origine", "annee", "modele"]].itertuples(index=False, name=None)) == expected
    assert len(four) == len(expected)
    assert four.groupby("annee")["mesure_bas"].unique().map(list).to_dict() == {2020: [150], 2022: [165]}


@pytest.mark.parametrize(
    ("origin", "year", "model", "value"),
    [
        (2018, 2020, "ref_sans_changement", 120),
        (2018, 2020, "ref_lineaire", 140),
        (2018, 2020, "ref_croissance_constante", 144),
        (2018, 2022, "ref_croissance_constante", 172.8),
        (2020, 2022, "ref_lineaire", 175),
    ],
)
def test_references_are_scored_as_distributions(four, origin, year, model, value):
    row = row_of(four, origine=origin, annee=year, modele=model)
    came = {2020: 150, 2022: 165}[year]
    start, slope = recorded()[model.removeprefix("ref_")]
    # Quantiles of equal steps stand for draws: a plain sum instead of the closed form.
    levels = (np.arange(20_000) + 0.5) / 20_000
    draws = value * np.exp((start + slope * (year - origin)) * norm.ppf(levels))
    apart = 2 * (draws * (2 * levels - 1)).mean()
    crps = np.abs(draws - came).mean() - apart / 2
    assert row[["mediane", "crps", "crps_relatif"]].tolist() == pytest.approx([value, crps, crps / came], rel=2e-3)
    low, high = np.quantile(draws, [0.1, 0.9])
    assert row[["p80_bas", "p80_haut"]].tolist() == pytest.approx([low, high], rel=1e-3)
    assert row["couvert_80"] == (low <= came <= high)
    assert row["pit"] == pytest.approx((draws < came).mean(), abs=1e-3)


@pytest.mark.parametrize("model", ["melange", "gompertz"])
def test_scores_of_a_model_are_those_of_a_forecast_from_the_first_figures(four, model):
    known = counts(y2016=100, y2018=120)
    only = None if model == "melange" else {name: float(name == model) for name in CURVES}
    draws = np.sort(forecast(known, 2022, 0, weights=only, size=400, proposals=1200).draws[2020].to_numpy())
    row = row_of(four, origine=2018, annee=2020, modele=model)
    low, high = np.quantile(draws, [0.1, 0.9])
    assert row[FORETOLD].tolist() == pytest.approx([np.median(draws), low, high])
    crps = np.abs(draws - 150).mean() - np.abs(np.subtract.outer(draws, draws)).mean() / 2
    assert row[["crps", "crps_relatif"]].tolist() == pytest.approx([crps, crps / 150])
    assert row["pit"] == pytest.approx(((draws < 150).sum() + (draws == 150).sum() / 2) / 400)
    assert row["couvert_80"] == (low <= 150 <= high)
    assert row["score_80"] == pytest.approx(high - low + 10 * max(0, low - 150) + 10 * max(0, 150 - high))


def test_a_later_figure_that_is_an_interval_is_scored_over_its_whole_width():
    table = backtest(
        seen(("2016", 100, "compte", "x"), ("2018", 150, "compte", "x"), ("2020", (100, 200), "compte", "x"))
    )
    row = row_of(table, modele="ref_sans_changement")
    assert row[["mesure_bas", "mesure_haut"]].tolist() == [100, 200]
    values = np.arange(100, 201, 5)
    sd = np.log(row["p80_haut"] / 150) / norm.ppf(0.9)
    assert row["crps"] == pytest.approx(np.mean([lognormal_crps(np.log(150), sd, value) for value in values]))
    assert row["crps_relatif"] == pytest.approx(row["crps"] / 150)
    for one in (row, row_of(table, modele="melange")):
        inside = np.mean([one["p80_bas"] <= value <= one["p80_haut"] for value in values])
        assert one["couvert_80"] == pytest.approx(inside)


@pytest.mark.parametrize(
    ("changed", "origins"),
    [
        pytest.param({"y2022": 9000}, [2018, 2020], id="the-last"),
        pytest.param({"y2020": 9000}, [2018], id="the-one-before"),
        pytest.param({"y2020": 120}, [2018], id="to-the-number-already-counted"),
    ],
)
def test_a_later_figure_does_not_change_earlier_forecasts(four, changed, origins):
    after = backtest(counts(**{"y2016": 100, "y2018": 120, "y2020": 150, "y2022": 165} | changed))
    for origin in origins:
        one, other = (table[table["origine"] == origin].reset_index(drop=True) for table in (four, after))
        assert len(one) == len(other) > 0
        pd.testing.assert_frame_equal(one[FORETOLD], other[FORETOLD])


def test_a_later_count_does_not_take_an_earlier_estimate_away():
    def made(last):
        rows = [("2015", 100, "compte", "x"), ("2017", 150, "estime", "x"), ("2018", 170, "compte", "x")]
        table = backtest(seen(*rows, ("2019", last, "compte", "x")))
        return row_of(table, origine=2018, modele="melange")[FORETOLD].tolist()

    # A count of 2019 that reads as the estimate of 2017 did: in 2018 nobody knew.
    assert made(150) == made(151)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("2018", 1, "compte", "x"), ("2020", 2, "compte", "x")], id="two-figures"),
        pytest.param(
            [("2018", 1, "compte", "x"), ("2020", 2, "compte", "x"), ("2020-12", 3, "compte", "x")], id="two-years"
        ),
        pytest.param(
            [("2018", 1, "compte", "x"), ("2020", 2, "compte", "x"), ("2022", 3, "objectif", "x")], id="a-target"
        ),
    ],
)
def test_fewer_than_three_dates_are_refused(rows):
    with pytest.raises(BadInput, match="at least three years, 2 found"):
        backtest(seen(*rows))


def test_summary_is_ordered_best_first():
    rows = [
        ("a", 0.3, 1.0, 1.0),
        ("b", 0.1, 0.0, 1.0),
        ("a", 0.5, 0.0, 1.0),
        ("b", 0.2, 1.0, 1.0),
        ("ref_c", 0.2, None, None),
    ]
    table = pd.DataFrame(rows, columns=["modele", "crps_relatif", "couvert_80", "couvert_95"])
    table["annee"] = [2020, 2020, 2021, 2021, 2020]
    table = table.astype({"couvert_80": float, "couvert_95": float})
    table.attrs = {"inputs": ["observations"]}
    found = backtest_summary(table)
    assert found["modele"].tolist() == ["b", "ref_c", "a"]
    assert found["nb_cas"].tolist() == [2, 1, 2]
    assert found["crps_relatif"].tolist() == pytest.approx([0.15, 0.2, 0.4])
    assert found["couvert_80"].tolist() == pytest.approx([0.5, np.nan, 0.5], nan_ok=True)
    assert found.attrs == table.attrs


def test_a_figure_that_came_counts_once_in_the_summary():
    rows = [("une", 2020, 0.1), ("une", 2021, 0.2), ("une", 2021, 0.4), ("autre", 2021, 0.8)]
    table = pd.DataFrame(rows, columns=["serie", "annee", "crps_relatif"])
    table = table.assign(modele="a", couvert_80=[1.0, 0.0, 1.0, 0.0], couvert_95=1.0)
    found = backtest_summary(table).iloc[0]
    assert (found["nb_cas"], found["nb_issues"]) == (4, 3)
    assert found["crps_relatif"] == pytest.approx((0.1 + 0.3 + 0.8) / 3)
    assert found["couvert_80"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert found["part_la_plus_lourde"] == pytest.approx(0.8 / 1.2)


def test_several_series_are_named():
    table = backtests({"une": FOUR, "autre": counts(y2016=10, y2018=12, y2020=15)})
    assert table.columns[0] == "serie"
    assert table.groupby("serie").size().to_dict() == {"une": 24, "autre": 8}


# ------------------------------------------------------------------------------------------------ hindsight


def published_by(row, day):
    """Tell whether a row was public on a day: a year alone ends in December, a month alone on its last day."""
    text = row["date_publication"]
    return bool(text) and (text + "-12-31"[len(text) - 4 :] if len(text) < 10 else text) <= day


@pytest.mark.parametrize(("text", "known"), [("", False), ("2021", False), ("2020", True), ("2021-08-31", True)])
def test_published_by(text, known):
    assert published_by({"date_publication": text}, THEN) is known


def test_each_later_figure_has_a_row_per_forecaster(past):
    ours, naive = (past[past["qui"] == name] for name in ("melange", "ref_sans_changement"))
    claims = past[~past["qui"].isin(["melange", "ref_sans_changement"])]
    for distributions in (ours, naive):
        assert distributions[["connu_le", "annee", "mesure_bas", "mesure_haut"]].to_numpy().tolist() == [
            [THEN, 2023, 3500, 3500],
            [THEN, 2026, 2528, 3951],
            ["2023-09-30", 2026, 2528, 3951],
        ]
    assert claims[["connu_le", "annee", "mediane"]].to_numpy().tolist() == [
        [THEN, 2023, 3250],
        [THEN, 2023, 3500],
        ["2023-09-30", 2026, 5000],
    ]
    assert past.attrs["inputs"] == ["observations", "previsions_publiees"]


def test_misses_are_ranges_worked_out_by_hand(past):
    claims = past[~past["qui"].isin(["melange", "ref_sans_changement"])]
    # 3,000 to 3,500 for 3,500: nothing to a seventh; 5,000 for 2,528 to 3,951: a quarter to about as much again.
    assert claims["ecart_bas"].tolist() == pytest.approx([0, 0, 1049 / 3951], abs=1e-4)
    assert claims["ecart_haut"].tolist() == pytest.approx([500 / 3500, 0, 2472 / 2528], abs=1e-4)
    assert claims["crps_relatif"].isna().all()  # a number said is no distribution
    for row in past[past["qui"] == "melange"].itertuples():
        inside = row.mesure_bas <= row.mediane <= row.mesure_haut
        ends = [abs(row.mediane - came) / came for came in (row.mesure_bas, row.mesure_haut)]
        assert row.ecart_haut == pytest.approx(max(ends), abs=1e-4)
        assert row.ecart_bas == pytest.approx(0 if inside else min(ends), abs=1e-4)


def test_the_last_figure_known_is_a_reference_with_a_spread(past):
    row = past[(past["connu_le"] == "2023-09-30") & (past["qui"] == "ref_sans_changement")].iloc[0]
    start, slope = recorded()["sans_changement"]
    assert row["mediane"] == 3500
    assert row["p80_haut"] == pytest.approx(3500 * np.exp((start + 3 * slope) * norm.ppf(0.9)), abs=1)


def test_a_claim_keeps_its_printed_bounds(past):
    row = past.query("mediane == 3250").iloc[0]
    assert row[["p95_bas", "p95_haut"]].tolist() == [3000, 3500]


def test_hindsight_uses_nothing_published_later(past, raw_copy):
    rows = read_rows(raw_copy, "observations")
    altered = 0
    for row in rows:
        if (row["territoire"], row["indicateur"]) == ("FR", "tiers_lieux") and not published_by(row, THEN):
            for name in ("valeur", "valeur_bas", "valeur_haut"):
                row[name] = row[name] and str(float(row[name]) * 3)
            altered += 1
    write_rows(raw_copy, "observations", rows)
    after = hindsight((THEN,))
    assert altered > 5
    ours = [
        table[table["qui"] == "melange"].reset_index(drop=True) for table in (past[past["connu_le"] == THEN], after)
    ]
    pd.testing.assert_frame_equal(ours[0][["annee", *QUANTILES]], ours[1][["annee", *QUANTILES]])
    assert ours[1]["mesure_bas"].tolist() == [10_500, 7584]


def test_a_figure_public_by_then_is_used(past, raw_copy):
    rows = read_rows(raw_copy, "observations")
    write_rows(raw_copy, "observations", [*rows, observation(1, date_publication=THEN, valeur=4000)])
    assert hindsight((THEN,))["mediane"].iloc[0] > 1.1 * past["mediane"].iloc[0]


@pytest.mark.parametrize(("day", "counts_in"), [(THEN, True), ("2021-09-01", False), ("", False)])
def test_a_claim_counts_once_it_is_public(raw_copy, day, counts_in):
    claims = read_rows(raw_copy, "previsions_publiees")
    mine = next(row for row in claims if row["id_prevision"] == "ftl_2023_2025")
    new = mine | {"id_prevision": "essai", "editeur": "Essai", "periode_cible": "2023", "date_publication": day}
    write_rows(raw_copy, "previsions_publiees", [*claims, new])
    table = hindsight((THEN,))
    assert table["qui"].str.startswith("Essai").any() == counts_in
