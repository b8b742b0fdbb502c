"""A first honest forecast of a published count.

Few figures, several definitions, intervals wide where nothing is known.

The model, on the logarithm of the count. Growth g follows a damped path, g_t = a g_{t-1} + shock, so it fades and
may turn negative. A published figure reads the true level plus the offset of its perimeter (what its definition
and its coverage leave out or add; a prior, printed by `priors`) plus an error that depends on its nature. Targets
and forecasts never enter; one list counts once. Given the damping, everything is Gaussian: the posterior of
points is exact, damping and interval-valued figures are handled by importance weights. Saturation is not
identified by so few figures and is not modelled here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tlanalysis import periods
from tlanalysis.errors import BadInput
from tlanalysis.observations import MEASURES

if TYPE_CHECKING:
    import pandas as pd

# The CGET file of 2019 is the list of 2018 with 49 additions, not a second count.
SAME_LIST = {"cget_2019": "cget_2018"}

# Log-scale error of a figure that reads its own perimeter, by nature.
ERROR = {"compte": 0.03, "estime": 0.10, "declare": 0.10}

# Log-scale offset of a perimeter from the definition of 2023: mean, standard deviation. The mission of 2018 thought it
# had missed a fifth of the places of its own narrower definition; the report of 2021 may include projects.
OFFSET = {
    "cget_2018": (-0.30, 0.15),
    "ftl_2021": (0.0, 0.12),
    "ftl_2023": (0.0, 0.06),
    "ftl_2026": (0.0, 0.10),
    "non_precise": (0.0, 0.30),
}
DEFAULT_OFFSET = (0.0, 0.12)

GROWTH = (0.10, 0.12)  # yearly log growth at the start: mean, standard deviation
SHOCK = 0.05  # standard deviation of a yearly change of growth
DAMPING = (0.60, 0.98)  # share of the growth that lasts to the next year: uniform
START = 1.0  # standard deviation of the first level around the first figure


@dataclass(frozen=True)
class Forecast:
    """A forecast of what a new published count would read.

    Attributes
    ----------
    draws : DataFrame
        One row per equally likely draw, one integer column per year.
    used : DataFrame
        The figures that entered, one row each.
    diagnostics : dict
        `ess`, the effective sample size of the importance weights, and `draws`, how many were proposed.
    """

    draws: pd.DataFrame
    used: pd.DataFrame
    diagnostics: dict[str, float]
    attrs: dict[str, Any] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return one row per year: `annee, mediane`, then the 80 % and 95 % intervals."""
        import pandas as pd

        marks = {"p95_bas": 0.025, "p80_bas": 0.1, "mediane": 0.5, "p80_haut": 0.9, "p95_haut": 0.975}
        quantiles = self.draws.quantile(list(marks.values()))
        table = pd.DataFrame({name: quantiles.loc[q].round().astype(int).to_numpy() for name, q in marks.items()})
        table.insert(0, "annee", [int(year) for year in self.draws.columns])
        table.attrs = dict(self.attrs)
        return table

    def probability(self, year: int, at_least: float) -> float:
        """Return the probability that a count published for `year` reads `at_least` or more."""
        return float((self.draws[year] >= at_least).mean())


def forecast(observations: pd.DataFrame, horizon: int = 2030, seed: int = 0, *, size: int = 40_000) -> Forecast:
    """Forecast what a published count would read, year by year up to the horizon.

    Parameters
    ----------
    observations : DataFrame
        At least `periode, valeur, valeur_bas, valeur_haut, nature, perimetre`, e.g.
        ``observations("tiers_lieux", "FR")``. Targets and forecasts are ignored. A perimeter without a prior of
        its own gets `DEFAULT_OFFSET`.
    horizon : int
        Last year.
    seed : int
        Same seed, same digits.
    size : int
        Draws proposed and returned.

    Returns
    -------
    Forecast

    Raises
    ------
    BadInput
        Fewer than two usable figures, or a horizon that is not after the last of them.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"periode": ["2018", "2023"], "valeur": [100.0, 150.0]})
    >>> seen = seen.assign(valeur_bas=None, valeur_haut=None, nature="compte", perimetre="x")
    >>> forecast(seen, horizon=2026).draws.shape
    (40000, 9)
    """
    used = usable(observations)
    years = _years(used, horizon)
    rng = np.random.default_rng(seed)
    design = _Design(used, years)
    damping, weights, level, last_offset = design.posterior(rng, size)
    ess = float(weights.sum() ** 2 / (weights**2).sum())
    kept = rng.choice(size, size=size, p=weights / weights.sum())
    error = rng.normal(0, ERROR["compte"], size=(size, len(years)))
    counts = np.exp(level[kept] + last_offset[kept, None] + error)
    return Forecast(
        draws=_integer_frame(counts, years),
        used=used,
        diagnostics={
            "ess": ess,
            "draws": float(size),
            "damping_mean": float(np.average(damping, weights=weights)),
        },
        attrs={
            key: value
            for key, value in observations.attrs.items()
            if key in {"inputs", "sources", "territoire", "indicateur"}
        },
    )


def usable(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the figures a forecast may use, one row each, oldest first; each list once, by its best nature.

    Undated figures, targets and forecasts are out. Within a perimeter, figures of a weaker nature than the best one are
    restatements; a value already seen is a repetition and keeps the period that most sources give it.
    """
    rows = observations[observations["nature"].isin(MEASURES) & observations["periode"].notna()].copy()
    rows = rows[rows["valeur"].notna() | (rows["valeur_bas"].notna() & rows["valeur_haut"].notna())]
    rows = rows[~rows["perimetre"].map(lambda name: SAME_LIST.get(name) in set(rows["perimetre"]))]
    rank = rows["nature"].map(MEASURES.index)
    rows = rows[rank == rank.groupby(rows["perimetre"]).transform("min")]
    rows["annee"] = rows["periode"].map(periods.middle)
    rows["fois"] = rows.groupby(["perimetre", "valeur", "periode"], dropna=False)["periode"].transform("size")
    rows = rows.sort_values(["fois", "annee"], ascending=[False, True], kind="stable").drop_duplicates(
        ["perimetre", "valeur"]
    )
    columns = ["periode", "annee", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre"]
    return rows.sort_values("annee", kind="stable")[columns].reset_index(drop=True)


def priors() -> pd.DataFrame:
    """Return the priors of the model, one row each, for whoever wants to attack them."""
    import pandas as pd

    rows = [
        ("croissance_initiale", *GROWTH),
        ("choc_annuel", 0.0, SHOCK),
        ("erreur_compte", 0.0, ERROR["compte"]),
    ]
    rows += [("erreur_estime", 0.0, ERROR["estime"]), ("erreur_declare", 0.0, ERROR["declare"])]
    rows += [(f"decalage_{name}", *value) for name, value in OFFSET.items()] + [
        ("decalage_par_defaut", *DEFAULT_OFFSET)
    ]
    return pd.DataFrame(rows, columns=["parametre", "moyenne", "ecart_type"])


def _years(used: pd.DataFrame, horizon: int) -> list[int]:
    if len(used) < 2:
        verb = "is" if len(used) == 1 else "are"
        raise BadInput(f"a forecast needs two dated measures that are not targets, there {verb} {len(used)}.")
    first, last = int(used["annee"].min()), int(used["annee"].max())
    if horizon <= last:
        raise BadInput(f"the horizon {horizon} is not after the last figure ({last}): choose {last + 1} or later.")
    return list(range(first, horizon + 1))


def _integer_frame(counts: np.ndarray, years: list[int]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(np.rint(counts).astype(np.int64), columns=years)


class _Design:
    """The linear-Gaussian system behind a forecast.

    Unknowns are first level, first growth, shocks, perimeter offsets.
    """

    def __init__(self, used: pd.DataFrame, years: list[int]) -> None:
        self.years = years
        self.perimeters = list(dict.fromkeys(used["perimetre"]))
        offsets = [OFFSET.get(name, DEFAULT_OFFSET) for name in self.perimeters]
        point = used["valeur"].notna()
        first = used.iloc[0]
        anchor = first["valeur"] if point.iloc[0] else np.sqrt(first["valeur_bas"] * first["valeur_haut"])
        steps = len(years) - 1
        self.mean = np.array([np.log(anchor), GROWTH[0], *np.zeros(steps), *(m for m, _ in offsets)])
        self.sd = np.array([START, GROWTH[1], *np.full(steps, SHOCK), *(s for _, s in offsets)])
        self.position = np.clip(used["annee"].to_numpy(float) - 0.5 - years[0], 0, steps)
        self.which = np.array([self.perimeters.index(name) for name in used["perimetre"]])
        self.error = used["nature"].map(ERROR).to_numpy(float)
        self.point = point.to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            self.value = np.log(used["valeur"].to_numpy(float))
            self.low, self.high = (
                np.log(used["valeur_bas"].to_numpy(float)),
                np.log(used["valeur_haut"].to_numpy(float)),
            )
        self.last_perimeter = int(self.which[-1])

    def levels(self, damping: float) -> np.ndarray:
        """Return the matrix that gives the yearly log level from the unknowns, for one damping."""
        steps = len(self.years) - 1
        matrix = np.zeros((steps + 1, len(self.mean)))
        matrix[:, 0] = 1
        growth = np.zeros(len(self.mean))
        growth[1] = 1
        for year in range(1, steps + 1):
            if year > 1:
                growth = damping * growth
            growth[1 + year] = 1
            matrix[year] = matrix[year - 1] + growth
        return matrix

    def readings(self, levels: np.ndarray) -> np.ndarray:
        """Return the matrix that gives what each figure should read: level at its date plus its perimeter's offset."""
        below = np.floor(self.position).astype(int)
        above = np.minimum(below + 1, len(self.years) - 1)
        part = (self.position - below)[:, None]
        matrix = (1 - part) * levels[below] + part * levels[above]
        matrix[np.arange(len(self.which)), len(self.mean) - len(self.perimeters) + self.which] += 1
        return matrix

    def posterior(self, rng: np.random.Generator, size: int, grid: int = 20) -> tuple[np.ndarray, ...]:
        """Draw from the posterior: damping on a grid, unknowns given the points exactly, intervals by weight."""
        from scipy import stats

        per = size // grid
        dampings = np.linspace(*DAMPING, grid)
        parts = []
        for damping in dampings:
            levels = self.levels(damping)
            readings = self.readings(levels)
            mean, root, log_evidence = self._condition(
                readings[self.point], self.value[self.point], self.error[self.point]
            )
            unknowns = mean + rng.standard_normal((per, len(mean))) @ root.T
            expected = unknowns @ readings[~self.point].T
            error = self.error[~self.point]
            inside = stats.norm.cdf((self.high[~self.point] - expected) / error) - stats.norm.cdf(
                (self.low[~self.point] - expected) / error
            )
            offset = unknowns[:, len(self.mean) - len(self.perimeters) + self.last_perimeter]
            parts.append((np.full(per, damping), log_evidence, inside.prod(axis=1), unknowns @ levels.T, offset))
        evidence = np.array([part[1] for part in parts])
        scale = np.repeat(np.exp(evidence - evidence.max()), per)
        weights = scale * np.concatenate([part[2] for part in parts])
        if not weights.sum() > 0:
            raise BadInput("the intervals contradict the other figures: no path of the count goes through all of them.")
        return (
            np.concatenate([p[0] for p in parts]),
            weights,
            np.concatenate([p[3] for p in parts]),
            np.concatenate([p[4] for p in parts]),
        )

    def _condition(
        self, matrix: np.ndarray, value: np.ndarray, error: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Return posterior mean, a square root of the posterior covariance, and the log evidence of the points."""
        from scipy import linalg, stats

        prior = np.diag(self.sd**2)
        predicted = matrix @ self.mean
        covariance = matrix @ prior @ matrix.T + np.diag(error**2)
        gain = (
            linalg.solve(covariance, matrix @ prior, assume_a="pos").T if len(value) else np.zeros((len(self.mean), 0))
        )
        mean = self.mean + gain @ (value - predicted)
        posterior = prior - gain @ matrix @ prior
        root = linalg.cholesky(posterior + 1e-12 * np.eye(len(mean)), lower=True)
        evidence = stats.multivariate_normal.logpdf(value, predicted, covariance) if len(value) else 0.0
        return mean, root, float(evidence)
