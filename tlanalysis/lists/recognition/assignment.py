"""Choose one column per field and one field per column so that the evidence of the whole list is greatest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def assign(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of greatest total gain; a pair that gains nothing is left out.

    The Hungarian method in its shortest augmenting path form, as in `scipy.optimize.linear_sum_assignment`, which takes
    longer to import than a list of 2,000 rows takes to clean.

    Parameters
    ----------
    gain : ndarray
        What each pair gains; rows are fields, columns are columns.

    Examples
    --------
    >>> assign(np.array([[5.0, 4.0], [4.5, 0.0]]))
    [(0, 1), (1, 0)]
    """
    rows, columns = gain.shape
    if not rows or not columns:
        return []
    # One column of its own per row stands for "no column", at no gain.
    cost = np.hstack([-np.maximum(gain, 0.0), np.zeros((rows, rows))])
    chosen = _shortest_paths(cost)
    return [(row, column) for row, column in enumerate(chosen) if column < columns and gain[row, column] > 0]


def _shortest_paths(cost: NDArray[np.float64]) -> Sequence[int]:
    """Return the column of each row, for no more rows than columns."""
    rows, columns = cost.shape
    from_row, from_column = np.zeros(rows + 1), np.zeros(columns + 1)
    owner = np.zeros(columns + 1, int)  # the row (from 1) of each column (from 1); 0: free
    for row in range(1, rows + 1):
        owner[0] = row
        at = 0
        least = np.full(columns + 1, np.inf)
        before = np.zeros(columns + 1, int)
        seen = np.zeros(columns + 1, bool)
        while owner[at]:
            seen[at] = True
            reduced = cost[owner[at] - 1] - from_row[owner[at]] - from_column[1:]
            better = ~seen[1:] & (reduced < least[1:])
            least[1:][better] = reduced[better]
            before[1:][better] = at
            open_ = np.where(seen[1:], np.inf, least[1:])
            step = float(open_.min())
            nearest = int(open_.argmin()) + 1
            from_row[owner[seen]] += step
            from_column[seen] -= step
            least[~seen] -= step
            at = nearest
        while at:
            owner[at] = owner[before[at]]
            at = before[at]
    chosen = [0] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            chosen[owner[column] - 1] = column - 1
    return chosen
