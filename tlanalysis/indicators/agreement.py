"""Rank agreement: whether two measures put territories in the same order, with an interval; causes are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import stamp
from tlanalysis.indicators.input_checks import by_code
from tlanalysis.indicators.intervals import check_level

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES = 4000
FEWEST = 10  # territories under which an interval would say less than its width


def rank_agreement(
    table: pd.DataFrame,
    pairs: list[tuple[str, str]],
    *,
    given: str | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Return Kendall's tau-b between columns, over the territories where both are known, with a bootstrap interval.

    Tau is the share of pairs of territories that the two measures put in the same order, less the share they put in
    opposite orders, pairs tied on one measure set apart; 1 is the same order, -1 the reverse. The interval redraws the
    territories (a territory drawn twice is not a pair with itself): what other territories alike could have shown. It
    does not carry the chance of small counts, which pulls tau towards zero, nor the likeness of neighbours, which makes
    it too short.

    With `given`, the tau is partial: the order that two measures x, y share beyond that of each with a third, z,
    ``(t_xy - t_xz t_yz) / sqrt((1 - t_xz**2) (1 - t_yz**2))`` (M. G. Kendall, Biometrika 32 (1942), 277-283).

    Parameters
    ----------
    table : DataFrame
        One row per territory.
    pairs : list of (str, str)
        Columns to compare.
    given : str, optional
        Column whose order is taken out of both, e.g. the density; only territories where it is known are kept.
    confidence : float
        Level of the interval.
    seed : int
        Start of the random draws.

    Returns
    -------
    DataFrame
        One row per pair: `mesure_1, mesure_2, nb_territoires, tau, tau_bas, tau_haut` and, with `given`, `tau_brut`,
        the tau that takes nothing out. With fewer than `FEWEST` territories the interval is the whole range, -1 to 1:
        ranks of so few do not bound it.

    Raises
    ------
    BadInput
        A column is missing, fewer than three territories are known, a measure is the same everywhere, or one has the
        order of `given`.

    See Also
    --------
    need_agreement : The pairs we ask about.
    plot_rank_agreement : Chart of the answer.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"places": range(20), "jobless": range(20)})
    >>> rank_agreement(seen, [("places", "jobless")])["tau"].tolist()
    [1.0]
    """
    import pandas as pd

    check_level(confidence)
    rng = np.random.default_rng(seed)
    ordered = by_code(table)
    records = []
    for first, second in pairs:
        named = [first, second] if given is None else [first, second, given]
        if lacking := [name for name in named if name not in table]:
            raise BadInput(f"no column {lacking[0]} to rank territories by.")
        known = ordered[named].astype("float64").dropna()
        if len(known) < 3 or (known.nunique() < 2).any():
            raise BadInput(f"{' and '.join(named)}: three territories or more, and two values of each, make an order.")
        signs = [np.sign(known[name].to_numpy()[:, None] - known[name].to_numpy()) for name in named]
        once = np.ones((1, len(known)))
        tau, plain = _agreement(signs, once)[0], _agreement(signs[:2], once)[0]
        if np.isnan(tau):
            raise BadInput(f"{first} or {second} has the order of {given}: nothing is left to compare.")
        low, high = _bootstrap(signs, confidence, rng) if len(known) >= FEWEST else (-1.0, 1.0)
        records.append((first, second, len(known), tau, low, high, plain))
    columns = ["mesure_1", "mesure_2", "nb_territoires", "tau", "tau_bas", "tau_haut", "tau_brut"]
    found = pd.DataFrame(records, columns=columns)
    shown = found if given else found.drop(columns="tau_brut")
    result = stamp(shown, table, inputs=table.attrs.get("inputs", []))
    result.attrs |= {"confiance": confidence, "sachant": given}
    return result


def _agreement(signs: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Return tau-b, or the partial tau given a third measure; missing where one has the order of the third."""
    x, y, *rest = signs
    tau = _tau(x, y, weights)
    if not rest:
        return tau
    with_x, with_y = _tau(x, rest[0], weights), _tau(y, rest[0], weights)
    left = (1 - with_x**2) * (1 - with_y**2)
    return (tau - with_x * with_y) / np.sqrt(np.where(left < 1e-12, np.nan, left))


def _tau(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return tau-b for each row of weights (how often each territory was drawn), from the signs of differences."""

    def total(signs: np.ndarray) -> np.ndarray:
        return np.einsum("bi,ij,bj->b", weights, signs, weights, optimize=True)

    return total(x * y) / np.sqrt(total(x * x) * total(y * y))


def _bootstrap(signs: list[np.ndarray], confidence: float, rng: np.random.Generator) -> tuple[float, float]:
    n = len(signs[0])
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(float)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(_agreement(signs, drawn), [tail, 1 - tail])
    return float(low), float(high)
