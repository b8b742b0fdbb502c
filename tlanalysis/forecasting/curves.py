"""Define four growth curves of a count; each is Gaussian once its few parameters are fixed, so sampling is exact.

The log of the level, s years after the first figure, is

    a + h(s) + b x(s) + w(s).

Here a is the first level, the curve gives h and x, b is one Gaussian coefficient, and w holds the yearly shocks. The
shocks are a random walk in every curve; the damped trend adds shocks to growth itself. The curve's own parameters are
functions of a vector z of independent standard normals, so that every curve is sampled in the same space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from tlanalysis.forecasting.prior_beliefs import Priors

LOGISTIC_ROOM = 1.6  # factor on the spread of the room, for the logistic curve
DAMPED_SHOCK = 0.5  # factor on the yearly shock, for the damped trend: its growth has shocks of its own

CURVES = ("logistique", "gompertz", "tendance_amortie", "croissance_constante")


@dataclass(frozen=True)
class Curve:
    """One curve at K parameter vectors and m dates.

    Attributes
    ----------
    h, x : ndarray of shape (K, m)
        Fixed part, and the factor that multiplies the coefficient.
    coefficient : tuple of float
        Mean and standard deviation of b.
    shock : ndarray of shape (K,)
        Standard deviation of the yearly random walk.
    growth_shock : ndarray of shape (K, q, m)
        Effect of each of q yearly shocks to growth, of unit variance, at each date; q is 0 for three of the curves.
    """

    h: np.ndarray
    x: np.ndarray
    coefficient: tuple[float, float]
    shock: np.ndarray
    growth_shock: np.ndarray


def dimension(name: str) -> int:
    """Return the number of parameters of a curve (the length of z)."""
    return {"logistique": 3, "gompertz": 2, "tendance_amortie": 3, "croissance_constante": 1}[name]


def curve(name: str, z: np.ndarray, s: np.ndarray, priors: Priors) -> Curve:
    """Return a curve at parameter vectors `z` of shape (K, dimension) and dates `s` of shape (m,)."""
    return _CURVES[name](z, s, priors)


def room_of(z: np.ndarray, priors: Priors) -> np.ndarray:
    """Return the log of the logistic ceiling over the first level."""
    return np.log1p(_ratio(z[:, 2], priors))


def _lognormal(z: np.ndarray, median: float, spread: float) -> np.ndarray:
    return median * np.exp(spread * z)


def _ratio(z: np.ndarray, priors: Priors) -> np.ndarray:
    """Return the room left under a logistic ceiling, as (ceiling - first) / first."""
    mean, sd = priors.room
    return np.exp(np.log(np.expm1(mean)) + LOGISTIC_ROOM * sd * z)


def _none(z: np.ndarray, s: np.ndarray) -> np.ndarray:
    return np.zeros((len(z), 0, len(s)))


def _logistic(z: np.ndarray, s: np.ndarray, priors: Priors) -> Curve:
    speed, ratio = _lognormal(z[:, 1], *priors.speed)[:, None], _ratio(z[:, 2], priors)[:, None]
    h = np.log1p(ratio) - np.log1p(ratio * np.exp(-speed * s))
    return Curve(h, np.zeros_like(h), (0.0, 0.0), _lognormal(z[:, 0], *priors.shock), _none(z, s))


def _gompertz(z: np.ndarray, s: np.ndarray, priors: Priors) -> Curve:
    x = -np.expm1(-_lognormal(z[:, 1], *priors.speed)[:, None] * s)
    return Curve(np.zeros_like(x), x, priors.room, _lognormal(z[:, 0], *priors.shock), _none(z, s))


def _damped(z: np.ndarray, s: np.ndarray, priors: Priors) -> Curve:
    low, high = priors.damping
    decay = -np.log(low + (high - low) * ndtr(z[:, 1]))[:, None]
    x = -np.expm1(-decay * s) / decay
    since = np.maximum(s[None, :] - np.arange(np.ceil(s.max()))[:, None], 0.0)  # (q, m) years since each shock
    shocks = -np.expm1(-decay[:, :, None] * since) / decay[:, :, None]
    waning = priors.waning * shocks.sum(axis=1)
    shocks *= _lognormal(z[:, 2], *priors.growth_shock)[:, None, None]
    return Curve(waning, x, priors.growth, DAMPED_SHOCK * _lognormal(z[:, 0], *priors.shock), shocks)


def _constant(z: np.ndarray, s: np.ndarray, priors: Priors) -> Curve:
    x = np.broadcast_to(s, (len(z), len(s)))
    return Curve(np.zeros(x.shape), x, priors.growth, _lognormal(z[:, 0], *priors.shock), _none(z, s))


_CURVES: dict[str, Callable[[np.ndarray, np.ndarray, Priors], Curve]] = {
    "logistique": _logistic,
    "gompertz": _gompertz,
    "tendance_amortie": _damped,
    "croissance_constante": _constant,
}
