"""Result tables on the screen of a notebook: no NaN, no 8.61e+08, no slugs; the data stay as they are."""

from __future__ import annotations

import math
import numbers
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from tlanalysis.charts.kit.wording import Words
from tlanalysis.charts.labelling import column_texts, in_words
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.languages import LANGS
from tlanalysis.core.notebook_tables import register, running_shell
from tlanalysis.data import embedded

if TYPE_CHECKING:
    import pandas as pd

OURS = {"inputs", "sources"}  # facts that our tables carry beside their columns
DIGITS = 4
PLAIN = 10_000  # whole numbers below have no separator: a year is one


_chosen: dict[str, str | None] = {}  # what `show_words` asked for in this process


def show_words(lang: str | None = "fr") -> None:
    """Choose how a notebook shows the tables of tlanalysis: in words of a language, or as pandas shows them.

    In a notebook, `import tlanalysis` is enough to see them in words: codes, numbers, an empty cell for the unknown, in
    the language of the variable `lang` of the notebook, French without it. Names of columns stay, because code needs
    them; tables that are not of tlanalysis look as before. The data are not changed.

    Parameters
    ----------
    lang : {"fr", "en"} or None
        Language of the words; None shows tables as pandas does, for the rest of the notebook.

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
    >>> show_words(None)  # as pandas shows them
    """
    if lang is not None and lang not in LANGS:
        raise BadInput(
            f"lang is {lang!r}: it is one of {', '.join(LANGS)}, or None for tables as pandas shows them"
            f"{did_you_mean(str(lang), LANGS)}."
        )
    _chosen["lang"] = lang
    register(running_shell(), as_html)


def as_html(table: pd.DataFrame, lang: str | None = None) -> str | None:
    """Return the HTML of a table: of ours in words, of another as pandas shows it; None where pandas shows no HTML.

    Parameters
    ----------
    table : DataFrame
        Any table.
    lang : {"fr", "en"}, optional
        By default what `show_words` asked for, else the variable `lang` of the notebook, else French.
    """
    import pandas as pd

    lang = lang or _chosen.get("lang", _of_the_notebook())
    if lang is None or not _is_ours(table) or not pd.get_option("display.notebook_repr_html"):
        as_pandas: str | None = table._repr_html_()
        return as_pandas
    most = pd.get_option("display.max_rows") or len(table)
    if len(table) <= most:
        return _html(as_text(table, lang), len(table))
    most = min(most, pd.get_option("display.min_rows") or most)
    ends = table if len(table) <= 2 * most else table.iloc[[*range(most), *range(len(table) - most, len(table))]]
    size = column_texts()["screen"]["size"][lang]
    rows, columns = (Words(lang).number(side) for side in table.shape)
    return _html(as_text(ends, lang), most) + f"<p>{size.format(rows=rows, columns=columns)}</p>"


def _is_ours(table: pd.DataFrame) -> bool:
    """Return whether a table carries the facts of ours, or has all the columns of an embedded table or of `sources`."""
    return bool(OURS & set(table.attrs)) or tuple(table.columns) in _columns_of_embedded_tables()


@cache
def _columns_of_embedded_tables() -> set[tuple[str, ...]]:
    fields = [embedded.resource(name)["schema"]["fields"] for name in embedded.names()]
    return {tuple(field["name"] for field in one) for one in fields} | {embedded.OF_SOURCES}


def _html(words: pd.DataFrame, most: int) -> str:
    import pandas as pd

    return str(words.to_html(max_rows=most, max_cols=pd.get_option("display.max_columns"), show_dimensions=False))


def _of_the_notebook() -> str:
    """Return the language that the notebook has as a variable, as in its parameters; French without one."""
    said = getattr(running_shell(), "user_ns", {}).get("lang")
    return said if isinstance(said, str) and said in LANGS else "fr"


def as_text(table: pd.DataFrame, lang: str = "fr") -> pd.DataFrame:
    """Return a table of texts: codes in words, numbers as people write them, an empty text for the unknown.

    A whole number stays whole: a count has no decimals. Any other number has at most four significant digits, and no
    more decimals than the numbers of its column need.
    """
    import pandas as pd

    words, shown = Words(lang), {}
    for column in table.columns:
        cells = in_words(table[column], lang).tolist()
        if str(column).startswith("annee"):
            cells = [words.year(float(value)) if _is_number(value) else value for value in cells]
        most = max(map(_decimals, cells), default=0)
        shown[column] = [_cell(value, words, most) for value in cells]
    return pd.DataFrame(shown, index=table.index, columns=table.columns, dtype=object)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _decimals(value: Any) -> int:
    """Return how many decimals a number needs, of its four significant digits; none when it is whole."""
    if not _is_number(value) or float(value).is_integer():
        return 0
    return max(0, -int(Decimal(f"{float(value):.{DIGITS - 1}e}").normalize().as_tuple().exponent))


def _cell(value: Any, words: Words, most: int) -> str:
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
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(number))))
    return words.number(float(f"{number:.{DIGITS - 1}e}"), min(most, decimals))
