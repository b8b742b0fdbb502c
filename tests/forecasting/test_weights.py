"""Weights of the curves: learned from analogous series, kept in a file, hard to move."""

from __future__ import annotations

import csv
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from tlanalysis.data.evidence import observations
from tlanalysis.forecasting import weights
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.input_figures import usable


@pytest.fixture(scope="module")
def learned():
    return weights.learn()


def test_the_file_is_what_is_learned(learned):
    with weights.FILE.open(encoding="utf-8", newline="") as lines:
        written = {row["courbe"]: row["poids"] for row in csv.DictReader(lines)}
    assert learned[0] == {name: float(text) for name, text in written.items()}
    assert weights.learned_weights() == {name: float(text) for name, text in written.items()}


def test_weights_add_up_to_one(learned):
    assert list(learned[0]) == list(CURVES)
    assert sum(learned[0].values()) == pytest.approx(1, abs=2e-4)  # each rounded to four digits
    assert min(learned[0].values()) > 0.1


def test_one_case_per_figure_from_the_third_on(learned):
    lengths = [len(usable(observations(i, t, perimetre=p))) for i, t, p in weights.SERIES]
    assert min(lengths) >= 3
    assert learned[1].shape == (sum(n - 2 for n in lengths), 4)
    assert np.isfinite(learned[1]).all()


def test_figures_of_france_are_not_learned_from():
    assert ("tiers_lieux", "FR") not in {(indicator, territory) for indicator, territory, _ in weights.SERIES}
    used = {id for i, t, p in weights.SERIES for id in observations(i, t, perimetre=p)["id_observation"]}
    assert not used & set(observations("tiers_lieux", "FR")["id_observation"])


def stacked(monkeypatch, cases):
    monkeypatch.setattr(weights, "_cases", lambda seed, priors: [np.array(case, dtype=float) for case in cases])
    return np.array([weights.learn()[0][name] for name in CURVES])


@pytest.mark.parametrize("best", range(4))
def test_the_curve_that_always_predicts_better_is_preferred(monkeypatch, best):
    cases = np.zeros((20, 4))
    cases[:, best] = 2.0
    found = stacked(monkeypatch, cases)
    assert found.argmax() == best
    assert found[best] > 0.6
    # The three others never differ.
    assert np.delete(found, best) == pytest.approx([(1 - found[best]) / 3] * 3, abs=1e-4)


def test_certainty_is_limited_by_two_pseudo_cases_a_curve(monkeypatch):
    # Fourteen cases that only the second curve can explain: (14 + 2) / (14 + 8).
    assert stacked(monkeypatch, [[-900, 0, -900, -900]] * 14) == pytest.approx(np.array([2, 16, 2, 2]) / 22, abs=1e-4)


def test_cases_without_information_give_each_curve_a_quarter(monkeypatch):
    assert stacked(monkeypatch, [[-3, -3, -3, -3], [-700, -700, -700, -700]]).tolist() == [0.25] * 4


def test_weights_maximise_the_penalised_log_score(monkeypatch):
    cases = np.random.default_rng(4).normal(0, 2, (9, 4))

    def loss(free):
        w = np.exp(np.append(free, 0))
        w /= w.sum()
        return -(np.log(np.exp(cases) @ w).sum() + 2 * np.log(w).sum())

    best = np.exp(np.append(minimize(loss, np.zeros(3), tol=1e-10).x, 0))
    assert stacked(monkeypatch, cases) == pytest.approx(best / best.sum(), abs=1e-4)


def test_a_case_of_tiny_densities_weighs_as_much_as_another(monkeypatch):
    cases = np.array([[0, 1, 2, 3], [2, 2, 0, 0]])
    assert (stacked(monkeypatch, cases) == stacked(monkeypatch, cases - [[5], [2000]])).all()


def test_a_case_is_the_ratio_of_two_evidences(monkeypatch):
    asked = []

    def evidence(rows, seed, priors):
        asked.append(len(rows))
        return np.array([1.0, 2.0, 3.0, 4.0]) * len(rows) ** 2

    monkeypatch.setattr(weights, "_log_evidence", evidence)
    monkeypatch.setattr(weights, "SERIES", weights.SERIES[:1])
    _, cases = weights.learn()
    n = len(usable(observations(*weights.SERIES[0][:2], perimetre=weights.SERIES[0][2])))
    assert asked == list(range(2, n + 1))
    assert cases.tolist() == [[k * (b**2 - a**2) for k in (1, 2, 3, 4)] for a, b in pairwise(range(2, n + 1))]
