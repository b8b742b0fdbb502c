"""The corpus of headers: what the benchmark promises, without its hardest part, which takes half a minute."""

from __future__ import annotations

import random

import pytest

from benchmarks.recognition import distinct, judge, left_out, read_corpus, reliability, scores, without_each_field
from tlanalysis.lists.mapping import labels_of
from tlanalysis.lists.recognition.decision import confidence_of

CORPUS = read_corpus()


@pytest.fixture(scope="module")
def judged():
    """Return the columns of the corpus taken for a field at the threshold, and those below it."""
    kept, unsure = [], []
    for place, (columns, truth) in CORPUS.items():
        taken, found = judge(place, columns, truth)
        kept += [one for one in taken if one.name in found.chosen]
        unsure += [one for one in taken if one.name not in found.chosen]
    return kept, unsure


def test_the_corpus_has_sixty_lists_and_each_right_column_is_in_its_list():
    assert len(CORPUS) >= 60
    for place, (columns, truth) in CORPUS.items():
        named = {column for part in truth for columns_ in part.values() for column in columns_}
        assert named <= set(columns), place


def test_no_name_of_the_corpus_is_wrong(judged):
    assert [one for one in judged[0] if one.name == "nom" and not one.right] == []


def test_precision_and_recall_reach_their_aims(judged):
    table = scores(judged[0], CORPUS)
    taken, right, found, lists = (
        sum(counts[what] for counts in table.values()) for what in ("taken", "right", "found", "lists")
    )
    assert right / taken >= 0.995, [one for one in judged[0] if not one.right]
    assert found / lists >= 0.95


def _renamed(columns, rename):
    """Return columns under new headers, and the old header of each."""
    pairs = list(zip(labels_of([rename(header) for header in columns]), columns, strict=True))
    return {new: columns[old] for new, old in pairs}, dict(pairs)


def _doubled(columns):
    """Return each column twice, named by rank, and the header of each."""
    twice = [header for header in columns for _ in range(2)]
    pairs = list(zip(labels_of(twice), twice, strict=True))
    return {new: columns[old] for new, old in pairs}, dict(pairs)


def _half_empty(columns):
    drawn = random.Random(3)
    return (
        {header: ["" if drawn.random() < 0.4 else cell for cell in cells] for header, cells in columns.items()},
        {header: header for header in columns},
    )


@pytest.mark.parametrize(
    "disguise",
    [
        lambda columns: _renamed(columns, lambda header: f"c_{header}"),
        lambda columns: _renamed(columns, lambda header: f"properties.{header}"),
        _doubled,
        _half_empty,
    ],
    ids=["prefixed", "in a record", "doubled", "half empty"],
)
def test_a_disguised_list_is_read_as_rightly(disguise):
    wrong, taken = [], 0
    for place, (columns, truth) in CORPUS.items():
        changed, header_of = disguise(columns)
        judged, found = judge(place, changed, truth)
        sure = [one for one in judged if one.name in found.chosen]
        taken += len(sure)
        wrong += [one for one in sure if not truth.allows(one.name, header_of[one.column])]
    assert len(wrong) <= 0.005 * taken, wrong
    assert not [one for one in wrong if one.name == "nom"]


@pytest.fixture(scope="module")
def different():
    """Return every column taken for a field, sure or not, with one field of its list taken away or none."""
    everything = []
    for place, (columns, truth) in CORPUS.items():
        everything += judge(place, columns, truth)[0]
        everything += [one for one, _ in without_each_field(place, columns, truth)]
    return distinct(everything)


def test_of_columns_at_nine_tenths_nine_in_ten_are_right(different):
    for stated in (
        [(sure, one.right) for one, sure in left_out(different)],
        [(confidence_of(one.odds), one.right) for one in different],
    ):
        sure = [right for confidence, right in stated if confidence >= 0.9]
        assert len(sure) > 600
        assert sum(sure) / len(sure) >= 0.9


def test_a_low_confidence_is_as_often_right_as_it_says(different):
    low, high, count, sure, right = reliability([(confidence_of(one.odds), one.right) for one in different])[0]
    assert (low, high) == (0.0, 0.5)
    assert count >= 20
    assert abs(sure - right) < 0.1
