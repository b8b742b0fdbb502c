"""Neighbours that are alike: against the formula of Moran written out, and PySAL with its own weights."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories
from tlanalysis.indicators.accessibility import need_and_supply
from tlanalysis.indicators.place_counts import places_per_territory
from tlanalysis.indicators.spatial import local_moran, moran


@pytest.fixture(scope="module")
def borders():
    frame = territories.departements()
    return {row.code_departement: row.voisins.split(";") for row in frame.dropna(subset=["voisins"]).itertuples()}


def by_formula(values, borders):
    """Return Moran's I from its definition, each neighbour of a département weighing the same."""
    inside = {code: [other for other in links if other in values] for code, links in borders.items() if code in values}
    inside = {code: links for code, links in inside.items() if links}
    mean = np.mean([values[code] for code in inside])
    z = {code: values[code] - mean for code in inside}
    cross = sum(z[code] * z[other] / len(links) for code, links in inside.items() for other in links)
    return cross / sum(deviation**2 for deviation in z.values())


def test_moran_i_follows_its_formula(borders):
    table = need_and_supply()
    found = moran(table, ["taux_chomage_15_64"], permutations=99).loc[0]
    rates = table.dropna(subset=["taux_chomage_15_64"]).set_index("code")["taux_chomage_15_64"].to_dict()
    assert found["i"] == pytest.approx(by_formula(rates, borders))
    assert (found["nb_territoires"], found["nb_sans_voisin"], found["nb_inconnus"]) == (96, 4, 1)
    assert found["i_attendu"] == pytest.approx(-1 / 95)


def test_random_permutations_have_the_theoretical_spread(borders):
    import esda
    import libpysal

    table = need_and_supply().dropna(subset=["taux_chomage_15_64"])
    rows = table[table["code"].isin(borders)]
    weights = libpysal.weights.W({code: borders[code] for code in rows["code"]}, silence_warnings=True)
    theory = esda.Moran(rows.set_index("code").loc[weights.id_order, "taux_chomage_15_64"], weights, permutations=0)
    found = moran(table, ["taux_chomage_15_64"], permutations=4999).loc[0]
    assert found["i"] == pytest.approx(theory.I)
    half = 1.96 * np.sqrt(theory.VI_rand)
    assert found["i_hasard_haut"] - found["i_hasard_bas"] == pytest.approx(2 * half, rel=0.05)
    assert found["i_hasard_haut"] + found["i_hasard_bas"] == pytest.approx(2 * theory.EI, abs=0.02)


def test_counts_are_put_on_one_scale_of_chance_first(borders):
    # Assunção and Reis: z = (rate - b) / sqrt(a + b / population), with the moments of the rates.
    table = places_per_territory("fabriques_de_territoire")
    rows = table[table["code"].isin(borders)]
    count, people = rows["nb_lieux"].to_numpy(float), rows["population"].to_numpy(float)
    b = count.sum() / people.sum()
    spread = (people * (count / people - b) ** 2).sum() / people.sum()
    a = max(spread - b / people.mean(), 0)
    z = (count / people - b) / np.sqrt(a + b / people)
    expected = by_formula(dict(zip(rows["code"], z, strict=True)), borders)
    assert moran(table, permutations=99).loc[0, "i"] == pytest.approx(expected, rel=1e-6)


def test_permuted_values_have_no_pattern_and_a_gradient_has_one(borders):
    table = territories.table("departement")
    columns = {f"x{n}": np.random.default_rng(n).normal(size=101) for n in range(40)}
    found = moran(table.assign(**columns), list(columns), permutations=199)
    assert (found["p_valeur"] < 0.05).mean() <= 0.15
    north = {row["code_departement"]: len(row["voisins"]) for row in read_rows_of_borders()}
    smooth = {code: np.mean([north[other] for other in links]) for code, links in borders.items()}
    clear = table.assign(x=table["code"].map(smooth)).dropna()
    assert moran(clear, ["x"], permutations=999).loc[0, "p_valeur"] == 0.001


def read_rows_of_borders():
    from tests.conftest import ROOT

    return read_rows(ROOT / "data" / "raw", "departements")


def test_same_seed_same_digits_whatever_the_global_generator():
    table = need_and_supply()
    np.random.seed(1)  # noqa: NPY002
    first = moran(table, ["distance_mediane_km"], permutations=199, seed=3)
    state = np.random.get_state()[1].tolist()  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert moran(table, ["distance_mediane_km"], permutations=199, seed=3).equals(first)
    assert not moran(table, ["distance_mediane_km"], permutations=199, seed=4).equals(first)
    np.random.seed(1)  # noqa: NPY002
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


def test_local_statistics_add_up_to_the_national_one():
    table = need_and_supply()
    local = local_moran(table, "distance_mediane_km", permutations=99)
    known = local["i_local"].notna()
    assert local.loc[known, "i_local"].sum() / (known.sum() - 1) == pytest.approx(local.attrs["i"])
    assert local.loc[~known, "groupe"].isin(["sans_voisin"]).sum() == 4
    assert local.set_index("code").loc["976", "groupe"] is None or pd.isna(local.set_index("code").loc["976", "groupe"])


def test_a_planted_cluster_is_found_and_nothing_else():
    table = territories.table("departement")
    values = np.random.default_rng(8).normal(size=101)
    high = table["code"].isin(["29", "22", "56", "35", "44", "53", "49", "50"])
    found = local_moran(table.assign(x=values + 6 * high), "x", permutations=4999).set_index("code")
    called = set(found.index[found["groupe"] == "haut_haut"])
    assert {"29", "22", "56", "35"} <= called <= set(table.loc[high, "code"])
    assert (found["groupe"] == "sans_voisin").sum() == 5


@pytest.mark.parametrize(
    ("change", "values", "said"),
    [
        (lambda t: t.assign(code=t["code"].replace("33", "99")), None, "99: no département has this code"),
        (lambda t: t.assign(x=1.0), ["x"], "x is the same everywhere"),
        (lambda t: t, ["absent"], "no column absent"),
        (lambda t: t[t["code"].isin(["971", "972", "33"])], None, "0 départements have a value and a neighbour"),
        (lambda t: t.assign(population=t["population"].where(t["code"] != "33")), None, "33: no population"),
    ],
    ids=["unknown-code", "constant", "no-column", "islands", "no-population"],
)
def test_a_table_without_a_pattern_to_test_is_refused(change, values, said):
    table = change(places_per_territory("fabriques_de_territoire"))
    with pytest.raises(BadInput, match=said):
        moran(table, values, permutations=9)


def test_no_warning_reaches_the_reader():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        local_moran(places_per_territory("fabriques_de_territoire"), permutations=99)


@pytest.mark.parametrize("wrong", [{"fdr": 2}, {"permutations": 0}])
def test_a_setting_that_is_no_test_is_refused(wrong):
    with pytest.raises(BadInput, match=next(iter(wrong))):
        local_moran(places_per_territory("tiers_lieux"), **wrong)


def test_an_infinite_value_and_a_repeated_code_are_refused_by_name():
    """One infinite value made every other département significant: no comparison with it holds."""
    table = places_per_territory("tiers_lieux").assign(x=1.0)
    table.loc[table["code"] == "90", "x"] = np.inf
    for function in (lambda t: local_moran(t, "x"), lambda t: moran(t, ["x"])):
        with pytest.raises(BadInput, match="90: x is no finite number"):
            function(table)
        with pytest.raises(BadInput, match="33: several rows"):
            function(pd.concat([table, table[table["code"] == "33"]]).assign(x=1.0))


def test_equal_deals_count_however_their_last_digits_differ():
    """Gironde touches both others, which do not touch: each of the six deals gives the same index, so p is 1."""
    table = pd.DataFrame({"code": ["17", "33", "40"], "x": [10.7, 3.3, 5.9]})
    found = moran(table, ["x"], permutations=199)
    assert found["p_valeur"].iloc[0] == 1
