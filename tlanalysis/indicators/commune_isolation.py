"""How far the next place of the same kind is, commune by commune, and how many communes have the only one around.

Communes, not addresses: places of one commune are taken to stand at its one point, so a commune with two of them has
the next one at no distance. The embedded table `communes_reperes` holds the points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import stamp
from tlanalysis.data import commune_classes, embedded
from tlanalysis.data.reference_files import CENTRES, POPULATIONS
from tlanalysis.indicators import commune_mix
from tlanalysis.indicators.catchment import on_sphere, to_kilometres
from tlanalysis.indicators.commune_nearness import ERROR_KM

if TYPE_CHECKING:
    import pandas as pd

POINTS = "communes_reperes"
ALONE_WITHIN = (10, 20)  # km


def next_of_kind(name: str = "fabriques_de_territoire") -> pd.DataFrame:
    """Return how far the next place of the same list is: one row per commune that has one.

    Parameters
    ----------
    name : {"fabriques_de_territoire", "tiers_lieux", "france_services"}
        List.

    Returns
    -------
    DataFrame
        `code_commune, nom_commune, type, nb_lieux, distance_km`: kilometres from the point of the commune to that of
        the nearest other commune with a place, zero for a commune with several; missing for a commune without a point.
        Arrondissements of Paris, Lyon and Marseille count for their city. `attrs["hors_table"]` counts the places
        without a known commune.

    Raises
    ------
    BadInput
        An unknown list.

    See Also
    --------
    alone : How many communes have the only place of a list around.
    nearness : Inhabitants within each distance of a place.

    Examples
    --------
    >>> table = next_of_kind("fabriques_de_territoire")
    >>> int(table["nb_lieux"].sum())
    381
    """
    known = commune_mix.lists_by_class()
    if name not in known:
        raise BadInput(f"no list called {name!r}{did_you_mean(name, known)}: it is one of {', '.join(known)}.")
    table = measure_next(_whole_communes(name))
    table = table.assign(type=name, nom_commune=table["code_commune"].map(commune_mix.names_of_communes()))
    columns = ["code_commune", "nom_commune", "type", "nb_lieux", "distance_km"]
    files = [commune_mix.files_of_list(name), CENTRES, POPULATIONS, "communes"]
    table = stamp(table[columns], commune_classes.sources(files), inputs=[POINTS, commune_mix.LISTS_TABLE, "communes"])
    outside = commune_mix.outside_held(name)
    table.attrs["hors_table"] = {name: outside["sans_commune"] + outside["commune_inconnue"]}
    return table


def alone(
    names: str | Sequence[str] = ("fabriques_de_territoire", "tiers_lieux", "france_services"),
    *,
    radii: Sequence[int] = ALONE_WITHIN,
) -> pd.DataFrame:
    """Return how many communes have the only place of its kind around: one row per list and distance.

    Parameters
    ----------
    names : str or sequence of str
        Lists, as for `next_of_kind`.
    radii : sequence of int
        Distances in km, above 1.

    Returns
    -------
    DataFrame
        `type, rayon_km, nb_communes` (with a place), `nb_sans_point` (of these, without a point: they are in no count
        after), `nb_seules` (one place, and none in a commune within the distance), `part_seules` and its bounds
        `part_seules_bas, part_seules_haut` (distance one kilometre longer, and shorter: a commune has one point).

    Raises
    ------
    BadInput
        An unknown list, or a distance of 1 km or less.

    See Also
    --------
    next_of_kind : How far the next place of the same list is, commune by commune.

    Examples
    --------
    >>> table = alone("fabriques_de_territoire", radii=(10, 20))
    >>> table["nb_seules"].tolist()
    [273, 176]
    """
    import pandas as pd

    if short := [radius for radius in radii if radius <= ERROR_KM]:
        raise BadInput(f"{short[0]} km is within the error of a distance ({ERROR_KM} km): write more.")
    tables = [next_of_kind(name) for name in ([names] if isinstance(names, str) else names)]
    rows = []
    for table in tables:
        distance = table["distance_km"].dropna().to_numpy(float)
        for radius in radii:
            single, sure, possible = (int((distance > radius + away).sum()) for away in (0, ERROR_KM, -ERROR_KM))
            counts = {"nb_communes": len(table), "nb_sans_point": len(table) - len(distance), "nb_seules": single}
            bounds = {"part_seules": single, "part_seules_bas": sure, "part_seules_haut": possible}
            shares = {key: count / len(distance) for key, count in bounds.items()}
            rows.append({"type": table["type"].iloc[0], "rayon_km": radius} | counts | shares)
    return stamp(pd.DataFrame(rows), *tables, inputs=[name for table in tables for name in table.attrs["inputs"]])


def _whole_communes(name: str) -> pd.DataFrame:
    """Return the communes with a place of a list, arrondissements joined: code, position and `nb_lieux`."""
    held = embedded.load(POINTS)
    held = held.assign(code_commune=held["code_commune"].map(commune_mix.today_code), nb_lieux=held[f"nb_{name}"])
    held = held.assign(whole=held["population"].isna())  # the row of a split city is at its middle
    held = held.sort_values(["code_commune", "whole"], ascending=[True, False], kind="stable")
    joined = {"latitude": "first", "longitude": "first", "nb_lieux": "sum"}
    table = held.groupby("code_commune", as_index=False).agg(joined)
    return table[table["nb_lieux"] > 0].reset_index(drop=True)


def measure_next(communes: pd.DataFrame) -> pd.DataFrame:
    """Return the communes with `distance_km`, to the nearest other one; zero where a commune has several places.

    Parameters
    ----------
    communes : DataFrame
        `latitude`, `longitude` (degrees), `nb_lieux`, one row per commune that has a place.
    """
    from scipy.spatial import KDTree

    known = communes[["latitude", "longitude"]].notna().all(axis=1).to_numpy()
    points = on_sphere(communes[known])
    distance = np.full(len(communes), np.nan)
    if known.sum() > 1:
        chords, _ = KDTree(points).query(points, k=2)
        distance[known] = to_kilometres(chords[:, 1])
    elif known.any():
        distance[known] = np.inf
    return communes.assign(distance_km=np.where(communes["nb_lieux"] > 1, 0.0, distance))
