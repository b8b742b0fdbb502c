"""Learn the prior weights of the curves on analogous series, by how well each curve predicts the next figure.

For every series with at least three dates and every figure but the first two, each curve gives its predictive
density for that figure (the ratio of two evidences). The weights maximise the log score of the mixture, with a
Dirichlet prior of two pseudo-cases per curve, so that a handful of series cannot rule a curve out. `weights.csv` beside
this module records the weights, and `python -m tlanalysis.forecasting.weights` recomputes them. A test compares the
file with the recomputation.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core import files
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.input_figures import as_figures, usable
from tlanalysis.forecasting.posterior import sample
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).with_name("weights.csv")
PSEUDO_CASES = 2.0
PROPOSALS = 4_000

# Analogous series, as indicator, territory and perimeter. They count tiers-lieux, labels and coworking spaces that
# grew in the same years, each under one definition. The list leaves out the count of tiers-lieux in France, which
# the forecast itself uses, and the Occitanie labels, whose two dates are too few to test a prediction.
SERIES = (
    ("tiers_lieux", "R75", "coop_naq"),
    ("tiers_lieux", "R11", "ipr_large"),
    ("fabriques_de_territoire", "FR", "label_anct"),
    ("espaces_coworking", "FR", "coworking_marche"),
)


@cache
def learned_weights() -> dict[str, float]:
    """Return the prior weight of each curve, as recorded in `weights.csv`."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["courbe"]: float(row["poids"]) for row in csv.DictReader(lines)}


def learn(seed: int = 0, priors: Priors = DEFAULT) -> tuple[dict[str, float], np.ndarray]:
    """Return the weights and the log densities behind them: a row per predicted figure, a column per curve."""
    cases = np.array(list(_cases(seed, priors)))
    density = np.exp(cases - cases.max(axis=1, keepdims=True))
    weights = np.full(len(CURVES), 1 / len(CURVES))
    for _ in range(500):  # expectation-maximisation: each step raises the penalised log score
        share = weights * density
        share /= share.sum(axis=1, keepdims=True)
        weights = share.sum(axis=0) + PSEUDO_CASES
        weights /= weights.sum()
    return dict(zip(CURVES, (float(round(w, 4)) for w in weights), strict=True)), cases


def _cases(seed: int, priors: Priors) -> list[np.ndarray]:
    from tlanalysis.data.evidence import observations

    cases = []
    for indicator, territory, perimeter in SERIES:
        rows = usable(observations(indicator, territory, perimetre=perimeter))
        evidence = [_log_evidence(rows.iloc[:n].reset_index(drop=True), seed, priors) for n in range(2, len(rows) + 1)]
        cases += list(np.diff(evidence, axis=0))
    return cases


def _log_evidence(rows: pd.DataFrame, seed: int, priors: Priors) -> np.ndarray:
    figures = as_figures(rows, priors)
    years = np.array([int(figures.when[0])])
    rng = np.random.default_rng(seed)
    return np.array([sample(name, figures, years, priors, rng, PROPOSALS).log_evidence for name in CURVES])


def write() -> Path:
    """Recompute the weights and write them; return the path."""
    weights, _ = learn()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["courbe", "poids"])
    writer.writerows(weights.items())
    return files.write_text(FILE, buffer.getvalue())


if __name__ == "__main__":
    print(write().read_text(encoding="utf-8"))
