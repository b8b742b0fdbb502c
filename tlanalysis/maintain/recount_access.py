"""Recompute the embedded table of access by territory from the open files (part of `tlanalysis count`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.data import embedded, place_kinds, territories
from tlanalysis.indicators.accessibility import populated_points
from tlanalysis.indicators.catchment import measure_access
from tlanalysis.lists.cleaning import clean_open_file

if TYPE_CHECKING:
    import pandas as pd

DIGITS = {"part": 6, "distance": 3, "score": 4}  # further digits differ from machine to machine


def access_by_territory() -> pd.DataFrame:
    """Return `acces_par_territoire`: one row per list and territory, from the open files.

    Raises
    ------
    SourceError
        When an open file is not on this machine, or not the recorded one.
    """
    import pandas as pd

    homes, departements = populated_points(), territories.departements()
    tables = []
    for counted in place_kinds.lists_with_access().itertuples():
        entry = embedded.remote()[counted.fichier]
        table = measure_access(homes, clean_open_file(counted.fichier).places, departements)
        table.insert(0, "jeu", counted.jeu)
        tables.append(
            table.assign(
                nature="estime",
                perimetre=counted.perimetre,
                editeur=entry["publisher"],
                source=entry["url"],
                date_publication=entry.get("published", entry["vintage"]),
            )
        )
    table = pd.concat(tables, ignore_index=True)
    return table.round({name: DIGITS[kind] for name in table if (kind := name.split("_")[0]) in DIGITS})
