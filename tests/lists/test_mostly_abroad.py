"""A list of which most rows lie outside France: one sentence says so, a few rows abroad do not bring it."""

from __future__ import annotations

import pytest

from tests.lists.lists import write
from tlanalysis.lists import accounts, cleaning, preparation

HEADERS = ["nom", "commune", "latitude", "longitude"]
LIEGE = ["Un Lieu", "Liège", "50.63", "5.57"]
RENNES = ["Le Lieu", "Rennes", "48.11", "-1.68"]


@pytest.mark.parametrize(
    ("rows", "said"), [([LIEGE] * 3 + [RENNES], "3 of 4"), ([LIEGE] * 2 + [RENNES] * 2, None), ([RENNES], None)]
)
def test_it_is_said_when_more_than_half_of_the_rows_lie_abroad(tmp_path, monkeypatch, rows, said):
    monkeypatch.setenv("LC_ALL", "C")
    job = preparation.prepare(write(tmp_path / "l.csv", [HEADERS, *rows]))
    lines = accounts.summary(job, cleaning.clean_to(job, tmp_path / "propre")).splitlines()
    found = [line for line in lines if line.startswith("most rows")]
    assert found == (
        [f"most rows ({said}) lie outside France: a list of another country, or coordinates to correct?"]
        if said
        else []
    )
