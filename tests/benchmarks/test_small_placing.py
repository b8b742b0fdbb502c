"""Places made up with one damage each are put where they are, or left open; what is wrong is known and listed."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks import placing

# Rows that their own evidence often cannot decide, and how many of 60 may be put in a wrong place; the others of them
# are left open. A code that exists beside a name that no commune has may be a French quarter, or a place abroad, or a
# damaged code. `docs/lists.md` prints their shares.
OFTEN_OPEN = {
    "digit wrong, with the point only": 1,
    "such a name and a point by the border": 1,
    "such a name, and a digit wrong": 18,
    "abroad: name and point": 1,
    "abroad: code and name": 5,
}


@pytest.fixture(scope="module")
def verdicts():
    judged = placing.measure(60, 3)
    return {kind: Counter(one.verdict for one in judged if one.kind == kind) for kind in placing.KINDS}


@pytest.mark.parametrize("kind", OFTEN_OPEN)
def test_a_row_that_its_evidence_does_not_decide_is_mostly_left_open(verdicts, kind):
    assert verdicts[kind]["wrong"] <= OFTEN_OPEN[kind], kind
    assert verdicts[kind]["open"] >= 4, kind


@pytest.mark.parametrize("kind", [kind for kind in placing.KINDS if kind not in OFTEN_OPEN])
def test_a_damaged_row_is_placed_rightly(verdicts, kind):
    assert verdicts[kind]["wrong"] <= 1, kind
    assert verdicts[kind]["right"] >= 57, kind


def test_what_is_right_does_not_come_from_the_code_that_is_measured():
    rows = [({"code_postal": "35000", "commune": "Rennes"}, "29"), ({"commune": "Saint-Martin"}, "35")]
    assert [one.verdict for one in placing.judge("x", rows)] == ["wrong", "open"]
