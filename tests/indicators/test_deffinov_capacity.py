from __future__ import annotations

import numpy as np
import pandas as pd
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
    # Three laureates for three régions; a page names one in Guadeloupe, and one of the 18 at most holds none.
    assert (spans["R01"], spans["R02"], spans["R03"]) == ((1, 2), (0, 2), (0, 2))
    # 204 less 9, 6, 35 and 3, less what is named elsewhere: four in Bretagne, one each in 24, 44 and 76. Of the eight
    # others seven hold one at least.
    left = 204 - 9 - 6 - 35 - 3
    assert spans["R53"] == (4, left - 3 - 7)
    assert {spans[code] for code in ("R24", "R44", "R76")} == {(1, left - 6 - 7)}
    assert {spans[code] for code in ("R04", "R06", "R11", "R27", "R32", "R84", "R93", "R94")} == {(0, left - 7 - 6)}
    assert len(table) == 18
    assert table["est_connu"].sum() == 2


def test_each_number_says_its_nature_and_the_total_that_it_is_a_least_number(table):
    assert table["nature"].dropna().to_dict() == {
        "R28": "declare",  # the word of a laureate
        "R52": "compte",
        "R75": "declare",
        **dict.fromkeys(("R01", "R02", "R03"), "compte"),
    }
    assert table.loc[["R01", "R02", "R03"], "nb_groupe"].tolist() == [3, 3, 3]
    assert table["nb_groupe"].notna().sum() == 3
    assert {name: table.attrs[name] for name in ("nb_national", "est_minimum", "nb_regions")} == {
        "nb_national": 204,
        "est_minimum": True,
        "nb_regions": 17,
    }


def _observed(raw):
    return pd.read_csv(raw / "observations.csv", dtype=str, keep_default_na=False).to_dict("records")


def test_without_the_number_of_regions_the_bounds_are_wider(raw_copy):
    rows = _observed(raw_copy)
    kept = [row for row in rows if row["indicateur"] != "deffinov_regions_labellisees"]
    write_rows(raw_copy, "observations", kept)
    table = deffinov_bounds().set_index("territoire")
    assert table.attrs["nb_regions"] is None
    assert table.loc[["R53", "R01", "R94"], "nb_projets_haut"].tolist() == [148, 3, 144]


def test_a_page_that_names_no_least_number_leaves_the_total_exact(raw_copy):
    rows = _observed(raw_copy)
    row = next(row for row in rows if row["id_observation"] == "fr-deffinov_projets-nd-2")
    row["valeur_bas"] = ""
    write_rows(raw_copy, "observations", rows)
    assert deffinov_bounds().attrs["est_minimum"] is False


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
        truth[["R01", "R02", "R03"]] = [1, 1, 1]
        without = rng.choice(list({*free} - {"R24", "R44", "R53", "R76"}))  # one of the 18 holds none
        for code in free:
            truth[code] = max(int(low[code]), int(code != without))
        rest = 204 - truth.sum()
        holders = [code for code in free if code != without]
        truth[holders] += rng.multinomial(rest, rng.dirichlet(np.full(len(holders), 0.3)))
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
