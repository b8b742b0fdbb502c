"""Rates of places per 100,000 inhabitants, raw and smoothed.

The raw rate has an exact Poisson interval and uses this territory alone. The smoothed rate also uses the other
territories (see `shrinkage`), so that a small count does not look like a high or a low rate.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core import periods
from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import inputs_of, stamp
from tlanalysis.data import territories
from tlanalysis.data.evidence import MEASURES, as_intervals, observations
from tlanalysis.indicators.differences import territories_that_differ
from tlanalysis.indicators.input_checks import check_counts, population_readings
from tlanalysis.indicators.intervals import check_level, garwood, rounding, shares_that_add_up
from tlanalysis.indicators.shrinkage import shrink

if TYPE_CHECKING:
    import pandas as pd

PER = 1e5


def rate_places(
    places: pd.DataFrame,
    level: str = "departement",
    *,
    covers: str | Iterable[str] = "FR",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return places per 100,000 inhabitants of every territory, raw and smoothed, with intervals.

    Parameters
    ----------
    places : DataFrame
        One row per place, with `code_departement` or `code_region` (INSEE codes, text); e.g. `tl.clean(file).places`.
    level : {"departement", "region"}
        Territories to count by. A région is read from the département where it is missing.
    covers : str or iterable of str
        The territories the list is complete for, e.g. ``"R76"``. A territory in them that no place names has a true
        zero; elsewhere the number is unknown, not zero.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per territory: `territoire, code, nom, population, population_bas, population_haut, nb_lieux,
        taux_pour_100k, taux_bas_pour_100k,
        taux_haut_pour_100k` (Garwood), `taux_lisse_pour_100k, taux_lisse_bas_pour_100k, taux_lisse_haut_pour_100k` (see
        `smooth_rates`), and the columns of `territories_that_differ`.
        `attrs["nb_sans_territoire"]` counts the places without a code, `attrs["nb_hors_champ"]` those outside what the
        list covers; together with the sum of `nb_lieux` they make all rows.

    Raises
    ------
    BadInput
        No code column, codes that are no territory (their rows are named), an unknown level or `covers`.

    Warns
    -----
    UserWarning
        When some places have no code, hence no rate.

    See Also
    --------
    compare : Your list beside a reference list.
    plot_rates, plot_funnel : Charts of the answer.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = rate_places(pd.DataFrame({"code_region": ["94", "94", "53"]}), "region")
    >>> rates.set_index("code").loc[["53", "94"], "nb_lieux"].tolist()
    [1, 2]
    """
    check_table(places, "tl.clean")
    table = territories.table(level).drop(columns="annee_population")
    codes = _codes(places, level, set(table["code"]))
    inside = _covered(covers, level)
    per_code = codes[codes.isin(inside)].value_counts()
    counts = table["code"].map(per_code).fillna(0).where(table["code"].isin(inside))
    table["nb_lieux"] = counts.astype("Int64")
    table = table.join(per_inhabitant(table["nb_lieux"], table, confidence))
    table = territories_that_differ(smooth_rates(table, confidence))
    reference = territories.regions() if level == "region" else territories.departements()
    table = stamp(table, places, reference, inputs=[*inputs_of(places), f"{level}s"])
    missing = int(codes.isna().sum())
    outside = int((codes.notna() & ~codes.isin(inside)).sum())
    table.attrs |= {"nb_sans_territoire": missing, "nb_hors_champ": outside, "niveau": level}
    if missing:
        warnings.warn(
            f"{missing} of {len(places)} places have no code_{level}: they are in no rate, and counted in "
            'attrs["nb_sans_territoire"].',
            stacklevel=2,
        )
    return table


def _codes(places: pd.DataFrame, level: str, known: set[str]) -> pd.Series:
    """Return the code of each place's territory, missing where none is given."""
    import pandas as pd

    wanted = [name for name in (f"code_{level}", "code_departement") if name in places]
    if not wanted:
        raise BadInput(f"these places have no column code_{level}: clean the list first, or name its column so.")
    found = places[wanted[0]].astype(object)
    if level == "region" and "code_departement" in places:
        departement = places["code_departement"].astype(object)
        regions = {code: territories.region_of(code) or code for code in departement.dropna().unique()}
        printed = found if "code_region" in places else pd.Series(None, index=places.index, dtype=object)
        found = printed.where(printed.notna(), departement.map(regions))
    found = found.where(found.notna(), None)
    odd = found.notna() & ~found.isin(known | set(territories.COLLECTIVITIES))
    if odd.any():
        rows = ", ".join(f"row {at} ({found[at]!r})" for at in found.index[odd][:5])
        raise BadInput(f"{int(odd.sum())} places have a code that is no {level}: {rows}; codes are text, such as '01'.")
    return found


def _covered(covers: str | Iterable[str], level: str) -> set[str]:
    named = [covers] if isinstance(covers, str) else list(covers)
    codes: set[str] = set()
    for code in named:
        covered = territories.territory(code)
        if covered.level == "departement" and level == "region":
            raise BadInput(f"{code} is a département: a list that covers it is not complete for a région.")
        codes |= set(territories.table(level)["code"]) if covered.is_france else territories.within(code, level)
    return codes


def per_inhabitant(
    count: pd.Series, people: pd.DataFrame, confidence: float = 0.95, *, per: float = PER, unit: str = "100k"
) -> pd.DataFrame:
    """Return raw rates and their exact Poisson (Garwood) bounds; missing where the count is.

    `people` holds `population, population_bas, population_haut`, row for row. The rate is over the counted population;
    the lower bound is over the most inhabitants that the sources allow, the upper one over the least.

    Returns
    -------
    DataFrame
        `taux_pour_{unit}, taux_bas_pour_{unit}, taux_haut_pour_{unit}`, on the index of `count`.
    """
    import pandas as pd

    bounds = [(np.nan, np.nan) if pd.isna(k) else garwood(int(k), confidence) for k in count]
    exposure, least, most = (people[name].to_numpy(float) / per for name in territories.POPULATION)
    return pd.DataFrame(
        {
            f"taux_pour_{unit}": count.astype("Float64").to_numpy(float, na_value=np.nan) / exposure,
            f"taux_bas_pour_{unit}": np.array(bounds)[:, 0] / most,
            f"taux_haut_pour_{unit}": np.array(bounds)[:, 1] / least,
        },
        index=count.index,
    )


def smooth_rates(table: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return the table with the Gamma-Poisson smoothed rate of each territory and its interval.

    Parameters
    ----------
    table : DataFrame
        One row per territory with `nb_lieux` and `population` (and its bounds, if any: the interval then holds under
        both), e.g. from `places_per_territory`. A territory whose number is unknown gets no smoothed rate.
    confidence : float
        Level of the intervals: over many territories, the share of true rates they hold.

    Returns
    -------
    DataFrame
        `table` and `taux_lisse_pour_100k, taux_lisse_bas_pour_100k, taux_lisse_haut_pour_100k`;
        `attrs["variation"]` is the coefficient of variation of the rates once chance is set aside. Where the list has
        no place at all, or covers one territory only, there is nothing to smooth and these are missing.

    Raises
    ------
    BadInput
        A territory without population, or a negative count; they are named.

    See Also
    --------
    rate_places, rates : Rates that are smoothed already.

    Examples
    --------
    >>> import pandas as pd
    >>> table = smooth_rates(pd.DataFrame({"nb_lieux": [1, 9], "population": [100_000, 100_000]}))
    >>> [1 < rate < 9 for rate in table["taux_lisse_pour_100k"]]
    [True, True]
    """
    check_level(confidence)
    check_counts(table)
    known = table["nb_lieux"].notna().to_numpy()
    smoothed = np.full((len(table), 3), np.nan)
    variation = np.nan
    if known.sum() > 1 and table["nb_lieux"].sum() > 0:
        count = table.loc[known, "nb_lieux"].to_numpy(float)
        fits = [shrink(count, people[known] / PER) for people in population_readings(table)]
        fit = fits[0]
        low, high = zip(*(each.interval(confidence) for each in fits), strict=True)
        smoothed[known] = np.column_stack([fit.mean, np.min(low, axis=0), np.max(high, axis=0)])
        variation = fit.variation
    names = ["taux_lisse_pour_100k", "taux_lisse_bas_pour_100k", "taux_lisse_haut_pour_100k"]
    result = table.assign(**dict(zip(names, smoothed.T, strict=True)))
    result.attrs = table.attrs | {"variation": variation}
    return result


def rates_from_shares(year: When = "2023", *, confidence: float = 0.95, as_of: When | None = None) -> pd.DataFrame:
    """Return places per 100,000 inhabitants of the régions, from shares that were printed as whole percentages.

    A région's number is its share of the national total. The bounds of the number carry the rounding of the shares
    (which must add up to one) and of the total; those of the rate carry chance as well: the lower Garwood bound of
    the least number, the upper one of the most.

    Parameters
    ----------
    year : str
        Year of the shares.
    confidence : float
        Level of the Poisson part.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        One row per région, all 18; missing where no share is printed: `territoire, code, nom, population, part_bas,
        part_haut, nb_lieux_bas, nb_lieux_haut, taux_arrondi_bas_pour_100k, taux_arrondi_haut_pour_100k` (rounding
        alone), `taux_bas_pour_100k, taux_haut_pour_100k` (rounding and chance); `nb_lieux_local, perimetre_local`, the
        number that a source counts in the région in that year under another definition, the least of several. `attrs`
        holds `nb_national_bas, nb_national_haut, annee`.

    Raises
    ------
    BadInput
        No shares or no total for that year.

    See Also
    --------
    plot_rates_from_shares : Chart of the answer.

    Examples
    --------
    >>> len(rates_from_shares(2023))
    18
    """
    year = periods.written(year)
    shares = observations("part_nationale_tiers_lieux", as_of=as_of)
    shares = shares[shares["periode"] == year]
    totals = observations("tiers_lieux", "FR", nature=MEASURES, as_of=as_of)
    totals = totals[(totals["periode"] == year) & totals["perimetre"].isin(shares["perimetre"])]
    if shares.empty or totals["valeur"].isna().all():
        raise BadInput(f"no regional shares or no total of places for {year}: there is nothing to share out.")
    half = totals["valeur"].map(rounding, na_action="ignore")
    least, most = (totals["valeur"] - half).min(), (totals["valeur"] + half).max()
    spans = as_intervals(shares).groupby("territoire").agg(bas=("bas", "min"), haut=("haut", "max"))
    table = territories.table("region").drop(columns="annee_population").join(spans, on="territoire")
    known = table["bas"].notna()
    low, high = shares_that_add_up(table.loc[known, "bas"].to_numpy(), table.loc[known, "haut"].to_numpy())
    table.loc[known, ["part_bas", "part_haut"]] = np.column_stack([low, high])
    # A number of places is whole: at least the whole number above the least, at most the one below the most.
    table["nb_lieux_bas"] = np.ceil(table["part_bas"] * least - 1e-9).astype("Int64")
    table["nb_lieux_haut"] = np.floor(table["part_haut"] * most + 1e-9).astype("Int64")
    for side, other, tail in (("bas", "haut", 0), ("haut", "bas", 1)):
        people = table[f"population_{other}"].astype("float64") / PER
        number = table[f"nb_lieux_{side}"]
        table[f"taux_arrondi_{side}_pour_100k"] = number.astype("float64") / people
        chance = number.map(lambda k, tail=tail: garwood(int(k), confidence)[tail], na_action="ignore")
        table[f"taux_{side}_pour_100k"] = chance.astype("float64") / people
    local = _counted_locally(year, set(shares["perimetre"]), as_of)
    table["nb_lieux_local"] = table["territoire"].map(local["valeur"]).astype("Int64")
    table["perimetre_local"] = table["territoire"].map(local["perimetre"])
    table = stamp(table.drop(columns=["bas", "haut"]), shares, totals, local, territories.regions(), inputs=[])
    table.attrs |= {"inputs": ["observations", "regions"], "annee": year}
    table.attrs |= {"nb_national_bas": float(least), "nb_national_haut": float(most)}
    return table


def _counted_locally(year: str, perimeters: set[str], as_of: When | None) -> pd.DataFrame:
    """Return the least number counted in each région in a year under another definition, by territory."""
    counts = observations("tiers_lieux", nature=("compte",), as_of=as_of)
    counts = counts[counts["periode"].notna() & counts["territoire"].str.startswith("R", na=False)]
    same = [periods.year(text) == int(year) for text in counts["periode"]]
    counts = counts.loc[same]
    counts = counts[counts["valeur"].notna() & ~counts["perimetre"].isin(perimeters)]
    return counts.sort_values("valeur", kind="stable").drop_duplicates("territoire").set_index("territoire")
