"""Measure the calibration of the forecast on series simulated by a generator that is not the fitted model.

Each synthetic series has a hidden path (Richards S-curve, early plateau, rise then decline, piecewise growth with a
break, or steady decline), yearly autocorrelated departures, three to six published figures at irregular dates with
mixed natures and heavy-tailed errors, roundings, sometimes a change of definition and sometimes a last figure given
as an interval. The forecast is scored, one to four years after the last figure, against a new count under the last
definition.

    python -m benchmarks.forecast_calibration [SERIES] [SEED]
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.naive_references import NAIVE, references
from tlanalysis.forecasting.scores import covered, crps, interval_score, pit

KINDS = ("courbe en S", "plateau", "montée puis recul", "rupture", "recul")
FIRST = 2008


def path(kind: str, rng: np.random.Generator, years: int) -> np.ndarray:
    """Return a hidden yearly path of log levels."""
    t = np.arange(years, dtype=float)
    if kind in ("courbe en S", "plateau"):
        speed, middle = rng.uniform(0.25, 0.9), rng.uniform(2, years * (0.9 if kind == "courbe en S" else 0.3))
        bend = rng.uniform(0.5, 2.0)
        log = -np.log1p(bend * np.exp(-speed * (t - middle))) / bend
    elif kind == "montée puis recul":
        peak = rng.uniform(0.4, 0.8) * years
        log = np.where(t < peak, rng.uniform(0.05, 0.25) * (t - peak), -rng.uniform(0.02, 0.12) * (t - peak))
    elif kind == "rupture":
        at = rng.uniform(0.3, 0.7) * years
        before, after = rng.uniform(0.0, 0.3), rng.uniform(-0.05, 0.15)
        log = np.where(t < at, before * (t - at), after * (t - at))
    else:
        log = -rng.uniform(0.02, 0.10) * t
    noise = np.zeros(years)
    shock = rng.normal(0, rng.uniform(0.01, 0.05), years)
    for year in range(1, years):
        noise[year] = 0.6 * noise[year - 1] + shock[year]
    return np.log(rng.uniform(50, 3000)) + log - log[0] * rng.uniform(0, 1) + noise


def series(rng: np.random.Generator) -> tuple[str, pd.DataFrame, int, float]:
    """Return a kind, its published figures, a target year and what a new count read that year."""
    kind = str(rng.choice(KINDS, p=[0.35, 0.2, 0.15, 0.2, 0.1]))
    log = path(kind, rng, 16)
    n = int(rng.integers(3, 7))
    at = np.sort(rng.choice(np.arange(0, 12), size=n, replace=False))
    jump = int(rng.integers(1, n)) if rng.random() < 0.4 else n
    step = rng.normal(0.1, 0.15)
    rows = []
    for i, year in enumerate(at):
        nature = str(rng.choice(["compte", "estime", "declare"], p=[0.6, 0.25, 0.15]))
        scale = 0.03 if nature == "compte" else 0.10
        value = np.exp(log[year] + (step if i >= jump else 0.0) + scale * rng.standard_t(5) * 0.8)
        if nature != "compte":
            value = float(f"{value:.2g}")
        row = {"valeur": max(1.0, round(value)), "valeur_bas": np.nan, "valeur_haut": np.nan}
        if i == n - 1 and rng.random() < 0.15:
            width = rng.uniform(0.1, 0.4)
            place = rng.uniform(0, 1)
            row = {
                "valeur": np.nan,
                "valeur_bas": float(round(value * np.exp(-width * place))),
                "valeur_haut": float(round(value * np.exp(width * (1 - place)))),
            }
            nature = "compte"
        perimeter = "apres" if i >= jump else "avant"
        rows.append({"periode": str(FIRST + year), "nature": nature, "perimetre": perimeter} | row)
    ahead = int(rng.integers(1, 5))
    target = at[-1] + ahead
    truth = np.exp(log[target] + (step if n - 1 >= jump else 0.0) + rng.normal(0, 0.03))
    return kind, pd.DataFrame(rows), FIRST + int(target), float(round(truth))


def score(seed: int) -> dict[str, object]:
    """Return the scores of one synthetic series."""
    rng = np.random.default_rng(seed)
    kind, figures, year, truth = series(rng)
    fc = forecast(figures, horizon=year, seed=seed, size=4_000, proposals=10_000)
    draws = fc.draws[year].to_numpy()
    naive = references(figures, year).set_index("annee").loc[year]
    low, high = np.quantile(draws, [0.1, 0.9])
    scale = truth
    return {
        "kind": kind,
        "ahead": year - int(figures["periode"].iloc[-1]),
        "c80": covered(draws, truth, 0.80),
        "c95": covered(draws, truth, 0.95),
        "pit": pit(draws, truth),
        "crps": crps(draws, truth) / scale,
        "is80": interval_score(low, high, truth, 0.8) / scale,
        "width80": (high - low) / scale,
    } | {name: abs(naive[name] - truth) / scale for name in NAIVE}


def main(count: int = 400, seed: int = 1) -> pd.DataFrame:
    """Print coverage and mean scores, in shares of the new count."""
    with ProcessPoolExecutor(2) as pool:
        table = pd.DataFrame(pool.map(score, range(seed * 100_000, seed * 100_000 + count), chunksize=10))
    print(f"{count} synthetic series; scores relative to the count that came")
    print(f"  80 % interval covers {table['c80'].mean():.1%}, 95 % interval covers {table['c95'].mean():.1%}")
    print(
        "  mean CRPS: forecast "
        + f"{table['crps'].mean():.4f}; "
        + ", ".join(f"{n} {table[n].mean():.4f}" for n in NAIVE)
    )
    by = table.groupby("kind")[["c80", "c95", "crps", "width80", *NAIVE]].mean().round(3)
    print(by.assign(n=table["kind"].value_counts()).to_string())
    print(table.groupby("ahead")[["c80", "c95", "crps", "width80", *NAIVE]].mean().round(3).to_string())
    print("  PIT deciles:", np.histogram(table["pit"], bins=10, range=(0, 1))[0].tolist())
    return table


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
