"""Check that the counts and populations of a table can be compared, and put its rows in one order.

Every measure over territories needs both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


def check_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table if its counts and populations can be compared.

    Raises
    ------
    BadInput
        A column is missing, a territory has no population or none above zero, or a count is negative: its rows are
        named.
    """
    check_table(table, "rate_places or places_per_territory")
    if lacking := sorted({"nb_lieux", "population"} - set(table.columns)):
        raise BadInput(f"this table has no column {lacking[0]}: start from rate_places or places_per_territory.")
    people, count = table["population"].astype("float64"), table["nb_lieux"].astype("float64")
    for wrong, what in (((people.isna() | (people <= 0)), "no population"), (count < 0, "a negative count")):
        if wrong.any():
            raise BadInput(f"{_named(table, wrong)}: {what}; a rate needs both, as INSEE publishes them.")
    return table


def by_code(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order of their codes; a table without codes stays as it is.

    Random draws depend on the order of the rows: without this, a sorted table has another p-value or interval.
    """
    names = [name for name in ("territoire", "code") if name in table]
    return table.sort_values(names[0], key=lambda codes: codes.astype(str), kind="stable") if names else table


def _named(table: pd.DataFrame, rows: pd.Series) -> str:
    column = next((name for name in ("territoire", "code", "nom") if name in table), None)
    names = table.index[rows].astype(str) if column is None else table.loc[rows, column].astype(str)
    return ", ".join(list(names)[:8])


def population_readings(table: pd.DataFrame) -> list[np.ndarray]:
    """Return the population as counted, then with every bound that differs from it: at the least, at the most."""
    counted = table["population"].to_numpy(float)
    ends = [table[name].to_numpy(float) for name in ("population_bas", "population_haut") if name in table]
    return [counted, *(end for end in ends if (end != counted).any())]
