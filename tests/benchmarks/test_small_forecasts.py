"""The benchmarks of access, of forecasts and of the invented register run, on little, to their last line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import access, forecast_calibration, forecast_speed, register


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
    assert "PIT deciles" in capsys.readouterr().out


def test_the_register_has_the_rows_asked_for(tmp_path: Path):
    path = tmp_path / "registre.csv"
    register.write_register(path, 400)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 400
    assert len({row["siret"] for row in rows}) > 380
