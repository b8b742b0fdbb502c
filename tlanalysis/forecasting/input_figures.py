"""Select the published figures that enter a forecast and relate each to the count behind it (the observation model).

A point measures the level at its date, shifted by the offset of its definition; its error combines the errors of its
nature, of its rounding and of small numbers. An interval states that the count of its definition lies between its
bounds; a list with places of unknown state also misses some places and holds some that are planned or closed. Targets
and forecasts never enter. A list counts once. A perimeter that does not state its definition is one definition per
publisher and object, and a number without a published method is an estimate, whatever its source calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core import periods
from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import MEASURES
from tlanalysis.data.perimeter_facts import extended_lists, own_of_publisher, with_unknown_states, without_method
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.indicators.intervals import rounding

if TYPE_CHECKING:
    import pandas as pd

VALUES = ("valeur", "valeur_bas", "valeur_haut")
COLUMNS = ("periode", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre")

# Years within which the same number, printed again without a count, is treated as a quotation.
RESTATED_WITHIN = 3.0
# Growth in one year, under one definition, beyond which figures cannot count one object: chosen.
LARGEST_RATIO = 20.0


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
    fixed : ndarray
        Standard deviation, on the log scale, of what no figure can teach: rounding, small numbers, and the completeness
        of a list.
    shift : ndarray
        Mean of the log of what a list holds over the count of its definition; 0 for a point.
    nature : ndarray of int
        Index of its nature.
    errors : ndarray of shape (natures, 2)
        Median and log-spread of the error of each nature; the first is that of a count.
    which : ndarray of int
        Index of its definition.
    offsets : ndarray of shape (definitions, 2)
        Mean and standard deviation of each definition's offset.
    """

    when: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    fixed: np.ndarray
    shift: np.ndarray
    nature: np.ndarray
    errors: np.ndarray
    which: np.ndarray
    offsets: np.ndarray

    @property
    def point(self) -> np.ndarray:
        """Return True where a figure is a point, False where it is an interval."""
        return ~np.isnan(self.value)


def usable(observations: pd.DataFrame, priors: Priors = DEFAULT) -> pd.DataFrame:
    """Return the figures a forecast may use, one row each, oldest first.

    The function leaves out undated figures, targets, forecasts, and rows with neither a value nor two bounds. It also
    leaves out a figure that repeats another of its perimeter (see `_restated`), and a figure of a weaker nature than
    another of its perimeter and year.

    Parameters
    ----------
    observations : DataFrame
        At least the columns of `COLUMNS`; `valeur_bas` and `valeur_haut`, or `valeur`, may be left out.
    priors : Priors
        Whether publishers that state no definition are apart, and whether a count needs a published method.

    Returns
    -------
    DataFrame
        `periode, annee, valeur, valeur_bas, valeur_haut, nature, perimetre, definition` (the perimeter, with the
        publisher and the object where the perimeter states no definition).

    Raises
    ------
    BadInput
        A column is missing, a nature unknown, a bound above the other, a negative value; the row is named.
    """
    observations = _with_bounds(observations)
    _check(observations)
    rows = observations.reset_index(drop=True)
    rows = rows[rows["nature"].isin(MEASURES) & rows["periode"].notna()].copy()
    for name in VALUES:
        rows[name] = rows[name].astype("float64")
    rows = rows[rows["valeur"].notna() | (rows["valeur_bas"].notna() & rows["valeur_haut"].notna())]
    rows["definition"] = _definitions(rows) if priors.publishers_apart else rows["perimetre"]
    counted = set(rows.loc[rows["nature"] == "compte", "perimetre"])
    if priors.method_required:
        unexplained = (rows["nature"] == "compte") & rows["perimetre"].isin(without_method())
        rows["nature"] = rows["nature"].mask(unexplained, "estime")
    same_list = extended_lists()
    rows = rows[np.array([same_list.get(name) not in counted for name in rows["perimetre"]], dtype=bool)]
    rows["annee"] = np.array([periods.middle(str(text)) for text in rows["periode"]], dtype=float)
    rows = rows[~_restated(rows)]
    rank = rows["nature"].map(MEASURES.index)
    rows = rows[rank == rank.groupby([rows["definition"], rows["annee"].astype(int)]).transform("min")]
    rows = rows.sort_values(["annee", "definition", *VALUES], kind="stable").reset_index(drop=True)
    rows = rows[["periode", "annee", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre", "definition"]]
    _check_intervals(rows)
    _check_jumps(rows)
    return rows


def _definitions(rows: pd.DataFrame) -> list[str]:
    """Return the definition of each row: its perimeter, or its publisher's own where the perimeter states none."""
    own, detail = own_of_publisher(), [name for name in ("editeur", "indicateur") if name in rows]
    told = rows[detail].astype("string").fillna("").to_numpy()
    return [
        " · ".join([perimeter, *more]) if perimeter in own and detail else perimeter
        for perimeter, more in zip(rows["perimetre"], told, strict=True)
    ]


def _restated(rows: pd.DataFrame) -> pd.Series:
    """Return which rows print a number of their definition again, in the same period or, when not counted, soon after.

    The function keeps the period that most sources give the number; counted figures come first, then the earliest.
    """
    again = rows["annee"].isna()  # all false: every row here has a date
    points = rows[rows["valeur"].notna()]
    for _, group in points.groupby(["definition", "valeur"], sort=False):
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


def _with_bounds(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the figures with what they may leave out: the bounds where all are points, or the other way round."""
    check_table(observations, "tl.observations")
    value, *bounds = VALUES
    out = [name for name in bounds if name not in observations and value in observations]
    if value not in observations and set(bounds) <= set(observations) and observations[bounds].notna().all(axis=None):
        out = [value]
    return observations.assign(**dict.fromkeys(out, float("nan")))


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
    """Raise when two intervals of one definition and period do not meet: no count can lie in both."""
    spans = rows[rows["valeur"].isna()]
    for (perimeter, period), group in spans.groupby(["definition", "periode"]):
        if group["valeur_bas"].max() > group["valeur_haut"].min():
            bounds = " and ".join(
                f"[{a:g}, {b:g}]" for a, b in zip(group["valeur_bas"], group["valeur_haut"], strict=True)
            )
            raise BadInput(
                f"the intervals {bounds} of {perimeter} in {period} contradict each other: correct one of them."
            )


def _check_jumps(rows: pd.DataFrame) -> None:
    """Raise when two figures in a row of one definition cannot count one object."""
    middles = rows["valeur"].fillna((rows["valeur_bas"] + rows["valeur_haut"]) / 2).clip(lower=0.5)
    for definition, group in rows.assign(milieu=middles).groupby("definition", sort=False):
        for before, after in zip(group.iloc[:-1].itertuples(), group.iloc[1:].itertuples(), strict=True):
            years = max(after.annee - before.annee, 1.0)
            if abs(np.log(after.milieu / before.milieu)) > np.log(LARGEST_RATIO) * years:
                raise BadInput(
                    f"{definition} reads {before.milieu:g} in {before.periode} and {after.milieu:g} in "
                    f"{after.periode}, more than {LARGEST_RATIO:g} times apart in a year: "
                    "the two do not count one object, correct one or give each a perimeter of its own."
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
    held = rows["definition"] if "definition" in rows else rows["perimetre"]
    definitions = dict(zip(held, rows["perimetre"], strict=True))
    natures = list(dict.fromkeys(["compte", *rows["nature"]]))
    value, low, high = (rows[name].to_numpy(float) for name in VALUES)
    point = ~np.isnan(value)
    size = np.maximum(np.where(point, value, (low + high) / 2), 0.5)
    half = np.array([rounding(v) if known else 0.0 for v, known in zip(np.nan_to_num(value), point, strict=True)])
    both = point & ~np.isnan(low) & ~np.isnan(high)
    half = np.maximum(half, np.where(both, (high - low) / 2, 0.0))
    # Rounding is uniform over its width; small numbers move by whole places.
    fixed = (half / size) ** 2 / 3 + 0.25 / size
    a_list = ~point & rows["perimetre"].isin(with_unknown_states()).to_numpy()
    (misses, sd_misses), (exceeds, sd_exceeds) = priors.list_misses, priors.list_exceeds
    fixed = np.where(a_list, fixed + sd_misses**2 + sd_exceeds**2, fixed)
    return Figures(
        when=rows["annee"].to_numpy(float),
        value=np.where(point, np.log(size), np.nan),
        low=np.log(np.maximum(np.nan_to_num(low), 0.5)),
        high=np.log(np.maximum(np.nan_to_num(high), 0.5)),
        fixed=np.sqrt(fixed),
        shift=np.where(a_list, exceeds - misses, 0.0),
        nature=np.array([natures.index(name) for name in rows["nature"]]),
        errors=np.array([priors.error[name] for name in natures], dtype=float),
        which=np.array([list(definitions).index(name) for name in held]),
        offsets=np.array([priors.offset(name) for name in definitions.values()], dtype=float),
    )
