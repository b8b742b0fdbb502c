"""Public money: amounts promised, voted, frozen and spent are four different figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core import periods
from tlanalysis.core.emptiness import say_why
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded, territories
from tlanalysis.data.evidence import one_row_per_claim, public_since

if TYPE_CHECKING:
    import pandas as pd

RANGE = {"montant_bas_eur": ("montant_eur", "min"), "montant_haut_eur": ("montant_eur", "max")}
STAGES = ("annonce", "projet_de_loi", "vote", "apres_gel", "depense")


def public_money(territory: str | int = "FR", *, as_of: When | None = None) -> pd.DataFrame:
    """Return every published amount with its stage, one row per amount and source.

    Parameters
    ----------
    territory : str
        Code or name of a territory.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        The columns of `financements`; `stade` says whether it was announced, drafted, voted,
        left after a freeze, or spent.

    See Also
    --------
    state_credits : Yearly credits of the State.
    announced_measures : Amounts that were announced.

    Examples
    --------
    >>> len(public_money()) > 0
    True
    """
    code = territories.territory(territory).code
    table = embedded.load("financements")
    kept = table[table["territoire"] == code]
    if as_of is not None:
        day = periods.last_day(as_of)
        kept = kept[kept["date_publication"].map(lambda text: public_since(text) <= day)]
    found = stamp(kept.reset_index(drop=True), kept, inputs=["financements"])
    held = ", ".join(f"{name} ({number})" for name, number in table["territoire"].value_counts().head(6).items())
    return say_why(found, f"no public money is printed for {code} on that day; we hold amounts for {held}.")


def state_credits(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the yearly State credits for tiers-lieux, year by stage: the range that sources print.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `annee, stade, montant_bas_eur, montant_haut_eur, nb_sources, editeurs`. A stage for which we found no amount in
        a year has no row: it is unknown, not zero.

    See Also
    --------
    public_money : Every amount.
    plot_state_credits : Chart of the answer.

    Examples
    --------
    >>> bool((state_credits()["montant_bas_eur"] <= state_credits()["montant_haut_eur"]).all())
    True
    """
    rows = public_money(as_of=as_of)
    rows = rows[(rows["famille"] == "credits_etat") & rows["stade"].isin(STAGES)]
    table = one_row_per_claim(rows.assign(annee=rows["periode"].astype(int)), ["annee", "stade"], **RANGE).sort_values(
        ["annee", "stade"], key=lambda c: c.map(STAGES.index) if c.name == "stade" else c, ignore_index=True
    )
    return stamp(table, rows, inputs=["financements"])


def announced_measures(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the measures of the State plan of August 2021, each with the range of amounts that sources print.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `famille, mesure, montant_bas_eur, montant_haut_eur, nb_sources, editeurs`;
        announced amounts, none of them spent.

    See Also
    --------
    public_money : Every amount.
    plot_announced_measures : Chart of the answer.

    Examples
    --------
    >>> announced_measures().columns[:3].tolist()
    ['famille', 'mesure', 'montant_bas_eur']
    """
    rows = public_money(as_of=as_of)
    rows = rows[(rows["stade"] == "annonce") & rows["perimetre"].isin(["plan_etat_2021", "deffinov", "label_anct"])]
    shortest = ("mesure", lambda names: min(names, key=len))
    table = one_row_per_claim(rows, ["famille"], mesure=shortest, **RANGE).sort_values(
        ["montant_haut_eur", "famille"], ascending=[False, True], ignore_index=True
    )
    return stamp(table, rows, inputs=["financements"])
