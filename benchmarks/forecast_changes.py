"""Print how the forecast of France for 2030 moves when one belief after the other is added.

The first line believes what earlier versions did: counts good to 3 %, one definition for all publishers that state
none, a complete list in 2026, no turn. Each further line keeps the changes before it; the last is today's forecast.

    python -m benchmarks.forecast_changes [HORIZON] [AT_LEAST]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from tlanalysis.data.evidence import observations
from tlanalysis.forecasting.model import MARKS, forecast
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors

BEFORE = replace(
    DEFAULT,
    publishers_apart=False,
    method_required=False,
    error={"compte": (0.03, 0.0), "estime": (0.12, 0.0), "declare": (0.12, 0.0)},
    list_misses=(0.0, 0.0),
    list_exceeds=(0.0, 0.0),
    turn=(0.0, DEFAULT.turn[1]),
    support_ends=1.0,
)
CHANGES: dict[str, dict[str, object]] = {
    "before": {},
    "one offset per publisher": {"publishers_apart": True},
    "3,500 an estimate": {"method_required": True},
    "count error learned": {"error": DEFAULT.error},
    "list incomplete both ways": {"list_misses": DEFAULT.list_misses, "list_exceeds": DEFAULT.list_exceeds},
    "turns": {"turn": DEFAULT.turn},
    "end of support": {"support_ends": DEFAULT.support_ends},
}


def table(horizon: int, at_least: float, seed: int = 0) -> pd.DataFrame:
    """Return one row per change: quantiles, the probability of a number or more, and that of a fall."""
    published = observations("tiers_lieux", "FR")
    rows, beliefs = [], BEFORE
    for name, change in CHANGES.items():
        beliefs = replace(beliefs, **change)  # type: ignore[arg-type]
        rows.append(_row(name, published, horizon, at_least, seed, beliefs, recalibrate=False))
    rows.append(_row("recalibrated", published, horizon, at_least, seed, DEFAULT, recalibrate=True))
    return pd.DataFrame(rows)


def _row(
    name: str, published: pd.DataFrame, horizon: int, at_least: float, seed: int, beliefs: Priors, *, recalibrate: bool
) -> dict[str, object]:
    fc = forecast(published, horizon, seed, priors=beliefs, recalibrate=recalibrate)
    quantiles = np.rint(np.quantile(fc.draws[horizon], list(MARKS.values()))).astype(int)
    fall = float((fc.draws[horizon] < fc.draws[int(fc.used["annee"].max())]).mean())
    said = dict(zip(MARKS, quantiles, strict=True))
    return {"change": name} | said | {"at_least": fc.probability(horizon, at_least), "fall": fall}


def main(horizon: int = 2030, at_least: int = 5000) -> pd.DataFrame:
    """Print the table."""
    found = table(horizon, at_least)
    print(f"France {horizon}, each change in turn; probability of {at_least:,} or more, and of a fall\n")
    print(found.to_string(index=False, float_format=lambda value: f"{value:.3f}"))
    return found


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
