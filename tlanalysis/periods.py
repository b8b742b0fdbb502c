"""Reduced ISO dates: "2021", "2021-08", "2021-08-27" and "2018/2023" are points or spans of time, not typing errors."""

from __future__ import annotations

import calendar
import re
from datetime import date

from tlanalysis.errors import BadInput

_REDUCED = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def first_day(period: str) -> date:
    """Return the first day of a period.

    Examples
    --------
    >>> first_day("2018/2023"), first_day("2021-08")
    (datetime.date(2018, 1, 1), datetime.date(2021, 8, 1))
    """
    year, month, day = _parts(period.split("/")[0])
    return date(year, month or 1, day or 1)


def last_day(period: str) -> date:
    """Return the last day of a period.

    Examples
    --------
    >>> last_day("2018/2023"), last_day("2021-02")
    (datetime.date(2023, 12, 31), datetime.date(2021, 2, 28))
    """
    year, month, day = _parts(period.split("/")[-1])
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def middle(period: str) -> float:
    """Return the middle of a period as a decimal year ("2021" is 2021.5).

    Examples
    --------
    >>> middle("2021")
    2021.5
    """
    start, end = first_day(period), last_day(period)
    return (_decimal(start) + _decimal(end) + 1 / _days(end)) / 2


def year(period: str) -> int:
    """Return the year in which a period ends."""
    return last_day(period).year


def _decimal(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / _days(day)


def _days(day: date) -> int:
    return 366 if calendar.isleap(day.year) else 365


def _parts(text: str) -> tuple[int, int | None, int | None]:
    found = _REDUCED.fullmatch(text)
    if not found:
        raise BadInput(f"{text!r} is not a date: write 2021, 2021-08 or 2021-08-27.")
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        raise BadInput(f"{text!r} is not a date that exists.") from None
    return year or 0, month, day
