"""Close pairs and linked groups are those that SciPy finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from tlanalysis.lists import near_points


@pytest.mark.parametrize("spread", [50.0, 500.0, 5_000.0])
@pytest.mark.parametrize("at_once", [1, 7, 500_000])
def test_close_pairs_are_those_of_a_tree(monkeypatch, spread, at_once):
    monkeypatch.setattr(near_points, "_PAIRS_AT_ONCE", at_once)
    points = np.random.default_rng(5).normal(0, spread, (120, 3))
    points[7] = points[8]  # two points in one place
    pairs = [
        tuple(sorted(pair))
        for one, other in near_points.pairs_within(points, 200.0)
        for pair in zip(one.tolist(), other.tolist(), strict=True)
    ]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == KDTree(points).query_pairs(200.0)


_SIZE = 12
_LINKS = st.lists(st.tuples(st.integers(0, _SIZE - 1), st.integers(0, _SIZE - 1)), max_size=20)


@given(_LINKS)
@settings(deadline=None)
def test_groups_are_the_components_of_a_graph(links):
    one, other = np.array(links, np.int64).reshape(-1, 2).T
    found = near_points.components(one, other, _SIZE)
    right = connected_components(coo_array((np.ones(len(one)), (one, other)), shape=(_SIZE, _SIZE)), directed=False)[1]
    assert [[a == b for b in found] for a in found] == [[a == b for b in right] for a in right]
    assert sorted(set(found.tolist())) == list(range(len(set(right.tolist()))))


def test_a_long_chain_in_any_order_is_one_group():
    order = np.random.default_rng(1).permutation(5_000)
    assert not near_points.components(order[1:], order[:-1], 5_000).any()
