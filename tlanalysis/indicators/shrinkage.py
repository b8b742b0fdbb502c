"""Gamma-Poisson shrinkage: estimate the rate of a territory from its count and those of the others. Pure functions.

The model: a territory of exposure e and rate r counts Poisson(e r) events; rates are drawn from a Gamma law of mean m
and coefficient of variation c. Given m and c, the rate of a territory has a Gamma posterior that pulls its raw rate
towards m, the more so the fewer events it can expect. m and c are not fixed where the marginal likelihood is
greatest, which would make the intervals too short with few territories: they are weighed by it over a grid, with a
flat prior on log m and on c squared. Source: C. L. Christiansen and C. N. Morris, JASA 92 (1997), 618-632.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats
from scipy.special import gammainc, gammaincc, gammaln, logsumexp

from tlanalysis.core.errors import BadInput

WIDEST = 3.0  # no coefficient of variation of rates beyond this
_SPREADS, _MEANS = 40, 25  # size of the grid: finer ones change no third digit
# Most steps to a quantile, and the error of probability after which one more step is the last. That step squares the
# error, which then is below what machines differ in: the digits that are printed are the same on all of them.
_STEPS, _NEAR = 60, 1e-9


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Posterior of the rates of k territories; nobody writes into its arrays, which several callers share.

    Attributes
    ----------
    mean, variance : ndarray of shape (k,)
        Posterior mean and variance of each rate, in events per unit of exposure.
    count, exposure : ndarray of shape (k,)
        What it was computed from.
    spread, centre, weight : ndarray of shape (g,)
        The grid: coefficient of variation of the rates, their mean, and the posterior weight of the pair.
    """

    mean: np.ndarray
    variance: np.ndarray
    count: np.ndarray
    exposure: np.ndarray
    spread: np.ndarray
    centre: np.ndarray
    weight: np.ndarray

    @property
    def variation(self) -> float:
        """Posterior mean of the coefficient of variation of the rates."""
        return float(self.weight @ self.spread)

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds of each rate: equal-tailed quantiles of its posterior, a mixture of Gamma laws."""
        tail = (1 - level) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    def quantile(self, probability: float) -> np.ndarray:
        """Return a quantile of the posterior of each rate, shape (k,), in events per unit of exposure.

        Parameters
        ----------
        probability : float
            Between 0 and 1, both excluded.
        """
        return _quantile(self, probability).copy()

    def draws(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Return `n` draws of all rates together, shape (n, k); their mean and spread are drawn anew each time."""
        at = rng.choice(len(self.weight), size=n, p=self.weight)
        shape, scale = _posterior(self.count, self.exposure, self.spread[at], self.centre[at])
        return rng.standard_gamma(shape) * scale


@lru_cache(maxsize=64)
def _quantile(fit: Shrunk, probability: float) -> np.ndarray:
    shape, scale = _posterior(fit.count, fit.exposure, fit.spread, fit.centre)
    upper = probability > 0.5  # work on the smaller tail, where its logarithm is nearly straight
    wanted = 1 - probability if upper else probability
    # The Gamma law of the same mean and variance is near: Newton's steps start there, bisection keeps them inside.
    rate = stats.gamma.ppf(probability, fit.mean**2 / fit.variance, scale=fit.variance / fit.mean)
    low, high = np.zeros_like(rate), np.full_like(rate, np.inf)
    for _ in range(_STEPS):
        tail = fit.weight @ (gammaincc if upper else gammainc)(shape, rate / scale)
        beyond = (tail < wanted) == upper
        low, high = np.where(beyond, low, rate), np.where(beyond, rate, high)
        slope = rate * (fit.weight @ stats.gamma.pdf(rate, shape, scale=scale)) / tail
        step = rate * np.exp(np.clip((1 if upper else -1) * np.log(tail / wanted) / slope, -50, 50))
        middle = np.where(np.isinf(high), 2 * rate, (low + high) / 2)
        rate = np.where((step >= low) & (step <= high), step, middle)
        if (np.abs(tail - wanted) < _NEAR).all():
            break
    return rate


def shrink(count: np.ndarray, exposure: np.ndarray) -> Shrunk:
    """Return the posterior of the rates, given counted events and exposures.

    Parameters
    ----------
    count : ndarray of shape (k,)
        Events per territory, not negative, at least one in all.
    exposure : ndarray of shape (k,)
        Exposure of each, e.g. inhabitants; positive.

    Raises
    ------
    BadInput
        Fewer than two territories, a negative count, an exposure that is not positive, or no event at all.

    Examples
    --------
    >>> fit = shrink(np.array([0, 2, 40]), np.array([1.0, 1.0, 10.0]))
    >>> bool(0 < fit.mean[0] < fit.mean[1] < fit.mean[2])
    True
    """
    count, exposure = np.asarray(count, float), np.asarray(exposure, float)
    if len(count) < 2 or (count < 0).any() or not (exposure > 0).all() or count.sum() == 0:
        raise BadInput(
            "smoothing needs two territories or more, counts that are not negative, positive populations, and an event."
        )
    return _fit(count.tobytes(), exposure.tobytes())


@lru_cache(maxsize=32)
def _fit(counts: bytes, exposures: bytes) -> Shrunk:
    """Return the posterior; the same numbers are asked for again and again, by the charts of one night above all."""
    count, exposure = np.frombuffer(counts), np.frombuffer(exposures)
    spread, centre, prior = _grid(count, exposure)
    logs = np.log(prior) + _marginal(count, exposure, spread, centre)
    weight = np.exp(logs - logsumexp(logs))
    heavy = weight > 1e-9 * weight.max()
    spread, centre, weight = spread[heavy], centre[heavy], weight[heavy] / weight[heavy].sum()
    shape, scale = _posterior(count, exposure, spread, centre)
    means = shape * scale
    mean = weight @ means
    variance = weight @ (means * scale + (means - mean) ** 2)
    fit = Shrunk(mean, variance, count, exposure, spread, centre, weight)
    for array in vars(fit).values():
        array.flags.writeable = False
    return fit


def _grid(count: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return spreads, means and prior weights; for each spread the means reach six standard deviations either way."""
    edges = WIDEST * (np.arange(_SPREADS + 1) / _SPREADS) ** 2
    spreads = (edges[1:] + edges[:-1]) / 2
    uncertain = np.sqrt(1 / count.sum() + spreads**2 / len(count))
    means = np.log(count.sum() / exposure.sum()) + uncertain[:, None] * np.linspace(-6, 6, _MEANS)
    # A point weighs the prior mass around it: of c squared (its cell), and of log m (the step of its row).
    prior = np.repeat(np.diff(edges**2) * uncertain, _MEANS)
    return np.repeat(spreads, _MEANS), np.exp(means).ravel(), prior / prior.sum()


def _marginal(count: np.ndarray, exposure: np.ndarray, spread: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Return the log probability of the counts at each point of the grid: products of negative binomials."""
    expected, shape = centre[:, None] * exposure, spread[:, None] ** -2
    return (
        gammaln(shape + count)
        - gammaln(shape)
        - (shape + count) * np.log1p(expected / shape)
        + count * np.log(expected / shape)
    ).sum(axis=1)


def _posterior(
    count: np.ndarray, exposure: np.ndarray, spread: np.ndarray, centre: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return shape and scale of the Gamma posterior of each rate at each point of the grid, both (g, k)."""
    shape = spread[:, None] ** -2
    return shape + count, 1 / (shape / centre[:, None] + exposure)
