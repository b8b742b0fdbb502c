"""Access to places by territory, beside what people need: distances, shares within reach, unemployment.

The embedded table `acces_par_territoire` holds the results of `catchment.measure_access` for the open lists, so that a
user fetches nothing. `access_of` computes the same measures for any list, from the commune files. Distances are as the
crow flies, from one point per commune.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import inputs_of, stamp
from tlanalysis.data import embedded, place_kinds, territories
from tlanalysis.data.reference_files import CENTRES, POPULATIONS
from tlanalysis.indicators.agreement import rank_agreement
from tlanalysis.indicators.catchment import CATCHMENTS, RADII, measure_access
from tlanalysis.indicators.deffinov import deffinov_projects, deffinov_regions
from tlanalysis.indicators.geometry import with_degrees
from tlanalysis.indicators.place_counts import places_per_territory
from tlanalysis.lists.cells.departement_grid import areas_km2

if TYPE_CHECKING:
    import pandas as pd

# Pairs to compare: supply, then need. A rate and a distance of one list are no pair: one follows from the other.
PAIRS = [
    ("taux_tiers_lieux_pour_100k", "taux_chomage_15_64"),
    ("taux_fabriques_de_territoire_pour_100k", "taux_chomage_15_64"),
    ("taux_fabriques_de_territoire_pour_100k", "distance_mediane_km"),
]


def lists_with_access() -> dict[str, str]:
    """Return the kinds of places whose access is measured, each with the list it is measured for."""
    rows = place_kinds.lists_with_access()
    return dict(zip(rows["type"], rows["jeu"], strict=True))


def access(kind: str = "fabriques_de_territoire", level: str = "departement") -> pd.DataFrame:
    """Return how near the places of a list are: one row per territory.

    Parameters
    ----------
    kind : str
        A kind of place whose access is measured: see `lists_with_access`.
    level : {"departement", "region", "france"}
        Territories.

    Returns
    -------
    DataFrame
        `territoire, code, nom, population, population_situee`, `part_{r}_km_bas, part_{r}_km_haut` for each radius of
        `MEASURED_RADII` (the two differ where some inhabitants cannot be located), `distance_mediane_km`,
        `score_{c}_km` for each catchment of `CATCHMENTS` (places per 100,000 inhabitants who share them).

    Raises
    ------
    BadInput
        Unknown list or level.

    See Also
    --------
    access_of : The same for a list of yours.
    plot_access : Map of the answer.

    Examples
    --------
    >>> bool(access("fabriques_de_territoire", "france").loc[0, "part_30_km_bas"] > 0.9)
    True
    """
    lists = lists_with_access()
    if kind not in lists:
        raise BadInput(f"no list called {kind!r}{did_you_mean(kind, lists)}: it is one of {', '.join(lists)}.")
    held = embedded.load("acces_par_territoire")
    held = held[held["jeu"] == lists[kind]]
    measured = held.drop(columns=["jeu", "nature", "perimetre", "editeur", "source", "date_publication"])
    table = stamp(_named(measured, level), held, communes_sources(), inputs=["acces_par_territoire"])
    table.attrs |= {"type": kind, "jeu": lists[kind], "niveau": level}
    return table


def _named(measured: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the territories of a level by name, with their measures."""
    import pandas as pd

    france = pd.DataFrame([{"territoire": "FR", "code": "FR", "nom": territories.territory("FR").name}])
    names = france if level == "france" else territories.table(level)[["territoire", "code", "nom"]]
    return names.merge(measured, on="territoire", how="left", validate="1:1")


def communes_sources() -> pd.DataFrame:
    """Return the sources of populations and positions of communes: INSEE and La Poste."""
    import pandas as pd

    rows = [embedded.remote()[name] for name in (CENTRES, POPULATIONS)]
    return pd.DataFrame(
        [{"editeur": row["publisher"], "source": row["url"], "date_publication": row["vintage"]} for row in rows]
    )


def access_of(places: pd.DataFrame, level: str = "departement") -> pd.DataFrame:
    """Return how near the places of any list are, from one point per commune: one row per territory.

    The populations of communes are used when `tlanalysis fetch` has brought them. Without them, those of the
    départements stand in: a share is then known only where all communes of a département are within the distance, or
    none, and bounded elsewhere; the points are taken to be those of all communes (of 34,900, twelve have none).
    Positions are those of the places, or the geometry of a GeoDataFrame (of a surface, a point in it).

    Parameters
    ----------
    places : DataFrame
        One row per place with `latitude`, `longitude`, e.g. `tl.clean(file).places`, or a GeoDataFrame with a
        coordinate system. Those without a position are left out; `attrs["nb_sans_position"]` counts them.
        `attrs["populations"]` says whose were used.
    level : {"departement", "region", "france"}
        Territories.

    Returns
    -------
    DataFrame
        As `access`.

    Raises
    ------
    BadInput
        No place has a position, a position is no position, or a geometry has no coordinate system.

    See Also
    --------
    access : How near the places of the open lists are.
    plot_access : Map of the answer.

    Examples
    --------
    >>> import pandas as pd
    >>> place = pd.DataFrame({"latitude": [48.8566], "longitude": [2.3522]})
    >>> near = access_of(place).set_index("territoire")
    >>> float(near.loc["D75", "part_10_km_bas"]), float(near.loc["D13", "part_30_km_haut"])
    (1.0, 0.0)
    """
    places = with_degrees(places)
    if lacking := [name for name in ("latitude", "longitude") if name not in places]:
        raise BadInput(f"these places have no column {lacking[0]}: clean the list with tl.clean, or add its degrees.")
    by_commune = embedded.find_remote(POPULATIONS) is not None
    measured = measure_access(populated_points() if by_commune else _points_alone(), places, territories.departements())
    used = [CENTRES if embedded.find_remote(CENTRES) else "communes", *([POPULATIONS] if by_commune else [])]
    inputs = [*inputs_of(places), "departements", *used]
    table = stamp(_named(measured, level), places, communes_sources(), inputs=inputs)
    table.attrs |= {"type": "lieux", "niveau": level, "populations": "communes" if by_commune else "departements"}
    table.attrs["nb_sans_position"] = int(places[["latitude", "longitude"]].isna().any(axis=1).sum())
    return table


def populated_points() -> pd.DataFrame:
    """Return every commune or arrondissement with its inhabitants and a point, from populations that were fetched.

    Returns
    -------
    DataFrame
        As `tables.commune_files.clean_communes`.

    Raises
    ------
    SourceError
        The populations have not been fetched, or are not those recorded.
    """
    from tlanalysis.tables.commune_files import centres, clean_communes, read_populations

    return clean_communes(read_populations(embedded.read_remote(POPULATIONS)), centres())


def _points_alone() -> pd.DataFrame:
    """Return the communes with a point and no population."""
    import pandas as pd

    from tlanalysis.tables.commune_files import centres, clean_communes

    nobody = pd.DataFrame({name: pd.Series(dtype="str") for name in ("code_commune", "nom_commune", "population")})
    return clean_communes(nobody, centres())


def access_profile(territory: str | int = "FR") -> pd.DataFrame:
    """Return, for each list and distance, the share of a territory's population within reach, beside France's.

    Parameters
    ----------
    territory : str or int
        `FR`, `R75`, `D33`, or a name.

    Returns
    -------
    DataFrame
        `type, jeu, territoire, nom, rayon_km, part_bas, part_haut`.

    See Also
    --------
    access : All territories of a level.
    plot_access_profile : Chart of the answer.

    Examples
    --------
    >>> sorted(set(access_profile("D33")["territoire"]))
    ['D33', 'FR']
    """
    import pandas as pd

    asked, france = territories.territory(territory), territories.territory("FR")
    wanted = [france] if asked.is_france else [asked, france]
    lists = lists_with_access()
    held = embedded.load("acces_par_territoire")
    held = held[held["jeu"].isin(lists.values())]
    measured = held.set_index(["jeu", "territoire"])[[f"part_{r}_km_{end}" for r in RADII for end in ("bas", "haut")]]
    rows = [(kind, name, where) for kind, name in lists.items() for where in wanted]
    found = measured.reindex([(name, where.code) for _, name, where in rows]).to_numpy(float)
    records = [
        (kind, name, where.code, where.name, radius, *shares)
        for (kind, name, where), of in zip(rows, found, strict=True)
        for radius, shares in zip(RADII, of.reshape(-1, 2), strict=True)
    ]
    columns = ["type", "jeu", "territoire", "nom", "rayon_km", "part_bas", "part_haut"]
    table = pd.DataFrame(records, columns=columns)
    result = stamp(table, held, communes_sources(), inputs=["acces_par_territoire"])
    result.attrs["territoire"] = asked.code
    return result


def catchment_sensitivity(kind: str = "fabriques_de_territoire") -> pd.DataFrame:
    """Return how much the choice of catchment changes the order of the départements.

    Parameters
    ----------
    kind : str
        A kind of place whose access is measured.

    Returns
    -------
    DataFrame
        One row per pair of catchments, as `rank_agreement` (tau and its interval), with `type`.

    See Also
    --------
    access : The measures.

    Examples
    --------
    >>> len(catchment_sensitivity())
    3
    """
    table = access(kind)
    pairs = list(combinations([f"score_{c}_km" for c in CATCHMENTS], 2))
    result = rank_agreement(table, pairs)
    result.insert(0, "type", kind)
    return result


def need_and_supply() -> pd.DataFrame:
    """Return, for each département, its rates of places beside its distance to them and its unemployment.

    Returns
    -------
    DataFrame
        One row per département: `territoire, code, nom, population`, `taux_chomage_15_64` (unemployed over active,
        INSEE census 2021; missing in Mayotte), `distance_mediane_km` (to a place of the CGET list; missing in
        Mayotte), `distance_fabrique_km`, `taux_tiers_lieux_pour_100k`, `taux_fabriques_de_territoire_pour_100k`,
        `densite_hab_km2` (inhabitants per km2; the area is that of the cells of `maille_departements`).

    See Also
    --------
    rank_agreement, need_agreement : Whether two columns rank alike.
    region_need_and_supply : The same for régions.

    Examples
    --------
    >>> len(need_and_supply())
    101
    """
    work = embedded.load("departements_emploi")
    near, fabrique = access("tiers_lieux"), access("fabriques_de_territoire")
    table = near[["territoire", "code", "nom", "population", "distance_mediane_km"]].copy()
    table.attrs.clear()  # the facts of one list are not those of a table of several
    rate = work["nb_chomeurs_15_64"].astype("float64") / work["nb_actifs_15_64"].astype("float64")
    table["taux_chomage_15_64"] = table["code"].map(dict(zip(work["code_departement"], rate, strict=True)))
    table["distance_fabrique_km"] = fabrique["distance_mediane_km"]
    used = [near, fabrique, work]
    for kind in lists_with_access():
        counted = places_per_territory(kind)
        used.append(counted)
        table[f"taux_{kind}_pour_100k"] = counted["taux_pour_100k"]
    table["densite_hab_km2"] = table["population"].astype("float64") / table["code"].map(areas_km2())
    inputs = ["acces_par_territoire", "departements", "departements_emploi", "lieux_par_departement"]
    inputs += ["maille_departements"]
    return stamp(table, *used, inputs=inputs)


def region_need_and_supply(*, as_of: When | None = None) -> pd.DataFrame:
    """Return, for each région, its DEFFINOV projects and money per inhabitant, beside distance and unemployment.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        One row per région: `territoire, nom, population, taux_chomage_15_64` (missing in Mayotte),
        `distance_mediane_km` (to a place of the CGET list), `projets_pour_million`, `enveloppe_eur_par_habitant`:
        both missing where no source says.

    See Also
    --------
    need_and_supply : The same for départements.

    Examples
    --------
    >>> len(region_need_and_supply())
    18
    """
    work, links = embedded.load("departements_emploi"), embedded.load("departements")
    sums = (
        work.merge(links[["code_departement", "code_region"]], on="code_departement", validate="1:1")
        .groupby("code_region")[["nb_actifs_15_64", "nb_chomeurs_15_64"]]
        .sum()
        .astype("float64")
    )
    near, calls, projects = (
        access("tiers_lieux", "region"),
        deffinov_regions(as_of=as_of),
        deffinov_projects(as_of=as_of),
    )
    table = near[["territoire", "code", "nom", "population", "distance_mediane_km"]].copy()
    table.attrs.clear()  # the facts of one list are not those of a table of several
    table["taux_chomage_15_64"] = table["code"].map(sums["nb_chomeurs_15_64"] / sums["nb_actifs_15_64"])
    table["projets_pour_million"] = table["territoire"].map(
        dict(zip(projects["territoire"], projects["taux_pour_million"], strict=True))
    )
    money = calls["enveloppe_eur"].astype("Float64").to_numpy(float, na_value=np.nan)
    table["enveloppe_eur_par_habitant"] = money / calls["population"].to_numpy(float)
    inputs = [*calls.attrs["inputs"], "acces_par_territoire", "departements", "departements_emploi"]
    return stamp(table, near, calls, projects, work, inputs=inputs)


def need_agreement(*, seed: int = 0) -> pd.DataFrame:
    """Return the rank agreement, over départements, between places per inhabitant and distance or unemployment.

    Places per inhabitant and distances both follow density: the tau is partial, density taken out of both measures.

    Parameters
    ----------
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        As `rank_agreement` given `densite_hab_km2`, one row per pair of `PAIRS`.

    See Also
    --------
    rank_agreement : Any table and pairs.
    plot_rank_agreement : Chart of the answer.

    Examples
    --------
    >>> len(need_agreement())
    3
    """
    return rank_agreement(need_and_supply(), PAIRS, given="densite_hab_km2", seed=seed)
