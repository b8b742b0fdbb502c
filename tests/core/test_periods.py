from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput


@pytest.mark.parametrize(
    ("period", "first", "last", "year"),
    [
        pytest.param("2021", (2021, 1, 1), (2021, 12, 31), 2021, id="year"),
        pytest.param("2021-02", (2021, 2, 1), (2021, 2, 28), 2021, id="month"),
        pytest.param("2020-02", (2020, 2, 1), (2020, 2, 29), 2020, id="month-of-a-leap-year"),
        pytest.param("2021-08-27", (2021, 8, 27), (2021, 8, 27), 2021, id="day"),
        pytest.param("2018/2023", (2018, 1, 1), (2023, 12, 31), 2023, id="span-of-years"),
        pytest.param("2019-09/2020-02", (2019, 9, 1), (2020, 2, 29), 2020, id="span-of-months"),
        pytest.param("2019/2020-03-17", (2019, 1, 1), (2020, 3, 17), 2020, id="span-of-mixed-precision"),
    ],
)
def test_a_period_has_a_first_day_a_last_day_and_a_year(period, first, last, year):
    assert periods.first_day(period) == date(*first)
    assert periods.last_day(period) == date(*last)
    assert periods.year(period) == year


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        pytest.param("2021", 2021.5, id="year"),
        pytest.param("2020", 2020.5, id="leap-year"),
        pytest.param("2018/2023", 2021.0, id="span-of-six-years"),
        pytest.param("2020-02", 2020 + (31 + 14.5) / 366, id="month-of-a-leap-year"),
        pytest.param("2021-12-31", 2021 + 364.5 / 365, id="last-day"),
    ],
)
def test_the_middle_of_a_period_is_a_decimal_year(period, expected):
    assert periods.middle(period) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("21", id="two-digits"),
        pytest.param("2021-13", id="thirteenth-month"),
        pytest.param("2021-02-30", id="30-february"),
        pytest.param("2021-02-29", id="29-february-of-a-common-year"),
        pytest.param("2021-8", id="month-of-one-digit"),
        pytest.param("août 2021", id="words"),
        pytest.param("2021 ", id="trailing-blank"),
        pytest.param("0000", id="year-zero"),
    ],
)
def test_a_text_that_is_not_a_date_is_refused(text):
    with pytest.raises(BadInput, match="is not a date"):
        periods.last_day(text)


@pytest.mark.parametrize("text", ["2021-00", "2021-08-00", "27/08/2021", "2018/x/2023"])
def test_a_text_that_resembles_a_date_is_refused(text):
    with pytest.raises(BadInput, match="is not a date"):
        periods.last_day(text)


DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


@given(DAYS)
def test_a_day_is_the_first_and_the_last_day_of_its_period(day):
    text = day.isoformat()
    assert periods.first_day(text) == periods.last_day(text) == day


@given(DAYS)
def test_a_day_lies_in_its_month_and_its_month_in_its_year(day):
    text = day.isoformat()
    for wide, narrow in ((text[:4], text[:7]), (text[:7], text)):
        assert periods.first_day(wide) <= periods.first_day(narrow) <= periods.last_day(narrow)
        assert periods.last_day(narrow) <= periods.last_day(wide)


@given(DAYS)
def test_the_day_after_a_month_is_the_first_day_of_another_month(day):
    after = periods.last_day(day.isoformat()[:7]) + timedelta(days=1)
    assert after.day == 1
    assert (after.year, after.month) != (day.year, day.month)


@given(DAYS, DAYS)
def test_the_middle_of_a_span_is_between_the_middles_of_its_ends(one, other):
    start, end = sorted((one, other))
    middle = periods.middle(f"{start.isoformat()}/{end.isoformat()}")
    assert periods.middle(start.isoformat()) - 1e-9 <= middle <= periods.middle(end.isoformat()) + 1e-9
