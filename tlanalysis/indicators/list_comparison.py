"""A list of places beside a reference list, territory by territory: counts, rates, ratios and places in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded
from tlanalysis.indicators.intervals import clopper_pearson
from tlanalysis.indicators.place_counts import places_per_territory
from tlanalysis.indicators.place_rates import rate_places
from tlanalysis.lists.cells.text import key

if TYPE_CHECKING:
    import pandas as pd

_COUNT = "nb_lieux"
_RATES = ("taux_pour_100k", "taux_bas_pour_100k", "taux_haut_pour_100k")
_RATIO = ["rapport_reference", "rapport_reference_bas", "rapport_reference_haut", "p_valeur", "p_ajustee"]


def compare(
    mine: Any,
    reference: str | Any = "cget_2019",
    level: str = "departement",
    *,
    covers: str | Iterable[str] = "FR",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return a list beside a reference list: places, rates and their ratio in every territory.

    The ratio has an exact interval: given the places of both lists together, those of one are binomial. It takes the
    two lists as counted apart; where they hold the same places it is wider than it need be. The p-values ask, of each
    territory, whether the first list has its share of both lists there, as it has overall.

    Parameters
    ----------
    mine : DataFrame or Cleaned
        What `clean` returns, or a table of places with `code_departement` or `code_region`.
    reference : str, DataFrame or Cleaned
        A list that we count (``"cget_2019"``, ``"fabriques_de_territoire_2024"``), a kind of place
        (``"fabriques_de_territoire"``, in its latest list), or places, such as `places("cget_2019")`.
    level : {"departement", "region"}
        Territories to count by.
    covers : str or iterable of str
        The territories that the first list is complete for, as in `rate_places`; elsewhere nothing is compared.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per territory: `territoire, code, nom, population, nb_lieux, nb_lieux_reference, nb_communs` (places of
        the first list whose name and commune stand in the reference; known when both are places with a `nom` and a
        `code_commune`), `taux_pour_100k, taux_bas_pour_100k, taux_haut_pour_100k` and
        `taux_reference_pour_100k, taux_reference_bas_pour_100k, taux_reference_haut_pour_100k` (Garwood),
        `rapport_reference` (first list over reference), `rapport_reference_bas, rapport_reference_haut`, `p_valeur`
        (exact binomial, two-sided) and `p_ajustee` (Benjamini and Hochberg).

    Raises
    ------
    BadInput
        An unknown list, kind, level or territory, or places without codes.

    See Also
    --------
    rate_places : Rates of one list, smoothed and tested.
    places : The places of an open list, for `nb_communs`.
    label : The table in words.

    Examples
    --------
    >>> import pandas as pd
    >>> mine = pd.DataFrame({"code_departement": ["33", "33", "35"]})
    >>> table = compare(mine, "cget_2019").set_index("territoire")
    >>> table.loc[["D33", "D35"], "nb_lieux"].tolist()
    [2, 1]
    >>> bool(table.loc["D33", "nb_lieux_reference"] > 2)
    True
    """
    import pandas as pd

    own = _as_places(mine, "mine")
    first = rate_places(own, level, covers=covers, confidence=confidence)
    held = None if isinstance(reference, str) else _as_places(reference, "reference")
    if held is None:
        kind, vintage = _kind_and_list(reference)
        second = places_per_territory(kind, level, vintage=vintage, confidence=confidence)
    else:
        second = rate_places(held, level, confidence=confidence)
    table = first[["territoire", "code", "nom", "population", _COUNT]].copy()
    table["nb_lieux_reference"] = second[_COUNT].where(first[_COUNT].notna())
    table["nb_communs"] = _in_common(own, held, first, level)
    for name in _RATES:
        table[name] = first[name]
    for name in _RATES:
        table[name.replace("taux", "taux_reference")] = second[name]
    columns = _ratios(table[_COUNT], table["nb_lieux_reference"], confidence)
    table = pd.concat([table, columns], axis="columns")
    table = stamp(table, first, second, inputs=[*first.attrs["inputs"], *second.attrs["inputs"]])
    table.attrs |= {"niveau": level, "type": "lieux", "reference": reference if held is None else "lieux"}
    return table


def _as_places(given: Any, what: str) -> pd.DataFrame:
    places = getattr(given, "places", given)
    if not hasattr(places, "columns"):
        raise BadInput(
            f"{what} is a {type(given).__name__}: give what tl.clean returned, or a table with one row per place."
        )
    return places


def _kind_and_list(name: str) -> tuple[str, str | None]:
    """Return the kind of place and the list that a name stands for; a kind alone means its latest list."""
    held = embedded.load("types_de_lieux")
    whole = held[held["ensemble"].isna()]
    kinds, lists = held["type"].unique().tolist(), dict(zip(whole["jeu"], whole["type"], strict=True))
    if name in lists:
        return lists[name], name
    if name in kinds:
        return name, None
    known = [*lists, *kinds]
    raise BadInput(
        f"no list or kind called {name!r}{did_you_mean(name, known)}: it is one of {', '.join(known)}; or give places."
    )


def _in_common(own: pd.DataFrame, held: pd.DataFrame | None, rates: pd.DataFrame, level: str) -> pd.Series:
    """Return, per territory, how many places have their name and commune in the reference; missing if not known."""
    import pandas as pd

    unknown = pd.Series(pd.NA, index=rates.index, dtype="Int64")
    if held is None or not all({"nom", "code_commune", f"code_{level}"} <= set(one.columns) for one in (own, held)):
        return unknown
    there = set(_names(held).dropna())
    codes = own.loc[_names(own).isin(there), f"code_{level}"].value_counts()
    counts = rates["code"].map(codes).fillna(0).astype("Int64")
    return counts.where(rates[_COUNT].notna())


def _names(places: pd.DataFrame) -> pd.Series:
    """Return the commune and the name of each place, in letters that compare; missing where one of them is."""
    names = places["nom"].astype(object).map(lambda text: key(str(text)), na_action="ignore")
    return places["code_commune"].astype(object) + " " + names


def _ratios(count: pd.Series, other: pd.Series, confidence: float) -> pd.DataFrame:
    import pandas as pd
    from scipy.stats import binomtest, false_discovery_control

    found = pd.DataFrame(np.nan, index=count.index, columns=_RATIO)
    known = (count.notna() & other.notna() & (count.fillna(0) + other.fillna(0) > 0)).to_numpy()
    totals = [int(series[known].sum()) for series in (count, other)]
    if not known.any() or not all(totals):
        return found
    share = totals[0] / sum(totals)
    for at in count.index[known]:
        ours, theirs = int(count[at]), int(other[at])
        low, high = clopper_pearson(ours, ours + theirs, confidence)
        ratio = ours / theirs if theirs else np.inf
        test = binomtest(ours, ours + theirs, share).pvalue
        found.loc[at, _RATIO[:4]] = [ratio, _odds(low), _odds(high), test]
    found.loc[known, "p_ajustee"] = false_discovery_control(found.loc[known, "p_valeur"].to_numpy(float))
    return found


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else np.inf
