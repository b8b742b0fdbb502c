"""Inequality between territories: Lorenz curve and Gini of places over inhabitants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.errors import BadInput
from tlanalysis.provenance import sources_of

if TYPE_CHECKING:
    import pandas as pd


def lorenz(table: pd.DataFrame, *, count: str = "nb_lieux", population: str = "population") -> pd.DataFrame:
    """Return the Lorenz curve of places over inhabitants: territories from the least to the best provided.

    Parameters
    ----------
    table : DataFrame
        One row per territory, e.g. from `places_per_territory`.
    count, population : str
        Columns of places and of inhabitants.

    Returns
    -------
    DataFrame
        `part_population, part_lieux`, from (0, 0) to (1, 1), one row more than `table`.

    Raises
    ------
    BadInput
        When a population is not positive, a count is negative, or there is no place at all.
    """
    import pandas as pd

    places, people = table[count].to_numpy(float), table[population].to_numpy(float)
    if (people <= 0).any() or (places < 0).any() or places.sum() == 0:
        raise BadInput(
            "a Lorenz curve needs positive populations, counts that are not negative, and at least one place."
        )
    order = np.argsort(places / people, kind="stable")
    curve = pd.DataFrame(
        {
            "part_population": np.concatenate([[0.0], np.cumsum(people[order]) / people.sum()]),
            "part_lieux": np.concatenate([[0.0], np.cumsum(places[order]) / places.sum()]),
        }
    )
    curve.attrs = {"inputs": table.attrs.get("inputs", []), "sources": sources_of(table)}
    return curve


def gini(table: pd.DataFrame, *, count: str = "nb_lieux", population: str = "population") -> float:
    """Return the Gini coefficient of places over inhabitants: 0 when every inhabitant has as many, 1 at the other end.

    Twice the area between the diagonal and the Lorenz curve, territories weighted by their inhabitants.

    Examples
    --------
    >>> import pandas as pd
    >>> gini(pd.DataFrame({"nb_lieux": [0, 4], "population": [10, 10]}))
    0.5
    """
    curve = lorenz(table, count=count, population=population)
    return float(1 - 2 * np.trapezoid(curve["part_lieux"], curve["part_population"]))


def lorenz_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return several Lorenz curves in one long table.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Kind -> what `places_per_territory` returns.

    Returns
    -------
    DataFrame
        `type, part_population, part_lieux, gini`.
    """
    import pandas as pd

    curves = [lorenz(table).assign(type=kind, gini=gini(table)) for kind, table in tables.items()]
    long = pd.concat(curves, ignore_index=True)[["type", "part_population", "part_lieux", "gini"]]
    inputs = sorted({name for table in tables.values() for name in table.attrs.get("inputs", [])})
    long.attrs = {"inputs": inputs, "sources": sources_of(*tables.values())}
    return long
