"""Inhabitants near a place, by class of commune: shares within a distance, and which of two kinds of places is nearer.

All inhabitants of a commune are taken to live at its one point, so a distance is off by about a kilometre. Each share
is therefore given for the radius and for the radius one kilometre shorter and longer; a difference of distances below
one kilometre is left undecided. The embedded tables hold the counts; `measure_nearness` and `measure_nearer` compute
them from the files of the communes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import stamp
from tlanalysis.data import commune_classes, embedded
from tlanalysis.data.reference_files import CENTRES, POPULATIONS
from tlanalysis.indicators import commune_mix
from tlanalysis.indicators.catchment import RADII, distance_to_nearest

if TYPE_CHECKING:
    import pandas as pd

MEASURED = range(1, 41)  # km
ERROR_KM = 1  # of a distance, because a commune has one point
ALL = "ensemble"
CLASSIFICATIONS = ("ensemble", "famille_densite", "densite", "ruralite")


def nearness(by: str = "famille_densite", *, radii: Sequence[int] = RADII) -> pd.DataFrame:
    """Return the share of inhabitants within each distance of a place, by list and class of commune.

    Parameters
    ----------
    by : {"famille_densite", "densite", "ruralite", "ensemble"}
        Classification of communes; ``"ensemble"`` is all communes together.
    radii : sequence of int
        Distances in km, 2 to 39.

    Returns
    -------
    DataFrame
        One row per list, class and distance: `type, classement, classe, nom_fr, nom_en, rayon_km, population` (2023,
        without Mayotte), `part` (within the radius), `part_bas, part_haut` (within a radius one kilometre shorter, and
        one longer with the inhabitants of communes without a point). `attrs["hors_table"]` counts, per list, the places
        without a position, which no distance counts.

    Raises
    ------
    BadInput
        An unknown classification, or a distance that was not measured.

    See Also
    --------
    nearer : Which of two lists is nearer.
    cross : Places by class of commune.

    Examples
    --------
    >>> table = nearness("ensemble", radii=[10])
    >>> sorted(table["type"])
    ['fabriques_de_territoire', 'france_services', 'tiers_lieux']
    """
    import pandas as pd

    _check_classification(by)
    odd = [radius for radius in radii if radius - ERROR_KM not in MEASURED or radius + ERROR_KM not in MEASURED]
    if odd:
        raise BadInput(
            f"no distance of {odd[0]} km was measured: write whole kilometres from {MEASURED[0] + ERROR_KM} to "
            f"{MEASURED[-1] - ERROR_KM}."
        )
    held = embedded.load("acces_par_classe")
    held = held[held["classement"] == by]
    key = ["type", "classement", "classe"]
    at = held.set_index([*key, "rayon_km"])
    parts = []
    for radius in radii:
        here, shorter, longer = (
            at.xs(distance, level="rayon_km") for distance in (radius, radius - ERROR_KM, radius + ERROR_KM)
        )
        people = here["population"].astype("float64")
        part = pd.DataFrame({"rayon_km": radius, "population": here["population"]})
        part["part"] = here["population_a_portee"] / people
        part["part_bas"] = shorter["population_a_portee"] / people
        part["part_haut"] = (longer["population_a_portee"] + longer["population_sans_point"]) / people
        parts.append(part)
    table = _named(pd.concat(parts).reset_index(), by)
    table = table.sort_values(["type", "ordre", "rayon_km"], kind="stable", ignore_index=True).drop(columns="ordre")
    columns = ["type", "classement", "classe", "nom_fr", "nom_en", "rayon_km", "population"]
    return _stamped(table[[*columns, "part", "part_bas", "part_haut"]], by, table["type"].tolist(), "acces_par_classe")


def _stamped(table: pd.DataFrame, by: str, types: list[str], held: str) -> pd.DataFrame:
    """Return the table with every file it rests on, and the places without a position, which no distance counts."""
    types = list(dict.fromkeys(types))
    lists = embedded.load(commune_mix.LISTS_TABLE).set_index("type")
    files = [*(commune_mix.files_of_list(name) for name in types), CENTRES, POPULATIONS, "communes"]
    sources = commune_classes.sources([*files, *commune_classes.FILES_OF[by]])
    table = stamp(table, sources, inputs=[held, commune_mix.LISTS_TABLE, "communes"])
    outside = {name: {"sans_position": int(lists.loc[name, "nb_sans_position"])} for name in types}
    table.attrs |= {"classement": by, "hors_table": outside}
    return table


def nearer(first: str = "tiers_lieux", second: str = "france_services", by: str = "famille_densite") -> pd.DataFrame:
    """Return how many inhabitants have a place of one list nearer than one of another: one row per class of commune.

    Parameters
    ----------
    first, second : {"tiers_lieux", "fabriques_de_territoire", "france_services"}
        Lists.
    by : {"famille_densite", "densite", "ruralite", "ensemble"}
        Classification of communes.

    Returns
    -------
    DataFrame
        `classement, classe, nom_fr, nom_en, type_a, type_b, population, part_a_plus_proche, part_b_plus_proche,
        part_indecise`: undecided are inhabitants whose two distances differ by less than one kilometre, and those of
        communes without a point. The three parts add up to one.

    Raises
    ------
    BadInput
        An unknown list or classification, or one list twice.

    See Also
    --------
    nearness : One list at a time.

    Examples
    --------
    >>> table = nearer()
    >>> parts = table[["part_a_plus_proche", "part_b_plus_proche", "part_indecise"]].sum(axis=1)
    >>> bool(parts.round(6).eq(1).all())
    True
    """
    _check_classification(by)
    held = embedded.load("communes_plus_proches")
    known = list(dict.fromkeys([*held["type_a"], *held["type_b"]]))
    for name in (first, second):
        if name not in known:
            raise BadInput(f"no list called {name!r}{did_you_mean(name, known)}: it is one of {', '.join(known)}.")
    if first == second:
        raise BadInput(f"{first} is compared with itself: name two lists.")
    turned = not ((held["type_a"] == first) & (held["type_b"] == second)).any()
    pair = (second, first) if turned else (first, second)
    found = held[(held["type_a"] == pair[0]) & (held["type_b"] == pair[1]) & (held["classement"] == by)]
    sides = ("b", "a") if turned else ("a", "b")
    people = found["population"].astype("float64")
    table = found[["classement", "classe", "population"]].assign(type_a=first, type_b=second)
    for side, printed in zip(("a", "b"), sides, strict=True):
        table[f"part_{side}_plus_proche"] = found[f"population_{printed}_plus_proche"] / people
    table["part_indecise"] = 1 - table["part_a_plus_proche"] - table["part_b_plus_proche"]
    table = _named(table, by).sort_values("ordre", kind="stable", ignore_index=True)
    columns = ["classement", "classe", "nom_fr", "nom_en", "type_a", "type_b", "population"]
    columns += ["part_a_plus_proche", "part_b_plus_proche", "part_indecise"]
    return _stamped(table[columns], by, [first, second], "communes_plus_proches")


def _check_classification(by: str) -> None:
    if by not in CLASSIFICATIONS:
        raise BadInput(
            f"no classification called {by!r}{did_you_mean(by, CLASSIFICATIONS)}: it is one of "
            f"{', '.join(CLASSIFICATIONS)}."
        )


def _named(table: pd.DataFrame, by: str) -> pd.DataFrame:
    if by == ALL:
        return table.assign(ordre=1, nom_fr="Toutes les communes", nom_en="All communes of the file of populations")
    names = commune_classes.classes(by)[["classe", "ordre", "nom_fr", "nom_en"]]
    return table.merge(names, on="classe", how="left", validate="m:1")


def measure_nearness(homes: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return inhabitants within each whole kilometre of a place, by class of commune.

    Parameters
    ----------
    homes : DataFrame
        What `tl.communes(arrondissements=True)` returns.
    places : DataFrame
        `latitude`, `longitude`.

    Returns
    -------
    DataFrame
        `classement, classe, rayon_km, population, population_sans_point, population_a_portee`.
    """
    import pandas as pd

    homes = homes.assign(distance=distance_to_nearest(homes, places))
    homes = homes[homes["population"].notna()]
    parts = []
    for classification in CLASSIFICATIONS:
        labelled = homes.assign(classe=ALL if classification == ALL else homes[classification])
        people = labelled.groupby("classe")["population"].sum()
        lost = (
            labelled[labelled["distance"].isna()].groupby("classe")["population"].sum().reindex(people.index).fillna(0)
        )
        for radius in MEASURED:
            near = labelled[labelled["distance"] <= radius].groupby("classe")["population"].sum()
            counts = {"population": people, "population_sans_point": lost, "population_a_portee": near}
            part = pd.DataFrame(counts).fillna(0).astype(int).rename_axis("classe").reset_index()
            parts.append(part.assign(classement=classification, rayon_km=radius))
    columns = ["classement", "classe", "rayon_km", "population", "population_sans_point", "population_a_portee"]
    return pd.concat(parts, ignore_index=True)[columns]


def measure_nearer(homes: pd.DataFrame, lists: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return, for each pair of lists and each class of commune, the inhabitants who have one nearer than the other.

    Returns
    -------
    DataFrame
        `type_a, type_b, classement, classe, population, population_a_plus_proche, population_b_plus_proche`.
    """
    import pandas as pd

    homes = homes[homes["population"].notna()].reset_index(drop=True)
    distance = {name: distance_to_nearest(homes, places) for name, places in lists.items()}
    parts = []
    for a, b in combinations(lists, 2):
        gap = distance[a] - distance[b]
        people = homes["population"]
        sides = {
            "population": people,
            "population_a_plus_proche": people.where(gap <= -ERROR_KM, 0),
            "population_b_plus_proche": people.where(gap >= ERROR_KM, 0),
        }
        counted = homes.assign(**sides)
        for classification in CLASSIFICATIONS:
            labelled = counted.assign(classe=ALL if classification == ALL else counted[classification])
            part = labelled.groupby("classe", as_index=False)[list(sides)].sum()
            parts.append(part.assign(type_a=a, type_b=b, classement=classification))
    columns = ["type_a", "type_b", "classement", "classe", "population"]
    columns += ["population_a_plus_proche", "population_b_plus_proche"]
    return pd.concat(parts, ignore_index=True)[columns]
