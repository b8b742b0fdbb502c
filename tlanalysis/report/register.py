"""The register of published forecasts as readers see it: what was announced and what was measured, each in one cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tlanalysis.charts.kit.wording import Words
from tlanalysis.report.dates import in_words

if TYPE_CHECKING:
    import pandas as pd


def register_in_words(register: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return the register with the columns `annonce` and `mesure` in words; what we did not find is empty.

    Parameters
    ----------
    register : DataFrame
        From `published_forecasts`.
    lang : {"fr", "en"}
    """
    words = Words(lang)
    announced = [
        _span(words, low, high) for low, high in zip(register["valeur_bas"], register["valeur_haut"], strict=True)
    ]
    measured = [
        _with_date(_span(words, low, high), period, lang)
        for low, high, period in zip(
            register["mesure_bas"], register["mesure_haut"], register["mesure_periode"], strict=True
        )
    ]
    return register.assign(annonce=announced, mesure=measured)


def _span(words: Words, low: float, high: float) -> str:
    """Return two bounds as one text; an upper bound that is missing or infinite leaves the lower one."""
    ends = [words.number(end) for end in (low, high) if end == end and not math.isinf(end)]
    return words.span(ends[0], ends[-1]) if ends else ""


def _with_date(value: str, period: object, lang: str) -> str:
    return f"{value} ({in_words(period, lang)})" if value and isinstance(period, str) else value
