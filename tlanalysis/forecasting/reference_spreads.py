"""Give the naive references a spread, so that a distribution is compared with distributions.

The log of the new count is normal around the log of the reference; its standard deviation grows in a straight line with
the years ahead. The line is learned on the synthetic corpus, which holds none of our series. `reference_spreads.csv`
beside this module records it, and `python -m tlanalysis.forecasting.reference_spreads` recomputes it.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import numpy as np

from tlanalysis.core import files
from tlanalysis.forecasting import corpus
from tlanalysis.forecasting.naive_references import NAIVE, extended

FILE = Path(__file__).with_name("reference_spreads.csv")
CASES, FIRST_SEED = 400, 10_000_000  # other seeds than those of the recalibration
NARROWEST = 0.01  # least standard deviation at the last figure: chosen
QUARTILES = 1.349  # width between the quartiles of a standard normal


@cache
def recorded() -> dict[str, tuple[float, float]]:
    """Return the spread of each reference at the last figure, and what each year ahead adds to it."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["reference"]: (float(row["debut"]), float(row["par_an"])) for row in csv.DictReader(lines)}


def spread(name: str, ahead: float) -> float:
    """Return the standard deviation of the log of a new count around a naive reference, some years ahead."""
    start, slope = recorded()[name]
    return start + slope * max(ahead, 0.0)


def line(ahead: np.ndarray, gap: np.ndarray) -> tuple[float, float]:
    """Return start and slope of the spread of gaps by years ahead, from quartiles, so that no wild case decides."""
    at = np.unique(ahead)
    spreads = [np.ptp(np.quantile(gap[ahead == h], [0.25, 0.75])) / QUARTILES for h in at]
    slope, start = np.polyfit(at, spreads, 1)
    return float(max(start, NARROWEST)), float(max(slope, 0.0))


def learn(size: int = CASES) -> dict[str, tuple[float, float]]:
    """Return start and slope of each reference, learned on the corpus."""
    ahead, gaps = [], []
    for seed in range(FIRST_SEED, FIRST_SEED + size):
        sample = corpus.draw(seed)
        first, last = (
            (float(sample.figures["periode"].iloc[i]), float(sample.figures["valeur"].iloc[i])) for i in (0, -1)
        )
        said = extended(first, last, np.array([float(sample.year)]))
        ahead.append(sample.ahead)
        gaps.append([np.log(sample.truth / max(said[name][0], 0.5)) for name in NAIVE])
    columns = np.array(gaps).T
    return {name: line(np.array(ahead), column) for name, column in zip(NAIVE, columns, strict=True)}


def write() -> Path:
    """Recompute the spreads and write them; return the path."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["reference", "debut", "par_an"])
    writer.writerows((name, round(start, 4), round(slope, 4)) for name, (start, slope) in learn().items())
    return files.write_text(FILE, buffer.getvalue())


if __name__ == "__main__":
    print(write().read_text(encoding="utf-8"))
