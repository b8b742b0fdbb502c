"""Dates and periods in words: "2021-08-27" is "27 août 2021", "2022/2024" is "2022 à 2024"."""

from __future__ import annotations

import re
from datetime import date

from babel.dates import format_date

from tlanalysis.charts.kit.wording import Words

_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_RECURRING = re.compile(r"--(\d{2})-(\d{2})")
_SPAN = re.compile(r"[\d-]+/[\d-]+")


def in_words(text: str, lang: str) -> str:
    """Return an ISO date, month or period in words; another text stays.

    Examples
    --------
    >>> in_words("2021-08-27", "fr"), in_words("2021-08", "en"), in_words("2022/2024", "fr"), in_words("mai", "fr")
    ('27 août 2021', 'August 2021', '2022 à 2024', 'mai')
    """
    words = Words(lang)
    if _SPAN.fullmatch(text):
        return words.span(*(in_words(end, lang) for end in text.split("/")))
    try:
        if found := _DAY.fullmatch(text):
            year, month, day = (int(part or 1) for part in found.groups())
            form = "d MMMM y" if found[3] else "MMMM y"
            return str(format_date(date(year, month, day), form, locale=words.locale))
        if found := _RECURRING.fullmatch(text):
            return str(format_date(date(2024, int(found[1]), int(found[2])), "d MMMM", locale=words.locale))
    except ValueError:  # no such month or day: the text stays as its source prints it
        return text
    return text
