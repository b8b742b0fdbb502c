"""People trained: what a new declared total would read, and how it hangs on places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

import tlanalysis as tl
from tests.forecasting.test_model import counts
from tests.helpers import observation, read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.people import forecast_people_trained
from tlanalysis.forecasting.prior_beliefs import DEFAULT

LOW, HIGH = 377_159, 400_000  # declared for 2023
QUANTILES = ["p95_bas", "p80_bas", "mediane", "p80_haut", "p95_haut"]
SURE = replace(DEFAULT, error=dict(DEFAULT.error) | {"declare": (1e-9, 0.0)})


@pytest.fixture(scope="module")
def people(france):
    return forecast_people_trained(france).set_index("annee")


def test_totals_it_starts_from_are_those_declared(raw, people):
    rows = [row for row in read_rows(raw, "observations") if row["indicateur"] == "personnes_formees"]
    declared = {
        year: {float(row["valeur"]) for row in rows if row["periode"][:4] == str(year) and row["territoire"] == "FR"}
        for year in (2019, 2023)
    }
    assert declared == {2019: {134_000}, 2023: {LOW, HIGH}}
    # The 377,000 of 2025 repeats the survey of 2023.
    assert people.attrs["entrees"] == {2019: (134_000, 134_000), 2023: (LOW, HIGH)}
    assert people.index.tolist() == list(range(2023, 2031))


def test_the_total_of_2023_lies_within_the_declared_error_around_the_declared_range(people):
    assert LOW * np.exp(-0.12) < people.loc[2023, "mediane"] < HIGH * np.exp(0.12)
    # Anywhere in the range, with the error of a declared figure twice: that of the total, that of a new one.
    middle, spread = np.linspace(LOW, HIGH, 501), 0.12 * np.sqrt(2)
    for name, q in zip(QUANTILES, [0.025, 0.1, 0.5, 0.9, 0.975], strict=True):

        def excess(x, q=q):
            return norm.cdf(np.log(x / middle) / spread).mean() - q

        assert people.loc[2023, name] == pytest.approx(brentq(excess, 1e5, 1e6), rel=0.05)


def test_a_declared_total_without_error_is_kept_to(france):
    row = forecast_people_trained(france, priors=SURE).set_index("annee").loc[2023]
    assert row[["p95_bas", "p95_haut"]].between(LOW, HIGH).all()


def test_twice_as_many_places_train_as_many_people(france, people):
    doubled = forecast_people_trained(replace(france, levels=2 * france.levels)).set_index("annee")
    assert doubled.loc[2023, QUANTILES].tolist() == pytest.approx(people.loc[2023, QUANTILES].tolist(), abs=1)
    assert doubled[QUANTILES].to_numpy() == pytest.approx(people[QUANTILES].to_numpy(), abs=1)


def test_places_added_later_train_as_many_people_each(france, people):
    levels = france.levels.copy()
    levels.loc[:, [year for year in levels.columns if year > 2023]] *= 2
    more = forecast_people_trained(replace(france, levels=levels)).set_index("annee")
    assert more.loc[2023, QUANTILES].tolist() == people.loc[2023, QUANTILES].tolist()
    assert (more / people).loc[2024:, QUANTILES].to_numpy() == pytest.approx(2, rel=1e-4)


def test_places_of_2023_and_people_in_each_go_opposite_ways(france):
    # Were 2023 a year of twice the places, each place of later years would train half as many.
    levels = france.levels.copy()
    levels[2023] *= 2
    levels[2019] *= 2
    fewer = forecast_people_trained(replace(france, levels=levels)).set_index("annee")
    base = forecast_people_trained(france).set_index("annee")
    assert (fewer / base).loc[2024:, QUANTILES].to_numpy() == pytest.approx(0.5, rel=1e-4)


def test_intervals_widen(people):
    width = np.log(people["p80_haut"] / people["p80_bas"])
    assert width.is_monotonic_increasing
    assert width[2030] > 2 * width[2023]


def test_same_seed_same_digits(france, people):
    again, other = (forecast_people_trained(france, seed).set_index("annee") for seed in (0, 1))
    assert again.equals(people)
    assert not other.equals(people)


def test_a_new_survey_becomes_the_start(france, raw_copy):
    rows = read_rows(raw_copy, "observations")
    new = observation(
        1, indicateur="personnes_formees", nature="declare", periode="2025", perimetre="ftl_2026", valeur=500_000
    )
    write_rows(raw_copy, "observations", [*rows, new])
    table = forecast_people_trained(france, priors=SURE)
    assert table["annee"].tolist() == list(range(2025, 2031))
    # The 377,000 printed in 2025 under an earlier survey is no total of that year.
    assert table.attrs["entrees"] == {2019: (134_000, 134_000), 2025: (500_000, 500_000)}
    assert table.loc[0, "mediane"] == 500_000


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param({"indicateur": "personnes_formees", "periode": "2019"}, id="one-total"),
        pytest.param({"indicateur": "part_formation"}, id="no-share"),
    ],
)
def test_too_little_declared_is_refused(france, raw_copy, gone):
    rows = read_rows(raw_copy, "observations")
    left = [row for row in rows if any(row[name] != value for name, value in gone.items())]
    assert len(left) < len(rows)
    write_rows(raw_copy, "observations", left)
    with pytest.raises(BadInput, match="two dated totals"):
        forecast_people_trained(france)


def test_refused_before_the_second_total_was_published(france):
    with pytest.raises(BadInput, match="two dated totals"):
        forecast_people_trained(france, as_of="2022-12-31")


def test_places_without_the_years_of_the_totals_are_refused():
    points = counts(y2021=2500, y2023=3500)
    points.attrs |= {"territoire": "FR", "indicateur": "tiers_lieux"}
    late = forecast(points, 2026, size=100, proposals=400)
    with pytest.raises(BadInput, match="2019"):
        forecast_people_trained(late)


@pytest.mark.parametrize("what", [tl.forecast_people_trained, tl.forecast_regions, tl.scenarios])
def test_a_forecast_of_something_else_is_refused(what):
    naq = forecast(tl.observations("tiers_lieux", "R75", perimetre="coop_naq"), 2030, size=100, proposals=400)
    bakeries = forecast(counts(y2021=2500, y2023=3500), 2030, size=100, proposals=400)
    for fc, said in ((naq, "tiers_lieux of R75"), (bakeries, "without a territory")):
        with pytest.raises(BadInput, match=said):
            what(fc)
