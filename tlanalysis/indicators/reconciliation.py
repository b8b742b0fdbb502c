"""Reconciliation: every number that we compute from a list, beside every number that is published for the same thing.

Two numbers are for the same thing when they have the same indicator and territory, and their periods share a calendar
year; of several numbers that we compute in that year, the nearest in time counts. They agree when the intervals that
they allow meet. If they do not, they differ by definition when their perimeters differ; else they contradict each
other. A contradiction that we can explain has its reason in `rapprochements.csv`, for that published figure and that
computed value only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tlanalysis.core import periods
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded, remote_files, territories
from tlanalysis.data.evidence import MEASURES, as_intervals, observations
from tlanalysis.indicators.place_rates import rates_from_shares
from tlanalysis.lists.cells.codes import departement_of_commune

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = ("concorde", "definition", "contredit")
COLUMNS = [
    "indicateur",
    "territoire",
    "periode",
    "valeur_calculee",
    "table",
    "valeur_publiee",
    "source",
    "rapport",
    "verdict",
    "raison",
]
FABRIQUES = "fabriques_de_territoire"


def reconcile(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the pairs of a number that we compute and a number that is published for the same thing: one row per pair.

    Parameters
    ----------
    as_of : str, int or date, optional
        Only figures that were public on that day (ISO date).

    Returns
    -------
    DataFrame
        `indicateur, territoire`; `periode` of the published figure; `valeur_calculee`, the middle of its interval where
        it is one; `table`, where it comes from; `valeur_publiee`, likewise; `source`; `rapport`, computed over
        published; `verdict`: `concorde`, `definition` (the perimeters differ) or `contredit`; `raison`, in French: the
        two perimeters of a difference by definition, the explanation of a contradiction, missing where nobody gave
        one.
        Contradictions come first, then the largest ratios.

    See Also
    --------
    contradictions : Published figures among themselves.

    Examples
    --------
    >>> table = reconcile()
    >>> set(table["verdict"]) <= {"concorde", "definition", "contredit"}
    True
    """
    import pandas as pd

    ours, theirs = computed(as_of=as_of), _published(as_of)
    pairs = ours.merge(theirs, on=["indicateur", "territoire"], suffixes=("_calculee", "_publiee"))
    pairs = _nearest(pairs[[_share_a_year(row) for row in pairs.itertuples()]])
    explained = embedded.load("rapprochements").set_index(["id_observation", "valeur_calculee"])["raison"]
    rows = [_row(pair, explained) for pair in pairs.itertuples()]
    table = pd.DataFrame(rows, columns=COLUMNS)
    rank = table["verdict"].map({name: place for place, name in enumerate(reversed(VERDICTS))})
    far = table["rapport"].where(table["rapport"] >= 1, 1 / table["rapport"])
    table = (
        table.assign(_rank=rank, _far=far)
        .sort_values(
            ["_rank", "_far", "indicateur", "territoire", "table", "source"],
            ascending=[True, False, True, True, True, True],
            ignore_index=True,
        )
        .drop(columns=["_rank", "_far"])
    )
    used = theirs[theirs["id_observation"].isin(pairs["id_observation"])]
    return stamp(table, used, inputs=["observations", "lieux_par_departement", "fabriques_vagues", "rapprochements"])


def unexplained(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the contradictions of `reconcile` that nobody has explained in `rapprochements.csv`."""
    table = reconcile(as_of=as_of)
    return table[(table["verdict"] == "contredit") & table["raison"].isna()]


def computed(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the numbers that we compute and that somebody may have published: one row per number.

    Returns
    -------
    DataFrame
        `indicateur, territoire, periode, bas, haut, perimetre, table`.
    """
    import pandas as pd

    rows = [*_of_lists(), *_of_waves(), *_of_shares(as_of)]
    return pd.DataFrame(rows, columns=["indicateur", "territoire", "periode", "bas", "haut", "perimetre", "table"])


def _of_lists() -> Iterator[tuple[Any, ...]]:
    """Yield the places of each list, in France, its régions and its départements."""
    table = embedded.load("lieux_par_departement")
    for (listed, perimeter), rows in table.groupby(["jeu", "perimetre"], sort=True):
        indicator = "tiers_lieux" if listed.startswith("cget") else rows["typologie"].iloc[0]
        period = listed.removeprefix("cget_") if listed.startswith("cget") else remote_files.entry(listed)["vintage"]
        yield indicator, "FR", period, *_whole(rows["nb_lieux"].sum()), perimeter, "lieux_par_departement"
        for column, letter in (("code_region", "R"), ("code_departement", "D")):
            for code, count in rows.groupby(column)["nb_lieux"].sum().items():
                if f"{letter}{code}" in territories.codes():
                    place = f"{letter}{code}"
                    yield indicator, place, period, *_whole(count), perimeter, "lieux_par_departement"


def _of_waves() -> Iterator[tuple[Any, ...]]:
    """Yield the Fabriques that have a label after each wave, the communes that have one, and the share near a QPV."""
    places = embedded.load("fabriques_vagues")
    departement = places["code_commune"].map(departement_of_commune)
    places = places.assign(departement=departement, region=departement.map(territories.region_of, na_action="ignore"))
    for wave, period in sorted(set(zip(places["vague_inferee"], places["periode_inferee"], strict=True))):
        yield FABRIQUES + "_nouvelles", "FR", period, *_whole((places["vague_inferee"] == wave).sum()), *_WAVES
        labelled = places[places["vague_inferee"] <= wave]
        month = period.split("/")[-1]
        yield FABRIQUES, "FR", month, *_whole(len(labelled)), *_WAVES
        for column, letter in (("region", "R"), ("departement", "D")):
            for code, count in labelled.groupby(column).size().items():
                yield FABRIQUES, f"{letter}{code}", month, *_whole(count), *_WAVES
    yield "communes_avec_fabrique", "FR", "2024-01", *_whole(places["code_commune"].nunique()), *_WAVES
    near = places["est_commune_avec_qpv"].dropna()
    yield "part_fabriques_qpv", "FR", "2023/2024-01", near.mean(), near.mean(), *_WAVES


_WAVES = ("label_anct", "fabriques_vagues")


def _of_shares(as_of: When | None) -> Iterator[tuple[Any, ...]]:
    """Yield the places that the printed regional shares of 2023 imply."""
    table = rates_from_shares("2023", as_of=as_of)
    for row in table[table["nb_lieux_bas"].notna()].itertuples():
        yield (
            "tiers_lieux",
            row.territoire,
            "2023",
            row.nb_lieux_bas,
            row.nb_lieux_haut,
            "ftl_2023",
            "rates_from_shares",
        )


def _whole(count: object) -> tuple[float, float]:
    number = float(count)  # type: ignore[arg-type]
    return number, number


def _published(as_of: When | None) -> pd.DataFrame:
    rows = as_intervals(observations(nature=MEASURES, as_of=as_of))
    return rows[rows["periode"].notna() & rows["territoire"].notna()]


def _share_a_year(pair: Any) -> bool:
    spans = [pair.periode_calculee, pair.periode_publiee]
    return max(periods.first_day(span).year for span in spans) <= min(periods.year(span) for span in spans)


def _nearest(pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep, per published figure and table, the computed number whose period is nearest."""
    gap = [
        abs(periods.middle(ours) - periods.middle(theirs))
        for ours, theirs in zip(pairs["periode_calculee"], pairs["periode_publiee"], strict=True)
    ]
    keys = ["id_observation", "table", "perimetre_calculee"]
    return pairs.assign(_gap=gap).sort_values([*keys, "_gap"], kind="stable").drop_duplicates(keys).drop(columns="_gap")


def _row(pair: Any, explained: pd.Series) -> list[Any]:
    ours, theirs = _middle(pair.bas_calculee, pair.haut_calculee), _middle(pair.bas_publiee, pair.haut_publiee)
    meet = pair.bas_calculee <= pair.haut_publiee and pair.bas_publiee <= pair.haut_calculee
    verdict, reason = "contredit", explained.get((pair.id_observation, ours))
    if meet:
        verdict, reason = "concorde", None
    elif pair.perimetre_calculee != pair.perimetre_publiee:
        verdict, reason = "definition", f"{pair.perimetre_calculee} ; {pair.perimetre_publiee}"
    ratio = ours / theirs if theirs else math.nan
    about = [pair.indicateur, pair.territoire, pair.periode_publiee]
    return [*about, ours, pair.table, theirs, pair.source, ratio, verdict, reason]


def _middle(low: float, high: float) -> float:
    """Return the middle of an interval; where one side is open, the other one."""
    if math.isinf(low) or math.isinf(high):
        return high if math.isinf(low) else low
    return (low + high) / 2
