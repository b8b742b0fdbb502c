"""The first day, the last day and the middle of a reduced ISO date: "2021", "2021-08", "2021-08-27" or "2018/2023"."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import SupportsIndex

from tlanalysis.core.errors import BadInput

# How a caller may write a date or a period: "2021-08", 2021, date(2021, 8, 27).
When = str | int | date

_REDUCED = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def written(period: When) -> str:
    """Return a period as text: a whole number is a year, a date is itself.

    Raises
    ------
    BadInput
        When it is neither text nor a year nor a date.

    Examples
    --------
    >>> written(2021), written(date(2021, 8, 27)), written("2021-08")
    ('2021', '2021-08-27', '2021-08')
    """
    if isinstance(period, str):
        return period
    if isinstance(period, date):
        return period.isoformat()[:10]  # a time of day plays no part
    if not isinstance(period, bool) and isinstance(period, SupportsIndex) and 1000 <= int(period) <= 9999:
        return str(int(period))
    raise _not_a_date(period)


def first_day(period: When) -> date:
    """Return the first day of a period.

    Examples
    --------
    >>> first_day("2018/2023"), first_day("2021-08")
    (datetime.date(2018, 1, 1), datetime.date(2021, 8, 1))
    """
    return _span(written(period))[0]


def last_day(period: When) -> date:
    """Return the last day of a period.

    Examples
    --------
    >>> last_day("2018/2023"), last_day("2021-02")
    (datetime.date(2023, 12, 31), datetime.date(2021, 2, 28))
    """
    return _span(written(period))[1]


def covers(wide: str, narrow: str) -> bool:
    """Return whether a period holds every day of another.

    Examples
    --------
    >>> covers("2020/2021", "2021-03"), covers("2021-03", "2021")
    (True, False)
    """
    (start, end), (first, last) = _span(wide), _span(narrow)
    return start <= first and last <= end


# A table holds the same periods many times.
@lru_cache(maxsize=4096)
def _span(period: str) -> tuple[date, date]:
    parts = period.split("/")
    if len(parts) > 2:
        raise _not_a_date(period)
    (start, _), (_, end) = _ends(parts[0], period), _ends(parts[-1], period)
    if start > end:
        raise BadInput(f"{period!r} ends before it starts.")
    return start, end


def _ends(text: str, period: str) -> tuple[date, date]:
    """Return the first and last day of one reduced date."""
    found = _REDUCED.fullmatch(text)
    if not found:
        raise _not_a_date(period)
    year, month, day = (None if part is None else int(part) for part in found.groups())
    try:
        start = date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise BadInput(f"{period!r} is not a date that exists.") from None
    if day is not None:
        return start, start
    last = start.month if month is not None else 12
    return start, date(start.year, last, calendar.monthrange(start.year, last)[1])


def _not_a_date(text: object) -> BadInput:
    return BadInput(f"{text!r} is not a date: write 2021, 2021-08 or 2021-08-27, or two of them joined by a slash.")


def middle(period: When) -> float:
    """Return the middle of a period as a decimal year ("2021" is 2021.5).

    Examples
    --------
    >>> middle("2021")
    2021.5
    """
    start, end = first_day(period), last_day(period)
    return (_decimal(start) + _decimal(end) + 1 / _days(end)) / 2


def year(period: When) -> int:
    """Return the year in which a period ends."""
    return last_day(period).year


def _decimal(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / _days(day)


def _days(day: date) -> int:
    return 366 if calendar.isleap(day.year) else 365
