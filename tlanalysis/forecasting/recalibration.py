"""Widen a forecast at the end, by how far the counts of other series fell from what was forecast for them.

The distance of each of four quantiles from the median (log scale) is multiplied by exp(a + b log h + c log n), with h
the years since the last figure and n the number of figures. The numbers minimise the quantile (pinball) loss over the
synthetic corpus and over the analogous series, where each later figure is forecast from those before it; each case is
in units of its own band. `HELD` keeps b and c near zero, so that the corpus as a whole decides where cases are few. A
series never takes part in its own recalibration: for each analogous series the file `recalibration.csv` beside this
module holds numbers learned without it. `python -m tlanalysis.forecasting.recalibration_learning` recomputes the file.

The quantile loss is proper for quantiles: Gneiting and Raftery, JASA 102 (2007), 359-378.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from tlanalysis.forecasting.weights import SERIES

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).with_name("recalibration.csv")
QUANTILES = (0.025, 0.1, 0.9, 0.975)
WORTH = 2.0  # synthetic cases that one case of an analogous series is worth: chosen
NEAR, FAR = 1.0, 7.0  # years ahead between which the numbers are learned; beyond, those of the nearer end
FEW, MANY = 2, 8  # figures, the same
NARROWEST = 1.0  # no band gets narrower than the mixture's own: chosen
LEAST = 0.2  # smallest factor between two quantiles: a band never folds
HELD = 20.0  # prior precision of b and c, in cases: without evidence the factor is the same everywhere


def label(observations: pd.DataFrame) -> str:
    """Return the name of the analogous series that some observations are, or an empty text."""
    columns = ["indicateur", "territoire", "perimetre"]
    if not set(columns) <= set(observations):
        return ""
    held = observations[columns].drop_duplicates().to_numpy().tolist()
    return "/".join(held[0]) if len(held) == 1 and tuple(held[0]) in SERIES else ""


@cache
def learned(without: str = "") -> np.ndarray:
    """Return the learned numbers, one row (a, b, c) per quantile, without one analogous series."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["sans"] == without]
    return np.array([[float(row[name]) for name in "abc"] for row in rows])


def factors(numbers: np.ndarray, ahead: float, figures: int) -> np.ndarray:
    """Return the factor of each quantile's distance from the median."""
    h, n = np.clip(ahead, NEAR, FAR), np.clip(figures, FEW, MANY)
    # Other series may show that a band is too narrow; that they grew steadily is no proof that it is too wide.
    found = np.maximum(np.exp(numbers @ np.array([1.0, np.log(h), np.log(n)])), NARROWEST)
    return 1 + (found - 1) * np.clip(ahead, 0.0, 1.0)  # nothing changes at the last figure itself


def recalibrated(log_draws: np.ndarray, ahead: float, figures: int, numbers: np.ndarray) -> np.ndarray:
    """Return log draws of one year, each moved so that the quantiles move by their factors; their order stays.

    Parameters
    ----------
    log_draws : ndarray
        Draws of one year, log scale.
    ahead : float
        Years since the last figure.
    figures : int
        Number of figures.
    numbers : ndarray of shape (4, 3)
        What was learned, see `learned`.
    """
    if ahead <= 0:
        return log_draws
    low, inner_low, middle, inner_high, high = np.quantile(log_draws, [*QUANTILES[:2], 0.5, *QUANTILES[2:]])
    k = factors(numbers, ahead, figures)
    away = log_draws - middle
    moved = np.empty_like(away)
    for side, outer, inner, (k_outer, k_inner) in (
        (away < 0, middle - low, middle - inner_low, k[:2]),
        (away >= 0, high - middle, inner_high - middle, k[:1:-1]),
    ):
        distance, gap = np.abs(away[side]), max(outer - inner, 1e-12)
        slope = max((k_outer * outer - k_inner * inner) / gap, LEAST)
        beyond = max(k_outer, LEAST)  # past the outer quantile
        between = np.minimum(np.maximum(distance - inner, 0), gap)
        moved[side] = (
            k_inner * np.minimum(distance, inner) + slope * between + beyond * np.maximum(distance - outer, 0)
        ) * np.sign(away[side])
    return middle + moved


def fit(cases: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the numbers that minimise the quantile loss.

    Parameters
    ----------
    cases : ndarray of shape (cases, 7)
        Years ahead, figures, log of the count that came less the log median, and the same of the four quantiles.
    weight : ndarray of shape (cases,)
        Weight of each case.
    """
    h, n = np.clip(cases[:, 0], NEAR, FAR), np.clip(cases[:, 1], FEW, MANY)
    known = np.column_stack([np.ones(len(cases)), np.log(h), np.log(n)])
    wide = cases[:, 5] - cases[:, 4]  # each case counts in units of its own 80 % band, so that no wild one decides
    rows = []
    for i, q in enumerate(QUANTILES):
        away, came = cases[:, 3 + i] / wide, cases[:, 2] / wide

        def loss(x: np.ndarray, q: float = q, away: np.ndarray = away, came: np.ndarray = came) -> float:
            short = came - np.exp(known @ x) * away
            pinball = np.where(short >= 0, q * short, (q - 1) * short)
            return float(weight @ pinball + HELD * (x[1:] ** 2).sum())

        rows.append(minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-6}).x)
    return np.array(rows)
