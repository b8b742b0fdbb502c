"""Forecast the régions, which share information and add up to France in each draw.

The count of a région is the count of France, drawn by `forecast`, times the share of the région. Two sources give the
shares: the list of 2018 (counts) and the rounded percentages of 2023. The module pools the pace of the shares between
the two: it shrinks the pace of each région towards zero, by a spread estimated over all régions, so that two noisy
figures do not give a small région a trend of its own. The shares of a draw add up to one, and the module distributes
whole places so that the régions add up to France exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.argument_checks import check_kind
from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import territories
from tlanalysis.data.evidence import as_intervals, observations
from tlanalysis.data.perimeter_facts import extended_lists
from tlanalysis.forecasting.model import Forecast, check_is_of_france
from tlanalysis.indicators.intervals import shares_that_add_up

if TYPE_CHECKING:
    import pandas as pd

LIST, LIST_YEAR = "cget_2018", 2018
SHARES_YEAR = 2023
POPULATION_YEAR = 2023  # every rate, whatever its year, is over these inhabitants
LIST_NOISE = 0.20  # log-scale: how differently the narrow list of 2018 covers the régions
# Half of the pace continues: the list of 2018 has another definition, which hid some régions more than others.
PACE_KEPT = 0.5
YEARLY_DRIFT = 0.03  # log-scale: standard deviation of the yearly change of a share, beyond its pace
LASTING = 0.85  # share of the pace that lasts to the next year


@dataclass(frozen=True)
class RegionalForecast:
    """Forecast of all régions.

    Attributes
    ----------
    draws : dict of str to DataFrame
        Région code (`R75`) -> one row per draw, one integer column per year; they add up to `france`, draw by draw.
    france : DataFrame
        The national draws.
    pooling : dict
        `spread`, the estimated standard deviation of the yearly pace of a share, and `shrinkage`, the mean share of a
        région's own pace that is kept.
    attrs : dict
        Inputs and sources.
    local : DataFrame
        Places that somebody counted in a région, under another definition: `territoire, annee, nb_lieux_local_bas,
        nb_lieux_local_haut` (the least and the most printed for that year). They do not enter the forecast.
    last_year : int
        Year of the last national figure: what comes after is forecast.
    """

    draws: dict[str, pd.DataFrame]
    france: pd.DataFrame
    pooling: dict[str, float]
    attrs: dict[str, object]
    local: pd.DataFrame
    last_year: int

    def table(self) -> pd.DataFrame:
        """Return one row per région and year: median and intervals, also per 100,000 inhabitants of 2023.

        The rates of every year, 2030 included, are over the population of 2023 (`annee_population`): the projections of
        INSEE are not held. Bounds hold over both bounds of the population of Mayotte. `nb_lieux_local_bas` and
        `nb_lieux_local_haut` are the places counted locally for the same year, under another definition.
        """
        import pandas as pd

        from tlanalysis.forecasting.model import quantiles

        parts = []
        for code, draws in self.draws.items():
            region = territories.territory(code)
            table = quantiles(draws)
            # The lower bound is over the most inhabitants that the sources allow, the upper one over the least.
            ends = ("population_high", "population", "population_low")
            for name, people in zip(("p80_bas", "mediane", "p80_haut"), ends, strict=True):
                table[f"taux_{name}_pour_100k"] = table[name] / getattr(region, people) * 1e5
            parts.append(table.assign(territoire=code, nom=region.name, annee_population=POPULATION_YEAR))
        long = pd.concat(parts, ignore_index=True)
        long = long.merge(self.local, on=["territoire", "annee"], how="left")
        long = long[["territoire", "nom", *(name for name in long.columns if name not in {"territoire", "nom"})]]
        long.attrs = dict(self.attrs) | {
            "france": {int(year): float(self.france[year].median()) for year in self.france.columns},
            "derniere_annee": self.last_year,
        }
        return long


def forecast_regions(fc: Forecast, seed: int = 0, *, as_of: When | None = None) -> RegionalForecast:
    """Share a national forecast out among the régions.

    Parameters
    ----------
    fc : Forecast
        The forecast of France.
    seed : int
        Same seed, same digits.
    as_of : str, int or date, optional
        ISO date; only figures public on that day are used, see `observations`.

    Returns
    -------
    RegionalForecast

    Raises
    ------
    BadInput
        The shares of some région are not published by that day.

    See Also
    --------
    forecast : The forecast of France.
    plot_regions_forecast : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> regional = tl.forecast_regions(fc).table()
    >>> "R53" in set(regional["territoire"])
    True
    """
    import pandas as pd

    check_kind(fc, Forecast, "tl.forecast")
    check_is_of_france(fc, "the régions")
    codes, listed, low, high, used = _evidence(as_of)
    rng = np.random.default_rng(seed)
    size, years = len(fc.draws), np.array([int(year) for year in fc.draws.columns])
    now = np.log(_shares_in_box(rng, low, high, size))
    before = np.log(rng.gamma(listed + 0.5, size=(size, len(codes))))
    before = before - np.log(np.exp(before).sum(axis=1, keepdims=True))
    pace, pooling = _pooled_pace(now, before, rng)
    after = np.maximum(years - SHARES_YEAR, 0)
    lasting = (1 - LASTING**after) / (1 - LASTING)
    earlier = np.minimum(years - SHARES_YEAR, 0)
    wander = YEARLY_DRIFT * np.sqrt(np.abs(years - SHARES_YEAR)) * rng.standard_normal((size, len(codes), 1))
    log_share = now[:, :, None] + pace[:, :, None] * (lasting + earlier) + wander
    share = np.exp(log_share)
    share /= share.sum(axis=1, keepdims=True)
    dealt = _deal(fc.draws.to_numpy(), share)
    draws = {f"R{code}": pd.DataFrame(dealt[:, i], columns=fc.draws.columns) for i, code in enumerate(codes)}
    counted, local = _counted_locally(as_of, sorted(draws), years)
    holder = stamp(pd.DataFrame(), *used, counted, territories.regions(), inputs=["observations", "regions"])
    sources = [*fc.attrs.get("sources", []), *holder.attrs["sources"]]
    unique = [dict(pairs) for pairs in sorted({tuple(source.items()) for source in sources})]
    about = {"inputs": holder.attrs["inputs"], "sources": unique}
    return RegionalForecast(draws, fc.draws, pooling, about, local, int(fc.used["annee"].max()))


def _counted_locally(as_of: When | None, codes: list[str], years: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the local counts of some régions, and the least and the most of each year."""
    rows = observations("tiers_lieux", nature="compte", as_of=as_of)
    lists = {LIST} | {name for name, first in extended_lists().items() if first == LIST}
    kept = rows["territoire"].isin(codes) & rows["periode"].notna() & rows["valeur"].notna()
    rows = rows[kept & ~rows["perimetre"].isin(lists)]
    rows = rows.assign(annee=rows["periode"].str[:4].astype(int))
    rows = rows[rows["annee"].isin([int(year) for year in years])]
    ends = rows.groupby(["territoire", "annee"])["valeur"].agg(["min", "max"]).astype("Int64").reset_index()
    return rows, ends.rename(columns={"min": "nb_lieux_local_bas", "max": "nb_lieux_local_haut"})


def _evidence(as_of: When | None) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray, list[pd.DataFrame]]:
    codes = territories.regions()["code_region"].tolist()
    counts = observations("tiers_lieux", perimetre=LIST, nature="compte", as_of=as_of)
    listed = counts.groupby("territoire")["valeur"].max().reindex([f"R{code}" for code in codes])
    if listed.isna().any():  # a région that the list does not mention is unknown, not empty
        missing = ", ".join(listed.index[listed.isna()])
        raise BadInput(f"no count of {missing} in the list of {LIST_YEAR}: régions cannot be made to add up to France.")
    shares = observations("part_nationale_tiers_lieux", as_of=as_of)
    shares = shares[shares["periode"] == str(SHARES_YEAR)]
    spans = as_intervals(shares).groupby("territoire").agg(low=("bas", "min"), high=("haut", "max"))
    spans = spans.reindex([f"R{code}" for code in codes])
    if spans.isna().any(axis=None):
        missing = spans.index[spans["low"].isna()].tolist()
        raise BadInput(f"no share of {', '.join(missing)} is published: régions cannot be made to add up to France.")
    low, high = shares_that_add_up(spans["low"].to_numpy(), spans["high"].to_numpy())
    return codes, listed.to_numpy(), low, high, [counts, shares]


def _shares_in_box(rng: np.random.Generator, low: np.ndarray, high: np.ndarray, size: int) -> np.ndarray:
    """Draw shares uniformly between their bounds, then move each within its bounds until they add up to one."""
    share = rng.uniform(low, high, size=(size, len(low)))
    excess = share.sum(axis=1, keepdims=True) - 1
    room = np.where(excess > 0, share - low, high - share)
    return share - excess * room / room.sum(axis=1, keepdims=True)


def _pooled_pace(now: np.ndarray, before: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, dict[str, float]]:
    """Return the yearly pace of each région's log share, shrunk towards zero by how little régions differ."""
    span = SHARES_YEAR - LIST_YEAR
    pace = (now - before) / span
    noise = pace.var(axis=0) + (LIST_NOISE / span) ** 2
    precision = noise.min() / noise  # a région with one place in 2018 shows little about how régions differ
    spread = max(float(np.average(pace.mean(axis=0) ** 2 - noise, weights=precision)), 1e-6)
    kept = spread / (spread + noise)
    drawn = kept * pace.mean(axis=0) + np.sqrt(kept * noise) * rng.standard_normal(pace.shape)
    return PACE_KEPT * drawn, {"spread": float(np.sqrt(spread)), "shrinkage": float(kept.mean())}


def _deal(total: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return whole places per part by largest remainder, so that parts add up to the total exactly.

    Parameters
    ----------
    total : ndarray of int, shape (draws, years)
    share : ndarray, shape (draws, parts, years), adding up to one over the parts
    """
    exact = share * total[:, None, :]
    whole = np.floor(exact).astype(np.int64)
    left = total - whole.sum(axis=1)
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1, kind="stable")
    return whole + (rank < left[:, None, :])
