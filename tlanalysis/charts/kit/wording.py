"""What figures say: messages in French and English, numbers as CLDR writes them.

No number is ever typed in a message.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_decimal, format_percent

from tlanalysis.charts import messages
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS, LANGUAGES, Language, Texts
from tlanalysis.data import embedded

SMALLEST_P = 0.001
_TABLES = ("indicateurs", "perimetres")  # tables that name their own codes, in the columns nom_<language>


@dataclass(frozen=True)
class Words:
    """One language: its messages and its way of writing numbers.

    Parameters
    ----------
    lang : {"fr", "en"}
    """

    lang: str = "fr"

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise BadInput(f"no texts in {self.lang!r}: lang is one of {', '.join(LANGUAGES)}.")

    @property
    def _language(self) -> Language:
        return LANGUAGES[self.lang]

    @property
    def locale(self) -> Locale:
        """The CLDR locale numbers are written in."""
        return _locale(self._language.cldr)

    @property
    def colon(self) -> str:
        """A colon with the spaces the language wants."""
        return self._language.colon

    def say(self, figure: str, key: str, **values: object) -> str:
        """Return a message of a figure, its placeholders filled; empty when the figure has no such message.

        Raises
        ------
        BadInput
            Unknown figure, or a message that this language lacks.
        """
        if figure not in messages.load():
            raise BadInput(f"no messages for a figure called {figure!r}.")
        if not self.has(figure, key):
            return ""
        return typeset(messages.load()[figure][self.lang][key].format(**values), self.lang)

    def has(self, figure: str, key: str) -> bool:
        """Return whether a figure has such a message, be it empty: the first language decides for all."""
        return key in messages.load().get(figure, {}).get(LANGS[0], {})

    def label(self, group: str, code: object) -> str:
        """Return the name of a code (`natures`, `indicateurs`, ...); raises on a code without a name."""
        names = _names(group)
        if code not in names:
            raise BadInput(f"{code!r} has no name among the {group}: {', '.join(names)}.")
        column = f"nom_{self.lang}" if group in _TABLES else self.lang
        return typeset(names[code][column], self.lang)

    def number(self, value: float, digits: int = 0) -> str:
        r"""Return a number with the language's separators.

        Examples
        --------
        >>> Words("fr").number(3951), Words("en").number(3951)
        ('3\u202f951', '3,951')
        """
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        rounded = round(float(value), digits)
        return _decimal(rounded if rounded else 0.0, pattern, self._language.cldr)  # no "-0"

    def significant(self, value: float, digits: int = 2) -> str:
        """Return a number with so many significant digits, without scientific notation."""
        if value == 0:
            return self.number(0)
        rounded = float(f"{value:.{digits - 1}e}")
        return self.number(rounded, max(0, digits - 1 - math.floor(math.log10(abs(rounded)))))

    def year(self, value: float) -> str:
        """Return a year without a separator, and its part to two decimals: July 2018 is 2018.5.

        Examples
        --------
        >>> Words("fr").year(2018.0), Words("fr").year(2018.5), Words("en").year(2020.9167)
        ('2018', '2018,5', '2020.92')
        """
        return str(format_decimal(round(value, 2), format="0.##", locale=self.locale))

    def p_value(self, value: float) -> str:
        r"""Return a p-value with two digits, or that it is below one in a thousand.

        Examples
        --------
        >>> Words("fr").p_value(0.0421), Words("fr").p_value(3.7e-12), Words("en").p_value(3.7e-12)
        ('0,042', 'moins de 0,001', 'below 0.001')
        """
        if value >= SMALLEST_P:
            return self.significant(value)
        return self.label("words", "below").format(n=self.number(SMALLEST_P, 3))

    def percent(self, share: float, digits: int = 0) -> str:
        r"""Return a fraction as a percentage.

        Examples
        --------
        >>> Words("fr").percent(0.6), Words("en").percent(0.6)
        ('60\u202f%', '60%')
        """
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + self._language.percent
        return _percent(float(share) or 0.0, pattern, self._language.cldr)

    def euros(self, value: float) -> str:
        """Return an amount in euros, compact: "12,6 M €" or "€12.6M"; in millions from a hundred thousand on."""
        if 1e5 <= abs(value) < 1e6 and round(value, -5) == value:
            million = format_compact_currency(1e6, "EUR", locale=self.locale)
            return million.replace("1", self.number(value / 1e6, 1), 1)
        digits = 0 if value == round(value, -6) else 1
        return format_compact_currency(value, "EUR", locale=self.locale, fraction_digits=digits)

    def euro_span(self, low: float, high: float) -> str:
        r"""Return two amounts as one range, their unit written once where the language writes it last.

        Examples
        --------
        >>> Words("fr").euro_span(12.6e6, 13e6), Words("en").euro_span(12.6e6, 13e6)
        ('12,6 à 13\xa0M\xa0€', '€12.6M to €13M')
        """
        first, last = self.euros(low), self.euros(high)
        for unit in ("\xa0M\xa0€", "\xa0k\xa0€"):
            if first != last and first.endswith(unit) and last.endswith(unit):
                first = first.removesuffix(unit)
        return self.span(first, last)

    def period(self, text: str) -> str:
        r"""Return a period in words: a month by its name, a span of years with a dash.

        Examples
        --------
        >>> Words("fr").period("2021-09"), Words("en").period("2021-09-30"), Words("fr").period("2018/2023")
        ('septembre 2021', 'September 2021', '2018-2023')
        """
        found = re.fullmatch(r"(\d{4})-(\d{2})(-\d{2})?", text)
        if not found:
            return text.replace("/", "-")
        return format_date(date(int(found[1]), int(found[2]), 1), "MMMM y", locale=self.locale)

    def join(self, items: list[str]) -> str:
        """Return items as a list in words: "a, b et c".

        Examples
        --------
        >>> Words("fr").join(["a", "b", "c"])
        'a, b et c'
        """
        return format_list(items, locale=self.locale)

    def span(self, low: str, high: str) -> str:
        """Return two written bounds as one range, or a single figure when they read the same."""
        if low == high:
            return low
        return self.label("words", "span").format(low=low, high=high)


@lru_cache(maxsize=8)
def _locale(cldr: str) -> Locale:
    return Locale.parse(cldr)


# A figure writes the same numbers many times: on its ticks, in its texts and beside its marks.
@lru_cache(maxsize=8192)
def _decimal(value: float, pattern: str, cldr: str) -> str:
    return _minus(format_decimal(value, format=pattern, locale=_locale(cldr)))


@lru_cache(maxsize=8192)
def _percent(share: float, pattern: str, cldr: str) -> str:
    return _minus(format_percent(share, format=pattern, locale=_locale(cldr)))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _names(group: str) -> dict[Any, Any]:
    """Return code -> names; indicators and perimeters are named by their own tables, all else by the message files."""
    if group not in _TABLES:
        return messages.load()["labels"][group]
    return _names_in_table(group, embedded.read_raw(group))


@lru_cache(maxsize=8)
def _names_in_table(group: str, data: bytes) -> Texts:
    """Return the names that a table of these bytes gives: a figure asks for dozens."""
    table = embedded.load(group).set_index(group[:-1]).filter(regex="^nom_")
    return Texts(table.to_dict("index"), f"data/raw/{group}.csv")


def typeset(text: str, lang: str) -> str:
    r"""Return text as a printer sets it: no-break spaces, curly apostrophes and quotes, a minus before a number.

    In French a no-break space stands before `: ; ! ? % »` and after `«`.

    Examples
    --------
    >>> typeset("Champ : l'année", "fr")
    'Champ\xa0: l’année'
    >>> typeset('"more than" -4', "en")
    '“more than” −4'
    """
    text = re.sub(r"(?<=\w)'", "’", text)
    text = re.sub(r'"([^"]*)"', r"“\1”", text)
    text = re.sub(r"(?<![\w-])-(?=\d)", "−", text)
    for found, space in LANGUAGES[lang].no_break:
        text = re.sub(found, space, text)
    return text
