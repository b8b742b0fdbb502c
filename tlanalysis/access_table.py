"""Recompute the embedded table of access by territory from the open files (part of `tlanalysis count`)."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from tlanalysis import catalog, territories
from tlanalysis.indicators.access import LISTS, communes
from tlanalysis.indicators.catchment import reach

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
        entry = catalog.remote()[name]
        table = reach(homes, places_of(name), departements)
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


def places_of(name: str) -> pd.DataFrame:
    """Return `latitude`, `longitude` of each place of one of the lists, as its open file prints them (degrees)."""
    import pandas as pd

    data = catalog.read_remote(name)
    if name.startswith("cget"):
        printed = pd.read_csv(io.BytesIO(data), usecols=["LAT", "LONG"])
        return printed.rename(columns={"LAT": "latitude", "LONG": "longitude"})
    shapes = [feature["geometry"] or {} for feature in json.loads(data)["features"]]
    points = [shape.get("coordinates") or (None, None) for shape in shapes]  # Saint-Martin has no point
    return pd.DataFrame(
        {"latitude": [point[1] for point in points], "longitude": [point[0] for point in points]}, dtype="float64"
    )
