"""Recompute the embedded table of access by territory from the open files (part of `tlanalysis count`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.data import embedded, territories
from tlanalysis.indicators.accessibility import LISTS, communes
from tlanalysis.indicators.catchment import reach
from tlanalysis.lists.cleaning import clean_open_file

if TYPE_CHECKING:
    import pandas as pd

# Digits kept: more would be digits of the machine, not of the distances.
DIGITS = {"part": 6, "distance": 3, "score": 4}


def access_by_territory() -> pd.DataFrame:
    """Return `acces_par_territoire`: one row per list and territory, from the open files.

    Raises
    ------
    SourceError
        When an open file is not on this machine, or not the recorded one.
    """
    import pandas as pd

    homes, departements = communes(), territories.departements()
    tables = []
    for name in LISTS.values():
        entry = embedded.remote()[name]
        table = reach(homes, clean_open_file(name).places, departements)
        table.insert(0, "jeu", name)
        tables.append(
            table.assign(
                nature="estime",
                perimetre="label_anct" if entry["publisher"] == "ANCT" else name,
                editeur=entry["publisher"],
                source=entry["url"],
                date_publication=entry["vintage"],
            )
        )
    table = pd.concat(tables, ignore_index=True)
    return table.round({name: DIGITS[kind] for name in table if (kind := name.split("_")[0]) in DIGITS})
