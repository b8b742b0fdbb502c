"""The naive references, by hand."""

from __future__ import annotations

import pytest

from tests.forecasting.test_model import counts, seen
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.naive_references import NAIVE, references


def test_references_by_hand():
    table = references(counts(y2018=100, y2019=999, y2020=121), 2023)
    assert table.columns.tolist() == ["annee", *NAIVE]
    assert table["annee"].tolist() == [2021, 2022, 2023]
    assert table["sans_changement"].tolist() == [121] * 3
    assert table["lineaire"].tolist() == pytest.approx([131.5, 142, 152.5])
    assert table["croissance_constante"].tolist() == pytest.approx([133.1, 146.41, 161.051])


def test_dates_within_a_year_count():
    # From the first of January 2019 to the middle of 2020: a year and a half, less half a day.
    table = references(seen(("2019-01-01", 100, "compte", "x"), ("2020", 130, "compte", "x")), 2022)
    span = 1.5 - 0.5 / 365
    assert table["lineaire"].tolist() == pytest.approx([130 + 30 / span, 130 + 60 / span])
    assert table["croissance_constante"].tolist() == pytest.approx([130 * 1.3 ** (k / span) for k in (1, 2)])


def test_a_decline_stops_at_nothing_when_linear():
    table = references(counts(y2018=100, y2020=40), 2024)
    assert table["lineaire"].tolist() == pytest.approx([10, 0, 0, 0])
    assert table["croissance_constante"].iloc[[1, 3]].tolist() == pytest.approx([16, 6.4])


def test_an_interval_counts_for_its_middle():
    table = references(seen(("2018", 100, "compte", "x"), ("2020", (110, 132), "compte", "y")), 2021)
    assert table["sans_changement"].tolist() == [121]
    assert table["lineaire"].tolist() == pytest.approx([131.5])


def test_targets_are_left_out():
    rows = [("2018", 100, "compte", "x"), ("2020", 121, "compte", "x"), ("2022", 9000, "objectif", "x")]
    assert references(seen(*rows), 2021)["croissance_constante"].tolist() == pytest.approx([133.1])


def test_a_first_count_of_zero_gives_finite_growth():
    assert references(counts(y2018=0, y2020=8), 2022)["croissance_constante"].tolist() == pytest.approx([32, 128])


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([("2018", 100, "compte", "x")], id="one-figure"),
        pytest.param([("2018", 100, "compte", "x"), ("2018", 120, "compte", "y")], id="one-date"),
        pytest.param([("2025", 100, "objectif", "x")], id="a-target"),
    ],
)
def test_too_little_to_extend_is_refused(rows):
    with pytest.raises(BadInput):
        references(seen(*rows), 2026)
