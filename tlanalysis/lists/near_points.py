"""Pairs of points close to each other, and groups of linked rows, with NumPy alone.

`scipy.spatial.KDTree` and `scipy.sparse.csgraph` give the same; importing them takes longer than a list of 2,000 rows
takes to clean.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]

_PAIRS_AT_ONCE = 500_000
# Cells are numbered from 0 along each axis; no more than this many of 200 m lie along the diameter of the Earth.
_MOST_CELLS = 1 << 20
# A cell and half of its neighbours, so that each pair of cells is looked at once.
_HALF_AROUND = [step for step in product((-1, 0, 1), repeat=3) if step >= (0, 0, 0)]


def pairs_within(points: NDArray[np.float64], metres: float) -> Iterator[tuple[Positions, Positions]]:
    """Yield every pair of points no further apart than a distance, each once, in parts.

    Parameters
    ----------
    points : ndarray
        One row per point, three coordinates in metres.
    metres : float
        The distance; the points lie within `_MOST_CELLS` times this of each other.

    Examples
    --------
    >>> points = np.array([[0.0, 0, 0], [150, 0, 0], [300, 0, 0]])
    >>> [(one.tolist(), other.tolist()) for one, other in pairs_within(points, 200)]
    [([0], [1]), ([1], [2])]
    """
    if len(points) < 2:
        return
    cells = np.floor((points - points.min(axis=0)) / metres).astype(np.int64) + 1
    weights = np.array([_MOST_CELLS**2, _MOST_CELLS, 1])
    numbers = cells @ weights
    order = np.argsort(numbers, kind="stable")
    numbers, points = numbers[order], points[order]
    own = np.arange(len(order))
    for step in _HALF_AROUND:
        target = numbers + np.array(step) @ weights
        first = np.searchsorted(numbers, target) if any(step) else own + 1
        times = np.searchsorted(numbers, target, side="right") - first
        for part in _parts(times):
            one = np.repeat(own[part], times[part])
            begun = np.repeat(np.cumsum(times[part]) - times[part], times[part])
            other = np.repeat(first[part], times[part]) + np.arange(len(one)) - begun
            near = ((points[one] - points[other]) ** 2).sum(axis=1) <= metres**2
            if near.any():
                yield order[one[near]], order[other[near]]


def _parts(times: Positions) -> Iterator[slice]:
    """Yield parts of an array whose sums are about `_PAIRS_AT_ONCE`, without those that sum to 0."""
    total = np.cumsum(times)
    start = 0
    while start < len(times):
        before = total[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(total, before + _PAIRS_AT_ONCE, side="right")))
        if total[end - 1] > before:
            yield slice(start, end)
        start = end


def components(one: Positions, other: Positions, size: int) -> Positions:
    """Return the number of the group of each of some rows, from 0, for links between them.

    Each round gives both ends of a link the lower of their two labels and follows labels to their own labels.

    Examples
    --------
    >>> components(np.array([0, 3]), np.array([2, 2]), 5).tolist()
    [0, 1, 0, 0, 2]
    """
    labels = np.arange(size)
    while True:
        ends = labels[one], labels[other]
        lower = np.minimum(*ends)
        if (ends[0] == ends[1]).all():
            break
        for end in ends:
            np.minimum.at(labels, end, lower)
        while (labels[labels] != labels).any():
            labels = labels[labels]
    return np.unique(labels, return_inverse=True)[1]
