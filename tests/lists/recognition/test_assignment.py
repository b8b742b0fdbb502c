"""The assignment agrees with SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from tlanalysis.lists.recognition.assignment import assign


@pytest.mark.parametrize("seed", range(40))
def test_the_total_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    gain = rng.normal(1, 3, size=(rng.integers(1, 12), rng.integers(1, 30)))
    pairs = assign(gain)
    rows, columns = linear_sum_assignment(np.maximum(gain, 0), maximize=True)
    assert sum(gain[pair] for pair in pairs) == pytest.approx(np.maximum(gain, 0)[rows, columns].sum())
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(gain[pair] > 0 for pair in pairs)


def test_nothing_gives_nothing():
    assert assign(np.zeros((0, 3))) == assign(np.zeros((2, 0))) == assign(-np.ones((2, 2))) == []
