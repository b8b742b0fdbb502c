"""Measure the forecast on dated counts of places that others published, beside the references.

`real_series.csv` holds the figures with their addresses: market counts, official counts relayed by others, and a label
of the State. No series takes part in what the forecast learns. Each later figure one to four years ahead is forecast
from the two to six figures before it. A series counts once, whatever its number of figures: its cases are averaged
first, and the standard error is that of the mean over series.

    python -m benchmarks.forecast_real_series [SEED]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.forecast_calibration import OURS, PARTIAL, SCORES, score
from benchmarks.forecast_generators import Case, kind_of
from benchmarks.forecast_references import learned

FILE = Path(__file__).with_name("real_series.csv")
MOST_FIGURES, FARTHEST = 6, 4


def series() -> dict[str, pd.DataFrame]:
    """Return the published series, each with the columns that a forecast needs, oldest figure first."""
    table = pd.read_csv(FILE, dtype={"periode": "string", "valeur": float})
    table = table.assign(valeur_bas=np.nan, valeur_haut=np.nan, perimetre=table["serie"])
    return {str(name): rows.reset_index(drop=True) for name, rows in table.groupby("serie", sort=False)}


def cases(rows: pd.DataFrame) -> list[Case]:
    """Return one case per origin and later figure of a series."""
    years = rows["periode"].str[:4].astype(int)
    found = []
    for last in range(1, len(rows) - 1):
        known = rows.iloc[max(0, last + 1 - MOST_FIGURES) : last + 1]
        if years[known.index[0]] == years[last]:  # two figures of one year show no growth
            continue
        for later in range(last + 1, len(rows)):
            ahead = int(years[later] - years[last])
            if 1 <= ahead <= FARTHEST:
                kind = kind_of(
                    _yearly(years, rows["valeur"]), int(years[last] - years[0]), int(years[later] - years[0])
                )
                found.append(Case(kind, known, int(years[later]), float(rows["valeur"][later]), ahead))
    return found


def _yearly(years: pd.Series, values: pd.Series) -> np.ndarray:
    """Return yearly logs of a series, in a straight line between its figures."""
    return np.interp(np.arange(years.iloc[0], years.iloc[-1] + 1), years, np.log(values))


def scored(seed: int) -> pd.DataFrame:
    """Return one row per case and forecaster, all series."""
    found = []
    for name, rows in series().items():
        for number, case in enumerate(cases(rows)):
            found += [row | {"serie": name, "cas": number} for row in score(case, seed)]
    return pd.DataFrame(found)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over series of each forecaster, with its standard error over series."""
    by_series = table.groupby(["qui", "serie"], sort=False)[list(SCORES)].mean()
    grouped = by_series.groupby("qui", sort=False)
    mean, error = grouped.mean(), grouped.sem()
    said = mean.copy().astype(object)
    for name in SCORES:
        pairs = zip(mean[name], error[name], strict=True)
        said[name] = ["" if np.isnan(m) else f"{m:.3f} ({e:.3f})" for m, e in pairs]
    return said.assign(series=grouped.size(), cas=table.groupby("qui").size())


def main(seed: int = 7) -> pd.DataFrame:
    """Print how many series were found, and coverage and scores on them."""
    learned()
    table = scored(seed)
    ours = table[table["qui"] == OURS]
    print(f"{table['serie'].nunique()} published series, {len(ours)} cases; mean over series (standard error)\n")
    per_series = ours.groupby("serie", sort=False)[list(SCORES)].mean().round(3)
    print(per_series.assign(cas=ours.groupby("serie").size()).to_string(), "\n")
    print(
        ours.groupby("genre")[list(SCORES)].mean().round(3).assign(cas=ours.groupby("genre").size()).to_string(), "\n"
    )
    print(summary(table[table["qui"] != PARTIAL]).to_string(), "\n")
    ran = table[table["qui"] == PARTIAL].set_index(["serie", "cas"]).index
    both = table[table.set_index(["serie", "cas"]).index.isin(ran)]
    print("cases where the statsmodels reference runs:")
    print(summary(both).to_string())
    return table


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
