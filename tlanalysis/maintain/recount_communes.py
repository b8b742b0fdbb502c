"""Recompute the embedded counts of places by class of commune from the open files (part of `tlanalysis count`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.indicators.commune_mix import BY_DEPARTEMENT, COLUMNS, OVERLAPPING, count_by_class
from tlanalysis.lists.cleaning import clean_open_file
from tlanalysis.tables.commune_table import communes

if TYPE_CHECKING:
    import pandas as pd

# Name of a list in our answers -> open file. France services are no tiers-lieux: they stand beside, to compare.
LISTS = {
    "tiers_lieux": "cget_2019",
    "fabriques_de_territoire": "fabriques_de_territoire_2024",
    "france_services": "france_services_2024",
}


def classes_of_lists() -> pd.DataFrame:
    """Return `communes_classes`: communes, inhabitants and places of each list, by territory and class of commune."""
    import pandas as pd

    homes, parts = communes(), []
    for name, file in LISTS.items():
        counts = count_by_class(homes, clean_open_file(file).places, [*COLUMNS, OVERLAPPING])
        parts.append(counts.assign(type=name, jeu=file))
    table = pd.concat(parts, ignore_index=True)
    kept = ~table["territoire"].str.startswith("D") | table["classement"].isin(BY_DEPARTEMENT)
    columns = ["type", "jeu", "territoire", "classement", "classe", "nb_communes", "population", "nb_lieux"]
    return table.loc[kept, columns].sort_values(columns[:5], kind="stable", ignore_index=True)
