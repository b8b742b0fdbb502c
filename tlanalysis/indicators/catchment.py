"""Access of inhabitants to places: distance to the nearest, shares within a distance, inhabitants who share a place.

Distances are as the crow flies, from one point per commune, where all of its inhabitants are taken to live. Roads,
opening hours and prices are left out. Distances are great-circle ones on a sphere of 6,371 km, found with a KD-tree on
chords; they are within half a percent of those on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

EARTH = 6371.0  # km, mean radius
RADII = (5, 10, 20, 30)  # km
# The point of a commune is not where its inhabitants live: shares at 9 and 11 km show what an error of 1 km does at 10.
MEASURED_RADII = (5, 9, 10, 11, 20, 30)
CATCHMENTS = (15, 30, 45)  # km

# Weight of a place by the third of the catchment that its distance falls in. Source: W. Luo and Y. Qi, Health & Place
# 15 (2009), 1100-1107, first set of weights, there for thirds of a drive of 30 minutes.
DECAY = (1.0, 0.68, 0.22)


def on_sphere(frame: pd.DataFrame) -> np.ndarray:
    """Return the points of a frame (`latitude`, `longitude`, degrees) on the unit sphere, shape (n, 3)."""
    lat, lon = np.radians(frame["latitude"].to_numpy(float)), np.radians(frame["longitude"].to_numpy(float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def to_kilometres(chord: np.ndarray) -> np.ndarray:
    """Return great-circle distances in km from chords of the unit sphere."""
    return 2 * EARTH * np.arcsin(np.minimum(1.0, chord / 2))


def _chord(kilometres: float) -> float:
    return float(2 * np.sin(kilometres / EARTH / 2))


def distance_to_nearest(points: pd.DataFrame, places: pd.DataFrame) -> np.ndarray:
    """Return the distance in km from each point to the nearest place; missing where the point has no position.

    Parameters
    ----------
    points, places : DataFrame
        With `latitude`, `longitude` in degrees. Places without a position are left out.

    Raises
    ------
    BadInput
        Latitudes or longitudes that are no degrees (their rows are named), or no row with a position.

    Examples
    --------
    >>> import pandas as pd
    >>> paris, lyon = {"latitude": [48.8566], "longitude": [2.3522]}, {"latitude": [45.764], "longitude": [4.8357]}
    >>> distance_to_nearest(pd.DataFrame(paris), pd.DataFrame(lyon)).round().tolist()
    [391.0]
    """
    from scipy.spatial import KDTree

    known, somewhere = _located(points, "points"), _located(places, "places")
    distance = np.full(len(points), np.nan)
    chord, _ = KDTree(on_sphere(places[somewhere])).query(on_sphere(points[known]))
    distance[known] = to_kilometres(chord)
    return distance


def commune_radius(points: pd.DataFrame) -> np.ndarray:
    """Return how far, in km, the inhabitants of a commune can live from its point: half the way to the nearest other.

    The outlines of communes are in no file of ours. Where the points of two communes are 40 km apart, the border lies
    20 km from each if it lies halfway. A point that several communes share counts once. Missing without a position, or
    when there is no other point.

    Parameters
    ----------
    points : DataFrame
        `latitude`, `longitude`, in degrees, of all communes.

    Raises
    ------
    BadInput
        As `distance_to_nearest`.
    """
    from scipy.spatial import KDTree

    known = _located(points, "points")
    here = on_sphere(points[known])
    radius = np.full(len(points), np.nan)
    distinct = np.unique(here, axis=0)
    if len(distinct) > 1:
        chord, _ = KDTree(distinct).query(here, k=2)  # the nearest is the point itself
        radius[known] = to_kilometres(chord[:, 1]) / 2
    return radius


def _located(frame: pd.DataFrame, what: str) -> np.ndarray:
    """Return which rows have a position; raises when one is impossible, or when none has any."""
    try:
        position = frame[["latitude", "longitude"]].astype("float64").to_numpy()
    except ValueError as error:
        raise BadInput(f"{what}: a latitude or a longitude is no number ({error}): tl.clean reads them.") from None
    odd = (np.abs(position) > (90, 180)).any(axis=1)
    if odd.any():
        raise BadInput(f"{what}: rows {', '.join(map(str, frame.index[odd][:5]))} are not in degrees (WGS 84).")
    known = np.isfinite(position).all(axis=1)
    if not known.any():
        raise BadInput(f"none of the {what} has a latitude and a longitude: no distance can be measured.")
    return known


def floating_catchment(
    points: pd.DataFrame, places: pd.DataFrame, catchment: float = 30.0, decay: Sequence[float] = DECAY
) -> np.ndarray:
    """Return places per 100,000 inhabitants who share them, by the enhanced two-step floating catchment method.

    Step one gives each place the inhabitants of its catchment, weighed by distance; step two adds up, around each
    point, what each place of its catchment offers per inhabitant, weighed alike. A place with nobody in its catchment
    counts for nobody.

    Parameters
    ----------
    points : DataFrame
        `latitude`, `longitude`, `population`; points without a position or a population take no part (missing answer
        without a position).
    places : DataFrame
        `latitude`, `longitude`; each place weighs one.
    catchment : float
        Greatest distance travelled, km.
    decay : sequence of float
        Weight in each of the equal bands of the catchment, nearest first.

    Returns
    -------
    ndarray of shape (len(points),)
        Zero where the catchment holds no place.

    Raises
    ------
    BadInput
        As `distance_to_nearest`; or a catchment that is not positive.
    """
    from scipy.spatial import KDTree

    if catchment <= 0:
        raise BadInput(f"a catchment is a distance in km above zero, not {catchment}.")
    known, somewhere = _located(points, "points"), _located(places, "places")
    people = points["population"].astype("float64").fillna(0).to_numpy()[known]
    homes, supply = KDTree(on_sphere(points[known])), KDTree(on_sphere(places[somewhere]))
    pairs = supply.sparse_distance_matrix(homes, _chord(catchment), output_type="ndarray")
    place, home = pairs["i"], pairs["j"]
    band = np.minimum((to_kilometres(pairs["v"]) / catchment * len(decay)).astype(int), len(decay) - 1)
    weight = np.asarray(decay, float)[band]
    demand = np.bincount(place, weight * people[home], minlength=int(somewhere.sum())).astype(
        float
    )  # float also without a pair
    offered = np.divide(1e5, demand, out=np.zeros_like(demand), where=demand > 0)
    score = np.full(len(points), np.nan)
    score[known] = np.bincount(home, weight * offered[place], minlength=int(known.sum()))
    return score


def measure_access(
    communes: pd.DataFrame,
    places: pd.DataFrame,
    departements: pd.DataFrame,
    *,
    radii: Sequence[int] = MEASURED_RADII,
    catchments: Sequence[int] = CATCHMENTS,
) -> pd.DataFrame:
    """Return, per territory, the share of the population within each distance of a place, and catchment scores.

    Inhabitants of a commune without a point could be anywhere, so the share has a lower and an upper bound. In a
    département without commune populations (Mayotte) they are bounded by its communes' points: if all of these are
    within the distance, or none, so are the inhabitants. Where a commune is larger than the distance asked for (its
    `commune_radius` is longer), one point cannot stand for its inhabitants: they are within reach for sure when the
    farthest of them is, and possibly when the nearest of them is.

    Parameters
    ----------
    communes : DataFrame
        What `clean_communes` returns.
    places : DataFrame
        `latitude`, `longitude`.
    departements : DataFrame
        `code_departement, code_region, population`: the inhabitants to account for.
    radii, catchments : sequence of int
        Distances in km.

    Returns
    -------
    DataFrame
        One row for France, each région, each département: `territoire, population, population_situee` (in a commune
        with a point), `part_{r}_km_bas, part_{r}_km_haut`, `distance_mediane_km` (half of the located inhabitants are
        nearer), `score_{c}_km` (mean over located inhabitants of `floating_catchment`). The last two are missing
        where nobody is located.

    Raises
    ------
    BadInput
        A negative population, a commune of no département of the table, or communes that hold more inhabitants than
        their département: they are named.
    """
    import pandas as pd

    _check_communes(communes, departements)
    homes = communes.assign(distance=distance_to_nearest(communes, places), rayon=commune_radius(communes))
    for catchment in catchments:
        homes[f"score_{catchment}_km"] = floating_catchment(communes, places, catchment)
    located = homes[homes["population"].notna() & homes["distance"].notna()]
    inside = _inside(homes, located, departements, radii)
    parts = []
    for level in ("FR", "region", "departement"):
        key = pd.Series("FR", inside.index) if level == "FR" else level[0].upper() + inside[f"code_{level}"]
        sums = inside.drop(columns=["code_departement", "code_region"]).groupby(key).sum()
        where = pd.Series("FR", located.index) if level == "FR" else level[0].upper() + located[f"code_{level}"]
        measures = pd.DataFrame({name: _measures(group, catchments) for name, group in located.groupby(where)}).T
        parts.append(sums.join(measures.reindex(columns=_measured(catchments))))
    table = pd.concat(parts).rename_axis("territoire").reset_index()
    for radius in radii:
        for side in ("bas", "haut"):
            table[f"part_{radius}_km_{side}"] = table[f"part_{radius}_km_{side}"] / table["population"]
    return table.astype({"population": "Int64", "population_situee": "Int64"})


def _check_communes(communes: pd.DataFrame, departements: pd.DataFrame) -> None:
    people = communes["population"].astype("float64")
    if (people < 0).any():
        raise BadInput(f"negative populations: {', '.join(communes.loc[people < 0, 'code_commune'][:8])}.")
    lost = ~communes["code_departement"].isin(departements["code_departement"])
    if lost.any():
        raise BadInput(f"communes of no département of the table: {', '.join(communes.loc[lost, 'code_commune'][:8])}.")
    held = people.groupby(communes["code_departement"].astype(object)).sum()
    most = departements.set_index(departements["code_departement"].astype(object))["population"].astype("float64")
    if over := [code for code in held.index if held[code] > most[code]]:
        raise BadInput(
            f"the communes of {', '.join(over[:8])} hold more inhabitants than the département: are both of one year?"
        )


def _inside(
    homes: pd.DataFrame, located: pd.DataFrame, departements: pd.DataFrame, radii: Sequence[int]
) -> pd.DataFrame:
    """Return, per département, how many inhabitants are located and the least and the most within each distance."""
    table = departements[["code_departement", "code_region"]].astype(object)
    table["population"] = departements["population"].astype("float64")
    code = table["code_departement"]

    def added(rows: pd.DataFrame) -> pd.Series:
        return (
            code.map(rows.groupby(rows["code_departement"].astype(object))["population"].sum()).fillna(0).astype(float)
        )

    table["population_situee"] = added(located)
    rest = table["population"] - table["population_situee"]
    bare = homes[homes["population"].isna() & homes["distance"].notna()]
    points = bare["distance"].groupby(bare["code_departement"].astype(object))
    nearest, farthest = code.map(points.min()), code.map(points.max())
    for radius in radii:
        spread = located["rayon"].where(located["rayon"] > radius, 0.0).fillna(0.0)
        sure, possible = (located["distance"] + spread <= radius), (located["distance"] - spread <= radius)
        table[f"part_{radius}_km_bas"] = added(located[sure]) + rest.where(farthest <= radius, 0.0)
        table[f"part_{radius}_km_haut"] = added(located[possible]) + rest.where(~(nearest > radius), 0.0)
    return table


def _measured(catchments: Sequence[int]) -> list[str]:
    return ["distance_mediane_km", *(f"score_{catchment}_km" for catchment in catchments)]


def _measures(homes: pd.DataFrame, catchments: Sequence[int]) -> dict[str, float]:
    people, distance = homes["population"].to_numpy(float), homes["distance"].to_numpy(float)
    order = np.argsort(distance, kind="stable")
    median = distance[order][np.searchsorted(np.cumsum(people[order]), people.sum() / 2)]
    scores = [people @ homes[f"score_{c}_km"].to_numpy(float) / people.sum() for c in catchments]
    return dict(zip(_measured(catchments), [median, *scores], strict=True))
