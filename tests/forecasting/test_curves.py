"""Each curve against its formula, written again one number at a time."""

from __future__ import annotations

from math import erf, exp, log, sqrt

import numpy as np
import pytest

from tlanalysis.forecasting.curves import CURVES, curve, dimension, room_of
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors

OTHERS = Priors(
    growth=(0.2, 0.3),
    growth_shock=(0.1, 0.4),
    waning=-0.05,
    shock=(0.08, 0.5),
    room=(1.1, 0.4),
    speed=(0.3, 0.2),
    damping=(0.4, 0.9),
)
BELIEFS = pytest.mark.parametrize("priors", [DEFAULT, OTHERS], ids=["default", "others"])
DATES = np.array([0.0, 0.5, 1.0, 3.25, 12.0])
POINTS = {
    "logistique": [(0.0, 0.0, 0.0), (1.0, -0.5, 0.8), (-2.0, 1.5, -1.2)],
    "gompertz": [(0.0, 0.0), (0.7, -1.1), (-1.0, 2.0)],
    "tendance_amortie": [(0.0, 0.0, 0.0), (1.0, -0.6, 0.4), (-1.5, 2.0, -1.0)],
    "croissance_constante": [(0.0,), (1.3,), (-2.0,)],
}


def at(name, priors, dates=DATES):
    return curve(name, np.array(POINTS[name]), dates, priors)


def shock_of(z, priors):
    return priors.shock[0] * exp(priors.shock[1] * z)


def speed_of(z, priors):
    return priors.speed[0] * exp(priors.speed[1] * z)


@pytest.mark.parametrize("name", CURVES)
@BELIEFS
def test_shapes_and_first_date(name, priors):
    found, points = at(name, priors), len(POINTS[name])
    assert dimension(name) == len(POINTS[name][0])
    assert found.h.shape == found.x.shape == (points, len(DATES))
    assert found.shock.shape == (points,)
    assert found.growth_shock.shape[::2] == (points, len(DATES))
    # Every curve starts from the first level.
    assert found.h[:, 0] == pytest.approx(0, abs=1e-12)
    assert found.x[:, 0] == pytest.approx(0, abs=1e-12)


@BELIEFS
def test_logistic(priors):
    found = at("logistique", priors)
    for k, (z_shock, z_speed, z_room) in enumerate(POINTS["logistique"]):
        # N(s) = C / (1 + (C - 1) e^(-cs)) with N(0) = 1.
        ceiling = 1 + exp(log(exp(priors.room[0]) - 1) + 1.6 * priors.room[1] * z_room)
        speed = speed_of(z_speed, priors)
        expected = [log(ceiling / (1 + (ceiling - 1) * exp(-speed * s))) for s in DATES]
        assert found.h[k] == pytest.approx(expected, abs=1e-12)
        assert found.shock[k] == pytest.approx(shock_of(z_shock, priors))
    assert found.coefficient == (0, 0)
    assert not found.x.any()


@BELIEFS
def test_logistic_ends_at_its_ceiling(priors):
    z = np.array(POINTS["logistique"])
    end = curve("logistique", z, np.array([0.0, 1e4]), priors).h[:, 1]
    assert end == pytest.approx(room_of(z, priors))
    assert (np.diff(curve("logistique", z, DATES, priors).h, axis=1) > 0).all()
    # In the middle of the prior, the ceiling is that of the prior.
    assert room_of(np.zeros((1, 3)), priors) == pytest.approx([priors.room[0]])


@BELIEFS
def test_gompertz(priors):
    found = at("gompertz", priors)
    for k, (z_shock, z_speed) in enumerate(POINTS["gompertz"]):
        speed = speed_of(z_speed, priors)
        assert found.x[k] == pytest.approx([1 - exp(-speed * s) for s in DATES], abs=1e-12)
        assert found.shock[k] == pytest.approx(shock_of(z_shock, priors))
    assert found.coefficient == priors.room
    assert not found.h.any()


@BELIEFS
def test_constant_growth(priors):
    found = at("croissance_constante", priors)
    assert found.x == pytest.approx(np.array([DATES] * 3))
    assert found.shock == pytest.approx([shock_of(z, priors) for (z,) in POINTS["croissance_constante"]])
    assert found.coefficient == priors.growth
    assert not found.h.any()


def decay_of(z, priors):
    low, high = priors.damping
    return -log(low + (high - low) * (1 + erf(z / sqrt(2))) / 2)


@BELIEFS
def test_damped_trend(priors):
    found = at("tendance_amortie", priors)
    assert found.growth_shock.shape[1] == 12  # shocks at 0, 1, ... 11 years, none once the last date is reached
    for k, (z_shock, z_damping, z_change) in enumerate(POINTS["tendance_amortie"]):
        decay = decay_of(z_damping, priors)

        def lasting(years, decay=decay):
            return (1 - exp(-decay * years)) / decay if years > 0 else 0.0

        assert found.x[k] == pytest.approx([lasting(s) for s in DATES], abs=1e-12)
        size = priors.growth_shock[0] * exp(priors.growth_shock[1] * z_change)
        after = np.array([[lasting(s - year) for s in DATES] for year in range(12)])
        assert found.growth_shock[k] == pytest.approx(size * after, abs=1e-12)
        assert found.h[k] == pytest.approx(priors.waning * after.sum(axis=0), abs=1e-12)
        assert found.shock[k] == pytest.approx(0.5 * shock_of(z_shock, priors))
    assert found.coefficient == priors.growth


def test_growth_shocks_change_nothing_before_they_happen():
    shocks = at("tendance_amortie", DEFAULT).growth_shock
    for year in range(12):
        assert not shocks[:, year, year >= DATES].any()
        assert (shocks[:, year, year < DATES] > 0).all()


def test_damped_growth_is_integrated_growth():
    # One step at a time: growth lasts in part, is shocked each first of the year, and the level adds it up.
    z, dates = np.array([[0.0, 0.3, 0.5]]), np.array([0.0, 2.5, 4.0])
    found = curve("tendance_amortie", z, dates, DEFAULT)
    decay, size, start = decay_of(0.3, DEFAULT), 0.06 * exp(0.6 * 0.5), 0.11
    jolts, step = [0.4, -1.2, 0.9, 2.0], 1e-4
    growth, level, levels = start, 0.0, []
    for i in range(40_000):
        if i == 25_000:
            levels.append(level)
        if i % 10_000 == 0:
            growth += size * jolts[i // 10_000] + DEFAULT.waning
        level += growth * step
        growth *= 1 - decay * step
    levels.append(level)
    written = found.h[0] + start * found.x[0] + np.array(jolts) @ found.growth_shock[0]
    assert written[1:] == pytest.approx(levels, abs=1e-4)
