"""Inequality between territories: Lorenz curve, Gini and Theil of places over inhabitants, apart from chance.

Each index has three values. The index of the list is exact, but part of it is chance: with few places, equal rates
look unequal too. The second is the index under equal rates (the total dealt out by population). The third is the index
of the underlying rates (Gamma-Poisson, see `shrinkage`), with its interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import sources_of, stamp
from tlanalysis.data import territories
from tlanalysis.indicators.input_checks import by_code, check_counts
from tlanalysis.indicators.intervals import check_level
from tlanalysis.indicators.shrinkage import shrink

if TYPE_CHECKING:
    import pandas as pd

INDICES = ("gini", "theil", "theil_entre", "theil_dans")
DRAWS = 2000


def lorenz(table: pd.DataFrame, *, count: str = "nb_lieux", population: str = "population") -> pd.DataFrame:
    """Return the Lorenz curve of places over inhabitants: territories from the least to the best provided.

    Parameters
    ----------
    table : DataFrame
        One row per territory, e.g. from `places_per_territory`.
    count, population : str
        Columns of places and of inhabitants.

    Returns
    -------
    DataFrame
        `part_population, part_lieux`, from (0, 0) to (1, 1), one row more than `table`.

    Raises
    ------
    BadInput
        When a population is not positive, a count is negative, or there is no place at all.

    See Also
    --------
    gini : The area as one number.
    plot_lorenz : Chart of one or more curves.

    Examples
    --------
    >>> import pandas as pd
    >>> curve = lorenz(pd.DataFrame({"nb_lieux": [0, 4], "population": [10, 10]}))
    >>> curve.iloc[-1].tolist()
    [1.0, 1.0]
    """
    import pandas as pd

    check_table(table, "rate_places or places_per_territory")
    if lacking := [name for name in (count, population) if name not in table]:
        raise BadInput(f"this table has no column {lacking[0]}: start from rate_places or places_per_territory.")
    places, people = (table[name].astype("float64").to_numpy() for name in (count, population))
    if not np.isfinite(places).all():
        raise BadInput("a Lorenz curve needs a known count in every territory: leave the unknown ones out, and say so.")
    if (people <= 0).any() or (places < 0).any() or places.sum() == 0:
        raise BadInput(
            "a Lorenz curve needs positive populations, counts that are not negative, and at least one place."
        )
    order = np.argsort(places / people, kind="stable")
    curve = pd.DataFrame(
        {
            "part_population": np.concatenate([[0.0], np.cumsum(people[order]) / people.sum()]),
            "part_lieux": np.concatenate([[0.0], np.cumsum(places[order]) / places.sum()]),
        }
    )
    curve.attrs = {"inputs": table.attrs.get("inputs", []), "sources": sources_of(table)}
    return curve


def gini(table: pd.DataFrame, *, count: str = "nb_lieux", population: str = "population") -> float:
    """Return the Gini coefficient of places over inhabitants: 0 when every inhabitant has as many, 1 at the other end.

    Twice the area between the diagonal and the Lorenz curve, territories weighted by their inhabitants.

    Parameters
    ----------
    table : DataFrame
        One row per territory.
    count, population : str
        Columns of places and of inhabitants.

    Returns
    -------
    float

    See Also
    --------
    inequality : The same with an interval.
    lorenz : The curve.

    Examples
    --------
    >>> import pandas as pd
    >>> gini(pd.DataFrame({"nb_lieux": [0, 4], "population": [10, 10]}))
    0.5
    """
    curve = lorenz(table, count=count, population=population)
    return float(1 - 2 * np.trapezoid(curve["part_lieux"], curve["part_population"]))


def lorenz_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return several Lorenz curves in one long table.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Kind -> what `places_per_territory` returns.

    Returns
    -------
    DataFrame
        `type, part_population, part_lieux, gini`.

    See Also
    --------
    lorenz : One curve.
    plot_lorenz : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> curves = lorenz_of({"tiers_lieux": tl.rates("tiers_lieux")})
    >>> set(curves["type"])
    {'tiers_lieux'}
    """
    import pandas as pd

    if not tables:
        raise BadInput("there is no table to draw a curve of: give kind -> what places_per_territory returns.")
    curves = [lorenz(table).assign(type=kind, gini=gini(table)) for kind, table in tables.items()]
    long = pd.concat(curves, ignore_index=True)[["type", "part_population", "part_lieux", "gini"]]
    inputs = sorted({name for table in tables.values() for name in table.attrs.get("inputs", [])})
    long.attrs = {"inputs": inputs, "sources": sources_of(*tables.values())}
    return long


def inequality(table: pd.DataFrame, *, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Return the Gini of places over inhabitants and its Theil index, split between and within régions.

    With s the share of the places and p the share of the inhabitants, Theil = sum of s ln(s / p); that of the régions
    is the part between, the rest is within (the mean, weighted by places, of the régions' own Theil). Neither is a
    share of a cause: it says where the differences lie.

    Parameters
    ----------
    table : DataFrame
        One row per département with `code`, `nb_lieux`, `population`, e.g. from `places_per_territory`. By régions
        there is nothing within.
    confidence : float
        Level of the intervals.
    seed : int
        Start of the random draws (parametric bootstrap, `DRAWS` of them).

    Returns
    -------
    DataFrame
        One row per index of `INDICES`: `indice, valeur` (in the list), `hasard, hasard_haut` (mean and upper bound, one
        sided, if all rates were equal), `sous_jacent, sous_jacent_bas, sous_jacent_haut` (of the underlying rates). The
        lower bound is 0 where equal rates could have shown as much as the list does. The intervals suppose rates that
        spread as a Gamma law does; where a few territories stand far above the others, that of the Gini is too high,
        and covers less than it says (`docs/coverage.md`). The part between régions has a model of its own, so that it
        and the part within need not make the whole.

    Raises
    ------
    BadInput
        As `smooth_rates`; or no place at all; or a code that is neither a région nor a département.

    See Also
    --------
    gini : The number alone.
    inequality_of : Several lists.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> inequality(tl.rates("fabriques_de_territoire"))["indice"].tolist()
    ['gini', 'theil', 'theil_entre', 'theil_dans']
    """
    import pandas as pd

    check_level(confidence)
    rng = np.random.default_rng(seed)
    observed, chance, below = _drawn(table, rng)
    level = (1 - confidence) / 2
    records = []
    for name in INDICES:
        if name not in observed:
            continue
        ceiling = float(np.quantile(chance[name], 1 - level))
        low, high = np.quantile(below[name], [level, 1 - level])
        real = observed[name] > ceiling
        records.append(
            (
                name,
                observed[name],
                chance[name].mean(),
                ceiling,
                below[name].mean(),
                float(low) if real else 0.0,
                float(high),
            )
        )
    columns = ["indice", "valeur", "hasard", "hasard_haut", "sous_jacent", "sous_jacent_bas", "sous_jacent_haut"]
    return _dated(pd.DataFrame(records, columns=columns), table)


def inequality_change(
    before: pd.DataFrame, after: pd.DataFrame, *, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Return how each index of the underlying rates moved from one vintage of a list to the next, with its interval.

    Parameters
    ----------
    before, after : DataFrame
        Two tables of one perimeter (`attrs["perimetre"]`), as for `inequality`, of the same territories.
    confidence, seed
        As for `inequality`.

    Returns
    -------
    DataFrame
        `indice, valeur_debut, valeur_fin` (in the lists), `ecart_bas, ecart_haut` (of the underlying rates, the two
        lists taken as independent: too wide when most places are in both).

    Raises
    ------
    BadInput
        The perimeters are not one, are not said, or the territories differ: what moved would be the definition.

    See Also
    --------
    inequality : One date.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> table = tl.places_per_territory("coworking", vintage="cget_2019")
    >>> inequality_change(table, table)["indice"].tolist()
    ['gini', 'theil', 'theil_entre', 'theil_dans']
    """
    import pandas as pd

    names = [table.attrs.get("perimetre") for table in (before, after)]
    if names[0] is None or names[0] != names[1]:
        raise BadInput(
            f"inequality moves between vintages of one perimeter only; these are {names[0]!r} and {names[1]!r}: what "
            'moved could be the definition (attrs["perimetre"] says which one a table has).'
        )
    counted = [set(table.loc[table["nb_lieux"].notna(), "code"]) for table in (before, after)]
    if odd := sorted(counted[0] ^ counted[1]):
        raise BadInput(f"the two vintages do not count the same territories: {', '.join(map(str, odd[:8]))}.")
    check_level(confidence)
    rng = np.random.default_rng(seed)
    (first, _, one), (last, _, other) = _drawn(before, rng), _drawn(after, rng)
    tail = (1 - confidence) / 2
    records = [
        (name, first[name], last[name], *map(float, np.quantile(other[name] - one[name], [tail, 1 - tail])))
        for name in INDICES
        if name in first
    ]
    columns = ["indice", "valeur_debut", "valeur_fin", "ecart_bas", "ecart_haut"]
    return _dated(pd.DataFrame(records, columns=columns), before, after)


def _dated(result: pd.DataFrame, *tables: pd.DataFrame) -> pd.DataFrame:
    """Return the result with the sources of its tables and the name of its list."""
    inputs = {name for table in tables for name in table.attrs.get("inputs", [])}
    result = stamp(result, *tables, inputs=inputs)
    about = tables[-1].attrs
    result.attrs |= {key: about[key] for key in ("type", "jeu", "perimetre") if key in about}
    return result


_Drawn = dict[str, np.ndarray]


def _drawn(table: pd.DataFrame, rng: np.random.Generator) -> tuple[dict[str, float], _Drawn, _Drawn]:
    """Return each index: in the list, in draws of it under equal rates, in draws of the underlying rates."""
    known = by_code(check_counts(table)[table["nb_lieux"].notna()])
    count, people = known["nb_lieux"].to_numpy(float), known["population"].to_numpy(float)
    if count.sum() == 0:
        raise BadInput("this list has no place at all: there is no inequality to measure.")
    groups = _regions_of(known["code"]) if "code" in known else None
    equal = rng.multinomial(int(count.sum()), people / people.sum(), size=DRAWS).astype(float)
    rates = shrink(count, people / 1e5).draws(DRAWS, rng) * people
    observed = {name: float(values[0]) for name, values in _indices(count[None], people, groups).items()}
    underlying = _indices(rates, people, groups)
    if groups is not None:
        # The model of départements draws each of them towards France, and régions that differ too: they have their own.
        regional, inhabitants = _by_group(count, groups), _by_group(people, groups)
        drawn = shrink(regional, inhabitants / 1e5).draws(DRAWS, rng) * inhabitants
        underlying["theil_entre"] = _theil(_shares(drawn), inhabitants / inhabitants.sum())
    return observed, _indices(equal, people, groups), underlying


def _regions_of(codes: pd.Series) -> np.ndarray | None:
    """Return the région of each département; None when the rows are régions."""
    if set(codes) <= set(territories.regions()["code_region"]):
        return None
    links = territories.departements().set_index("code_departement")["code_region"].to_dict()
    regions = [links.get(code) for code in codes]
    if odd := [str(code) for code, region in zip(codes, regions, strict=True) if region is None]:
        raise BadInput(f"{', '.join(odd[:8])}: no département has this code.")
    return np.array(regions)


def _indices(count: np.ndarray, people: np.ndarray, groups: np.ndarray | None) -> _Drawn:
    """Return each index for every row of counts, shape (draws, territories)."""
    share, weight = _shares(count), people / people.sum()
    found = {"gini": _gini(share, weight), "theil": _theil(share, weight)}
    if groups is None:
        return found
    between = _theil(_by_group(share, groups), _by_group(weight, groups))
    return found | {"theil_entre": between, "theil_dans": found["theil"] - between}


def _shares(count: np.ndarray) -> np.ndarray:
    return count / count.sum(axis=1, keepdims=True)


def _by_group(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the sums of values over the départements of each région."""
    return values @ (groups[:, None] == np.unique(groups)).astype(float)


def _gini(share: np.ndarray, weight: np.ndarray) -> np.ndarray:
    order = np.argsort(share / weight, axis=1, kind="stable")
    step = weight[order]
    curve = np.cumsum(np.take_along_axis(share, order, axis=1), axis=1)
    before = np.concatenate([np.zeros((len(share), 1)), curve[:, :-1]], axis=1)
    return 1 - (step * (curve + before)).sum(axis=1)


def _theil(share: np.ndarray, weight: np.ndarray) -> np.ndarray:
    from scipy.special import xlogy

    return (xlogy(share, share) - xlogy(share, weight)).sum(axis=1)


def inequality_of(tables: dict[str, pd.DataFrame], *, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Return `inequality` of several lists in one long table.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Kind -> what `places_per_territory` returns.
    confidence, seed
        As for `inequality`.

    Returns
    -------
    DataFrame
        `type` and the columns of `inequality`.

    See Also
    --------
    inequality : One list.
    plot_inequality : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> set(inequality_of({"tiers_lieux": tl.rates("tiers_lieux")})["type"])
    {'tiers_lieux'}
    """
    import pandas as pd

    if not tables:
        raise BadInput("there is no table to measure: give kind -> what places_per_territory returns.")
    found = [inequality(table, confidence=confidence, seed=seed).assign(type=kind) for kind, table in tables.items()]
    long = pd.concat(found, ignore_index=True)
    long = long[["type", *(name for name in long if name != "type")]]
    inputs = sorted({name for table in tables.values() for name in table.attrs.get("inputs", [])})
    return stamp(long, *tables.values(), inputs=inputs)
