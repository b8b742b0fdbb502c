"""Find the territories that differ from the others beyond chance, with a bounded share of false alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.input_checks import check_counts, population_readings

if TYPE_CHECKING:
    import pandas as pd

VERDICTS = ("au_dessus", "en_dessous", "indistinct")


def territories_that_differ(table: pd.DataFrame, fdr: float = 0.05) -> pd.DataFrame:
    """Return which territories have more or fewer places than their inhabitants' share of all places, chance apart.

    For each territory the hypothesis is that its rate is that of all others together. Given the total, its count is
    then binomial, with its share of the population: the exact test of two Poisson rates. The p-value is twice the
    smaller tail; counts being whole numbers, it is conservative. Benjamini and Hochberg's rule then keeps the
    expected share of false alarms among the territories called different under `fdr`.

    Parameters
    ----------
    table : DataFrame
        One row per territory with `nb_lieux` and `population` (with bounds, if any: the larger p-value of
        the two ends is kept); unknown counts are left out of the comparison.
    fdr : float
        Share of false alarms that is accepted, between 0 and 1.

    Returns
    -------
    DataFrame
        `table` and `nb_attendu` (at the rate of all together), `p_valeur, p_ajustee, ecart` (one of `VERDICTS`, missing
        where the count is).

    Raises
    ------
    BadInput
        A territory without population, a negative count (they are named), or `fdr` out of bounds.

    See Also
    --------
    rates, rate_places : Tables that hold the answer already.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"nb_lieux": [90, 10], "population": [1000, 1000]})
    >>> territories_that_differ(table)["ecart"].tolist()
    ['au_dessus', 'en_dessous']
    """
    if not 0 < fdr < 1:
        raise BadInput(f"a share of false alarms lies between 0 and 1, not {fdr}: write 0.05.")
    check_counts(table)
    known = table["nb_lieux"].notna()
    count, people = table.loc[known, "nb_lieux"].to_numpy(int), table.loc[known, "population"].to_numpy(float)
    share, total = people / people.sum(), count.sum()
    readings = [_two_sided(count, total, each[known] / each[known].sum()) for each in population_readings(table)]
    p = np.max(readings, axis=0)
    adjusted = stats.false_discovery_control(p)
    away = np.where(count > share * total, VERDICTS[0], VERDICTS[1])
    columns = {
        "nb_attendu": share * total,
        "p_valeur": p,
        "p_ajustee": adjusted,
        "ecart": np.where(adjusted <= fdr, away, VERDICTS[2]),
    }
    result = table.copy()
    for name, values in columns.items():
        result.loc[known, name] = values
    result.attrs = table.attrs | {"fdr": fdr}
    return result


def _two_sided(count: np.ndarray, total: int, share: np.ndarray) -> np.ndarray:
    tail = np.minimum(stats.binom.cdf(count, total, share), stats.binom.sf(count - 1, total, share))
    return np.minimum(1.0, 2 * tail)


def funnel_limits(rate: float, exposure: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the rates between which a territory stays by chance, when its true rate is `rate`.

    Exact Poisson limits, interpolated between whole counts so that they do not saw. Source: D. J. Spiegelhalter,
    Statistics in Medicine 24 (2005), 1185-1202, appendix.

    Parameters
    ----------
    rate : float
        Common rate, events per unit of exposure.
    exposure : ndarray
        Exposures to give the limits at.
    level : float
        Probability that a count stays inside.
    """
    expected = rate * np.asarray(exposure, float)

    def limit(probability: float) -> np.ndarray:
        whole = stats.poisson.ppf(probability, expected)
        above, at = stats.poisson.cdf(whole, expected), stats.poisson.pmf(whole, expected)
        return np.maximum(0.0, whole - (above - probability) / at) / exposure

    return limit((1 - level) / 2), limit((1 + level) / 2)
