"""Sharp bounds of sums over territories, when the national total is known and only some territories are.

The method assumes nothing about the others beyond what the caller writes: the least and the most that each can be,
totals of groups. Each bound is attained by some table of numbers that agrees with all that is known, so none can be
tightened without another fact. The extremes are found by linear programming, with whole numbers where things are
counted (HiGHS, through `scipy.optimize.milp`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

Span = float | tuple[float, float]


def bounds(
    known: pd.DataFrame,
    total: Span,
    *,
    groups: Mapping[tuple[str, ...], Span] | None = None,
    of: Mapping[str, Mapping[str, float]] | None = None,
    whole: bool = True,
    positive: Span | None = None,
) -> pd.DataFrame:
    """Return the least and the most of any sum over territories, given what is known of some and the total of all.

    Parameters
    ----------
    known : DataFrame
        One row per territory: `territoire` (distinct), `valeur` (missing where unknown) and, if wished, `valeur_bas`,
        `valeur_haut`: what an unknown value cannot fall under or exceed (missing: 0, and no limit).
    total : float or (float, float)
        The sum over all rows, or the interval it lies in.
    groups : mapping, optional
        Territories that are known together only: their codes -> their sum, or the interval it lies in.
    of : mapping, optional
        What to bound: name -> weight of each territory (0 where left out). ``{"Sud": {"R93": 1, "R94": 1}}`` is a sum
        over two régions; weights of one over a population make a rate, values of 0 to 1 with populations as weights
        make a population reached. By default, every territory by itself.
    whole : bool
        True when values are whole numbers (places, projects); False for amounts and shares.
    positive : float or (float, float), optional
        How many rows hold one or more, or the interval this number lies in; for whole numbers only. By default,
        nothing is known of it.

    Returns
    -------
    DataFrame
        One row per thing bounded: `quoi` (a territory, or a name of `of`), `borne_basse, borne_haute`, `est_connu` (the
        two are one).

    Raises
    ------
    BadInput
        A negative value, a known value above the total, a territory twice or unknown, limits that cross, `positive`
        for values that are not whole, or facts that cannot all hold; the rows are named.

    See Also
    --------
    deffinov_bounds : The bounds of projects by région.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"territoire": ["R11", "R93", "R94"], "valeur": [7, None, None]})
    >>> bounds(seen, 10)[["quoi", "borne_basse", "borne_haute"]].to_numpy().tolist()
    [['R11', 7.0, 7.0], ['R93', 0.0, 3.0], ['R94', 0.0, 3.0]]
    """
    import pandas as pd

    codes = _check_distinct(known["territoire"])
    low, high = _value_bounds(known, codes)
    sums = [(np.ones(len(codes)), *_span(total, "the total"))]
    for members, span in (groups or {}).items():
        sums.append((_indicator(codes, members), *_span(span, f"the group {', '.join(members)}")))
    _check_total(codes, low, sums[0][2])
    if positive is not None and not whole:
        raise BadInput("positive counts the rows that hold one or more: it needs whole numbers (whole=True).")
    held = None if positive is None else _span(positive, "the number of rows that hold one or more")
    wanted = of or {code: {code: 1.0} for code in codes}
    records = []
    for name, weights in wanted.items():
        aim = np.zeros(len(codes))
        aim[_positions(codes, weights)] = list(weights.values())
        least, most = (_extreme(sign * aim, low, high, sums, whole, held) * sign for sign in (1, -1))
        records.append((name, least, most, math.isclose(least, most, rel_tol=1e-9, abs_tol=1e-9)))
    table = pd.DataFrame(records, columns=["quoi", "borne_basse", "borne_haute", "est_connu"])
    table.attrs = dict(known.attrs)
    return table


def _check_distinct(column: pd.Series) -> list[str]:
    twice = sorted(set(column[column.duplicated()]))
    if twice or column.isna().any():
        raise BadInput(f"every row needs a territory of its own: {', '.join(map(str, twice)) or 'one has none'}.")
    return [str(code) for code in column]


def _value_bounds(known: pd.DataFrame, codes: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the most that each value can be: a known value bounds itself."""
    value = known["valeur"].astype("float64").to_numpy()
    low, high = (
        known[name].astype("float64").to_numpy() if name in known else np.full(len(codes), np.nan)
        for name in ("valeur_bas", "valeur_haut")
    )
    low = np.where(np.isnan(value), np.where(np.isnan(low), 0.0, low), value)
    high = np.where(np.isnan(value), np.where(np.isnan(high), np.inf, high), value)
    for wrong, what in ((low < 0, "is negative"), (low > high, "has a least value above its greatest")):
        if wrong.any():
            raise BadInput(f"{', '.join(np.array(codes)[wrong])} {what}.")
    return low, high


def _span(given: Span, what: str) -> tuple[float, float]:
    low, high = given if isinstance(given, tuple) else (given, given)
    if not 0 <= low <= high < math.inf:
        raise BadInput(f"{what} is {given}: write a number that is not negative, or its least then its greatest.")
    return float(low), float(high)


def _check_total(codes: list[str], low: np.ndarray, most: float) -> None:
    above = [f"{code} ({value:g})" for code, value in zip(codes, low, strict=True) if value > most]
    if above:
        raise BadInput(f"{', '.join(above)}: more than the total of all, {most:g}.")
    if low.sum() > most * (1 + 1e-12):
        held = [f"{code} ({value:g})" for code, value in zip(codes, low, strict=True) if value > 0]
        raise BadInput(f"{', '.join(held)} add up to {low.sum():g}, more than the total of all, {most:g}.")


def _positions(codes: list[str], wanted: Collection[str]) -> list[int]:
    if odd := [code for code in wanted if code not in codes]:
        raise BadInput(f"{', '.join(odd[:8])}: no row of the table has this territory.")
    return [codes.index(code) for code in wanted]


def _indicator(codes: list[str], members: Collection[str]) -> np.ndarray:
    row = np.zeros(len(codes))
    row[_positions(codes, members)] = 1.0
    return row


def _extreme(
    aim: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    sums: list[tuple[np.ndarray, float, float]],
    whole: bool,
    positive: tuple[float, float] | None,
) -> float:
    """Return the smallest value of `aim` times the unknown numbers."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, least, most = (np.array(part) for part in zip(*sums, strict=True))
    if positive is not None:
        aim, low, high, rows, least, most = _with_switches(aim, low, high, rows, least, most, positive)
    found = milp(
        aim,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(rows, least, most),
        integrality=np.full(len(aim), int(whole)),
        options={"mip_rel_gap": 0.0},  # the default stops at one in ten thousand: not sharp
    )
    if found.x is None:
        raise BadInput(
            "these facts cannot all hold: no numbers within the limits add up to the total and to the groups; look at "
            "the limits, the totals, or whether the values are whole numbers."
        )
    return float(aim @ np.round(found.x)) if whole else float(found.fun)


def _with_switches(
    aim: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    rows: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    positive: tuple[float, float],
) -> tuple[np.ndarray, ...]:
    """Return the same problem with one switch (0 or 1) per row, which is 1 exactly where the row holds one or more."""
    size = len(aim)
    one, none = np.eye(size), np.zeros((len(rows), size))
    largest = most[0]  # the total of all: no row holds more
    at_least_its_switch = np.hstack([one, -one])
    nothing_without_it = np.hstack([-one, largest * one])
    switched_on = np.concatenate([np.zeros(size), np.ones(size)])[None, :]
    return (
        np.concatenate([aim, np.zeros(size)]),
        np.concatenate([low, np.zeros(size)]),
        np.concatenate([high, np.ones(size)]),
        np.vstack([np.hstack([rows, none]), at_least_its_switch, nothing_without_it, switched_on]),
        np.concatenate([least, np.zeros(2 * size), [positive[0]]]),
        np.concatenate([most, np.full(2 * size, np.inf), [positive[1]]]),
    )
