"""Duplicates in crowded lists: the groups are those of a comparison of all pairs, in a time that a user waits for."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from tlanalysis.lists.cells.text import key
from tlanalysis.lists.duplicates import find_duplicates

_TEXT = ("id_source", "nom", "code_commune", "commune", "code_postal")


def _places(rows):
    frame = pd.DataFrame(rows, columns=["id_source", "nom", "code_commune", "latitude", "longitude"])
    frame = frame.assign(commune=None, code_postal=None, ligne_source=range(1, len(frame) + 1), cellules=3)
    frame = frame.astype({"latitude": float, "longitude": float})
    types = {name: pa.string() for name in _TEXT} | {"latitude": pa.float64(), "longitude": pa.float64()}
    schema = pa.schema([(name, types.get(name, pa.int64())) for name in frame])
    return pa.Table.from_pandas(frame, schema, preserve_index=False)


def _metres(one, other):
    if any(value is None for value in (one["latitude"], other["latitude"])):
        return None
    phi = np.radians([one["latitude"], other["latitude"]])
    turn = np.radians(other["longitude"] - one["longitude"])
    half = np.sin((phi[1] - phi[0]) / 2) ** 2 + np.cos(phi[0]) * np.cos(phi[1]) * np.sin(turn / 2) ** 2
    return 2 * 6_371_008.8 * np.arcsin(np.sqrt(half))


def _same(one, other):
    metres = _metres(one, other)
    if one["id_source"] and one["id_source"] == other["id_source"]:
        return True
    if metres is not None and metres > 2_000:
        return False
    alike = fuzz.token_sort_ratio(key(one["nom"]), key(other["nom"]))
    same_commune = one["code_commune"] and one["code_commune"] == other["code_commune"]
    return bool((same_commune and alike >= 90) or (metres is not None and metres <= 200 and alike >= 80))


def _all_pairs(rows):
    group = list(range(len(rows)))
    for one in range(len(rows)):
        for other in range(one):
            if _same(rows[one], rows[other]):
                old, new = group[one], group[other]
                group = [new if label == old else label for label in group]
    return {frozenset(at for at, label in enumerate(group) if label == one) for one in group if group.count(one) > 1}


_ROW = st.fixed_dictionaries(
    {
        "id_source": st.sampled_from([None, None, "A", "B"]),
        "nom": st.sampled_from(
            ["Le Lieu", "LE LIEU", "Lieu (Le)", "Le Lieux", "Atelier du Port", "Atelier du Pont", "X"]
        ),
        "code_commune": st.sampled_from([None, "75111", "75112"]),
        "latitude": st.sampled_from([48.8530, 48.8535, 48.8545, 48.9000]),
        "longitude": st.sampled_from([2.3700, 2.3702]),
        "known": st.booleans(),
    }
).map(lambda row: row | ({} if row["known"] else {"latitude": None, "longitude": None}))


@given(st.lists(_ROW, max_size=12))
@settings(max_examples=150, deadline=None)
def test_the_groups_are_those_of_all_pairs(rows):
    table = find_duplicates(_places(rows), near=True).to_pandas()
    found = {frozenset(part["ligne_source"] - 1) for _, part in table.groupby("groupe")}
    assert found == _all_pairs(rows)
    assert (table.groupby("groupe")["retenue"].sum() == 1).all()


def _crowd(rows, name, commune):
    return _places([(None, name(row), commune, 48.86, 2.37) for row in range(rows)])


@pytest.mark.parametrize("commune", [None, "75111"])
@pytest.mark.parametrize(
    "name",
    [
        lambda row: f"Lieu {row % 10}",
        lambda row: f"{np.base_repr(7_919 * row + 100_000, 26)} {np.base_repr(104_729 * row + 99, 31)}",
        lambda row: f"Le lieu partagé de la ville {row}",
    ],
    ids=["ten names", "all different", "all alike"],
)
def test_six_thousand_rows_at_one_point_take_seconds(name, commune):
    begun = time.process_time()
    find_duplicates(_crowd(6_000, name, commune), near=True)
    assert time.process_time() - begun < 10


def test_rows_of_one_name_along_a_road_are_one_group_but_for_the_far_one():
    rows = [(None, "Le Lieu", "75111", 48.80 + 0.0001 * step, 2.37) for step in range(3_000)]
    far = (None, "Le Lieu", "75111", 43.29, 5.36)
    table = find_duplicates(_places([far, *rows]), near=True).to_pandas()
    assert set(table["groupe"]) == {1}
    assert sorted(table["ligne_source"]) == list(range(2, 3_002))
