"""Rank agreement: whether two measures put territories in the same order, with an interval; causes are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import stamp

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 4000
FEWEST = 10  # territories under which an interval would say less than its width


def rank_agreement(
    table: pd.DataFrame,
    pairs: list[tuple[str, str]],
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Return Kendall's tau-b between columns, over the territories where both are known, with a bootstrap interval.

    Tau is the share of pairs of territories that the two measures put in the same order, less the share they put in
    opposite orders, pairs tied on one measure set apart; 1 is the same order, -1 the reverse. The interval redraws the
    territories (a territory drawn twice is not a pair with itself): what other territories alike could have shown. It
    does not carry the chance of small counts, which pulls tau towards zero, nor the likeness of neighbours, which makes
    it too short.

    Parameters
    ----------
    table : DataFrame
        One row per territory.
    pairs : list of (str, str)
        Columns to compare.
    confidence : float
        Level of the interval.
    seed : int
        Start of the random draws.

    Returns
    -------
    DataFrame
        One row per pair: `mesure_1, mesure_2, nb_territoires, tau, tau_bas, tau_haut`. With fewer than `FEWEST`
        territories the interval is the whole range, -1 to 1: ranks of so few do not bound it.

    Raises
    ------
    BadInput
        A column is missing, fewer than three territories are known, or a measure is the same everywhere.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"places": range(20), "jobless": range(20)})
    >>> rank_agreement(seen, [("places", "jobless")])["tau"].tolist()
    [1.0]
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    records = []
    for first, second in pairs:
        if lacking := [name for name in (first, second) if name not in table]:
            raise BadInput(f"no column {lacking[0]} to rank territories by.")
        both = table[[first, second]].astype("float64").dropna()
        if len(both) < 3 or (both.nunique() < 2).any():
            raise BadInput(f"{first} and {second}: three territories or more, and two values of each, make an order.")
        x, y = (np.sign(both[name].to_numpy()[:, None] - both[name].to_numpy()) for name in both)
        low, high = _bootstrap(x, y, confidence, rng) if len(both) >= FEWEST else (-1.0, 1.0)
        records.append((first, second, len(both), _tau(x, y, np.ones((1, len(both))))[0], low, high))
    columns = ["mesure_1", "mesure_2", "nb_territoires", "tau", "tau_bas", "tau_haut"]
    result = stamp(pd.DataFrame(records, columns=columns), table, inputs=table.attrs.get("inputs", []))
    result.attrs["confiance"] = confidence
    return result


def _tau(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return tau-b for each row of weights (how often each territory was drawn), from the signs of differences."""

    def total(signs: np.ndarray) -> np.ndarray:
        return np.einsum("bi,ij,bj->b", weights, signs, weights, optimize=True)

    return total(x * y) / np.sqrt(total(x * x) * total(y * y))


def _bootstrap(x: np.ndarray, y: np.ndarray, confidence: float, rng: np.random.Generator) -> tuple[float, float]:
    n = len(x)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(float)
    tail = (1 - confidence) / 2
    low, high = np.quantile(_tau(x, y, drawn), [tail, 1 - tail])
    return float(low), float(high)
