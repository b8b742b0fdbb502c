"""The published figures and the counted places of one territory, beside France."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import place_kinds, territories
from tlanalysis.data.evidence import observations
from tlanalysis.indicators.intervals import garwood
from tlanalysis.indicators.place_counts import places_per_territory

if TYPE_CHECKING:
    import pandas as pd


def known_figures(territory: str | int = "FR", *, as_of: When | None = None) -> pd.DataFrame:
    """Return every published figure that names a territory, alone or in a group, oldest first.

    Parameters
    ----------
    territory : str or int
        `FR`, `R75`, `D33`, or a name; a région overseas and its département have the same figures.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `indicateur, periode, valeur, valeur_bas, valeur_haut, unite, nature, perimetre, territoires, editeur, source`.

    See Also
    --------
    observations : Figures of one indicator.
    explore : The same in a panel.

    Examples
    --------
    >>> len(known_figures("Bretagne")) > 0
    True
    """
    import pandas as pd

    codes = territories.codes_of_ground(territories.territory(territory).code)
    found = [observations(nommant=code, as_of=as_of) for code in codes]
    kept = pd.concat(found, ignore_index=True).drop_duplicates("id_observation", ignore_index=True)
    columns = [
        "indicateur",
        "periode",
        "valeur",
        "valeur_bas",
        "valeur_haut",
        "unite",
        "nature",
        "perimetre",
        "territoires",
        "editeur",
        "source",
    ]
    table = kept.sort_values(["indicateur", "periode", "valeur"], na_position="last", kind="stable")[
        columns
    ].reset_index(drop=True)
    return stamp(table, kept, inputs=["observations"])


def compare_rates(territory: str | int = "FR", *, level: float = 0.95) -> pd.DataFrame:
    """Return listed places per 100,000 inhabitants in a territory and in France, for every list we can count.

    Parameters
    ----------
    territory : str
        Territory code; for ``"FR"`` only the national row is returned.
    level : float
        Confidence level of the exact Poisson intervals.

    Returns
    -------
    DataFrame
        `type, jeu, territoire, nom, population, nb_lieux, taux_pour_100k, taux_bas_pour_100k, taux_haut_pour_100k`.
        France here is the 101 départements: the Fabrique of Saint-Martin is outside.

    See Also
    --------
    rank_among_peers : The rank of a territory.
    plot_compare_rates : Chart of the answer.
    compare : Your list beside a reference list.

    Examples
    --------
    >>> sorted(set(compare_rates("D33")["territoire"]))
    ['D33', 'FR']
    """
    import pandas as pd

    asked = territories.territory(territory)
    france = territories.territory("FR")
    records, used = [], []
    for kind in place_kinds.whole_kinds():
        counts = places_per_territory(kind, "departement" if asked.level == "departement" else "region")
        used.append(counts)
        rows = [(france, int(counts["nb_lieux"].sum()))]
        if not asked.is_france:
            rows.insert(0, (asked, int(counts.set_index("territoire").loc[asked.code, "nb_lieux"])))
        for where, count in rows:
            low, high = garwood(count, level)
            per = 1e5 / where.population
            records.append(
                (
                    kind,
                    counts.attrs["jeu"],
                    where.code,
                    where.name,
                    where.population,
                    count,
                    count * per,
                    low * 1e5 / where.population_high,
                    high * 1e5 / where.population_low,
                )
            )
    columns = [
        "type",
        "jeu",
        "territoire",
        "nom",
        "population",
        "nb_lieux",
        "taux_pour_100k",
        "taux_bas_pour_100k",
        "taux_haut_pour_100k",
    ]
    table = pd.DataFrame(records, columns=columns)
    table = stamp(table, *used, inputs=["lieux_par_departement", "departements", "regions"])
    table.attrs["territoire"] = asked.code
    return table


def rank_among_peers(territory: str | int = "FR", kind: str = "fabriques_de_territoire") -> pd.DataFrame:
    """Return the rate of every territory of the same level, and mark the territory given.

    For France, the table holds the régions and marks none.

    Parameters
    ----------
    territory : str or int
        `FR`, `R75`, `D33`, or a name.
    kind : str
        A kind of place, as for `places_per_territory`.

    Returns
    -------
    DataFrame
        What `places_per_territory` returns, best provided first, plus `est_choisi` and `rang` (1 is the highest rate).

    See Also
    --------
    compare_rates : A territory beside France.
    plot_rank : Chart of the answer.

    Examples
    --------
    >>> ranked = rank_among_peers("R53")
    >>> ranked.loc[ranked["est_choisi"], "nom"].tolist()
    ['Bretagne']
    """
    asked = territories.territory(territory)
    level = "departement" if asked.level == "departement" else "region"
    counts = places_per_territory(kind, level)
    table = counts.sort_values(["taux_pour_100k", "code"], ascending=[False, True], ignore_index=True)
    table["est_choisi"] = table["territoire"] == asked.code
    table["rang"] = table["taux_pour_100k"].rank(ascending=False, method="min").astype(int)
    table = stamp(table, counts, inputs=["lieux_par_departement", "departements", "regions"])
    table.attrs |= {"territoire": asked.code, "type": kind, "jeu": counts.attrs["jeu"], "niveau": level}
    return table
