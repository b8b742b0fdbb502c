"""Time the forecast of France and 18 régions against a plain loop of SciPy fits on bootstrap samples.

The loop is the simplest alternative: for each bootstrap sample of the national figures (each figure redrawn
with the error of its nature), fit a logistic curve by least squares with SciPy and keep the path; the régions get the
fitted total times their share. It gives one path per fit, so it is timed on fewer fits and scaled to as many draws.

    python -m benchmarks.forecast_speed
"""

from __future__ import annotations

import time

import numpy as np
from scipy.optimize import curve_fit

from tlanalysis.data.evidence import observations
from tlanalysis.forecasting.input_figures import as_figures, usable
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.prior_beliefs import DEFAULT
from tlanalysis.forecasting.regional import forecast_regions

FITS = 300
YEARS = np.arange(2018, 2031) + 0.5


def logistic(t: np.ndarray, ceiling: float, speed: float, middle: float) -> np.ndarray:
    """Return a logistic curve at decimal years."""
    return ceiling / (1 + np.exp(-speed * (t - middle)))


def bootstrap(fits: int, seed: int = 0) -> np.ndarray:
    """Return one fitted path per bootstrap sample of the figures."""
    figures = as_figures(usable(observations("tiers_lieux", "FR")), DEFAULT)
    rng = np.random.default_rng(seed)
    centre = np.where(figures.point, figures.value, (figures.low + figures.high) / 2)
    half = np.where(figures.point, 0, (figures.high - figures.low) / 2)
    error = np.hypot(figures.errors[figures.nature, 0], figures.fixed)
    paths = []
    for _ in range(fits):
        y = np.exp(centre + error * rng.standard_normal(len(centre)) + half * rng.uniform(-1, 1, len(centre)))
        try:
            found, _ = curve_fit(logistic, figures.when, y, p0=(2 * y.max(), 0.3, 2021), maxfev=2000)
        except RuntimeError:  # the fit of this sample does not converge: skip the sample
            continue
        paths.append(logistic(YEARS, *found))
    return np.array(paths)


def main(fits: int = FITS) -> None:
    """Print both times and their ratio."""
    published = observations("tiers_lieux", "FR")
    forecast(published)
    begun = time.perf_counter()
    fc = forecast(published)
    regional = forecast_regions(fc)
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    paths = bootstrap(fits)
    per_path = (time.perf_counter() - begun) / max(len(paths), 1)
    draws = fc.diagnostics["ess"]
    print(f"France and {len(regional.draws)} régions, four curves, {draws:,.0f} effective draws: {ours:.2f} s")
    print(
        f"loop of SciPy fits: {len(paths)} of {fits} converged, {per_path * 1000:.2f} ms a path, one curve, France only"
    )
    print(f"  for as many draws {per_path * draws:.1f} s; ratio loop / forecast {per_path * draws / ours:.1f}")


if __name__ == "__main__":
    main()
