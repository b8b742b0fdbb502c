"""Measure what the bands of the forecast hold, on series of other hands, beside simpler forecasts.

The judges are the generators of `forecast_generators`. The scores are relative to the count that came: CRPS, the
weighted interval score over the 50, 80 and 95 % bands, and the width of the 80 % band, each with the standard error of
its mean.

    python -m benchmarks.forecast_calibration [SERIES] [SEED]
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.forecast_generators import GENERATORS, Case, case
from benchmarks.forecast_references import REFERENCES, learned, reference
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.naive_references import NAIVE, references
from tlanalysis.forecasting.scores import covered, crps, pit, weighted_interval_score

SIZE, PROPOSALS = 2_000, 6_000
SHARED_SEED = 11  # draws of the references: the same for each case
SCORES = ("c80", "c95", "crps", "wis", "largeur")


def scores(draws: np.ndarray, truth: float) -> dict[str, float]:
    """Return coverage and relative scores of some draws."""
    low, high = np.quantile(draws, [0.1, 0.9])
    return {
        "c80": float(covered(draws, truth, 0.80)),
        "c95": float(covered(draws, truth, 0.95)),
        "crps": crps(draws, truth) / truth,
        "wis": weighted_interval_score(draws, truth) / truth,
        "largeur": (high - low) / truth,
        "pit": pit(draws, truth),
    }


def score(case_: Case, seed: int) -> list[dict[str, Any]]:
    """Return one row per forecaster of one case."""
    about = {"genre": case_.kind, "annees": case_.ahead, "chiffres": len(case_.figures)}
    try:
        fc = forecast(case_.figures, case_.year, seed, size=SIZE, proposals=PROPOSALS)
    except BadInput:  # figures that the forecast refuses: nobody is scored on them
        return []
    rows = [about | {"qui": "prevision"} | scores(fc.draws[case_.year].to_numpy(), case_.truth)]
    points = references(case_.figures, case_.year).set_index("annee").loc[case_.year]
    for name in NAIVE:
        error = abs(points[name] - case_.truth) / case_.truth
        rows.append(about | {"qui": f"point_{name}", "crps": error, "wis": error})
    normal = np.random.default_rng(SHARED_SEED).standard_normal(SIZE)
    for name in REFERENCES:
        said = reference(name, case_.figures, case_.year)
        if said is not None:
            rows.append(about | {"qui": name} | scores(np.exp(said[0] + said[1] * normal), case_.truth))
    return rows


def synthetic(what: tuple[str, int]) -> list[dict[str, Any]]:
    """Return the rows of one synthetic case."""
    generator, seed = what
    return [row | {"juge": generator, "cas": seed} for row in score(case(generator, seed), seed)]


def summary(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return means with their standard errors, one row per group: `0.80 (0.02)`."""
    grouped = table.groupby(by, sort=False)[list(SCORES)]
    mean, error = grouped.mean(), grouped.sem()
    said = mean.copy().astype(object)
    for name in SCORES:
        said[name] = [f"{m:.3f} ({e:.3f})" for m, e in zip(mean[name], error[name], strict=True)]
    return said.assign(cas=grouped.size())


def print_tables(table: pd.DataFrame) -> None:
    """Print every table of a benchmark."""
    ours = table[table["qui"] == "prevision"]
    for by in (["juge"], ["genre"], ["annees"], ["chiffres"], ["juge", "genre"]):
        print(summary(ours, by).to_string(), "\n")
    print(summary(table, ["qui"]).to_string(), "\n")
    # A reference that cannot run everywhere is compared on the cases where it runs.
    ran = table[table["qui"] == "ref_ucm"].set_index(["juge", "cas"]).index
    both = table[table.set_index(["juge", "cas"]).index.isin(ran)]
    print("cases where the statsmodels reference runs:")
    print(summary(both, ["qui"]).to_string(), "\n")
    print("PIT deciles:", np.histogram(ours["pit"], bins=10, range=(0, 1))[0].tolist())


def main(count: int = 400, seed: int = 1) -> pd.DataFrame:
    """Print coverage and scores of `count` cases of each generator."""
    learned()  # once, before the workers copy it
    cases = [(name, seed * 100_000 + i) for name in GENERATORS for i in range(count)]
    with ProcessPoolExecutor(2) as pool:
        table = pd.DataFrame([row for rows in pool.map(synthetic, cases, chunksize=10) for row in rows])
    print(f"{count} cases of each of {len(GENERATORS)} generators; mean (standard error)\n")
    print_tables(table)
    return table


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
