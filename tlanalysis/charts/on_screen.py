"""Result tables on the screen of a notebook: no NaN, no 8.61e+08, no slugs; the data stay as they are."""

from __future__ import annotations

import math
import numbers
from typing import TYPE_CHECKING, Any

from tlanalysis.charts.kit.wording import Words
from tlanalysis.charts.labelling import in_words
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.languages import LANGS

if TYPE_CHECKING:
    import pandas as pd

OURS = {"inputs", "sources"}  # facts that our tables carry beside their columns
DIGITS = 4
PLAIN = 10_000  # whole numbers below have no separator: a year is one


def show_words(lang: str = "fr") -> None:
    """Show the tables of tlanalysis in words for the rest of a notebook: codes, numbers, an empty cell for the unknown.

    Names of columns stay, because code needs them; other tables look as before. The data are not changed.

    Parameters
    ----------
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    None

    Raises
    ------
    BadInput
        Unknown language.

    See Also
    --------
    label : A table in words, headings included, for Excel or LaTeX.

    Examples
    --------
    >>> show_words("en")
    """
    if lang not in LANGS:
        raise BadInput(f"lang is {lang!r}: it is one of {', '.join(LANGS)}{did_you_mean(str(lang), LANGS)}.")
    try:
        from IPython import get_ipython
    except ImportError:  # no notebook
        return
    shell = get_ipython()
    if shell is None:
        return
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type_by_name("pandas", "DataFrame", lambda table: as_html(table, lang))


def as_html(table: pd.DataFrame, lang: str = "fr") -> str:
    """Return the HTML of a table: of ours in words, of another as pandas shows it."""
    import pandas as pd

    if not OURS & set(table.attrs):
        return str(table._repr_html_())
    most = pd.get_option("display.max_rows") or len(table)
    return as_text(table, lang).to_html(
        max_rows=most, max_cols=pd.get_option("display.max_columns"), show_dimensions=len(table) > most
    )


def as_text(table: pd.DataFrame, lang: str = "fr") -> pd.DataFrame:
    """Return a table of texts: codes in words, numbers as people write them, an empty text for the unknown."""
    words, shown = Words(lang), table.copy()
    for column in table.columns:
        cells = in_words(table[column], lang).astype(object)
        shown[column] = [_cell(value, words) for value in cells]
    return shown


def _cell(value: Any, words: Words) -> str:
    import pandas as pd

    if isinstance(value, list | tuple | dict | set):
        return str(value)
    if pd.isna(value):
        return ""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return str(value)
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if number.is_integer():
        return str(int(number)) if abs(number) < PLAIN else words.number(number)
    return words.significant(number, DIGITS)
