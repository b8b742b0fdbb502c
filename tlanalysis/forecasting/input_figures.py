"""Select the published figures that enter a forecast and relate each to the count behind it (the observation model).

A point measures the level at its date, shifted by the offset of its perimeter; its error combines the errors of its
nature, of its rounding and of small numbers. An interval states that the count of its perimeter lies between its
bounds. Targets and forecasts never enter. A list counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import MEASURES
from tlanalysis.data.perimeter_facts import extended_lists
from tlanalysis.forecasting.prior_beliefs import Priors
from tlanalysis.indicators.intervals import rounding

if TYPE_CHECKING:
    import pandas as pd

VALUES = ("valeur", "valeur_bas", "valeur_haut")
COLUMNS = ("periode", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre")

# Years within which the same number, printed again without a count, is treated as a quotation.
RESTATED_WITHIN = 3.0


@dataclass(frozen=True)
class Figures:
    """Figures in the form the model reads; arrays of length n, oldest first.

    Attributes
    ----------
    when : ndarray
        Decimal year of each figure.
    value : ndarray
        Log of the printed value; missing for an interval.
    low, high : ndarray
        Logs of the bounds; only read where `value` is missing.
    error : ndarray
        Standard deviation of the figure around the count of its perimeter, on the log scale.
    which : ndarray of int
        Index of its perimeter.
    offsets : ndarray of shape (perimeters, 2)
        Mean and standard deviation of each perimeter's offset.
    """

    when: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    error: np.ndarray
    which: np.ndarray
    offsets: np.ndarray

    @property
    def point(self) -> np.ndarray:
        """Return True where a figure is a point, False where it is an interval."""
        return ~np.isnan(self.value)


def usable(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the figures a forecast may use, one row each, oldest first.

    The function leaves out undated figures, targets, forecasts, and rows with neither a value nor two bounds. It also
    leaves out a figure that repeats another of its perimeter (see `_restated`), and a figure of a weaker nature than
    another of its perimeter and year.

    Parameters
    ----------
    observations : DataFrame
        At least the columns of `COLUMNS`.

    Returns
    -------
    DataFrame
        `periode, annee, valeur, valeur_bas, valeur_haut, nature, perimetre`.

    Raises
    ------
    BadInput
        A column is missing, a nature unknown, a bound above the other, a negative value; the row is named.
    """
    _check(observations)
    rows = observations.reset_index(drop=True)
    rows = rows[rows["nature"].isin(MEASURES) & rows["periode"].notna()].copy()
    for name in VALUES:
        rows[name] = rows[name].astype("float64")
    rows = rows[rows["valeur"].notna() | (rows["valeur_bas"].notna() & rows["valeur_haut"].notna())]
    counted = set(rows.loc[rows["nature"] == "compte", "perimetre"])
    same_list = extended_lists()
    rows = rows[np.array([same_list.get(name) not in counted for name in rows["perimetre"]], dtype=bool)]
    rows["annee"] = np.array([periods.middle(str(text)) for text in rows["periode"]], dtype=float)
    rows = rows[~_restated(rows)]
    rank = rows["nature"].map(MEASURES.index)
    rows = rows[rank == rank.groupby([rows["perimetre"], rows["annee"].astype(int)]).transform("min")]
    rows = rows.sort_values(["annee", "perimetre", *VALUES], kind="stable").reset_index(drop=True)
    rows = rows[["periode", "annee", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre"]]
    _check_intervals(rows)
    return rows


def _restated(rows: pd.DataFrame) -> pd.Series:
    """Return which rows print a number of their perimeter again, in the same period or, when not counted, soon after.

    The function keeps the period that most sources give the number; counted figures come first, then the earliest.
    """
    again = rows["annee"].isna()  # all false: every row here has a date
    points = rows[rows["valeur"].notna()]
    for _, group in points.groupby(["perimetre", "valeur"], sort=False):
        times = group.groupby("periode")["periode"].transform("size")
        ranked = group.assign(fois=times, rang=group["nature"].map(MEASURES.index))
        order = ["rang", "fois", "annee", *VALUES]
        ranked = ranked.sort_values(order, ascending=[True, False, *[True] * 4], kind="stable")
        kept: list[tuple[float, str]] = []
        for label, row in ranked.iterrows():
            near = [when for when, _ in kept if abs(when - row["annee"]) < RESTATED_WITHIN]
            counted_anew = row["nature"] == "compte" and row["periode"] not in {period for _, period in kept}
            if near and not counted_anew:
                again[label] = True
            else:
                kept.append((row["annee"], row["periode"]))
    return again


def _check(observations: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in observations]
    if missing:
        raise BadInput(f"a forecast needs the columns {', '.join(COLUMNS)}: {', '.join(missing)} missing.")
    known = (*MEASURES, "objectif", "prevision")
    odd = observations[~observations["nature"].isin(known)]
    if len(odd):
        raise BadInput(f"row {odd.index[0]}: nature is {odd['nature'].iloc[0]!r}, it is one of {', '.join(known)}.")
    values = observations[list(VALUES)].astype("float64")
    if observations["perimetre"].isna().any():
        raise BadInput(
            f"row {observations.index[observations['perimetre'].isna()][0]}: it has no perimeter, give it one."
        )
    negative = (values < 0).any(axis=1)
    if negative.any():
        raise BadInput(f"row {observations.index[negative][0]}: a count is not negative.")
    crossed = values["valeur_bas"] > values["valeur_haut"]
    if crossed.any():
        raise BadInput(f"row {observations.index[crossed][0]}: its lower bound is above its upper bound.")


def _check_intervals(rows: pd.DataFrame) -> None:
    """Raise when two intervals of one perimeter and period do not meet: no count can lie in both."""
    spans = rows[rows["valeur"].isna()]
    for (perimeter, period), group in spans.groupby(["perimetre", "periode"]):
        if group["valeur_bas"].max() > group["valeur_haut"].min():
            bounds = " and ".join(
                f"[{a:g}, {b:g}]" for a, b in zip(group["valeur_bas"], group["valeur_haut"], strict=True)
            )
            raise BadInput(
                f"the intervals {bounds} of {perimeter} in {period} contradict each other: correct one of them."
            )


def check_horizon(rows: pd.DataFrame, observations: pd.DataFrame, horizon: int) -> None:
    """Raise when no forecast can be made: fewer than two measures, or a horizon that is not after the last.

    Raises
    ------
    BadInput
        Fewer than two measures, or a horizon that is not after the last figure.
    """
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer):
        raise BadInput(f"horizon is {horizon!r}: it is a year, a whole number.")
    if len(rows) < 2:
        targets = int(observations["nature"].isin(["objectif", "prevision"]).sum())
        left_out = f"; {targets} targets or forecasts were left out" if targets else ""
        raise BadInput(
            f"a forecast needs at least two dated measures of a count, {len(rows)} found{left_out}: "
            "add counted, estimated or declared figures with a period."
        )
    if rows["annee"].max() - rows["annee"].min() < 0.5:
        raise BadInput("all figures speak of the same date: growth needs a second one.")
    last = int(rows["annee"].max())
    if horizon <= last:
        raise BadInput(f"the horizon {horizon} is not after the last figure ({last}): choose {last + 1} or later.")


def as_figures(rows: pd.DataFrame, priors: Priors) -> Figures:
    """Return usable rows in the form the model reads."""
    perimeters = list(dict.fromkeys(rows["perimetre"]))
    value, low, high = (rows[name].to_numpy(float) for name in VALUES)
    point = ~np.isnan(value)
    size = np.maximum(np.where(point, value, (low + high) / 2), 0.5)
    half = np.array([rounding(v) if known else 0.0 for v, known in zip(np.nan_to_num(value), point, strict=True)])
    both = point & ~np.isnan(low) & ~np.isnan(high)
    half = np.maximum(half, np.where(both, (high - low) / 2, 0.0))
    nature = rows["nature"].map(dict(priors.error)).to_numpy(float)
    # Rounding is uniform over its width; small numbers move by whole places.
    error = np.sqrt(nature**2 + (half / size) ** 2 / 3 + 0.25 / size)
    return Figures(
        when=rows["annee"].to_numpy(float),
        value=np.where(point, np.log(size), np.nan),
        low=np.log(np.maximum(np.nan_to_num(low), 0.5)),
        high=np.log(np.maximum(np.nan_to_num(high), 0.5)),
        error=error,
        which=np.array([perimeters.index(name) for name in rows["perimetre"]]),
        offsets=np.array([priors.offset(name) for name in perimeters], dtype=float),
    )
