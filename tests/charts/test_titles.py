"""Titles stay short; `tests/test_words_of_certainty.py` holds the words they may print."""

from __future__ import annotations

import pytest

from tests.charts.drawn import CASES, Case
from tlanalysis.charts.kit import caption
from tlanalysis.core.languages import LANGS

LONGEST = 80


@pytest.mark.parametrize("drawn", CASES, ids=str)
def test_titles_are_short(drawn: Case) -> None:
    for lang in LANGS:
        title = caption.of(drawn.draw(lang)).title
        assert len(title) <= LONGEST, title
