"""Kinds of places that a list counts, from the table `types_de_lieux`: one row per kind and list.

A new kind, or a new list of a kind, is a new row of that table; `tlanalysis count` then counts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.errors import SourceError
from tlanalysis.data import embedded, remote_files

if TYPE_CHECKING:
    import pandas as pd

PLACE_UNITS = ("lieu", "site")
UNSTATED = "non_precise"  # places whose list states no kind: a part of the whole, never asked for alone


def kinds() -> list[str]:
    """Return the kinds of places that can be asked for."""
    return [kind for kind in embedded.load("types_de_lieux")["type"].unique() if kind != UNSTATED]


def whole_kinds() -> list[str]:
    """Return the kinds that are no part of another kind."""
    table = embedded.load("types_de_lieux")
    return table.loc[table["ensemble"].isna(), "type"].unique().tolist()


def parts_of(kind: str) -> list[str]:
    """Return the kinds that are counted apart and make up a kind: itself, when its lists do not divide it."""
    table = embedded.load("types_de_lieux")
    return table.loc[table["ensemble"] == kind, "type"].unique().tolist() or [kind]


def check_units() -> None:
    """Check that every list that is counted is one of places or sites: an application is no place.

    Raises
    ------
    SourceError
        Naming the list and its unit.
    """
    for file in embedded.load("types_de_lieux")["fichier"].unique():
        unit = remote_files.entry(file).get("unit")
        if unit not in PLACE_UNITS:
            raise SourceError(
                f"data/raw/types_de_lieux.csv counts {file} as places, but its unit in remote_files.toml is "
                f"{unit or 'not declared'}: take its rows out, or declare it as one of {', '.join(PLACE_UNITS)}."
            )


def counted_apart() -> pd.DataFrame:
    """Return the rows of `types_de_lieux` that are counted themselves rather than added up from their parts."""
    table = embedded.load("types_de_lieux")
    return table[~table["type"].isin(table["ensemble"].dropna())]


def lists_with_access() -> pd.DataFrame:
    """Return the rows of `types_de_lieux` whose list has its access measured: one per kind."""
    table = embedded.load("types_de_lieux")
    return table[table["est_acces_mesure"]].reset_index(drop=True)
