from __future__ import annotations

import numpy as np
import pytest

from tests.helpers import observation, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.deffinov_capacity import deffinov_bounds


@pytest.fixture(scope="module")
def table():
    return deffinov_bounds().set_index("territoire")


def test_what_each_region_can_hold_by_hand(table):
    spans = {code: (int(row.nb_projets_bas), int(row.nb_projets_haut)) for code, row in table.iterrows()}
    assert spans["R28"] == (9, 9)
    assert spans["R52"] == (6, 6)
    assert spans["R75"] == (35, 40)  # "nearly 40"
    # Three laureates for three régions; a page names one in Guadeloupe.
    assert (spans["R01"], spans["R02"], spans["R03"]) == ((1, 3), (0, 2), (0, 2))
    # 204 less 9, 6, 35 and 3, less what is named elsewhere: four in Bretagne, one each in 24, 44 and 76.
    left = 204 - 9 - 6 - 35 - 3
    assert spans["R53"] == (4, left - 3)
    assert {spans[code] for code in ("R24", "R44", "R76")} == {(1, left - 6)}
    assert {spans[code] for code in ("R04", "R06", "R11", "R27", "R32", "R84", "R93", "R94")} == {(0, left - 7)}
    assert len(table) == 18
    assert table["est_connu"].sum() == 2


def test_rates_are_the_bounds_over_the_population(table):
    row = table.loc["R94"]
    assert row["taux_haut_pour_million"] == pytest.approx(row["nb_projets_haut"] / row["population"] * 1e6)


def test_random_completions_stay_inside(table):
    rng = np.random.default_rng(3)
    low, high = table["nb_projets_bas"].astype(int), table["nb_projets_haut"].astype(int)
    free = [code for code in table.index if high[code] - low[code] > 100]
    for _ in range(1000):
        truth = low.copy()
        truth["R75"] = rng.integers(35, 41)
        truth[["R01", "R02", "R03"]] = [1, 0, 0]
        for code in rng.choice(["R01", "R02", "R03"], 2):
            truth[code] += 1
        rest = 204 - truth.sum()
        truth[free] += rng.multinomial(rest, rng.dirichlet(np.full(len(free), 0.3)))
        assert truth.sum() == 204
        assert (low <= truth).all()
        assert (truth <= high).all()


def test_counts_above_the_national_total_are_refused(raw_copy):
    given = {"indicateur": "deffinov_projets", "perimetre": "deffinov"}
    rows = [observation(1, valeur=10, **given), observation(2, territoire="R53", valeur=12, **given)]
    write_rows(raw_copy, "observations", rows)
    with pytest.raises(BadInput, match=r"R53 \(12\): more than the total of all, 10"):
        deffinov_bounds()


def test_without_a_national_total_there_are_no_bounds(raw_copy):
    rows = [observation(1, indicateur="deffinov_projets", perimetre="deffinov", territoire="R53", valeur=12)]
    write_rows(raw_copy, "observations", rows)
    with pytest.raises(BadInput, match="no national number of DEFFINOV projects"):
        deffinov_bounds()
