"""Recompute the embedded tables about communes from the open files (part of `tlanalysis count`)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from tlanalysis.indicators.commune_mix import BY_DEPARTEMENT, COLUMNS, OVERLAPPING, count_by_class, outside_of
from tlanalysis.indicators.commune_nearness import measure_nearer, measure_nearness
from tlanalysis.indicators.commune_overlap import QPV, STRATA, count_strata
from tlanalysis.indicators.commune_points import MARKED
from tlanalysis.lists.cells.commune_names import SPLIT_CITIES, today_code
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
TOWNS = "petites_villes_de_demain"
DIGITS = 3  # of degrees: about 100 m


def commune_tables() -> dict[str, pd.DataFrame]:
    """Return the embedded tables about communes, each under its name.

    Raises
    ------
    SourceError
        When an open file is not on this machine, or not the recorded one.
    """
    lists = {name: clean_open_file(file).places for name, file in LISTS.items()}
    homes = communes()
    points = communes(arrondissements=True)
    return {
        "communes_listes": _lists(homes, lists),
        "communes_reperes": mark_communes(points, lists),
        "communes_classes": _classes(homes, lists),
        "communes_croisements": _overlaps(homes, lists),
        "acces_par_classe": _nearness(points, lists),
        "communes_plus_proches": measure_nearer(points, lists),
    }


def _lists(homes: pd.DataFrame, lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return, per list, its places and how many of them no class and no distance counts."""
    import pandas as pd

    rows = [
        {"type": name, "jeu": LISTS[name], "nb_lieux": len(places)}
        | {f"nb_{key}": count for key, count in outside_of(homes, places).items()}
        | {"nb_sans_position": int(places[["latitude", "longitude"]].isna().any(axis=1).sum())}
        for name, places in lists.items()
    ]
    return pd.DataFrame(rows)


def mark_communes(points: pd.DataFrame, lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the communes that a map of a département shows: those of `MARKED` inhabitants or with a place.

    Parameters
    ----------
    points : DataFrame
        What `tl.communes(arrondissements=True)` returns.
    lists : dict of DataFrame
        One row per place, with `code_commune`.

    Returns
    -------
    DataFrame
        `code_commune, population, latitude, longitude`, and `nb_<list>` per list. Paris, Lyon and Marseille are there
        by arrondissement; a row of the city, without inhabitants, holds the places whose arrondissement is not known.
        The communes of Mayotte, whose inhabitants are not known by commune, are all there.
    """
    import pandas as pd

    cities = _cities(points)
    table = pd.concat([points[[*cities]], cities], ignore_index=True)
    for name, places in lists.items():
        code = places["code_commune"].where(places["code_commune"].isin(table["code_commune"]))
        code = code.fillna(places["code_commune"].map(today_code, na_action="ignore"))
        table[f"nb_{name}"] = table["code_commune"].map(code.value_counts()).fillna(0).astype(int)
    placed = table[[f"nb_{name}" for name in lists]].sum(axis=1) > 0
    city = table["code_commune"].isin(SPLIT_CITIES)
    kept = placed | (~city & ~(table["population"] < MARKED).fillna(False))
    table[["latitude", "longitude"]] = table[["latitude", "longitude"]].round(DIGITS)
    return table[kept].sort_values("code_commune", ignore_index=True)


def _cities(points: pd.DataFrame) -> pd.DataFrame:
    """Return one row per split city, at the mean point of its arrondissements, without inhabitants."""
    import pandas as pd

    rows = []
    for city, prefix in SPLIT_CITIES.items():
        inside = points[points["code_commune"].str.startswith(prefix)]
        people = inside["population"].astype("float64")
        middle = {axis: (inside[axis] * people).sum() / people.sum() for axis in ("latitude", "longitude")}
        rows.append({"code_commune": city, "population": pd.NA} | middle)
    return pd.DataFrame(rows).astype({"population": "Int64"})


def _classes(homes: pd.DataFrame, lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    counted = [
        count_by_class(homes, places, [*COLUMNS, OVERLAPPING]).assign(type=name, jeu=LISTS[name])
        for name, places in lists.items()
    ]
    table = pd.concat(counted, ignore_index=True)
    kept = ~table["territoire"].str.startswith("D") | table["classement"].isin(BY_DEPARTEMENT)
    columns = ["type", "jeu", "territoire", "classement", "classe", "nb_communes", "population", "nb_lieux"]
    return table.loc[kept, columns].sort_values(columns[:5], kind="stable", ignore_index=True)


def _overlaps(homes: pd.DataFrame, lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    members = {
        name: homes["code_commune"].isin(places["code_commune"].map(today_code, na_action="ignore"))
        for name, places in lists.items()
    }
    members |= {TOWNS: homes[f"est_{TOWNS}"].astype(bool), QPV: homes["est_avec_qpv"].astype(bool)}
    parts = [
        count_strata(homes, members[a], members[b]).assign(programme_a=a, programme_b=b)
        for a, b in combinations(members, 2)
    ]
    columns = ["programme_a", "programme_b", *STRATA, "nb_communes", "nb_a", "nb_b", "nb_les_deux"]
    return pd.concat(parts, ignore_index=True)[columns]


def _nearness(points: pd.DataFrame, lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    parts = [measure_nearness(points, places).assign(type=name, jeu=LISTS[name]) for name, places in lists.items()]
    columns = ["type", "jeu", "classement", "classe", "rayon_km", "population"]
    columns += ["population_sans_point", "population_a_portee"]
    return pd.concat(parts, ignore_index=True)[columns]
