"""Time the national access figures against a matrix of all distances, and measure the smoothed intervals' coverage.

The matrix computes the same distances to the nearest place and the same floating catchment, commune by place, in blocks
that fit in memory. The benchmark needs the open files (TLANALYSIS_MIRROR).

    python -m benchmarks.access [RUNS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from tlanalysis.data import territories
from tlanalysis.indicators.accessibility import populated_points
from tlanalysis.indicators.catchment import DECAY, distance_to_nearest, floating_catchment, on_sphere
from tlanalysis.indicators.shrinkage import shrink
from tlanalysis.lists.cleaning import clean_open_file
from tlanalysis.maintain.recount_access import access_by_territory

BLOCK = 4000  # communes at a time


def matrix(homes: pd.DataFrame, places: pd.DataFrame, catchment: float) -> tuple[np.ndarray, np.ndarray]:
    """Return distances to the nearest place and scores, from every distance between communes and places."""
    at, to = on_sphere(homes), on_sphere(places)
    people = homes["population"].astype("float64").fillna(0).to_numpy()
    weights, nearest = [], []
    for start in range(0, len(at), BLOCK):
        kilometres = 6371.0 * np.arccos(np.clip(at[start : start + BLOCK] @ to.T, -1, 1))
        nearest.append(kilometres.min(axis=1))
        band = np.minimum((kilometres / catchment * len(DECAY)).astype(int), len(DECAY) - 1)
        weights.append(np.where(kilometres <= catchment, np.asarray(DECAY)[band], 0.0))
    weight = np.concatenate(weights)
    demand = people @ weight
    return np.concatenate(nearest), weight @ np.divide(1e5, demand, out=np.zeros_like(demand), where=demand > 0)


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the seconds of the shortest of some runs."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def coverage(runs: int) -> None:
    """Print how often smoothed 95 % intervals hold the true rate, and their squared error over that of raw rates."""
    print(
        "rates per 100,000: coverage of 95 % intervals, squared error over raw; territories, mean, spread of true rates"
    )
    worst = 1.0
    for level in territories.LEVELS:
        people = territories.table(level)["population"].to_numpy(float) / 1e5
        for mean in (0.15, 0.5, 2.2):
            for spread in (0.0, 0.15, 0.4, 0.8, 1.5):
                rng = np.random.default_rng(5)
                held, smooth, raw = [], 0.0, 0.0
                for _ in range(runs):
                    if spread:
                        rates = rng.gamma(spread**-2, mean * spread**2, len(people))
                    else:
                        rates = np.full(len(people), mean)
                    count = rng.poisson(rates * people)
                    if not count.sum():
                        continue
                    fit = shrink(count, people)
                    low, high = fit.interval()
                    held.append(((low <= rates) & (rates <= high)).mean())
                    smooth += ((fit.mean - rates) ** 2).mean()
                    raw += ((count / people - rates) ** 2).mean()
                worst = min(worst, float(np.mean(held)))
                print(f"  {len(people):3d}  {mean:4.2f}  {spread:4.2f}   {np.mean(held):.1%}   {smooth / raw:.2f}")
    print(f"  least coverage {worst:.1%}")


def compare(name: str, homes: pd.DataFrame, places: pd.DataFrame) -> tuple[float, float]:
    """Print the times of both ways and their ratio; return the largest differences: km, places per 100,000."""

    def tree() -> tuple[np.ndarray, np.ndarray]:
        return distance_to_nearest(homes, places), floating_catchment(homes, places, 30.0)

    def brute() -> tuple[np.ndarray, np.ndarray]:
        return matrix(homes, places, 30.0)

    (near, score), (expected, scores) = tree(), brute()
    ours, theirs = seconds(tree), seconds(brute)
    gaps = float(np.abs(near - expected).max()), float(np.abs(score - scores).max())
    print(f"{name}: {len(homes):,} communes, {len(places):,} places")
    print(f"  KD-tree {ours:.3f} s, matrix {theirs:.2f} s; ratio matrix / KD-tree {theirs / ours:.0f}")
    print(f"  largest difference {gaps[0]:.1e} km, {gaps[1]:.1e} places per 100,000")
    return gaps


def main(runs: int = 200) -> None:
    """Print the times, the ratio and the coverage."""
    homes = populated_points().dropna(subset=["latitude"]).reset_index(drop=True)
    for name in ("cget_2019", "fabriques_de_territoire_2024"):
        compare(name, homes, clean_open_file(name).places.dropna(subset=["latitude"]).reset_index(drop=True))
    print(f"all national access figures, files read and checked: {seconds(access_by_territory):.2f} s")
    coverage(runs)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
