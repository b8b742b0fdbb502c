"""What a chart needs to know of a table beside its columns: one accessor, and one sentence when it is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories

if TYPE_CHECKING:
    import pandas as pd


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
        return table.attrs[name]
    found = _SHOWN_BY_COLUMNS[name](table) if name in _SHOWN_BY_COLUMNS else None
    if found is None:
        raise BadInput(
            f"this table does not say its {name!r}, which pandas drops in a merge and in a CSV: call the function that "
            "made it again or, after a merge, write `new.attrs = old.attrs`."
        )
    return found


def _level(table: pd.DataFrame) -> str | None:
    """Return the level of the territories, if the codes are all of one level."""
    if "territoire" not in table:
        return None
    codes = set(table["territoire"])
    return next((level for level in territories.LEVELS if codes <= set(territories.codes_of(level))), None)


_SHOWN_BY_COLUMNS: dict[str, Callable[[pd.DataFrame], Any]] = {"niveau": _level}
