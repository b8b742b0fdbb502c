"""Let growth change its sign after the last figure, with a stated probability a year: no figure announces it."""

from __future__ import annotations

import numpy as np

from tlanalysis.forecasting.prior_beliefs import Priors


def turned(
    level: np.ndarray, last: int, shock: np.ndarray, priors: Priors, rng: np.random.Generator, *, support: bool = False
) -> np.ndarray:
    """Return log paths of which some turn after the last figure.

    Each year from that of the last figure on, growth changes its sign with probability `priors.turn[0]`; its new size
    is a half-normal of scale `priors.turn[1]`, and the yearly shocks go on. A path that has turned can turn again.

    Parameters
    ----------
    level : ndarray of shape (K, years)
        Log levels, without turns.
    last : int
        Index of the year of the last figure.
    shock : ndarray of shape (K,)
        Standard deviation of the yearly shock.
    priors : Priors
        Prior beliefs.
    rng : numpy.random.Generator
        Source of all randomness.
    support : bool
        Whether public support has ended: a rise then turns `priors.support_ends` times as often.
    """
    chance, size = priors.turn
    path, steps = level.copy(), np.diff(level, axis=1)
    growth = steps[:, max(last - 1, 0)].copy()
    broken = np.zeros(len(level), dtype=bool)
    for year in range(last, steps.shape[1]):
        odds = np.where((growth > 0) & support, min(chance * priors.support_ends, 1.0), chance)
        turns = rng.random(len(level)) < odds
        new = -np.sign(growth) * np.abs(size * rng.standard_normal(len(level)))
        growth = np.where(turns, new, np.where(broken, growth, steps[:, year]))
        broken |= turns
        after = growth + shock * rng.standard_normal(len(level))
        path[:, year + 1] = path[:, year] + np.where(broken, after, steps[:, year])
    return path
