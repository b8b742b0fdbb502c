"""The numbers of the portraits: for each of the 120 territories, what the tables of the library hold about it.

No notebook runs for them, so a territory that no run names has a portrait too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tlanalysis.core import paths
from tlanalysis.data import embedded, place_kinds, territories
from tlanalysis.data.territories import FRANCE, LEVELS
from tlanalysis.indicators.accessibility import access, lists_with_access
from tlanalysis.indicators.catchment import RADII
from tlanalysis.indicators.deffinov import deffinov_regions
from tlanalysis.indicators.deffinov_capacity import deffinov_bounds
from tlanalysis.indicators.place_counts import places_per_territory
from tlanalysis.indicators.profile import compare_rates

if TYPE_CHECKING:
    import pandas as pd

HORIZON = 2030
FACTS = ("deffinov_projets", "deffinov_appels", "dispositifs_voisins")
Span = tuple[float, float]
Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """The rank of a rate among the territories of a level (1: the highest), and the ranks that the intervals allow."""

    rank: int
    best: int
    worst: int
    of: int


@dataclass(frozen=True)
class Counted:
    """The places of one list in a territory: their number, and per 100,000 inhabitants with a 95% interval."""

    number: int
    rate: float
    low: float
    high: float
    standing: Standing | None = None


@dataclass(frozen=True)
class Reach:
    """Who lives near a place of one list.

    Attributes
    ----------
    shares : dict
        Radius in km -> least and greatest share of the inhabitants.
    off_by_one : tuple or None
        The share within 10 km if the points of the communes are off by 1 km.
    median : float or None
        Distance in km that half of the inhabitants do not exceed.
    """

    shares: Mapping[int, Span]
    off_by_one: Span | None
    median: float | None


@dataclass(frozen=True)
class Forecasted:
    """The number of places forecast for a year: median and 80% interval, and the same per 100,000 inhabitants."""

    year: int
    low: float
    median: float
    high: float
    rate_low: float
    rate: float
    rate_high: float


@dataclass(frozen=True)
class Deffinov:
    """What is known of a région in the DEFFINOV call; a bound or an amount that we did not find is None."""

    status: str
    low: int
    high: int
    is_known: bool
    budget: int | None


@dataclass(frozen=True)
class Numbers:
    """The numbers of all portraits, by territory code; a territory that a table does not hold is not among its keys."""

    counts: Mapping[str, Mapping[str, Counted]]
    lists: Mapping[str, str]
    reach: Mapping[str, Mapping[str, Reach]]
    forecast: Mapping[str, Forecasted]
    deffinov: Mapping[str, Deffinov]
    deffinov_total: int
    deffinov_took_part: int | None
    printed: Mapping[str, list[Row]]
    facts: Mapping[str, Mapping[str, list[Row]]]
    regions: Mapping[str, str]


def numbers() -> Numbers:
    """Return the numbers of all portraits; the tables are computed once per state of `data/raw`."""
    stamp = paths.raw() / embedded.PACKAGE_FILE
    return _numbers(str(stamp), stamp.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _numbers(_path: str, _mtime: int) -> Numbers:
    kinds = place_kinds.whole_kinds()
    counts: dict[str, dict[str, Counted]] = {code: {} for code in territories.codes()}
    lists = {}
    for kind in kinds:
        for level in LEVELS:
            table = places_per_territory(kind, level)
            lists[kind] = str(table.attrs["jeu"])
            for code, counted in _counted(table).items():
                counts[code][kind] = counted
    for row in compare_rates(FRANCE).itertuples():
        counts[FRANCE][row.type] = Counted(
            int(row.nb_lieux), row.taux_pour_100k, row.taux_bas_pour_100k, row.taux_haut_pour_100k
        )
    reach: dict[str, dict[str, Reach]] = {code: {} for code in territories.codes()}
    for kind in lists_with_access():
        for level in ("france", *LEVELS):
            table = access(kind, level)
            for code, one in _reach(table).items():
                reach[code][kind] = one
    bounds, known = deffinov_bounds(), deffinov_regions()
    departements = territories.departements()
    regions = dict(zip("D" + departements["code_departement"], "R" + departements["code_region"], strict=True))
    return Numbers(
        counts,
        lists,
        reach,
        _forecast(),
        _deffinov(bounds, known),
        int(bounds.attrs["nb_national"]),
        known.attrs["nb_repondantes"],
        _figures(),
        _facts(),
        regions,
    )


def _counted(table: pd.DataFrame) -> dict[str, Counted]:
    ranks = standings(table)
    return {
        row.territoire: Counted(
            int(row.nb_lieux),
            row.taux_pour_100k,
            row.taux_bas_pour_100k,
            row.taux_haut_pour_100k,
            ranks[row.territoire],
        )
        for row in table.itertuples()
    }


def standings(table: pd.DataFrame) -> dict[str, Standing]:
    """Return the rank of each territory by its rate, and the ranks that the intervals of the rates allow.

    A territory is ahead of another when its interval lies wholly above. The best rank counts the territories that are
    ahead, the worst rank those that are not behind.

    Parameters
    ----------
    table : DataFrame
        `territoire, taux_pour_100k, taux_bas_pour_100k, taux_haut_pour_100k`.
    """
    rate, low, high = (table[f"taux_{part}pour_100k"].to_numpy(float) for part in ("", "bas_", "haut_"))
    of = len(table)
    return {
        code: Standing(
            rank=1 + int((rate > rate[i]).sum()),
            best=1 + int((low > high[i]).sum()),
            worst=of - int((high < low[i]).sum()),
            of=of,
        )
        for i, code in enumerate(table["territoire"])
    }


def _reach(table: pd.DataFrame) -> dict[str, Reach]:
    """Return the reach by territory; one of which no share is known has none.

    The communes of Mayotte have no population of one year: a share is known where it is 0 or 1 whatever they are.
    """
    found = {}
    for row in table.to_dict("records"):
        shares = {radius: (row[f"part_{radius}_km_bas"], row[f"part_{radius}_km_haut"]) for radius in RADII}
        if all(high - low == 1 for low, high in shares.values()):
            continue
        median = row["distance_mediane_km"]
        off = (row["part_9_km_bas"], row["part_11_km_haut"])
        found[row["territoire"]] = Reach(
            shares, None if off == (0, 1) else off, None if median != median else float(median)
        )
    return found


def _forecast() -> dict[str, Forecasted]:
    from tlanalysis.data.evidence import observations
    from tlanalysis.forecasting.model import forecast
    from tlanalysis.forecasting.regional import forecast_regions

    national = forecast(observations("tiers_lieux", FRANCE), horizon=HORIZON)
    france, regional = national.table(), forecast_regions(national).table()
    last = france[france["annee"] == HORIZON].iloc[0]
    people = territories.territory(FRANCE)
    found = {
        FRANCE: Forecasted(
            HORIZON,
            last["p80_bas"],
            last["mediane"],
            last["p80_haut"],
            last["p80_bas"] / people.population_high * 1e5,
            last["mediane"] / people.population * 1e5,
            last["p80_haut"] / people.population_low * 1e5,
        )
    }
    for row in regional[regional["annee"] == HORIZON].itertuples():
        found[row.territoire] = Forecasted(
            HORIZON, row.p80_bas, row.mediane, row.p80_haut,
            row.taux_p80_bas_pour_100k, row.taux_mediane_pour_100k, row.taux_p80_haut_pour_100k,
        )  # fmt: skip
    return found


def _deffinov(bounds: pd.DataFrame, known: pd.DataFrame) -> dict[str, Deffinov]:
    import pandas as pd

    budgets = known.set_index("code_region")["enveloppe_eur"]
    return {
        row.territoire: Deffinov(
            row.statut,
            int(row.nb_projets_bas),
            int(row.nb_projets_haut),
            bool(row.est_connu),
            None if pd.isna(budgets[row.territoire[1:]]) else int(budgets[row.territoire[1:]]),
        )
        for row in bounds.itertuples()
    }


def _figures() -> dict[str, list[Row]]:
    """Return the published figures that name each territory, as `known_figures` does, in one pass over the table."""
    from tlanalysis.data.evidence import observations

    order = ["indicateur", "periode", "valeur"]
    rows = observations().sort_values(order, na_position="last", kind="stable")
    found: dict[str, list[Row]] = {}
    grounds = {code: territories.codes_of_ground(code) for code in territories.codes()}
    for row in _dicts(rows):
        named = filter(None, [row["territoire"], *(row["territoires"] or "").split(";")])
        for code in dict.fromkeys(name for one in named for name in grounds.get(one, [one])):
            found.setdefault(code, []).append(row)
    return found


def _facts() -> dict[str, dict[str, list[Row]]]:
    """Return table -> territory -> its rows, of the tables of facts; a département has the rows that name it."""
    found: dict[str, dict[str, list[Row]]] = {}
    for name in FACTS:
        table = found.setdefault(name, {})
        for row in _dicts(embedded.load(name)):
            codes = [row["territoire"], f"D{row['code_departement']}" if row.get("code_departement") else None]
            for code in dict.fromkeys(filter(None, codes)):
                table.setdefault(code, []).append({key: "" if value is None else value for key, value in row.items()})
    return found


def _dicts(table: pd.DataFrame) -> list[Row]:
    """Return the rows of a table as dicts; a missing value is None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
