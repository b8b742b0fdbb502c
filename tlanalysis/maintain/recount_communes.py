"""Recompute the embedded tables about communes from the open files (part of `tlanalysis count`)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from tlanalysis.indicators.commune_mix import BY_DEPARTEMENT, COLUMNS, OVERLAPPING, count_by_class
from tlanalysis.indicators.commune_nearness import measure_nearer, measure_nearness
from tlanalysis.indicators.commune_overlap import QPV, STRATA, count_strata
from tlanalysis.lists.cleaning import clean_open_file
from tlanalysis.tables.commune_table import communes, today_code

if TYPE_CHECKING:
    import pandas as pd

# Name of a list in our answers -> open file. France services are no tiers-lieux: they stand beside, to compare.
LISTS = {
    "tiers_lieux": "cget_2019",
    "fabriques_de_territoire": "fabriques_de_territoire_2024",
    "france_services": "france_services_2024",
}
TOWNS = "petites_villes_de_demain"


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
        "communes_classes": _classes(homes, lists),
        "communes_croisements": _overlaps(homes, lists),
        "acces_par_classe": _nearness(points, lists),
        "communes_plus_proches": measure_nearer(points, lists),
    }


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
