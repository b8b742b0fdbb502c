"""What a forecast promises whatever its curves: which figures enter, and how its draws behave."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import observations
from tlanalysis.forecasting.model import forecast, usable

COLUMNS = ["periode", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre"]


def seen(*rows):
    """Return figures written as (period, value or (low, high), nature, perimeter)."""
    records = []
    for period, value, nature, perimeter in rows:
        spread = (None, *value) if isinstance(value, tuple) else (value, None, None)
        records.append((period, *spread, nature, perimeter))
    frame = pd.DataFrame(records, columns=COLUMNS)
    return frame.astype(dict.fromkeys(("valeur", "valeur_bas", "valeur_haut"), float))


def counts(**by_year):
    return seen(*((year[1:], value, "compte", "x") for year, value in by_year.items()))


THREE = counts(y2018=1003, y2020=1207, y2023=1511)


# ------------------------------------------------------------------------------------------------ which figures enter


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        pytest.param([("2018", 100, "compte", "x"), ("2020", 90, "objectif", "x")], [100], id="a-target-is-out"),
        pytest.param([("2018", 100, "compte", "x"), ("2020", 90, "prevision", "x")], [100], id="a-forecast-is-out"),
        pytest.param([("2018", 100, "compte", "x"), (None, 90, "compte", "x")], [100], id="undated-is-out"),
        pytest.param([("2018", 100, "compte", "x"), ("2020", None, "compte", "x")], [100], id="no-figure-is-out"),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2020", (90, None), "compte", "x")], [100], id="an-open-interval-is-out"
        ),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2018", 120, "estime", "x"), ("2018", 130, "declare", "x")],
            [100],
            id="weaker-natures-of-one-year-restate",
        ),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2018", 120, "estime", "y")], [100, 120], id="each-perimeter-has-its-nature"
        ),
        pytest.param([("2020", 120, "compte", "x"), ("2018", 100, "compte", "x")], [100, 120], id="oldest-first"),
        pytest.param(
            [("2018", 1463, "compte", "cget_2018"), ("2019", 1512, "compte", "cget_2019")],
            [1463],
            id="one-list-counts-once",
        ),
        pytest.param(
            [("2019", 1512, "compte", "cget_2019"), ("2023", 3500, "compte", "ftl_2023")],
            [1512, 3500],
            id="the-second-edition-alone-counts",
        ),
    ],
)
def test_usable(rows, kept):
    table = seen(*rows)
    before = table.copy()
    assert usable(table)["valeur"].tolist() == kept
    pd.testing.assert_frame_equal(table, before)


def test_a_repeated_value_keeps_the_period_most_sources_give():
    rows = [("2021", 2500, "estime", "x"), ("2021", 2500, "estime", "x"), ("2020", 2500, "estime", "x")]
    assert usable(seen(*rows))[["periode", "valeur"]].to_numpy().tolist() == [["2021", 2500]]


def test_a_repeated_value_named_as_often_keeps_the_oldest_period():
    rows = [("2021", 2500, "estime", "x"), ("2020", 2500, "estime", "x")]
    assert usable(seen(*rows))["periode"].tolist() == ["2020"]


def test_two_intervals_are_two_figures():
    rows = [("2018", 100, "compte", "x"), ("2022", (120, 140), "compte", "x"), ("2024", (150, 190), "compte", "x")]
    assert usable(seen(*rows))["valeur_bas"].dropna().tolist() == [120, 150]


def test_figures_of_france_that_enter():
    rows = observations("tiers_lieux", "FR")
    table = usable(rows)
    assert not {"objectif", "prevision"} & set(table["nature"])
    assert table["periode"].notna().all()
    assert table["annee"].is_monotonic_increasing
    counted = table[table["nature"] == "compte"].fillna({"valeur": 0})
    assert counted[["periode", "perimetre", "valeur"]].to_numpy().tolist() == [
        ["2018", "cget_2018", 1463],
        ["2026", "ftl_2026", 0],
    ]
    # No method of the 3,500 of 2023 is published, so it is an estimate; two publishers share no unstated definition.
    assert table.set_index("periode").loc["2023", ["nature", "valeur"]].tolist() == ["estime", 3500]
    unknown = table[table["perimetre"] == "non_precise"]
    assert unknown["valeur"].tolist() == [900, 1500]
    assert unknown["definition"].nunique() == 2
    assert table.iloc[-1][["valeur_bas", "valeur_haut"]].tolist() == [2528, 3951]


# ------------------------------------------------------------------------------------------------ the draws


def test_same_seed_same_draws_and_no_input_is_altered():
    before = THREE.copy()
    one, again, other = (forecast(THREE, 2026, seed, size=4000).draws for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)
    pd.testing.assert_frame_equal(THREE, before)


def test_draws_are_whole_counts_for_every_year():
    result = forecast(THREE, 2026, size=4000)
    assert result.draws.columns.tolist() == list(range(2018, 2027))
    assert len(result.draws) == 4000
    assert (result.draws.dtypes == np.int64).all()
    assert (result.draws >= 0).all(axis=None)
    assert result.used["valeur"].tolist() == [1003, 1207, 1511]


def test_any_number_of_draws():
    assert len(forecast(THREE, 2025, size=1010).draws) == 1010


def test_table_holds_the_quantiles_of_the_draws():
    result = forecast(THREE, 2026, size=4000)
    table = result.table().set_index("annee")
    assert table.index.tolist() == list(range(2018, 2027))
    marks = {"p95_bas": 0.025, "p80_bas": 0.1, "mediane": 0.5, "p80_haut": 0.9, "p95_haut": 0.975}
    assert table.columns.tolist() == list(marks)
    for year, row in table.iterrows():
        expected = np.quantile(result.draws[year], list(marks.values()))
        assert row.to_numpy() == pytest.approx(expected, abs=0.5)


def test_intervals_widen_after_the_last_figure():
    table = forecast(THREE, 2030, size=8000).table().set_index("annee")
    width = np.log(table["p95_haut"] / table["p95_bas"])
    assert width.loc[2023:].is_monotonic_increasing
    assert width.loc[2030] > 2 * width.loc[2023]


@pytest.mark.parametrize("year", [2018, 2020, 2023])
def test_a_count_is_recovered_in_its_own_year(year):
    row = forecast(THREE, 2026).table().set_index("annee").loc[year]
    printed = THREE.set_index("periode").loc[str(year), "valeur"]
    assert row["p80_bas"] < printed < row["p80_haut"]
    assert row["mediane"] == pytest.approx(printed, rel=0.05)


def test_ten_times_the_counts_is_ten_times_the_forecast():
    small = counts(y2018=10_007, y2020=12_071, y2023=15_113)
    large = small.assign(valeur=small["valeur"] * 10)
    one, ten = (forecast(figures, 2028).table()[["p80_bas", "mediane", "p80_haut"]] for figures in (small, large))
    assert (ten / one).to_numpy() == pytest.approx(10, rel=0.05)  # other draws: noise of the sampling


def test_what_grew_is_forecast_higher_than_what_stalled():
    grew = forecast(counts(y2016=1003, y2018=1207, y2020=1449, y2022=1733), 2026).table()
    stalled = forecast(counts(y2016=1733, y2018=1741, y2020=1729, y2022=1733), 2026).table()
    assert grew["mediane"].iloc[-1] > 1.15 * stalled["mediane"].iloc[-1]
    assert 0.8 < stalled["mediane"].iloc[-1] / 1733 < 1.25


def test_an_interval_holds_the_count_without_choosing_a_point():
    wide = seen(("2018", 1003, "compte", "x"), ("2020", 1207, "compte", "x"), ("2023", (900, 1700), "compte", "x"))
    row = forecast(wide, 2026).table().set_index("annee").loc[2023]
    point = forecast(THREE, 2026).table().set_index("annee").loc[2023]
    assert row["p95_haut"] < 1700 * 1.1
    assert row["p95_haut"] - row["p95_bas"] > 1.5 * (point["p95_haut"] - point["p95_bas"])


@pytest.mark.parametrize("at_least", [0, 1400, 1700, 10**9])
def test_probability_counts_the_draws(at_least):
    result = forecast(THREE, 2026, size=2000)
    draws = result.draws[2026].tolist()
    assert result.probability(2026, at_least) == pytest.approx(sum(draw >= at_least for draw in draws) / 2000)
    assert result.probability(2026, draws[0]) > result.probability(2026, draws[0] + 1)


def test_a_target_changes_nothing():
    targets = seen(("2025", 9000, "objectif", "x"), ("2025", 9000, "prevision", "y"))
    more = pd.concat([THREE, targets], ignore_index=True)
    pd.testing.assert_frame_equal(forecast(more, 2027, size=2000).draws, forecast(THREE, 2027, size=2000).draws)


def test_a_forecast_carries_the_sources_of_its_figures():
    rows = observations("tiers_lieux", "FR")
    table = forecast(rows, 2027, size=2000).table()
    assert table.attrs["inputs"] == ["observations"]
    assert table.attrs["sources"] == rows.attrs["sources"] != []


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("horizon", [2023, 2020])
def test_a_horizon_that_is_not_ahead_is_refused(horizon):
    with pytest.raises(BadInput, match=r"choose 2024 or later"):
        forecast(THREE, horizon)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("2018", 100, "compte", "x")], id="one"),
        pytest.param([("2018", 100, "compte", "x"), ("2025", 900, "objectif", "x")], id="one-and-a-target"),
        pytest.param([("2025", 900, "objectif", "x"), ("2026", 950, "prevision", "x")], id="targets-only"),
        pytest.param([], id="nothing"),
    ],
)
def test_too_few_figures_are_refused(rows):
    with pytest.raises(BadInput, match="forecast needs"):
        forecast(seen(*rows), 2030)


def test_intervals_that_exclude_each_other_are_refused():
    rows = seen(("2018", (100, 101), "compte", "x"), ("2018", (200, 201), "compte", "x"), ("2020", 150, "compte", "x"))
    with pytest.raises(BadInput, match="contradict"):
        forecast(rows, 2022, size=2000)
