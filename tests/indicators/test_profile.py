from __future__ import annotations

import pytest
from scipy import stats

from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories
from tlanalysis.indicators.profile import compare_rates, known_figures, rank_among_peers


@pytest.mark.parametrize("territory", ["FR", "R01", "R02", "R75", "D17", "D33", "D48"])
def test_every_figure_that_names_the_territory(raw, territory):
    rows = [
        row
        for row in read_rows(raw, "observations")
        if row["territoire"] == territory or territory in row["territoires"].split(";")
    ]
    table = known_figures(territory)
    assert sorted(table["source"]) == sorted(row["source"] for row in rows)
    assert sorted(table["indicateur"]) == sorted(row["indicateur"] for row in rows)
    assert table["indicateur"].is_monotonic_increasing


def test_figures_of_a_group_name_its_territories():
    table = known_figures("R02")
    group = table[table["indicateur"] == "deffinov_projets"]
    assert group[["valeur", "territoires"]].to_numpy().tolist() == [[3, "R01;R02;R03"]]


def test_figures_of_one_indicator_are_oldest_first_and_undated_last():
    table = known_figures("FR")
    periods = table.loc[table["indicateur"] == "tiers_lieux", "periode"]
    dated = periods.dropna()
    assert dated.is_monotonic_increasing
    assert periods.iloc[len(dated) :].isna().all()
    assert len(dated) < len(periods)


def test_an_unknown_territory_is_refused():
    for function in (known_figures, compare_rates, rank_among_peers):
        with pytest.raises(BadInput, match=r"is R75 .* and D75 "):
            function("75")


@pytest.mark.parametrize("territory", ["D33", "R75", "FR"])
def test_rates_beside_france(raw, territory):
    listed = read_rows(raw, "lieux_par_departement")
    inside = [row for row in listed if row["code_region"]]
    column, code = {"D": "code_departement", "R": "code_region"}.get(territory[0]), territory[1:]
    table = compare_rates(territory)
    lists = ("cget_2019", "fabriques_de_territoire_2024")
    assert table["jeu"].unique().tolist() == list(lists)
    for name in lists:
        rows = table[table["jeu"] == name].set_index("territoire")
        france = [int(row["nb_lieux"]) for row in inside if row["jeu"] == name]
        assert rows.loc["FR", "nb_lieux"] == sum(france)
        if territory != "FR":
            here = [int(row["nb_lieux"]) for row in inside if row["jeu"] == name and row[column] == code]
            assert rows.index.tolist() == [territory, "FR"]
            assert rows.loc[territory, "nb_lieux"] == sum(here) > 0
    for row in table.itertuples():
        exposure = row.population / 1e5
        assert row.taux_pour_100k == pytest.approx(row.nb_lieux / exposure)
        most = territories.territory(row.territoire).population_high / 1e5
        assert stats.poisson.cdf(row.nb_lieux, row.taux_haut_pour_100k * exposure) == pytest.approx(0.025)
        assert stats.poisson.sf(row.nb_lieux - 1, row.taux_bas_pour_100k * most) == pytest.approx(0.025)


def test_france_leaves_out_the_fabrique_of_saint_martin():
    table = compare_rates("FR").set_index("type")
    assert table.loc["fabriques_de_territoire", "nb_lieux"] == 381
    assert table.loc["fabriques_de_territoire", "population"] == 68_350_798


@pytest.mark.parametrize(("territory", "size"), [("D33", 101), ("R75", 18), ("FR", 18)])
def test_rank_among_peers(raw, territory, size):
    table = rank_among_peers(territory)
    rates = table["taux_pour_100k"].tolist()
    assert len(table) == size
    assert rates == sorted(rates, reverse=True)
    assert table["rang"].tolist() == [1 + sum(other > rate for other in rates) for rate in rates]
    assert table.loc[table["est_choisi"], "territoire"].tolist() == ([] if territory == "FR" else [territory])


def test_territories_without_a_place_share_the_last_rank():
    table = rank_among_peers("D33", "fablab")
    none = table[table["nb_lieux"] == 0]
    assert len(none) > 1
    assert none["rang"].unique().tolist() == [101 - len(none) + 1]
    assert none["code"].is_monotonic_increasing
