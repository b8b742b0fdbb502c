"""Points published by the ANCT: Fabriques de territoire and Manufactures de proximité (GeoJSON, September 2024).

Points are commune centroids, not addresses; the commune code places each row. One Fabrique lies in
Saint-Martin (97801), outside the régions and the 101 départements, with an empty geometry: it is kept,
under département "978" and no région.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tlanalysis import territories
from tlanalysis.ingest import placement

if TYPE_CHECKING:
    import pandas as pd

# Publisher's property -> ours.
RAW_TO_CLEAN = {
    "id_territoire": "id_source",
    "lib_territoire": "nom",
    "id_geo": "code_commune",
    "lib_geo": "commune",
}


def read_anct(data: bytes) -> pd.DataFrame:
    """Return the features as text: one row per labelled place, with `longitude`, `latitude` where a point is given."""
    import pandas as pd

    features = json.loads(data)["features"]
    rows = [
        {ours: feature["properties"][theirs] for theirs, ours in RAW_TO_CLEAN.items()}
        | dict(zip(("longitude", "latitude"), _point(feature["geometry"]), strict=True))
        for feature in features
    ]
    return pd.DataFrame(rows)


def _point(geometry: dict[str, Any] | None) -> tuple[float | None, float | None]:
    """Return longitude and latitude of a GeoJSON geometry; nothing for an empty one (a third coordinate is height)."""
    if not geometry or geometry["type"] != "Point":
        return None, None
    longitude, latitude = geometry["coordinates"][:2]
    return longitude, latitude


def clean_anct(raw: pd.DataFrame) -> pd.DataFrame:
    """Return one row per labelled place, with its département and région; no row is lost.

    Parameters
    ----------
    raw : DataFrame
        What `read_anct` returns.
    """
    departement = raw["code_commune"].map(placement.departement_of_commune)
    return raw.assign(
        nom=raw["nom"].str.strip(),
        commune=raw["commune"].replace("NA", None),
        ligne_source=range(1, len(raw) + 1),
        code_departement=departement,
        code_region=departement.map(territories.region_of),
        preuves_ecartees="",
    )
