"""Forecast people trained as places x share of places that train x people per place that trains.

We found no figure of people per training place. The module divides the declared total by the drawn places and the drawn
share. In the year of the total, a draw with more places therefore has fewer people in each, and the product equals the
declared total. In later years, places follow their own forecast. People per place follow a pace drawn around half of
the change between 2019 and 2023, because part of that change comes from another question and another definition. The
share and people per place are independent after that year: we found no figure that supports or contradicts this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.argument_checks import check_kind
from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data.evidence import MEASURES, observations
from tlanalysis.forecasting.model import Forecast, check_is_of_france, quantiles
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors

if TYPE_CHECKING:
    import pandas as pd

SHARE_ERROR = 0.03  # standard deviation of the true share around the printed ones: wording, rounding and non-response
SHARE_DRIFT = 0.015  # standard deviation of the yearly change of the share
PACE_KEPT = 0.5  # share of the past pace of people per place that continues
PACE_ERROR = 0.08  # standard deviation of that yearly pace
LASTING = 0.85  # share of the pace that lasts to the next year: chosen, as the four numbers around it are
PACE_SHOCK = 0.06  # standard deviation of the yearly change of people per place, log scale


def forecast_people_trained(
    fc: Forecast, seed: int = 0, *, as_of: When | None = None, priors: Priors = DEFAULT
) -> pd.DataFrame:
    """Forecast what a new declared total of people trained would read, year by year.

    Parameters
    ----------
    fc : Forecast
        The forecast of places in France.
    seed : int
        Same seed, same digits.
    as_of : str, int or date, optional
        ISO date; only figures public on that day are used.
    priors : Priors
        Priors that hold the error of a declared figure.

    Returns
    -------
    DataFrame
        `annee, p95_bas, p80_bas, mediane, p80_haut, p95_haut`, from the year of the last declared total to the horizon.
        ``attrs["entrees"]`` holds the two declared totals, with their years, and
        ``attrs["perimetres"]`` their perimeters.

    Raises
    ------
    BadInput
        Two dated totals and a share are not published by that day.

    See Also
    --------
    forecast : The forecast of places.
    plot_people_forecast : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> len(tl.forecast_people_trained(fc)) > 0
    True
    """
    check_kind(fc, Forecast, "tl.forecast")
    check_is_of_france(fc, "people trained")
    totals = observations("personnes_formees", "FR", nature=MEASURES, as_of=as_of)
    shares = observations("part_formation", "FR", nature=MEASURES, as_of=as_of)
    dated = totals[totals["periode"].notna() & totals["valeur"].notna()].assign(
        annee=lambda t: t["periode"].str[:4].astype(int)
    )
    # A later year that only repeats an earlier perimeter is a quotation, not a new total.
    first_of = dated.groupby("perimetre")["annee"].min()
    if len(first_of) < 2 or shares.empty:
        raise BadInput("people trained need two dated totals of different surveys and a share of places that train.")
    start, end = int(first_of.min()), int(first_of.max())
    first_printed = dated[dated["annee"] == dated["perimetre"].map(first_of)]
    ranges = {year: first_printed.loc[dated["annee"] == year, "valeur"].agg(["min", "max"]) for year in (start, end)}
    if start == end or not {start, end} <= set(fc.levels.columns):
        raise BadInput(
            f"the forecast of places does not hold {start} and {end}, the years of the totals of people trained."
        )
    rng = np.random.default_rng(seed)
    size = len(fc.levels)
    share = np.clip(shares["valeur"].mean() + SHARE_ERROR * rng.standard_normal(size), 0.05, 0.95)
    per_place = {}
    for year in (start, end):
        low, high = ranges[year]
        declared = np.log(rng.uniform(low, high, size)) + priors.error["declare"][0] * rng.standard_normal(size)
        per_place[year] = declared - np.log(fc.levels[year].to_numpy()) - np.log(share)
    pace = PACE_KEPT * (per_place[end] - per_place[start]) / (end - start) + PACE_ERROR * rng.standard_normal(size)
    years = [int(year) for year in fc.levels.columns if int(year) >= end]
    ahead = np.array(years) - end
    log_per_place = per_place[end][:, None] + np.outer(pace, _fading(ahead))
    log_per_place += PACE_SHOCK * np.sqrt(ahead) * rng.standard_normal((size, 1))
    moved = np.clip(share[:, None] + SHARE_DRIFT * np.sqrt(ahead) * rng.standard_normal((size, 1)), 0.05, 0.95)
    people = np.exp(log_per_place) * moved * fc.levels[years].to_numpy()
    read = people * np.exp(priors.error["declare"][0] * rng.standard_normal(people.shape))
    table = quantiles(_frame(read, years))
    places = table.iloc[:0].copy()
    places.attrs = dict(fc.attrs)
    table = stamp(table, totals, shares, places, inputs=["observations"])
    table.attrs["perimetres"] = {start: str(first_of.idxmin()), end: str(first_of.idxmax())}
    table.attrs["entrees"] = {year: (float(ranges[year]["min"]), float(ranges[year]["max"])) for year in (start, end)}
    return table


def _fading(ahead: np.ndarray, lasting: float = LASTING) -> np.ndarray:
    """Return the sum of the yearly paces so far, each weaker than the one before."""
    return (1 - lasting**ahead) / (1 - lasting)


def _frame(values: np.ndarray, years: list[int]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(values, columns=years)
