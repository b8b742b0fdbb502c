"""Simulate the synthetic corpus from which the last recalibration of the forecast is learned; it judges nothing.

A log path is made of stretches of years. Each stretch has its own growth, which fades or not; a new stretch keeps a
part of the growth before it, reverses it, or draws another. Figures stand at irregular dates, with an error that
belongs to the object, sometimes a change of definition, and a new count comes later under the last definition. All
constants are chosen: wide enough that no kind of series is left out. The generators of `benchmarks` share none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

FIRST_YEAR = 2000
BREAK = 0.2  # probability that a year begins another stretch
GROWTH = (0.04, 0.18)  # growth of a stretch drawn anew: mean, standard deviation
FADING = (0.6, 1.0)  # share of growth that lasts to the next year, one number for each stretch
SHOCK = (0.04, 0.8)  # yearly shock of a series: median, log-spread
NOISE = (0.025, 0.18)  # error of a count, one number for each series, uniform on the log scale between
DEFINITION = (0.35, 0.18)  # probability of another definition; standard deviation of its offset
ESTIMATE = 0.09  # error of an estimate, beyond that of a count
MOST_FIGURES, FARTHEST = 8, 7


@dataclass(frozen=True)
class Sample:
    """One case of the corpus: its figures, and the new count `ahead` years after the last of them."""

    figures: pd.DataFrame
    year: int
    truth: float
    ahead: int


def draw(seed: int) -> Sample:
    """Return one case; the same seed gives the same case."""
    import pandas as pd

    rng = np.random.default_rng([seed, 16])
    n, ahead = int(rng.integers(2, MOST_FIGURES + 1)), int(rng.integers(1, FARTHEST + 1))
    gaps = rng.choice([1, 2, 3, 4], size=n - 1, p=[0.5, 0.25, 0.15, 0.1])
    at = np.concatenate([[0], np.cumsum(gaps)])
    path = _path(rng, int(at[-1]) + ahead + 1)
    noise = float(np.exp(rng.uniform(*np.log(NOISE))))
    jump = int(rng.integers(1, n)) if rng.random() < DEFINITION[0] else n
    step = float(rng.normal(0, DEFINITION[1]))
    rows: list[dict[str, Any]] = []
    for i, year in enumerate(at):
        counted = rng.random() < 0.6
        spread = noise if counted else np.hypot(noise, ESTIMATE)
        value = np.exp(path[year] + (step if i >= jump else 0.0) + spread * rng.standard_t(8))
        value = round(value) if counted else float(f"{value:.2g}")
        nature = "compte" if counted else str(rng.choice(["estime", "declare"]))
        perimeter = "b" if i >= jump else "a"
        row = {"periode": str(FIRST_YEAR + year), "valeur": max(float(value), 1.0), "valeur_bas": np.nan}
        rows.append(row | {"valeur_haut": np.nan, "nature": nature, "perimetre": perimeter})
    target = int(at[-1]) + ahead
    read = path[target] + (step if jump < n else 0.0) + noise * rng.standard_t(8)
    return Sample(pd.DataFrame(rows), FIRST_YEAR + target, max(float(round(np.exp(read))), 1.0), ahead)


def _path(rng: np.random.Generator, years: int) -> np.ndarray:
    """Return a yearly log path of the corpus."""
    growth, fading = rng.normal(*GROWTH), rng.uniform(*FADING)
    shock = SHOCK[0] * np.exp(SHOCK[1] * rng.standard_normal())
    path = [np.log(rng.uniform(50, 4000))]
    for _ in range(years - 1):
        if rng.random() < BREAK:
            story = rng.random()
            if story < 0.4:
                growth, fading = growth * rng.uniform(0, 1), rng.uniform(*FADING)
            elif story < 0.75:
                growth, fading = -growth * rng.uniform(0.1, 1), rng.uniform(*FADING)
            else:
                growth, fading = rng.normal(*GROWTH), rng.uniform(*FADING)
        path.append(path[-1] + growth + shock * rng.standard_normal())
        growth *= fading
    return np.array(path)
