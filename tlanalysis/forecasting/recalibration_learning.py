"""Learn the recalibration of the forecast on the synthetic corpus and the analogous series, and write its file."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import observations
from tlanalysis.forecasting import corpus
from tlanalysis.forecasting.input_figures import usable
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.recalibration import FILE, QUANTILES, WORTH, fit
from tlanalysis.forecasting.weights import SERIES

if TYPE_CHECKING:
    import pandas as pd

CORPUS = 800  # synthetic cases


def _case(figures: pd.DataFrame, year: int, truth: float, seed: int) -> list[float] | None:
    """Return one case: what came, and what the forecast without recalibration said of it."""
    try:
        fc = forecast(figures, year, seed, size=1500, proposals=4000, recalibrate=False)
    except BadInput:  # the corpus may draw figures that no forecast accepts
        return None
    ahead = year + 0.5 - fc.used["annee"].max()
    middle, *others = np.quantile(np.log(fc.draws[year].clip(lower=0.5)), [0.5, *QUANTILES])
    return [ahead, len(fc.used), np.log(truth) - middle, *(others - middle)]


def _synthetic(seed: int) -> list[float] | None:
    sample = corpus.draw(seed)
    return _case(sample.figures, sample.year, sample.truth, seed)


def _analogous(series: tuple[str, str, str], seed: int) -> list[list[float]]:
    """Return one case per origin and later counted or estimated figure of an analogous series."""
    rows = usable(observations(series[0], series[1], perimetre=series[2]))
    found = []
    for n in range(2, len(rows)):
        known = rows.iloc[:n]
        if known["annee"].iloc[-1] - known["annee"].iloc[0] < 0.5:
            continue
        for later in rows.iloc[n:].itertuples():
            if int(later.annee) > int(known["annee"].max()) and later.valeur == later.valeur:
                case = _case(known, int(later.annee), later.valeur, seed)
                found += [case] if case else []
    return found


def write(size: int = CORPUS, seed: int = 0) -> Path:
    """Recompute the recalibration and write it; return the path."""
    with ProcessPoolExecutor(2) as pool:
        synthetic = [case for case in pool.map(_synthetic, range(seed, seed + size), chunksize=20) if case]
        real = dict(zip(SERIES, pool.map(partial(_analogous, seed=seed), SERIES), strict=True))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["sans", "quantile", "a", "b", "c"])
    for left_out in (None, *SERIES):
        kept = [case for series in SERIES if series != left_out for case in real[series]]
        weight = np.array([1.0] * len(synthetic) + [WORTH] * len(kept))
        for q, numbers in zip(QUANTILES, fit(np.array(synthetic + kept), weight), strict=True):
            writer.writerow(["/".join(left_out or ()), q, *np.round(numbers, 4).tolist()])
    return files.write_text(FILE, buffer.getvalue())


if __name__ == "__main__":
    print(write().read_text(encoding="utf-8"))
