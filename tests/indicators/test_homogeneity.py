from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.homogeneity import DRAWS, equal_rates

PEOPLE = np.array([100_000, 250_000, 400_000, 90_000, 1_000_000])


def _table(counts) -> pd.DataFrame:
    return pd.DataFrame({"nb_lieux": counts, "population": PEOPLE[: len(counts)]})


def test_the_statistic_is_pearsons():
    counts = np.array([7, 3, 9, 1, 12])
    row = equal_rates(_table(counts)).loc[0]
    expected = counts.sum() * PEOPLE / PEOPLE.sum()
    known = stats.chisquare(counts, expected)
    assert row["chi2"] == pytest.approx(known.statistic)
    assert row["p_valeur_asymptotique"] == pytest.approx(known.pvalue)
    assert (row["nb_territoires"], row["nb_lieux"], row["ddl"]) == (5, 32, 4)


def test_the_p_value_of_two_territories_is_that_of_the_binomial():
    """With two equal populations the statistic grows with the distance from the half: the exact test is two-sided."""
    table = pd.DataFrame({"nb_lieux": [16, 4], "population": [500, 500]})
    exact = stats.binomtest(16, 20, 0.5).pvalue
    error = 4 * np.sqrt(exact * (1 - exact) / DRAWS)
    assert equal_rates(table).loc[0, "p_valeur"] == pytest.approx(exact, abs=error)


def test_false_alarms_are_as_many_as_announced():
    """Counts drawn under equal rates, small ones too: 200 tests at 5 % reject 10 times, give or take 3 errors."""
    rng = np.random.default_rng(3)
    rejected = sum(
        equal_rates(_table(rng.multinomial(25, PEOPLE / PEOPLE.sum()))).loc[0, "p_valeur"] <= 0.05 for _ in range(200)
    )
    assert abs(rejected - 10) <= 3 * np.sqrt(200 * 0.05 * 0.95)


def test_the_draws_are_those_of_the_seed():
    table = _table([7, 3, 9, 1, 12])
    assert equal_rates(table, seed=1).equals(equal_rates(table, seed=1))


@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 0], [1, None, 2, 3, 4]])
def test_counts_that_cannot_be_tested_are_refused(counts):
    with pytest.raises(BadInput, match="count of every territory"):
        equal_rates(_table(pd.array(counts, dtype="Int64")))


def test_the_order_of_the_rows_changes_nothing():
    """A chart that sorts its table says the same p-value as one that does not."""
    table = _table([9, 12, 25, 3, 38])
    first = equal_rates(table)
    assert 0.005 < first.loc[0, "p_valeur"] < 0.5
    for seed in range(5):
        assert equal_rates(table.sample(frac=1, random_state=seed)).equals(first)
