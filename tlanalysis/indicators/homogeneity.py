"""A test of equal rates for all territories together.

Tests of one territory at a time may name none although the rates differ: each has little data, all together have much.
So the question of equal rates is asked first, and once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import stamp
from tlanalysis.indicators.input_checks import check_counts

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 9_999


def equal_rates(table: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return a test of equal rates in all territories of a table: one row.

    Under equal rates the places fall on the territories in proportion to their populations. The statistic is Pearson's
    chi-squared; its p-value is the share of multinomial draws that reach it, because many expected numbers are small.
    The order of the rows changes nothing.

    Parameters
    ----------
    table : DataFrame
        One row per territory: `nb_lieux` (whole numbers) and `population` (inhabitants).
    seed : int
        Of the draws.

    Returns
    -------
    DataFrame
        `nb_territoires, nb_lieux, chi2, ddl, p_valeur, p_valeur_asymptotique`. `p_valeur` is at least one in the
        number of draws plus one.

    Raises
    ------
    BadInput
        No place at all, a missing or negative number.

    References
    ----------
    Davison, A. C. and Hinkley, D. V. (1997), *Bootstrap Methods and their Application*, section 4.2.

    Examples
    --------
    >>> import pandas as pd
    >>> same = pd.DataFrame({"nb_lieux": [10, 20, 30], "population": [100, 200, 300]})
    >>> float(equal_rates(same)["chi2"].iloc[0]), float(equal_rates(same)["p_valeur"].iloc[0])
    (0.0, 1.0)
    """
    import pandas as pd
    from scipy.stats import chi2

    check_counts(table)
    counts, people = (table[name].to_numpy("float64", na_value=np.nan) for name in ("nb_lieux", "population"))
    if np.isnan(counts).any() or not counts.sum():
        raise BadInput("a test of equal rates needs the count of every territory, and at least one place.")
    order = np.lexsort((counts, people))  # always the same one: the draws, and so the p-value, depend on it
    statistic, reached = _compared(counts[order].tobytes(), people[order].tobytes(), seed)
    freedom = len(counts) - 1
    row = {
        "nb_territoires": len(counts),
        "nb_lieux": int(counts.sum()),
        "chi2": statistic,
        "ddl": freedom,
        "p_valeur": (1 + reached) / (1 + DRAWS),
        "p_valeur_asymptotique": float(chi2.sf(statistic, freedom)),
    }
    return stamp(pd.DataFrame([row]), table, inputs=table.attrs.get("inputs", []))


@lru_cache(maxsize=32)
def _compared(counts: bytes, people: bytes, seed: int) -> tuple[float, int]:
    """Return the statistic, and how many draws reach it; charts of the same table ask for the same numbers again."""
    count, exposure = np.frombuffer(counts), np.frombuffer(people)
    total = int(count.sum())
    expected = total * exposure / exposure.sum()
    statistic = float(((count - expected) ** 2 / expected).sum())
    drawn = np.random.default_rng(seed).multinomial(total, exposure / exposure.sum(), size=DRAWS)
    return statistic, int((((drawn - expected) ** 2 / expected).sum(axis=1) >= statistic - 1e-9).sum())
