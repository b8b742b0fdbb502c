"""Score forecast draws against the observed value with proper scores, as pure functions of arrays."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr


def crps(draws: np.ndarray, truth: float) -> float:
    """Return the continuous ranked probability score of draws: 0 is perfect, in the unit of the count.

    For a point forecast (one draw) it is the absolute error. Source: Gneiting and Raftery, JASA 102 (2007), 359-378.

    Examples
    --------
    >>> crps(np.array([10.0]), 12.0), crps(np.array([1.0, 3.0]), 2.0)
    (2.0, 0.5)
    """
    x = np.sort(np.asarray(draws, dtype=float))
    n = len(x)
    spread = 2 / n**2 * (x * (np.arange(1, n + 1) - (n + 1) / 2)).sum()  # half the mean distance between two draws
    return float(np.abs(x - truth).mean() - spread)


def lognormal_crps(mean: float, sd: float, truth: float) -> float:
    """Return the continuous ranked probability score of a log-normal distribution, from mean and spread of the log.

    Source: Baran and Lerch, Quarterly Journal of the Royal Meteorological Society 141 (2015), 2289-2299.

    Examples
    --------
    >>> round(lognormal_crps(0.0, 1e-9, 2.0), 6)
    1.0
    """
    away = (np.log(truth) - mean) / sd
    inside = float(ndtr(away - sd) + ndtr(sd / np.sqrt(2)) - 1)
    return float(truth * (2 * ndtr(away) - 1) - 2 * np.exp(mean + sd**2 / 2) * inside)


def interval_score(low: float, high: float, truth: float, level: float) -> float:
    """Return the interval score: the width, plus a penalty for a value outside (smaller is better).

    Examples
    --------
    >>> interval_score(8, 12, 10, 0.8), round(interval_score(8, 12, 13, 0.8), 6)
    (4.0, 14.0)
    """
    penalty = 2 / (1 - level)
    return (high - low) + penalty * max(low - truth, 0) + penalty * max(truth - high, 0)


def weighted_interval_score(draws: np.ndarray, truth: float, levels: tuple[float, ...] = (0.5, 0.8, 0.95)) -> float:
    """Return the weighted interval score of draws over central intervals and the median (smaller is better).

    Source: Bracher, Ray, Gneiting and Reich, PLOS Computational Biology 17 (2021), e1008618.

    Examples
    --------
    >>> weighted_interval_score(np.array([10.0]), 12.0)
    2.0
    """
    total = 0.5 * abs(truth - float(np.median(draws)))
    for level in levels:
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
        total += (1 - level) / 2 * interval_score(float(low), float(high), truth, level)
    return total / (len(levels) + 0.5)


def pit(draws: np.ndarray, truth: float) -> float:
    """Return the probability integral transform: the share of draws below the observed value, ties counted half.

    Over many forecasts it is uniform when the forecasts are calibrated.

    Examples
    --------
    >>> pit(np.array([1, 2, 3, 4]), 2)
    0.375
    """
    x = np.asarray(draws)
    return float((x < truth).mean() + (x == truth).mean() / 2)


def covered(draws: np.ndarray, truth: float, level: float) -> bool:
    """Return whether the central interval of a level holds the observed value."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return bool(low <= truth <= high)
