"""Places that a list counts in each territory, and their rates per inhabitant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded, place_kinds, territories
from tlanalysis.indicators.differences import territories_that_differ
from tlanalysis.indicators.place_rates import per_inhabitant, smooth_rates

if TYPE_CHECKING:
    import pandas as pd


def places_per_territory(
    kind: str = "fabriques_de_territoire",
    level: str = "departement",
    *,
    vintage: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return listed places per territory and per 100,000 inhabitants, with exact Poisson intervals.

    Parameters
    ----------
    kind : str
        One of `place_kinds.kinds()`; ``"tiers_lieux"`` is every kind of the CGET list.
    level : {"departement", "region"}
        Territories to count by.
    vintage : str, optional
        List to count (``"cget_2018"``, ``"cget_2019"``); by default the latest that has this kind.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        `territoire, code, nom, population, population_bas, population_haut, nb_lieux, taux_pour_100k,
        taux_bas_pour_100k, taux_haut_pour_100k` (the bounds hold over both bounds of the population).
        Zero is a true zero of the list. Places outside the régions (Saint-Martin) are not in the rows:
        `attrs["nb_hors_champ"]` counts them.

    Raises
    ------
    BadInput
        Unknown kind, level or vintage.

    See Also
    --------
    rates : The same, smoothed and tested.
    rate_places : The same for a list of yours.

    Examples
    --------
    >>> table = places_per_territory("fabriques_de_territoire")
    >>> int(table["nb_lieux"].sum()) + table.attrs["nb_hors_champ"]
    382
    """
    table = territories.table(level).drop(columns="annee_population")
    kinds = place_kinds.kinds()
    if kind not in kinds:
        raise BadInput(f"no kind of place called {kind!r}{did_you_mean(kind, kinds)}: it is one of {', '.join(kinds)}.")
    counts = embedded.load("lieux_par_departement")
    counts = counts[counts["typologie"].isin(place_kinds.parts_of(kind))]
    lists = counts["jeu"].unique().tolist()
    vintage = vintage or counts["jeu"].max()
    counts = counts[counts["jeu"] == vintage]
    if counts.empty:
        raise BadInput(f"no list called {vintage!r} counts {kind}{did_you_mean(vintage, lists)}: {', '.join(lists)}.")
    per_code = counts.groupby(f"code_{level}")["nb_lieux"].sum()
    table["nb_lieux"] = table["code"].map(per_code).astype("Int64")
    outside = int(counts["nb_lieux"].sum() - table["nb_lieux"].sum())
    table = table.join(per_inhabitant(table["nb_lieux"], table, confidence))
    table = stamp(
        table, counts, territories.departements(), inputs=["lieux_par_departement", "departements", "regions"]
    )
    table.attrs |= {"nb_hors_champ": outside, "nb_sans_territoire": 0, "jeu": vintage, "type": kind}
    table.attrs |= {"perimetre": counts["perimetre"].iloc[0], "niveau": level}
    return table


def rates(
    kind: str = "fabriques_de_territoire",
    level: str = "departement",
    *,
    vintage: str | None = None,
    confidence: float = 0.95,
    fdr: float = 0.05,
) -> pd.DataFrame:
    """Return `places_per_territory` with smoothed rates and the territories that differ from the others beyond chance.

    Parameters
    ----------
    kind, level, vintage, confidence
        As for `places_per_territory`.
    fdr : float
        Share of false alarms that is accepted among the territories called different.

    Returns
    -------
    DataFrame
        The columns of `places_per_territory`, `smooth_rates` and `territories_that_differ`.

    See Also
    --------
    plot_rates, plot_funnel : Charts of the answer.
    rate_places : The same for a list of yours.
    rank_among_peers : The rank of one territory.

    Examples
    --------
    >>> len(rates("tiers_lieux", "region"))
    18
    """
    counted = places_per_territory(kind, level, vintage=vintage, confidence=confidence)
    return territories_that_differ(smooth_rates(counted, confidence), fdr)
