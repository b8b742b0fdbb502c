"""The corpus of headers: what the benchmark promises, without its hardest part, which takes half a minute."""

from __future__ import annotations

import pytest

from benchmarks.recognition import judge, read_corpus, scores

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
