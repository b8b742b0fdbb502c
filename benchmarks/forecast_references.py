"""Forecast the same cases by simpler means: persistence, constant growth, a damped local trend and statsmodels.

Each reference is a normal distribution of the log of the new count. `ref_fixe` repeats the last figure,
`ref_croissance` goes on at the mean pace of the figures; the spread of both is learned on the synthetic corpus of the
forecast, by years ahead. `ref_tendance` is a Kalman filter of a damped local trend with irregular dates, whose four
numbers are those of a small grid that give the corpus the highest likelihood. `ref_ucm` is the local linear trend of
statsmodels (UnobservedComponents), estimated on the yearly log figures of each case, from four figures on.
"""

from __future__ import annotations

import warnings
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from tlanalysis.forecasting import corpus
from tlanalysis.forecasting.reference_spreads import line

REFERENCES = ("ref_fixe", "ref_croissance", "ref_tendance", "ref_ucm")
LEARN_ON = 400  # cases of the corpus; the judges are other generators
TOO_WIDE = 3.0  # standard deviation, log scale, beyond which an estimated model has failed


def in_logs(figures: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return years and logs of figures; an interval counts as its middle."""
    value = figures["valeur"].fillna((figures["valeur_bas"] + figures["valeur_haut"]) / 2).clip(lower=0.5)
    return figures["periode"].str[:4].astype(float).to_numpy(), np.log(value.to_numpy(float))


def kalman(when: np.ndarray, value: np.ndarray, year: float, numbers: tuple[float, ...]) -> tuple[float, float, float]:
    """Return mean and standard deviation of the new log count, and the log likelihood of the figures."""
    damping, noise, shock, growth_shock = numbers
    state, cov = np.array([value[0], 0.05]), np.diag([noise**2, 0.12**2])
    step = np.array([[1.0, 1.0], [0.0, damping]])
    added = np.diag([shock**2, growth_shock**2])
    fits, seen = 0.0, dict(zip(when[1:], value[1:], strict=True))
    for now in np.arange(when[0] + 1, year + 1):
        state, cov = step @ state, step @ cov @ step.T + added
        if now in seen:
            variance = cov[0, 0] + noise**2
            gap = seen[now] - state[0]
            fits -= 0.5 * (np.log(2 * np.pi * variance) + gap**2 / variance)
            gain = cov[:, 0] / variance
            state, cov = state + gain * gap, cov - np.outer(gain, cov[0])
    return float(state[0]), float(np.sqrt(cov[0, 0] + noise**2)), float(fits)


@cache
def learned() -> dict[str, tuple[float, ...]]:
    """Return what the references learn on the corpus: spreads by years ahead, and the numbers of the filter."""
    samples = [corpus.draw(10_000_000 + seed) for seed in range(LEARN_ON)]
    errors: dict[str, list[tuple[float, float]]] = {"ref_fixe": [], "ref_croissance": []}
    for sample in samples:
        when, value = in_logs(sample.figures)
        came = np.log(sample.truth)
        pace = (value[-1] - value[0]) / (when[-1] - when[0])
        errors["ref_fixe"].append((sample.ahead, came - value[-1]))
        errors["ref_croissance"].append((sample.ahead, came - value[-1] - pace * sample.ahead))
    found: dict[str, tuple[float, ...]] = {}
    for name, pairs in errors.items():
        found[name] = line(*np.array(pairs).T)
    grid = product((0.7, 0.85, 1.0), (0.04, 0.08, 0.12), (0.02, 0.05, 0.1), (0.02, 0.05, 0.1))

    def score(numbers: tuple[float, ...]) -> float:
        total = 0.0
        for sample in samples[:150]:
            mean, sd, _ = kalman(*in_logs(sample.figures), sample.year, numbers)
            total -= np.log(sd) + 0.5 * ((np.log(sample.truth) - mean) / sd) ** 2
        return total

    found["ref_tendance"] = max(grid, key=score)
    return found


def reference(name: str, figures: pd.DataFrame, year: int) -> tuple[float, float] | None:
    """Return mean and standard deviation of the log of the new count, or None where the reference cannot run."""
    when, value = in_logs(figures)
    ahead = year - when[-1]
    if name == "ref_ucm":
        return _statsmodels(when, value, year)
    numbers = learned()[name]
    if name == "ref_tendance":
        return kalman(when, value, year, numbers)[:2]
    pace = (value[-1] - value[0]) / (when[-1] - when[0]) if name == "ref_croissance" else 0.0
    return float(value[-1] + pace * ahead), numbers[0] + numbers[1] * ahead


def _statsmodels(when: np.ndarray, value: np.ndarray, year: int) -> tuple[float, float] | None:
    if len(when) < 4:
        return None
    try:
        from statsmodels.tsa.statespace.structural import UnobservedComponents
    except ImportError:  # the one reference that needs a package of its own
        return None

    yearly = pd.Series(value, index=when.astype(int)).reindex(range(int(when[0]), int(when[-1]) + 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a likelihood of four figures often has its maximum at an edge
        try:
            fitted = UnobservedComponents(yearly.to_numpy(), level="local linear trend").fit(disp=False)
            ahead = fitted.get_forecast(int(year - when[-1]))
        except (ValueError, np.linalg.LinAlgError):
            return None
    mean, sd = float(ahead.predicted_mean[-1]), float(np.sqrt(ahead.var_pred_mean[-1]))
    return (mean, max(sd, 1e-3)) if np.isfinite(mean) and sd < TOO_WIDE else None
