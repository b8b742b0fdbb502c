"""Tell from the published State credits whether public support of the places of France has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.data import embedded

if TYPE_CHECKING:
    import pandas as pd

LEFT = 0.25  # share of the largest yearly credits below which support has ended: chosen


def credits_by_year() -> pd.Series:
    """Return the largest and the last published State credits of each year, in euros: voted, frozen, or in a bill.

    An amendment is a proposal and is left out, and so is a sum over several years.
    """
    table = embedded.load("financements")
    kept = table[
        (table["territoire"] == "FR")
        & (table["famille"] == "credits_etat")
        & table["stade"].isin(("vote", "apres_gel", "depense", "projet_de_loi"))
        & table["periode"].str.fullmatch(r"\d{4}", na=False)
    ]
    return kept.assign(annee=kept["periode"].astype(int)).groupby("annee")["montant_eur"].agg(["max", "min"])


def ended(observations: pd.DataFrame) -> bool:
    """Return whether the credits of the year of the last figure are below a quarter of the largest ones before.

    The answer is no for figures of anything but the places of France: no credits are known for them. The lowest sum
    printed for the last year is compared with the highest of the years before it.
    """
    if not {"indicateur", "territoire"} <= set(observations) or observations.empty:
        return False
    if set(observations["indicateur"]) != {"tiers_lieux"} or set(observations["territoire"]) != {"FR"}:
        return False
    measured = observations[observations["nature"].isin(("compte", "estime", "declare"))]
    last = int(measured["periode"].dropna().str[:4].astype(int).max())
    credits = credits_by_year()
    if last not in credits.index:
        return False
    before = credits.loc[credits.index < last, "max"]
    return bool(len(before) and credits.loc[last, "min"] < LEFT * before.max())
