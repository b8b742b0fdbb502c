"""Sample one curve's posterior: importance sampling over its few parameters, exact conditioning for the rest.

Sampling has two rounds. The first round draws parameters from the prior and weighs them by the evidence of the points.
The second round draws from a Student distribution fitted to those weights, mixed with a share of the prior so that
every region can be drawn. For each parameter vector, the module draws levels and perimeter offsets from their exact
posterior given the points (a prior draw, corrected by its own misfit). Interval-valued figures then multiply the weight
of the draw by the probability that each interval holds its count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp, ndtr

from tlanalysis.forecasting.curves import Curve, curve, dimension
from tlanalysis.forecasting.input_figures import Figures
from tlanalysis.forecasting.prior_beliefs import Priors

LEVEL_SPREAD = 1.0  # standard deviation of the first log level around the first figure
PILOT = 2_000  # draws of the first round
FROM_PRIOR = 0.2  # share of the second round drawn from the prior
FREEDOM = 6  # degrees of freedom of the proposal


@dataclass(frozen=True)
class Posterior:
    """Weighted draws of one curve.

    Attributes
    ----------
    level : ndarray of shape (K, years)
        Log level in the middle of each year.
    offset : ndarray of shape (K, perimeters)
        Log offset of each perimeter.
    z : ndarray of shape (K, dimension + natures)
        Parameters of the curve, then of the error of each nature.
    log_weight : ndarray of shape (K,)
        Logs of the importance weights; the mean weight is the evidence.
    shock : ndarray of shape (K,)
        Standard deviation of the yearly shock.
    count_error : ndarray of shape (K,)
        Standard deviation of the error of a count.
    """

    level: np.ndarray
    offset: np.ndarray
    z: np.ndarray
    log_weight: np.ndarray
    shock: np.ndarray
    count_error: np.ndarray

    @property
    def log_evidence(self) -> float:
        """Return the log probability of the figures under the curve, to compare curves on the same figures."""
        return float(logsumexp(self.log_weight) - np.log(len(self.log_weight)))

    @property
    def weight(self) -> np.ndarray:
        """Return weights that add up to one, or zeros when the curve gives the figures no probability."""
        total = logsumexp(self.log_weight)
        return np.exp(self.log_weight - total) if np.isfinite(total) else np.zeros(len(self.log_weight))

    @property
    def ess(self) -> float:
        """Return the effective sample size of the weights."""
        squares = (self.weight**2).sum()
        return float(1 / squares) if squares > 0 else 0.0


def sample(
    name: str, figures: Figures, years: np.ndarray, priors: Priors, rng: np.random.Generator, size: int
) -> Posterior:
    """Draw `size` weighted paths of one curve.

    Parameters
    ----------
    name : str
        One of `CURVES`.
    figures : Figures
        The published figures that enter the forecast.
    years : ndarray
        Calendar years, from the year of the first figure on; the level is drawn at the middle of each.
    priors : Priors
        Prior beliefs.
    rng : numpy.random.Generator
        Source of all randomness.
    size : int
        Number of draws.
    """
    start = figures.when.min()
    at = np.concatenate([np.maximum(years + 0.5 - start, 0.0), figures.when - start])
    system = _System(name, figures, at, len(years), priors)
    pilot = rng.standard_normal((min(PILOT, size), dimension(name) + len(figures.errors)))
    log_pilot = system.log_evidence(pilot)
    centre, spread = _moments(pilot, np.exp(log_pilot - log_pilot.max()))
    z, log_proposal = _propose(rng, centre, spread, size)
    log_points, level, offset = system.draw(z, rng)
    inside = system.probability_of_intervals(z, level, offset)
    with np.errstate(divide="ignore"):
        log_weight = log_points + _log_prior(z) - log_proposal + np.log(inside)
    shock = curve(name, z, at[:1], priors).shock
    return Posterior(level[:, : len(years)], offset, z, log_weight, shock, system.errors(z)[:, 0])


def _moments(z: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    weight = weight / weight.sum()
    centre = weight @ z
    away = z - centre
    spread = (away * weight[:, None]).T @ away
    return centre, 1.2 * spread + 0.02 * np.eye(z.shape[1])


def _propose(
    rng: np.random.Generator, centre: np.ndarray, spread: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw from the mixture of a Student distribution and the prior; return the draws and their log density."""
    d = len(centre)
    root = np.linalg.cholesky(spread)
    stretch = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, size))[:, None]
    student = centre + (rng.standard_normal((size, d)) @ root.T) * stretch
    from_prior = np.arange(size) < round(FROM_PRIOR * size)
    z = np.where(from_prior[:, None], rng.standard_normal((size, d)), student)
    away = np.linalg.solve(root, (z - centre).T)
    log_student = (
        gammaln((FREEDOM + d) / 2)
        - gammaln(FREEDOM / 2)
        - 0.5 * d * np.log(FREEDOM * np.pi)
        - np.log(np.diag(root)).sum()
        - 0.5 * (FREEDOM + d) * np.log1p((away**2).sum(axis=0) / FREEDOM)
    )
    share = from_prior.mean()
    return z, np.logaddexp(np.log(share) + _log_prior(z), np.log1p(-share) + log_student)


def _log_prior(z: np.ndarray) -> np.ndarray:
    """Return the log density of parameter vectors under their prior: independent standard normals."""
    return -0.5 * (z**2).sum(axis=1) - 0.5 * z.shape[1] * np.log(2 * np.pi)


class _System:
    """The Gaussian system behind one curve: levels at wanted dates and at the figures' dates, and perimeter offsets."""

    def __init__(self, name: str, figures: Figures, at: np.ndarray, wanted: int, priors: Priors) -> None:
        self.name, self.figures, self.at, self.priors = name, figures, at, priors
        self.points = np.flatnonzero(figures.point)
        self.rows = wanted + self.points  # positions of the points' dates in `at`
        self.intervals = np.flatnonzero(~figures.point)
        self.interval_rows = wanted + self.intervals
        first = figures.value if figures.point[0] else (figures.low + figures.high) / 2
        self.anchor = float(first[0] - figures.offsets[figures.which[0], 0])
        self.order = np.argsort(at, kind="stable")
        self.together = np.minimum(at[:, None], at[None, :])  # covariance of a unit random walk
        self.member = np.eye(len(figures.offsets))[figures.which]  # (n, perimeters)

    def errors(self, z: np.ndarray) -> np.ndarray:
        """Return the standard deviation of the error of each nature, shape (K, natures)."""
        median, spread = self.figures.errors.T
        return median * np.exp(spread * z[:, -len(median) :])

    def _noise(self, z: np.ndarray) -> np.ndarray:
        """Return the standard deviation of each figure around the count of its definition, shape (K, n)."""
        return np.hypot(self.errors(z)[:, self.figures.nature], self.figures.fixed)

    def _parts(self, c: Curve, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return mean (K, m), covariance of level with points (K, m, n), covariance and misfit of the points."""
        mean_b, sd_b = c.coefficient
        mean = self.anchor + c.h + mean_b * c.x
        cross = LEVEL_SPREAD**2 + (c.shock**2)[:, None, None] * self.together[:, self.rows]
        cross = cross + sd_b**2 * c.x[:, :, None] * c.x[:, None, self.rows]
        if c.growth_shock.shape[1]:
            cross = cross + np.einsum("kqm,kqn->kmn", c.growth_shock, c.growth_shock[:, :, self.rows], optimize=True)
        means, sds = self.figures.offsets.T
        members = self.member[self.points]
        cov = cross[:, self.rows] + (members * sds**2) @ members.T
        cov = cov + np.eye(len(self.points)) * (noise[:, self.points] ** 2)[:, None, :]
        misfit = self.figures.value[self.points] - (mean[:, self.rows] + members @ means)
        return mean, cross, cov, misfit

    def log_evidence(self, z: np.ndarray) -> np.ndarray:
        """Return the log density of the points for each parameter vector."""
        if not len(self.points):
            return np.zeros(len(z))
        _, _, cov, misfit = self._parts(curve(self.name, z, self.at, self.priors), self._noise(z))
        return _log_normal(np.linalg.cholesky(cov), misfit)

    def draw(self, z: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return, per parameter vector, the log density of the points and one posterior draw of levels and offsets."""
        k = len(z)
        c = curve(self.name, z, self.at, self.priors)
        noise = self._noise(z)
        mean, cross, cov, misfit = self._parts(c, noise)
        means, sds = self.figures.offsets.T
        steps = np.diff(self.at[self.order], prepend=0.0)
        walk = np.empty((k, len(self.at)))
        walk[:, self.order] = np.cumsum(rng.standard_normal((k, len(self.at))) * np.sqrt(steps), axis=1)
        level = mean + LEVEL_SPREAD * rng.standard_normal((k, 1)) + c.shock[:, None] * walk
        level += c.coefficient[1] * rng.standard_normal((k, 1)) * c.x
        if c.growth_shock.shape[1]:
            level += np.einsum("kqm,kq->km", c.growth_shock, rng.standard_normal(c.growth_shock.shape[:2]))
        offset = means + sds * rng.standard_normal((k, len(means)))
        if not len(self.points):
            return np.zeros(k), level, offset
        members = self.member[self.points]
        read = level[:, self.rows] + offset @ members.T
        read += noise[:, self.points] * rng.standard_normal((k, len(self.points)))
        gap = np.linalg.solve(cov, (self.figures.value[self.points] - read)[:, :, None])[:, :, 0]
        level += np.einsum("kmn,kn->km", cross, gap)
        offset += (gap @ members) * sds**2
        return _log_normal(np.linalg.cholesky(cov), misfit), level, offset

    def probability_of_intervals(self, z: np.ndarray, level: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Return, per draw, the product over intervals of the probability that each holds its count."""
        f = self.figures
        inside, noise = np.ones(len(level)), self._noise(z)
        for row, i in zip(self.interval_rows, self.intervals, strict=True):
            held = level[:, row] + offset[:, f.which[i]] + f.shift[i]
            inside *= ndtr((f.high[i] - held) / noise[:, i]) - ndtr((f.low[i] - held) / noise[:, i])
        return np.maximum(inside, 0.0)


def _log_normal(root: np.ndarray, misfit: np.ndarray) -> np.ndarray:
    """Return the log density of a batch of normals from Cholesky roots (K, n, n) and misfits (K, n)."""
    whitened = np.linalg.solve(root, misfit[:, :, None])[:, :, 0]
    log_det = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * (whitened**2).sum(axis=1) - log_det - 0.5 * misfit.shape[1] * np.log(2 * np.pi)
