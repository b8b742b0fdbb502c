"""Simulate dated counts with generators of another hand, to judge the forecast.

`lieux` simulates places one by one: each year some open and some close, at rates that follow an age of growth, a
saturation, a withdrawal of money or a second wave. `courbes` draws a smooth curve (Richards, Gamma-shaped boom and
bust, exponential decline, flat) with correlated departures. `regimes` draws a growth rate that jumps between states
of a Markov chain. These three are the judges: they share no constant with the forecast, nor with its corpus.
`anciennes` is the generator on which four priors were tuned, so it stands apart and judges nothing.

Each case has three to six figures at irregular dates, errors of 2 to 15 per cent with occasional larger ones, mixed
natures, roundings, in one case of three a change of definition, and one new count one to four years after the last
figure, made under the last definition and with an error of its own. The kind of a case comes from its hidden path
alone: its yearly growth in the two years before the last figure, and between the last figure and the new count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FIRST = 2004
SPAN = 20  # years of hidden path
STEADY = 0.02  # yearly growth within which a path is flat
KINDS = ("hausse", "plat", "baisse", "retournement")


@dataclass(frozen=True)
class Case:
    """One synthetic case: its figures, the year to forecast and the count that came."""

    kind: str
    figures: pd.DataFrame
    year: int
    truth: float
    ahead: int


def kind_of(path: np.ndarray, last: int, target: int) -> str:
    """Return the kind of a hidden yearly log path around its last figure.

    A path turns when it grew by more than two per cent a year before the last figure and fell by more than two per
    cent a year after it, or the reverse.
    """
    before = (path[last] - path[max(last - 2, 0)]) / max(min(2, last), 1)
    after = (path[target] - path[last]) / (target - last)
    if abs(before) > STEADY and abs(after) > STEADY and before * after < 0:
        return "retournement"
    if abs(after) <= STEADY:
        return "plat"
    return "hausse" if after > 0 else "baisse"


def places(rng: np.random.Generator) -> np.ndarray:
    """Return log counts of places that open and close one by one."""
    count = int(rng.integers(40, 1200))
    opening, closing = rng.uniform(0.05, 0.40), rng.uniform(0.03, 0.12)
    story = str(
        rng.choice(["croissance", "saturation", "retrait", "vagues", "declin"], p=[0.25, 0.25, 0.2, 0.15, 0.15])
    )
    change = int(rng.integers(4, SPAN - 2))
    room = rng.uniform(1.3, 6.0) * count
    path = []
    for year in range(SPAN):
        rate, loss = opening, closing
        if story == "saturation":
            rate = opening * max(1 - count / room, 0) + closing * min(count / room, 1)
        elif story == "retrait" and year >= change:
            rate, loss = opening * 0.15, closing * 1.3
        elif story == "vagues":
            rate = opening if (year // 5) % 2 == 0 else closing * rng.uniform(0.7, 1.1)
        elif story == "declin":
            rate = closing * 0.4
        pace = np.exp(rng.normal(0, 0.25))
        count = max(count + rng.poisson(rate * count * pace) - rng.binomial(count, min(loss, 0.9)), 5)
        path.append(np.log(count))
    return np.array(path)


def curves(rng: np.random.Generator) -> np.ndarray:
    """Return a smooth log curve with correlated departures."""
    t = np.arange(SPAN, dtype=float)
    shape = str(rng.choice(["s", "boom", "recul", "plat", "droite"], p=[0.35, 0.2, 0.15, 0.15, 0.15]))
    if shape == "s":
        speed, middle, bend = rng.uniform(0.2, 1.1), rng.uniform(-2, 0.9 * SPAN), rng.uniform(0.4, 2.5)
        log = -np.log1p(bend * np.exp(-speed * (t - middle))) / bend
        log = np.maximum(log, log.max() - 4)
    elif shape == "boom":
        peak, power = rng.uniform(0.35, 0.95) * SPAN, rng.uniform(1.0, 4.0)
        log = power * (np.log((t + 2) / (peak + 2)) - (t + 2) / (peak + 2) + 1)
    elif shape == "recul":
        log = -rng.uniform(0.02, 0.14) * t
    elif shape == "plat":
        log = np.zeros(SPAN)
    else:
        log = rng.uniform(-0.05, 0.22) * t
    away = np.zeros(SPAN)
    lasting, size = rng.uniform(0.2, 0.9), rng.uniform(0.005, 0.06)
    for year in range(1, SPAN):
        away[year] = lasting * away[year - 1] + rng.normal(0, size)
    return np.log(rng.uniform(60, 5000)) + log - log.max() + away


def regimes(rng: np.random.Generator) -> np.ndarray:
    """Return a log path whose growth jumps between three states: boom, calm and fall."""
    states = np.array([rng.uniform(0.08, 0.28), rng.uniform(-0.015, 0.05), -rng.uniform(0.02, 0.16)])
    state, stays = int(rng.choice(3, p=[0.5, 0.3, 0.2])), rng.uniform(0.8, 0.97)
    path = [np.log(rng.uniform(80, 4000))]
    for _ in range(SPAN - 1):
        if rng.random() > stays:
            state = int(rng.choice([s for s in range(3) if s != state]))
        path.append(path[-1] + states[state] + 0.03 * rng.standard_t(4))
    return np.array(path)


def older(rng: np.random.Generator) -> np.ndarray:
    """Return a hidden path of the generator that tuned an earlier version of the priors."""
    kind = str(rng.choice(["s", "plateau", "montee", "rupture", "recul"], p=[0.35, 0.2, 0.15, 0.2, 0.1]))
    t = np.arange(SPAN, dtype=float)
    if kind in ("s", "plateau"):
        speed, middle = rng.uniform(0.25, 0.9), rng.uniform(2, SPAN * (0.9 if kind == "s" else 0.3))
        bend = rng.uniform(0.5, 2.0)
        log = -np.log1p(bend * np.exp(-speed * (t - middle))) / bend
    elif kind == "montee":
        peak = rng.uniform(0.4, 0.8) * SPAN
        log = np.where(t < peak, rng.uniform(0.05, 0.25) * (t - peak), -rng.uniform(0.02, 0.12) * (t - peak))
    elif kind == "rupture":
        at = rng.uniform(0.3, 0.7) * SPAN
        before, after = rng.uniform(0.0, 0.3), rng.uniform(-0.05, 0.15)
        log = np.where(t < at, before * (t - at), after * (t - at))
    else:
        log = -rng.uniform(0.02, 0.10) * t
    noise = np.zeros(SPAN)
    shock = rng.normal(0, rng.uniform(0.01, 0.05), SPAN)
    for year in range(1, SPAN):
        noise[year] = 0.6 * noise[year - 1] + shock[year]
    return np.log(rng.uniform(50, 3000)) + np.maximum(log - log.max(), -4.0) + noise


JUDGES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "lieux": places,
    "courbes": curves,
    "regimes": regimes,
}
TUNED_ON = "anciennes"
GENERATORS = JUDGES | {TUNED_ON: older}


def case(generator: str, seed: int) -> Case:
    """Return one synthetic case of a generator; the same seed gives the same case."""
    rng = np.random.default_rng([seed, sorted(GENERATORS).index(generator)])
    path = GENERATORS[generator](rng)
    n, ahead = int(rng.integers(3, 7)), int(rng.integers(1, 5))
    at = np.sort(rng.choice(np.arange(2, SPAN - ahead), size=n, replace=False))
    at -= min(int(rng.integers(0, 3)), int(at[0]))
    noise = float(rng.uniform(0.02, 0.15))  # how well this object is counted at all
    jump = int(rng.integers(1, n)) if rng.random() < 1 / 3 else n
    step = float(rng.uniform(-0.3, 0.4))
    rows: list[dict[str, Any]] = []
    for i, year in enumerate(at):
        nature = str(rng.choice(["compte", "estime", "declare"], p=[0.6, 0.25, 0.15]))
        wild = 2.5 if rng.random() < 0.06 else 1.0
        scale = noise * wild if nature == "compte" else np.hypot(noise * wild, 0.08)
        value = np.exp(path[year] + (step if i >= jump else 0.0) + rng.normal(0, scale))
        if nature != "compte":
            value = float(f"{value:.2g}")
        row: dict[str, Any] = {"valeur": max(1.0, float(round(value))), "valeur_bas": np.nan, "valeur_haut": np.nan}
        if i == n - 1 and rng.random() < 0.12:
            width, place = rng.uniform(0.1, 0.5), rng.uniform(0, 1)
            low, high = value * np.exp(-width * place), value * np.exp(width * (1 - place))
            row = {"valeur": np.nan, "valeur_bas": max(1.0, float(round(low))), "valeur_haut": float(round(high)) + 1.0}
            nature = "compte"
        perimeter = "apres" if i >= jump else "avant"
        rows.append({"periode": str(FIRST + year), "nature": nature, "perimetre": perimeter} | row)
    target = int(at[-1]) + ahead
    read = path[target] + (step if jump < n else 0.0) + rng.normal(0, noise)
    truth = max(1.0, float(round(np.exp(read))))
    return Case(kind_of(path, int(at[-1]), target), pd.DataFrame(rows), FIRST + target, truth, ahead)
