"""Forecast a published count with four curves, weighed by analogous series and by the figures themselves.

`docs/forecasting.md` explains each part and its limits. The code holds nothing specific to tiers-lieux: it forecasts
any dated counts that have a nature and a perimeter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logsumexp

from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.curves import CURVES, room_of
from tlanalysis.forecasting.input_figures import Figures, as_figures, check_horizon, usable
from tlanalysis.forecasting.naive_references import references
from tlanalysis.forecasting.posterior import Posterior, sample
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.forecasting.public_support import ended
from tlanalysis.forecasting.recalibration import label, learned, recalibrated
from tlanalysis.forecasting.turns import turned
from tlanalysis.forecasting.weights import learned_weights

if TYPE_CHECKING:
    import pandas as pd

SIZE = 20_000  # draws returned
PROPOSALS = 48_000  # draws proposed, over all curves
SCOUTS = 2_000  # draws per curve that show where to propose more
MARKS = {"p95_bas": 0.025, "p80_bas": 0.1, "mediane": 0.5, "p80_haut": 0.9, "p95_haut": 0.975}
KEPT = {"inputs", "sources", "territoire", "indicateur"}


@dataclass(frozen=True)
class Forecast:
    """A forecast of what a new published count would read.

    Attributes
    ----------
    draws : DataFrame
        One row per equally likely draw, one integer column per year: what a count published for that year would read,
        under the perimeter of the last figure, counting error included.
    levels : DataFrame
        The same counts without the counting error and without rounding.
    used : DataFrame
        The figures that entered, one row each.
    curves : DataFrame
        One row per curve: `courbe`, `poids_appris` (from analogous series), `poids` (after these figures), `ess`.
    references : DataFrame
        The naive references after the last figure, one row per year (see `references`).
    diagnostics : dict
        Diagnostics of the sampler: `ess` (effective sample size over all curves), `proposals`, `draws` and
        `ceiling_learned` (share of the prior spread of the logistic ceiling that the figures removed; 0 when they
        do not inform it).
    attrs : dict
        Inputs and sources of the figures.
    """

    draws: pd.DataFrame
    levels: pd.DataFrame
    used: pd.DataFrame
    curves: pd.DataFrame
    references: pd.DataFrame
    diagnostics: dict[str, float]
    attrs: dict[str, Any] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Return one row per year: `annee, p95_bas, p80_bas, mediane, p80_haut, p95_haut`."""
        table = quantiles(self.draws)
        table.attrs = dict(self.attrs)
        return table

    def probability(self, year: int, at_least: float) -> float:
        """Return the probability that a count published for `year` reads `at_least` or more."""
        return float((self.draws[year] >= at_least).mean())


def check_is_of_france(fc: Forecast, what: str) -> None:
    """Refuse a forecast that is not of the tiers-lieux of France, from which `what` is computed."""
    of = fc.attrs.get("territoire"), fc.attrs.get("indicateur")
    if of != ("FR", "tiers_lieux"):
        said = f"{of[1]} of {of[0]}" if all(of) else "points without a territory and an indicator"
        raise BadInput(
            f"{what} are computed from a forecast of the tiers-lieux of France; this one is of {said}: give "
            'tl.forecast(tl.observations("tiers_lieux", "FR")).'
        )


def forecast(
    observations: pd.DataFrame,
    horizon: int = 2030,
    seed: int = 0,
    *,
    priors: Priors = DEFAULT,
    weights: Mapping[str, float] | None = None,
    size: int = SIZE,
    proposals: int = PROPOSALS,
    support_ended: bool | None = None,
    recalibrate: bool = True,
) -> Forecast:
    """Forecast what a published count would read, year by year up to the horizon.

    Parameters
    ----------
    observations : DataFrame
        At least `periode, valeur, nature, perimetre`, and `valeur_bas, valeur_haut` where figures are intervals, e.g.
        ``observations("tiers_lieux", "FR")``. `periode` is an ISO date, possibly reduced ("2021", "2021-08"). A row
        with both bounds and no value is an interval. Targets and forecasts are ignored. A perimeter without a prior of
        its own gets the default one.
    horizon : int
        Last year, after the last figure.
    seed : int
        Same seed, same digits.
    priors : Priors
        The beliefs before any figure; `priors()` lists the default ones.
    weights : mapping, optional
        Curve -> prior weight; by default those learned on analogous series (`learned_weights`).
    size, proposals : int
        Draws returned; draws proposed over all curves.
    support_ended : bool, optional
        Whether public support has ended, which makes a rise turn more often; by default what the published State
        credits say, for the places of France (`public_support.ended`), and no for anything else.
    recalibrate : bool
        Whether the bands are widened at the end, as learned on other series (`recalibration`).

    Returns
    -------
    Forecast

    Raises
    ------
    BadInput
        Fewer than two usable figures, contradictory intervals, or a horizon that is not after the last figure.

    See Also
    --------
    plot_forecast : Fan chart of the answer.
    references : Naive references.
    backtest : How good it would have been.

    Examples
    --------
    Bakeries of an imaginary town:

    >>> import pandas as pd
    >>> seen = pd.DataFrame({"periode": ["2018", "2020-06", "2023"], "valeur": [100.0, 130.0, 150.0]})
    >>> seen = seen.assign(nature="compte", perimetre="mairie")
    >>> forecast(seen, horizon=2026).draws.shape
    (20000, 9)
    """
    rows = usable(observations, priors)
    check_horizon(rows, observations, horizon)
    figures = as_figures(rows, priors)
    years = np.arange(int(figures.when.min()), horizon + 1)
    rng = np.random.default_rng(seed)
    prior_weights = learned_weights() if weights is None else weights
    scouts = {name: sample(name, figures, years, priors, rng, SCOUTS) for name in CURVES}
    sizes = _shared_out(_curve_weights(scouts, prior_weights), proposals)
    posteriors = {name: sample(name, figures, years, priors, rng, sizes[name]) for name in CURVES}
    chance = _curve_weights(posteriors, prior_weights)
    level, shock, error = _mixture(posteriors, chance, figures, rng, size)
    support = ended(observations) if support_ended is None else support_ended
    level = turned(level, int(figures.when.max()) - years[0], shock, priors, rng, support=support)
    read = level + error[:, None] * rng.standard_normal(level.shape)
    if recalibrate:
        numbers, ahead = learned(label(observations)), years + 0.5 - figures.when.max()
        level, read = (
            np.column_stack([recalibrated(log[:, i], ahead[i], len(rows), numbers) for i in range(len(years))])
            for log in (level, read)
        )
    counted = np.exp(read)
    return Forecast(
        draws=_frame(np.rint(counted).astype(np.int64), years),
        levels=_frame(np.exp(level), years),
        used=rows,
        curves=_summary(posteriors, chance, prior_weights),
        references=references(observations, horizon),
        diagnostics=_diagnostics(posteriors, chance, priors, size),
        attrs={key: value for key, value in observations.attrs.items() if key in KEPT},
    )


def quantiles(draws: pd.DataFrame) -> pd.DataFrame:
    """Return one row per column of draws (a year): median, 80 % and 95 % intervals, rounded to whole places."""
    import pandas as pd

    found = np.rint(np.quantile(draws.to_numpy(), list(MARKS.values()), axis=0)).astype(np.int64)
    table = pd.DataFrame(dict(zip(MARKS, found, strict=True)))
    table.insert(0, "annee", [int(year) for year in draws.columns])
    return table


def _curve_weights(posteriors: dict[str, Posterior], prior: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each curve after the figures: prior weight times evidence."""
    if unknown := set(prior) ^ set(CURVES):
        raise BadInput(f"weights name the four curves {', '.join(CURVES)}: look at {', '.join(sorted(unknown))}.")
    with np.errstate(divide="ignore"):
        log = np.array([np.log(prior[name]) + posteriors[name].log_evidence for name in CURVES])
    if not np.isfinite(log).any():
        raise BadInput("the figures contradict each other: no path of the count goes through all their intervals.")
    return dict(zip(CURVES, np.exp(log - logsumexp(log)), strict=True))


def _shared_out(chance: dict[str, float], proposals: int) -> dict[str, int]:
    """Return how many draws to propose per curve: each has a minimum, and likelier curves share the rest."""
    least = proposals // 20
    return {name: least + round((proposals - least * len(CURVES)) * chance[name]) for name in CURVES}


def _weight(posteriors: dict[str, Posterior], chance: dict[str, float]) -> np.ndarray:
    return np.concatenate([chance[name] * posteriors[name].weight for name in CURVES])


def _mixture(
    posteriors: dict[str, Posterior], chance: dict[str, float], figures: Figures, rng: np.random.Generator, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `size` equally likely log paths under the definition of the last figure, their shock and count error."""
    weight = _weight(posteriors, chance)
    # Systematic resampling draws one uniform number, which adds less noise than one number per draw.
    at = (np.arange(size) + rng.random()) / size * weight.sum()
    kept = rng.permutation(np.minimum(np.searchsorted(np.cumsum(weight), at), len(weight) - 1))
    level = np.concatenate([posteriors[name].level for name in CURVES])[kept]
    offset = np.concatenate([posteriors[name].offset[:, figures.which[-1]] for name in CURVES])[kept]
    shock = np.concatenate([posteriors[name].shock for name in CURVES])[kept]
    error = np.concatenate([posteriors[name].count_error for name in CURVES])[kept]
    return level + offset[:, None], shock, error


def _summary(posteriors: dict[str, Posterior], chance: dict[str, float], prior: Mapping[str, float]) -> pd.DataFrame:
    import pandas as pd

    rows = [(name, prior[name], chance[name], posteriors[name].ess) for name in CURVES]
    return pd.DataFrame(rows, columns=["courbe", "poids_appris", "poids", "ess"])


def _diagnostics(
    posteriors: dict[str, Posterior], chance: dict[str, float], priors: Priors, size: int
) -> dict[str, float]:
    weight = _weight(posteriors, chance)
    return {
        "ess": float(weight.sum() ** 2 / (weight**2).sum()),
        "proposals": float(len(weight)),
        "draws": float(size),
        "ceiling_learned": _ceiling_learned(posteriors["logistique"], priors),
    }


def _ceiling_learned(posterior: Posterior, priors: Priors) -> float:
    """Return the share of the prior spread of the logistic ceiling that the figures removed (0: none)."""
    room = room_of(posterior.z, priors)
    weight = posterior.weight
    centre = weight @ room
    beforehand = room_of(np.random.default_rng(0).standard_normal((20_000, posterior.z.shape[1])), priors)
    return float(np.clip(1 - np.sqrt((weight @ (room - centre) ** 2) / beforehand.var()), 0, 1))


def _frame(values: np.ndarray, years: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(values, columns=[int(year) for year in years])
