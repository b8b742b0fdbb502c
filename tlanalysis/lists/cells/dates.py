"""Clean one cell that holds a date; see `text` for what a `clean_*` returns."""

from __future__ import annotations

import datetime as dt
import re

from tlanalysis.lists.cells.text import Cell, is_missing

_ISO = re.compile(
    r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_FRENCH = re.compile(r"(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-](\d{4})(?: \d{1,2}:\d{2}(?::\d{2})?)?")
DATE_IN_ORDER = r"^(?:1[89]|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|1[0-9]|2[0-8]))?)?$"


def clean_date(text: str) -> Cell:
    """Return a date as ISO 8601, as precise as it was printed: `2019`, `2019-05` or `2019-05-12`.

    Day comes before month, as in French; a date that only an American order makes possible, or a year of two digits,
    is refused.

    Examples
    --------
    >>> clean_date("12/05/2019"), clean_date("2019-05"), clean_date("2019.0")
    (('2019-05-12', ('date_normalisee',)), ('2019-05', ()), ('2019', ('date_normalisee',)))
    >>> clean_date("05/13/2019"), clean_date("03/04/19")
    ((None, ('date_illisible',)), (None, ('date_illisible',)))
    """
    bare = " ".join(text.split())
    if is_missing(bare) or bare == "0":
        return None, ("mention_manquante",) if bare else ()
    bare = re.sub(r"\.0+$", "", bare)
    if found := _ISO.fullmatch(bare):
        year, month, day = found.groups()
    elif found := _FRENCH.fullmatch(bare):
        day, month, year = found.groups()
    else:
        return None, ("date_illisible",)
    try:
        moment = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None, ("date_illisible",)
    if not 1800 <= moment.year < 2100:
        return None, ("date_illisible",)
    iso = moment.isoformat()[: 10 if day else 7 if month else 4]
    return iso, () if iso == text else ("date_normalisee",)
