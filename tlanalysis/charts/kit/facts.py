"""What a chart needs of a table: facts beside its columns, and codes that are text; one sentence when it lacks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories

if TYPE_CHECKING:
    import pandas as pd

_TEXT = ("code", "periode", "exercice")  # first letters of columns that hold codes or periods


def fact(table: pd.DataFrame, name: str) -> Any:
    """Return a fact that an indicator wrote on its table, or that the columns show.

    Parameters
    ----------
    table : DataFrame
        A result table.
    name : str
        E.g. ``"niveau"``, ``"type"``, ``"fdr"``.

    Raises
    ------
    BadInput
        When the table lost that fact, as in a merge or a round trip through CSV, and no column shows it.
    """
    if name in table.attrs:
        return _with_years(table.attrs[name])
    found = _SHOWN_BY_COLUMNS[name](table) if name in _SHOWN_BY_COLUMNS else None
    if found is None:
        raise BadInput(
            f"this table does not say its {name!r}, which pandas drops in a merge and in a CSV: call the function that "
            "made it again or, after a merge, write `new.attrs = old.attrs`."
        )
    return found


def _with_years(fact_: Any) -> Any:
    """Return a fact whose years are numbers again: Parquet writes them as text."""
    if not isinstance(fact_, dict):
        return fact_
    return {int(key) if isinstance(key, str) and key.isdigit() else key: value for key, value in fact_.items()}


def check_text(table: pd.DataFrame) -> None:
    """Refuse a table whose codes or periods are numbers, as `pd.read_csv` reads them unless `dtype` says `str`.

    Raises
    ------
    BadInput
        When such a column holds numbers: 1 could be Guadeloupe ("01") or Ain, and a chart finds neither.
    """
    from pandas.api.types import is_numeric_dtype

    columns = [name for name in table if str(name).startswith(_TEXT) and is_numeric_dtype(table[name])]
    if wrong := [str(name) for name in columns if table[name].notna().any()]:
        asked = ", ".join(f'"{name}": str' for name in wrong)
        raise BadInput(
            f"this table holds numbers where codes or periods are text, in {', '.join(wrong)}: read the file again "
            f"with pd.read_csv(file, dtype={{{asked}}})."
        )


def _level(table: pd.DataFrame) -> str | None:
    """Return the level of the territories, if the codes are all of one level."""
    if "territoire" not in table:
        return None
    codes = set(table["territoire"])
    return next((level for level in territories.LEVELS if codes <= set(territories.codes_of(level))), None)


_SHOWN_BY_COLUMNS: dict[str, Callable[[pd.DataFrame], Any]] = {"niveau": _level}
