"""Compute the naive references of a forecast: no change, linear growth and constant growth, one point per year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.forecasting.input_figures import check_horizon, usable

if TYPE_CHECKING:
    import pandas as pd

NAIVE = ("sans_changement", "lineaire", "croissance_constante")


def references(observations: pd.DataFrame, horizon: int = 2030) -> pd.DataFrame:
    """Return the value of each naive reference, year by year after the last figure.

    `sans_changement` repeats the last figure, `lineaire` and `croissance_constante` extend the change from the first
    figure to the last. An interval counts as its middle. The references ignore natures and perimeters.

    Parameters
    ----------
    observations : DataFrame
        Figures of one territory and one indicator: see `observations`.
    horizon : int
        Last year.

    Returns
    -------
    DataFrame
        `annee` and one column per name of `NAIVE`.

    Raises
    ------
    BadInput
        Fewer than two dated measures, or a horizon that is not after the last.

    See Also
    --------
    forecast : The forecast they are compared with.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> references(tl.observations("tiers_lieux", "FR"), 2030)["annee"].iloc[-1].item()
    2030
    """
    import pandas as pd

    rows = usable(observations)
    check_horizon(rows, observations, horizon)
    values = rows["valeur"].fillna((rows["valeur_bas"] + rows["valeur_haut"]) / 2).clip(lower=0.5)
    (t0, t1), (v0, v1) = rows["annee"].iloc[[0, -1]], values.iloc[[0, -1]]
    years = np.arange(int(t1) + 1, horizon + 1)
    return pd.DataFrame({"annee": years} | extended((t0, v0), (t1, v1), years + 0.5))


def extended(first: tuple[float, float], last: tuple[float, float], when: np.ndarray) -> dict[str, np.ndarray]:
    """Return each naive reference at some decimal years, from the first and the last figure (date, value)."""
    (t0, v0), (t1, v1) = first, last
    ahead = when - t1
    slope, rate = (v1 - v0) / (t1 - t0), np.log(v1 / v0) / (t1 - t0)
    return {
        "sans_changement": np.full(len(when), float(v1)),
        "lineaire": np.maximum(v1 + slope * ahead, 0.0),
        "croissance_constante": v1 * np.exp(rate * ahead),
    }
