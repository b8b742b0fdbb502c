"""Intervals: Wilson for shares, Garwood for counts, rounding for printed percentages. Pure functions of numbers."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from tlanalysis.core.errors import BadInput


def check_level(level: float) -> None:
    """Refuse a confidence level that does not lie between 0 and 1, such as 95."""
    if not 0 < level < 1:
        raise BadInput(f"a confidence level lies between 0 and 1, not {level}: write 0.95.")


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share observed on `n` respondents.

    The interval holds for a simple random sample of respondents; it leaves out the doubt about those who did not
    answer. Source: E. B. Wilson, JASA 22 (1927), 209-212.

    Parameters
    ----------
    share : float
        Observed fraction, 0 to 1.
    n : float
        Respondents, at least 1.
    level : float
        Confidence level.

    Examples
    --------
    >>> tuple(round(x, 3) for x in wilson(0.58, 1700))
    (0.556, 0.603)
    """
    if not 0 <= share <= 1 or n < 1:
        raise BadInput(f"a share lies between 0 and 1 and needs at least one respondent, not {share} of {n}.")
    check_level(level)
    z = stats.norm.ppf((1 + level) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def clopper_pearson(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a share of which `count` of `n` were seen.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), 404-413.

    Examples
    --------
    >>> tuple(round(x, 4) for x in clopper_pearson(1, 10))
    (0.0025, 0.445)
    """
    if not 0 <= count <= n or n < 1:
        raise BadInput(f"a share needs at least one trial and no more hits than trials, not {count} of {n}.")
    check_level(level)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(special.betaincinv(count, n - count + 1, tail))
    high = 1.0 if count == n else float(special.betaincinv(count + 1, n - count, 1 - tail))
    return low, high


def garwood(count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact (Garwood) interval of a Poisson mean of which `count` events were seen.

    Source: F. Garwood, Biometrika 28 (1936), 437-442.

    Examples
    --------
    >>> tuple(round(x, 3) for x in garwood(6))
    (2.202, 13.059)
    >>> tuple(round(x, 3) for x in garwood(0))
    (0.0, 3.689)
    """
    if count < 0:
        raise BadInput(f"a count is not negative: {count}.")
    check_level(level)
    tail = (1 - level) / 2
    # Quantiles of the gamma distribution: half those of chi-squared, without the frozen objects of scipy.stats.
    low = 0.0 if count == 0 else special.gammaincinv(count, tail)
    return float(low), float(special.gammainccinv(count + 1, tail))


def shares_that_add_up(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sharp bounds of shares that lie in intervals and add up to one.

    Each share can be no smaller than what is left when all others are at their largest, and the other way round.

    Parameters
    ----------
    low, high : ndarray of shape (k,)
        Interval of each share, e.g. a printed percentage half a point either way.

    Raises
    ------
    BadInput
        When no shares inside the intervals add up to one.

    Examples
    --------
    >>> low, high = shares_that_add_up(np.array([0.0, 0.55]), np.array([0.4, 0.7]))
    >>> [round(float(x), 2) for x in (*low, *high)]
    [0.3, 0.6, 0.4, 0.7]
    """
    if low.sum() > 1 + 1e-9 or high.sum() < 1 - 1e-9:
        raise BadInput(
            f"these shares cannot add up to one: they lie between {low.sum():.3f} and {high.sum():.3f} together."
        )
    return np.maximum(low, 1 - (high.sum() - high)), np.minimum(high, 1 - (low.sum() - low))


def rounding(value: float) -> float:
    """Return half of what the last printed digit of a round number stands for; 0 for a number given to the unit.

    A number ending in fewer than two zeros counts as exact: 250 may well be 250.

    Examples
    --------
    >>> rounding(134_000), rounding(3_500), rounding(377_159), rounding(250)
    (500.0, 50.0, 0.0, 0.0)
    """
    digits = str(int(value))
    zeros = len(digits) - len(digits.rstrip("0"))
    return 0.5 * 10**zeros if zeros >= 2 and value == int(value) else 0.0
