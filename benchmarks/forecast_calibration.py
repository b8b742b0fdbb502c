"""Measure what the bands of the forecast hold, on series of other hands, beside simpler forecasts.

The judges are three generators of `forecast_generators`; the generator on which priors were tuned has a line of its
own. The scores are relative to the count that came: CRPS, the weighted interval score over the 50, 80 and 95 % bands,
and the width of the 80 % band, each with the standard error of its mean. A point forecast has its absolute error as
both scores, and no band. The last lines compare the measures with the targets.

    python -m benchmarks.forecast_calibration [SERIES] [SEED]
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.forecast_generators import GENERATORS, JUDGES, TUNED_ON, Case, case
from benchmarks.forecast_references import REFERENCES, learned, reference
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.naive_references import NAIVE, references
from tlanalysis.forecasting.scores import covered, crps, pit, weighted_interval_score

SIZE, PROPOSALS = 2_000, 6_000
SHARED_SEED = 11  # draws of the references: the same for each case
SCORES = ("c80", "c95", "crps", "wis", "largeur")
OURS, PARTIAL = "prevision", "ref_ucm"  # the second runs on some cases only
TURNS = "retournement"
# Coverage of the two bands that the forecast is held to: overall, of each kind but turns, of turns.
TARGETS = {"c80": (0.76, 0.85), "c95": (0.92, 0.98)}
LEAST = {"c80": 0.70, "c95": 0.88}
LEAST_OF_TURNS = {"c80": 0.50, "c95": 0.85}


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
    rows = [about | {"qui": OURS} | scores(fc.draws[case_.year].to_numpy(), case_.truth)]
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
    """Return means with their standard errors, one row per group: `0.80 (0.02)`; a point forecast has no band."""
    grouped = table.groupby(by, sort=False)[list(SCORES)]
    mean, error = grouped.mean(), grouped.sem()
    said = mean.copy().astype(object)
    for name in SCORES:
        pairs = zip(mean[name], error[name], strict=True)
        said[name] = ["" if np.isnan(m) else f"{m:.3f} ({e:.3f})" for m, e in pairs]
    return said.assign(cas=grouped.size())


def verdicts(table: pd.DataFrame) -> list[str]:
    """Return one line per target: what was measured on the judges, and whether the target is held or missed."""
    judged = table[table["juge"] != TUNED_ON]
    ours = judged[judged["qui"] == OURS]
    turns = ours["genre"] == TURNS
    lines = []

    def note(said: str, held: bool) -> None:
        lines.append(f"{'held  ' if held else 'MISSED'} {said}")

    for name, (low, high) in TARGETS.items():
        mean = ours[name].mean()
        note(f"{name} of all kinds {mean:.3f}, target {low} to {high}", low <= mean <= high)
        kinds = ours[~turns].groupby("genre")[name].mean()
        for kind, mean in kinds.items():
            note(f"{name} of {kind} {mean:.3f}, target {LEAST[name]} or more", mean >= LEAST[name])
        mean = ours.loc[turns, name].mean()
        note(f"{name} of {TURNS} {mean:.3f}, target {LEAST_OF_TURNS[name]} or more", mean >= LEAST_OF_TURNS[name])
    means = judged[judged["qui"] != PARTIAL].groupby("qui")[["crps", "wis"]].mean()
    points = means[means.index.str.startswith("point_")]
    mine, naive = means.loc[OURS, "crps"], points["crps"].min()
    note(f"crps {mine:.3f}, best naive reference {naive:.3f}, target below", mine < naive)
    best = means["crps"].idxmin()
    pairs = judged.pivot_table(index=["juge", "cas"], columns="qui", values="crps")
    gap = pairs[OURS] - pairs[best]
    said = f"crps behind the best ({best}) by {gap.mean():.4f}, standard error of the difference {gap.sem():.4f}"
    note(f"{said}, target within one", gap.mean() <= gap.sem())
    return lines


def print_tables(table: pd.DataFrame) -> None:
    """Print every table of a benchmark."""
    judged = table[table["juge"] != TUNED_ON]
    for by in ("juge", "genre", "annees", "chiffres"):
        print(summary(judged.sort_values(by, kind="stable"), [by, "qui"]).to_string(), "\n")
    ours = judged[judged["qui"] == OURS]
    print(summary(ours, ["juge", "genre"]).to_string(), "\n")
    print("all judges:")
    print(summary(judged, ["qui"]).to_string(), "\n")
    # A reference that cannot run everywhere is compared on the cases where it runs.
    ran = judged[judged["qui"] == PARTIAL].set_index(["juge", "cas"]).index
    both = judged[judged.set_index(["juge", "cas"]).index.isin(ran)]
    print("cases where the statsmodels reference runs:")
    print(summary(both, ["qui"]).to_string(), "\n")
    print("the generator on which priors were tuned, which judges nothing:")
    print(summary(table[table["juge"] == TUNED_ON], ["qui"]).to_string(), "\n")
    print("PIT deciles:", np.histogram(ours["pit"], bins=10, range=(0, 1))[0].tolist(), "\n")
    print("\n".join(verdicts(table)))


def main(count: int = 400, seed: int = 1) -> pd.DataFrame:
    """Print coverage and scores of `count` cases of each generator."""
    learned()  # once, before the workers copy it
    cases = [(name, seed * 100_000 + i) for name in GENERATORS for i in range(count)]
    with ProcessPoolExecutor(2) as pool:
        table = pd.DataFrame([row for rows in pool.map(synthetic, cases, chunksize=10) for row in rows])
    print(f"{count} cases of each of {len(JUDGES)} judges and of {TUNED_ON!r}; mean (standard error)\n")
    print_tables(table)
    return table


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
