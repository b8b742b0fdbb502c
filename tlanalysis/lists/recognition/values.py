"""Read the values of a column: what share of them could be each field, and what they are instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice

from tlanalysis.lists.cells import codes
from tlanalysis.lists.cells.coordinates import NUMBER, pair_of
from tlanalysis.lists.cells.dates import clean_date
from tlanalysis.lists.cells.privacy import holds_personal
from tlanalysis.lists.cells.text import LONGEST, is_missing, key
from tlanalysis.lists.cells.web import WEB_IN_ORDER
from tlanalysis.lists.recognition import words

# How many filled values of a column are looked at.
_JUDGED = 200

_URL = re.compile(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+[a-z]{2,6}(?:/\S*)?", re.IGNORECASE)
_WEB = re.compile(WEB_IN_ORDER)
_DIGITS = re.compile(r"[\s.'=\"]+")
_STREET = re.compile(
    r"^\W*\d{1,4}\s*(?:bis|ter|[a-d])?\s*,?\s+\D|\b(?:rue|avenue|av|bd|boulevard|place|pl|route|chemin|impasse|quai|allee|"
    r"square|cours|lieu dit|esplanade|rond point|zone|za|zi|faubourg|passage|street|bp|hameau|bourg)\b"
)
_PAIR = re.compile(r"[\[({]?\s*[-+]?\d{1,3}[.,]\d+\s*[,;/ |]\s*[-+]?\d{1,3}[.,]\d+\s*[\])}]?")
_DMS = re.compile(r"[-+]?\d{1,3}\s*[°º]\s*\d{1,2}|\d+[°º]\d+.*[NSEOW]", re.IGNORECASE)
_TIME = re.compile(r"\d[T ]\d{1,2}:\d{2}")
_CP_CITY = re.compile(r"^(?:F-?)?\d{2} ?\d{3}[\s,-]+[^\W\d_]{2,}")
_REGISTERED = re.compile(r"\d{8,15}|W\d{9}|\d{9,14}[A-Za-z]{1,3}|\d{6,8}", re.IGNORECASE)

Test = Callable[[str], bool]


class Profile:
    """The values of one column: shares of tests, counted once each.

    Parameters
    ----------
    values : sequence of str
        A sample of the column, the empty string for missing.
    """

    def __init__(self, values: Sequence[str]) -> None:
        self.rows = len(values)
        present = [value[:LONGEST].strip() for value in values if value.strip() and not is_missing(value)]
        self.present = len(present)
        self.filled = list(islice((value for value in present if value not in {"0", "0.0"}), _JUDGED))
        self.counts = Counter(self.filled)
        self._shares: dict[str, float] = {}

    @property
    def empty(self) -> bool:
        """Return whether no value says anything."""
        return not self.filled

    @cached_property
    def fill(self) -> float:
        """Return the share of rows that hold a value."""
        return self.present / self.rows if self.rows else 0.0

    @cached_property
    def distinct(self) -> float:
        """Return the number of distinct values over the number of values."""
        return len(self.counts) / len(self.filled) if self.filled else 0.0

    @cached_property
    def length(self) -> float:
        """Return the mean length of a value."""
        return sum(map(len, self.filled)) / len(self.filled) if self.filled else 0.0

    def share(self, name: str) -> float:
        """Return the share of values that pass one of `TESTS`."""
        if name not in self._shares:
            test = TESTS[name]
            passed = sum(times for value, times in self.counts.items() if test(value))
            self._shares[name] = passed / len(self.filled) if self.filled else 0.0
        return self._shares[name]

    @cached_property
    def numbers(self) -> list[float]:
        """Return the values that are numbers."""
        return [float(value.replace(",", ".")) for value in self.filled if NUMBER.fullmatch(value)]


def _passes(clean: Callable[[str], tuple[str | None, tuple[str, ...]]]) -> Test:
    return lambda value: clean(value)[0] is not None


def _number(value: str) -> float | None:
    return float(value.replace(",", ".")) if NUMBER.fullmatch(value) else None


def _thin(value: str) -> float | None:
    """Return a number whose thousands may be parted by blanks ("475 198,12")."""
    return _number("".join(value.split()))


def _within(*ranges: tuple[float, float], decimals: bool = False) -> Test:
    def test(value: str) -> bool:
        number = _thin(value)
        if number is None or (decimals and not re.search("[.,]", value)):
            return False
        return any(low <= number <= high for low, high in ranges)

    return test


def _year(value: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d(?:[.,]0)?", value))


def _known_kind(value: str) -> bool:
    return bool(set(key(value.replace("_", " ")).split()) & words.KINDS)


def _is_state(value: str) -> bool:
    return re.sub(r"^\d\s+", "", key(value)) in words.STATES


def _legal(value: str) -> bool:
    return key(value) in words.LEGAL


def _postal_like(value: str) -> bool:
    """Return whether a value looks like a postal code: most end in 0, except in three cities and overseas."""
    code, _ = codes.clean_postal_code(value)
    return code is not None and (code.endswith("0") or code[:2] in {"75", "69", "13", "97"})


_FRANCE_LAT = ((41.0, 51.6), (14.0, 18.3), (-21.5, -20.7), (-13.1, -12.5), (46.6, 47.2), (2.0, 6.0))
_FRANCE_LON = ((-5.6, 10.0), (-63.3, -60.7), (-55.0, -51.4), (55.1, 56.0), (44.9, 45.4), (-56.5, -56.0))

TESTS: dict[str, Test] = {
    "number": lambda value: _thin(value) is not None,
    "digits": lambda value: _DIGITS.sub("", value).isdigit(),
    "five": lambda value: bool(re.fullmatch(r"(?:\d{5}|2[AB]\d{3})(?:[.,]0)?", _DIGITS.sub("", value), re.IGNORECASE)),
    "code_shape": lambda value: bool(re.fullmatch(r"(?:\d{4,5}|2[ABab]\d{3})", _code_bare(value))),
    "letters": lambda value: sum(map(str.isalpha, value)) >= 2,
    "lettered": lambda value: any(map(str.isalpha, value)),
    "words": lambda value: sum(map(str.isalpha, value)) >= 0.5 * len(value) and any(map(str.isalpha, value)),
    "prose": lambda value: len(value) > 90,
    "url": lambda value: _URL.fullmatch(value) is not None and "@" not in value,
    "urls": lambda value: _URL.match(value) is not None and "@" not in value.split()[0],
    "web": lambda value: _WEB.match(value) is not None,
    "personal": holds_personal,
    "date": lambda value: clean_date(value)[0] is not None,
    "time": lambda value: _TIME.search(value) is not None,
    "year": _year,
    "boolean": lambda value: key(value) in words.TRUE or key(value) in words.FALSE,
    "pair": lambda value: _PAIR.fullmatch(value) is not None or (value[:1] in "{PSps" and pair_of(value) is not None),
    "dms": lambda value: _DMS.search(value) is not None,
    "street": lambda value: _STREET.search(key(value)) is not None,
    "cp_city": lambda value: _CP_CITY.match(value) is not None,
    "code_postal": _passes(codes.clean_postal_code),
    "postal_like": _postal_like,
    "code_commune": _passes(codes.clean_commune_code),
    "departement": _passes(codes.clean_departement),
    "region": _passes(codes.clean_region),
    "country": lambda value: key(value) in words.COUNTRIES,
    "siret": _passes(codes.clean_siret),
    "siren": _passes(codes.clean_siren),
    "registered": lambda value: _REGISTERED.fullmatch(_DIGITS.sub("", value)) is not None,
    "state": _is_state,
    "kind": _known_kind,
    "legal": _legal,
    "geocoded_type": lambda value: value.strip().lower() in words.GEOCODED_TYPES,
    "lat": _within(*_FRANCE_LAT, decimals=True),
    "lon": _within(*_FRANCE_LON, decimals=True),
    "degrees": _within((-180.0, 180.0)),
    "unit": _within((0.0, 1.0)),
    "x_metres": _within((1_000, 1_300_000)),
    "y_metres": _within((6_000_000, 7_200_000)),
    "a_digit": lambda value: any(map(str.isdigit, value)),
    "milestone": lambda value: re.fullmatch(r"\d+\+\d+", value) is not None,
    "spaced": lambda value: len(value.split()) > 3,
    "point_word": lambda value: "{" in value or "POINT" in value.upper(),
    "json": lambda value: value[:1] in "{[" and value[-1:] in "}]",
}


def _code_bare(value: str) -> str:
    bare = re.sub(r"[.,]0+$", "", _DIGITS.sub("", re.sub(r"[.,]0+$", "", value)))
    return re.sub(r"(?i)cedex.*$|^f-?(?=\d)", "", bare)
