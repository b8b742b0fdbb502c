"""The communes of a territory as points, with their inhabitants and the places that stand in them.

The embedded table `communes_reperes` holds the communes of 2,000 inhabitants or more and those with a place; the others
are counted, and not drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import stamp
from tlanalysis.data import commune_classes, embedded, territories
from tlanalysis.data.reference_files import CENTRES, POPULATIONS
from tlanalysis.indicators import commune_mix
from tlanalysis.indicators.commune_isolation import POINTS
from tlanalysis.lists.cells.commune_names import SPLIT_CITIES
from tlanalysis.tables.commune_table import departement_of, listed_communes

if TYPE_CHECKING:
    import pandas as pd

MARKED = 2_000  # inhabitants from which a commune is embedded with its point, whether it has a place or not


def commune_map(territory: str) -> pd.DataFrame:
    """Return the communes of a région or a département that a map shows: one row per commune.

    Parameters
    ----------
    territory : str
        Code of a département (``"D33"``) or a région (``"R75"``).

    Returns
    -------
    DataFrame
        `code_commune, nom_commune, population` (2023; missing in Mayotte), `latitude, longitude` (degrees; missing for
        a commune younger than the file of points), and `nb_tiers_lieux, nb_fabriques_de_territoire,
        nb_france_services`, largest commune first. Paris, Lyon and Marseille stand by arrondissement; a row of the
        city, without inhabitants, holds the places whose arrondissement is not known. `attrs["nb_communes"]` counts the
        communes of the territory, `attrs["non_dessinees"]` those that have fewer than 2,000 inhabitants and no place,
        with their inhabitants, and `attrs["hors_table"]` the places of each list whose commune is not known.

    Raises
    ------
    BadInput
        A code that is no région and no département.

    See Also
    --------
    plot_commune_map : Map of the answer.
    cross : Places and inhabitants by class of commune.

    Examples
    --------
    >>> table = commune_map("D33")
    >>> table.loc[0, "nom_commune"], int(table["nb_fabriques_de_territoire"].sum())
    ('Bordeaux', 8)
    """
    place = territories.territory(territory)
    if place.is_france:
        raise BadInput("a map of communes shows a région or a département: write its code, such as 'D33' or 'R75'.")
    held, units = embedded.load(POINTS), listed_communes()
    units = units[~units["code_commune"].isin(SPLIT_CITIES)]
    table = held[_inside(held["code_commune"], place.code)].reset_index(drop=True)
    table["nom_commune"] = table["code_commune"].map(commune_mix.names_of_communes())
    lists = [name.removeprefix("nb_") for name in table if name.startswith("nb_")]
    columns = ["code_commune", "nom_commune", "population", "latitude", "longitude", *(f"nb_{name}" for name in lists)]
    files = [*(commune_mix.files_of_list(name) for name in lists), CENTRES, POPULATIONS, "communes", "departements"]
    ordered = table.sort_values(["population", "code_commune"], ascending=[False, True], na_position="last")
    table = stamp(
        ordered[columns].reset_index(drop=True),
        commune_classes.sources(files),
        inputs=[POINTS, "communes", "communes_classes", "departements"],
    )
    whole = int(_inside(units["code_commune"], place.code).sum())
    drawn = int((~table["code_commune"].isin(SPLIT_CITIES)).sum())
    rest = None if table["population"].isna().all() else int(place.population - table["population"].sum())
    table.attrs |= {
        "territoire": place.code,
        "nb_communes": whole,
        "non_dessinees": {"nb_communes": whole - drawn, "population": rest},
        "hors_table": {name: _total(name, place.code) - int(table[f"nb_{name}"].sum()) for name in lists},
    }
    return table


def _inside(codes: pd.Series, territory: str) -> pd.Series:
    """Return which communes lie in a région or a département."""
    departement = codes.map(departement_of)
    if territory.startswith("D"):
        return departement == territory[1:]
    return departement.map(territories.regions_by_departement()) == territory[1:]


def _total(name: str, territory: str) -> int:
    """Return how many places of a list stand in a territory, those without a commune included."""
    table = embedded.load("communes_classes")
    rows = table[(table["type"] == name) & (table["territoire"] == territory) & (table["classement"] == "qpv")]
    return int(rows.loc[rows["classe"] != commune_mix.WHOLE, "nb_lieux"].sum())
