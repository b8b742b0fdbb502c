from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.differences import funnel_limits, territories_that_differ


def table(count, people):
    codes = [f"D{n:02d}" for n in range(1, len(count) + 1)]
    return pd.DataFrame({"territoire": codes, "nb_lieux": count, "population": people})


def test_p_values_are_those_of_the_exact_binomial_test():
    found = territories_that_differ(table([12, 3, 0], [100, 100, 300]))
    for row in found.itertuples():
        share = row.population / 500
        tails = [stats.binomtest(row.nb_lieux, 15, share, side).pvalue for side in ("less", "greater")]
        assert row.p_valeur == pytest.approx(min(1, 2 * min(tails)))
    assert found["nb_attendu"].tolist() == pytest.approx([3, 3, 9])
    assert found["p_ajustee"].tolist() == pytest.approx(stats.false_discovery_control(found["p_valeur"]))
    assert found["ecart"].tolist() == ["au_dessus", "indistinct", "en_dessous"]


def test_an_unknown_count_takes_no_part():
    known, with_unknown = table([12, 3, 0], [100, 100, 300]), table([12, 3, 0, None], [100, 100, 300, 900])
    found = territories_that_differ(with_unknown)
    assert found["p_valeur"][:3].tolist() == territories_that_differ(known)["p_valeur"].tolist()
    assert found.loc[3, ["nb_attendu", "p_valeur", "p_ajustee", "ecart"]].isna().all()


def test_false_alarms_stay_under_the_share_that_is_asked():
    rng = np.random.default_rng(5)
    people = np.concatenate([np.full(40, 2e5), np.full(10, 5e5)])
    alarms, found = [], []
    for _ in range(150):
        rates = np.where(np.arange(50) < 5, 9e-5, 2e-5)  # five territories have more than four times the rate
        seen = territories_that_differ(table(rng.poisson(rates * people), people), fdr=0.1)
        called = (seen["ecart"] == "au_dessus").to_numpy()
        alarms.append(called[5:].sum() / max(1, called.sum()))
        found.append(called[:5].mean())
    assert np.mean(alarms) <= 0.1
    assert np.mean(found) > 0.8


def test_equal_rates_are_seldom_called_different():
    rng = np.random.default_rng(6)
    people = rng.uniform(1e5, 2e6, 101)
    runs = [(territories_that_differ(table(rng.poisson(5e-6 * people), people))["ecart"] != "indistinct").any()]
    runs += [
        (territories_that_differ(table(rng.poisson(5e-6 * people), people))["ecart"] != "indistinct").any()
        for _ in range(150)
    ]
    assert np.mean(runs) <= 0.05


@pytest.mark.parametrize("fdr", [0, 1, -0.1])
def test_a_share_of_false_alarms_lies_between_0_and_1(fdr):
    with pytest.raises(BadInput, match="share of false alarms"):
        territories_that_differ(table([1, 2], [10, 10]), fdr)


def test_funnel_limits_hold_at_least_the_promised_share_and_not_much_more():
    exposure = np.array([0.5, 3.0, 40.0])
    low, high = funnel_limits(2.0, exposure, 0.95)
    rng = np.random.default_rng(2)
    rates = rng.poisson(2.0 * exposure, size=(20_000, 3)) / exposure
    inside = ((rates >= low) & (rates <= high)).mean(axis=0)
    assert inside[2] == pytest.approx(0.95, abs=0.02)
    assert (low < 2.0).all()
    assert (high > 2.0).all()
    assert (np.diff(high - low) < 0).all()


def test_funnel_limits_meet_the_exact_quantiles_where_these_jump():
    # At an expected number whose cumulative probability at 7 is exactly 97.5 %, the upper limit is 7.
    expected = stats.chi2.ppf(0.025, 16) / 2
    assert stats.poisson.cdf(7, expected) == pytest.approx(0.975)
    _, high = funnel_limits(expected, np.array([1.0]), 0.95)
    assert high[0] == pytest.approx(7, abs=1e-6) or high[0] == pytest.approx(8, abs=1e-6)
