"""The benchmarks of access, of forecasts and of the invented register run, on little, to their last line."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import access, forecast_calibration, forecast_changes, forecast_real_series, forecast_speed, register


def test_both_ways_to_measure_access_agree(capsys):
    rng = np.random.default_rng(3)

    def points(size: int) -> pd.DataFrame:
        return pd.DataFrame({"latitude": rng.uniform(44, 48, size), "longitude": rng.uniform(0, 5, size)})

    homes, places = points(60).assign(population=rng.integers(10, 900, 60)), points(25)
    assert max(access.compare("essai", homes, places)) < 1e-4
    assert "essai: 60 communes, 25 places" in capsys.readouterr().out


def test_coverage_of_smoothed_intervals_is_printed(capsys):
    access.coverage(runs=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 2 * 3 * 5 + 1  # levels, means and spreads, between a header and the least coverage
    assert lines[-1].startswith("  least coverage ")


def test_speed_of_the_forecast_is_printed(capsys):
    forecast_speed.main(fits=3)
    out = capsys.readouterr().out
    assert "France and 18 régions" in out
    assert "ratio loop / forecast" in out


def test_calibration_scores_every_series(capsys):
    table = forecast_calibration.main(count=2)
    ours = table[table["qui"] == "prevision"]
    assert ours.groupby("juge").size().to_dict() == dict.fromkeys(forecast_calibration.GENERATORS, 2)
    assert ours[["crps", "wis", "largeur"]].gt(0).all(axis=None)
    out = capsys.readouterr().out
    assert "PIT deciles" in out
    assert "which judges nothing" in out


def scored(**changed):
    """Return one row of each forecaster for four kinds of series, all targets held, or changed for some kind."""
    rows = []
    for kind in ("hausse", "plat", "baisse", "retournement"):
        for qui, crps in (("prevision", 0.1), ("point_lineaire", 0.2), ("ref_fixe", 0.15)):
            for number in range(100):
                good = {"c80": number < 80, "c95": number < 95} if qui == "prevision" else {}
                row = {"juge": "lieux", "cas": f"{kind}-{number}", "genre": kind, "qui": qui, "crps": crps, "wis": crps}
                rows.append(row | good)
    table = pd.DataFrame(rows).astype({"c80": float, "c95": float})
    for column, (kind, value) in changed.items():
        table.loc[(table["genre"] == kind) & (table["qui"] == "prevision"), column] = value
    return table


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        pytest.param({}, [], id="all-held"),
        pytest.param({"c80": ("plat", 0.69)}, ["c80 of plat 0.690"], id="a-kind"),
        pytest.param({"c95": ("retournement", 0.84)}, ["c95 of retournement 0.840"], id="turns"),
        pytest.param({"crps": ("hausse", 0.9)}, ["crps 0.300", "crps behind"], id="worse-than-naive"),
    ],
)
def test_a_target_that_is_missed_is_named(changed, missed):
    said = [
        line.removeprefix("MISSED ") for line in forecast_calibration.verdicts(scored(**changed)) if "MISSED" in line
    ]
    assert len(said) == len(missed)
    for line, start in zip(said, missed, strict=True):
        assert line.startswith(start)


def test_the_generator_on_which_priors_were_tuned_judges_nothing():
    tuned = scored(c80=("plat", 0.0)).assign(juge=forecast_calibration.TUNED_ON)
    both = pd.concat([scored(), tuned], ignore_index=True)
    assert forecast_calibration.verdicts(both) == forecast_calibration.verdicts(scored())


def test_published_series_have_sources_and_dates_in_order():
    found = forecast_real_series.series()
    assert len(found) == 10
    for name, rows in found.items():
        assert len(rows) >= 3, name
        assert rows["periode"].is_monotonic_increasing, name
        assert rows["source"].str.startswith("http").all(), name
        assert rows["valeur"].gt(0).all(), name


def test_cases_of_a_published_series_by_hand():
    periods = pd.Series(["2010", "2011", "2011-06", "2013", "2018"], dtype="string")
    rows = pd.DataFrame({"periode": periods, "valeur": [10.0, 12.0, 13.0, 9.0, 20.0]})
    found = [
        (len(case.figures), case.year, case.truth, case.ahead, case.kind) for case in forecast_real_series.cases(rows)
    ]
    # From 2011 and mid-2011 two years on; 2018 is seven, then five years away. It grew before 2011 and falls after.
    assert found == [(2, 2013, 9.0, 2, "retournement"), (3, 2013, 9.0, 2, "retournement")]


def test_a_published_series_counts_once(capsys, monkeypatch):
    held = forecast_real_series.series()
    few = {name: held[name].iloc[:3] for name in ("cinemas_france", "repondants_nouvelle_aquitaine")}
    monkeypatch.setattr(forecast_real_series, "series", lambda: few | {"france_services": held["france_services"]})
    table = forecast_real_series.main()
    assert set(table["serie"]) == {"cinemas_france", "repondants_nouvelle_aquitaine", "france_services"}
    assert "3 published series" in capsys.readouterr().out
    twice = pd.concat([table, table[table["serie"] == "cinemas_france"]])
    kept = [*forecast_real_series.SCORES, "series"]
    pd.testing.assert_frame_equal(forecast_real_series.summary(twice)[kept], forecast_real_series.summary(table)[kept])


def test_changes_of_the_forecast_of_france_are_printed(capsys, monkeypatch):
    monkeypatch.setattr(forecast_changes, "forecast", partial(forecast_changes.forecast, size=400, proposals=1200))
    table = forecast_changes.main(2028, 4000)
    assert table["change"].tolist() == [*forecast_changes.CHANGES, "recalibrated"]
    assert table[["at_least", "fall"]].apply(lambda column: column.between(0, 1)).all(axis=None)
    assert "probability of 4,000 or more" in capsys.readouterr().out


def test_the_register_has_the_rows_asked_for(tmp_path: Path):
    path = tmp_path / "registre.csv"
    register.write_register(path, 400)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 400
    assert len({row["siret"] for row in rows}) > 380
