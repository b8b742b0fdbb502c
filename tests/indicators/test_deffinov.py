from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from scipy import stats

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.deffinov import (
    deffinov_population,
    deffinov_projects,
    deffinov_regions,
    territories_named,
)

ANSWERED = "deffinov_regions_repondantes"


def check_garwood(count, low, high, exposure, level=0.95):
    """Check an exact Poisson interval by its definition, not by its formula."""
    tail = (1 - level) / 2
    assert stats.poisson.cdf(count, high * exposure) == pytest.approx(tail, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, low * exposure) == pytest.approx(tail, rel=1e-6)
    else:
        assert low == 0


# ------------------------------------------------------------------------------------------------ régions


@pytest.fixture(scope="module")
def regions():
    return deffinov_regions()


def test_what_is_known_of_each_region(regions):
    by_status = regions.groupby("statut")["code_region"].agg(set).to_dict()
    assert by_status == {
        "atteste": {"01", "24", "27", "28", "32", "44", "52", "53", "76", "93"},
        "probable": {"75"},
        "partage": {"02", "03"},
        "inconnu": {"04", "06", "11", "84", "94"},
    }
    assert regions.attrs["enveloppe_nationale_eur"] == 50_000_000


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ("nb_projets", {"52": 6, "28": 9, "75": 40}),
        ("nb_projets_nature", {"52": "exact", "28": "exact", "75": "environ"}),
        ("enveloppe_eur", {"28": 2_900_000, "53": 2_900_000, "32": 3_900_000, "75": 4_500_000}),
        ("subvention_max_eur", {"28": 200_000, "44": 500_000, "93": 200_000}),
    ],
)
def test_what_no_source_says_is_missing_not_zero(regions, column, known):
    assert regions.set_index("code_region")[column].dropna().to_dict() == known


def test_named_projects_are_the_attested_ones(raw, regions):
    attested = [row["code_region"] for row in read_rows(raw, "deffinov_projets") if row["certitude"] == "atteste"]
    counted = regions.set_index("code_region")["nb_projets_nommes"]
    assert counted.to_dict() == {code: attested.count(code) for code in counted.index}
    assert counted.sum() == len(attested) == 9


def test_participation_known_on_a_day():
    table = deffinov_regions(as_of="2022-12-31").set_index("code_region")
    assert table.index[table["statut"] == "atteste"].tolist() == ["44"]
    assert table.index[table["statut"] != "inconnu"].tolist() == ["44"]


def test_projects_named_later_are_not_known():
    assert deffinov_regions(as_of="2021-12-31")["nb_projets_nommes"].sum() == 0


def test_one_more_source_attests_a_region(raw_copy):
    rows = read_rows(raw_copy, "observations")
    rows.append(observation(1, territoire="R94", indicateur="deffinov_participation", valeur=1, perimetre="deffinov"))
    write_rows(raw_copy, "observations", rows)
    corse = deffinov_regions().set_index("code_region").loc["94"]
    assert (corse["statut"], corse["nb_sources"]) == ("atteste", 1)
    assert pd.isna(corse["nb_projets"])


# ------------------------------------------------------------------------------------------------ projects


def test_projects_and_what_remains_add_up_to_the_national_total():
    table = deffinov_projects().set_index("territoire")
    assert table["nb_projets"].to_dict() == {
        "R75": 40,
        "FR": 204,
        "R01;R02;R03": 3,
        "reste": 204 - 40 - 3 - 9 - 6,
        "R28": 9,
        "R52": 6,
    }
    assert table["nature_nombre"].to_dict() == {
        "R75": "environ",
        "FR": "exact",
        "R01;R02;R03": "exact",
        "reste": "difference",
        "R28": "exact",
        "R52": "exact",
    }
    parts = table.drop(index="FR")
    assert parts["population"].sum() == table.loc["FR", "population"] == 68_350_798
    assert table.loc["R01;R02;R03", "population"] == 384_160 + 360_630 + 293_996
    assert table.loc["R01;R02;R03", "nom"] == "Guadeloupe, Martinique, Guyane"
    assert (table.attrs["est_minimum"], table.attrs["declares"]) == (True, ["R28"])  # R75 is declared, and rounded


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_rates_of_projects_carry_exact_intervals(level):
    table = deffinov_projects(level=level)
    assert table["taux_pour_million"].is_monotonic_decreasing
    for row in table.itertuples():
        assert row.taux_pour_million == pytest.approx(row.nb_projets / row.population * 1e6)
        low, high = row.taux_bas_pour_million, row.taux_haut_pour_million
        low, high = low * row.population_haut, high * row.population_bas
        check_garwood(row.nb_projets, low, high, 1e-6, level)


def test_no_national_total_yet():
    with pytest.raises(BadInput, match="published by 2024"):
        deffinov_projects(as_of="2024")


def test_names_of_several_territories():
    assert territories_named("R01;D33") == "Guadeloupe, Gironde"


# ------------------------------------------------------------------------------------------------ population bounds


def small_country(raw, covered, named):
    """Leave six départements, of which `covered` are covered; projects are named in some: code -> certainty."""
    kept = ["2A", "23", "33", "48", "69", "75"]
    rows = [row for row in read_rows(raw, "departements") if row["code_departement"] in kept]
    write_rows(raw, "departements", rows)
    model = read_rows(raw, "deffinov_projets")[0]
    projects = [
        model | {"id_projet": f"essai-{code}", "code_departement": code, "certitude": certainty}
        for code, certainty in named.items()
    ]
    write_rows(raw, "deffinov_projets", projects)
    write_rows(raw, "observations", [observation(1, indicateur="deffinov_departements", valeur=covered)])
    return {row["code_departement"]: int(row["population"]) for row in rows}


@pytest.mark.parametrize(
    ("covered", "named"),
    [
        pytest.param(4, {}, id="number-alone"),
        pytest.param(4, {"75": "atteste"}, id="the-largest-is-attested"),
        pytest.param(4, {"48": "atteste", "23": "probable"}, id="one-of-each"),
        pytest.param(3, {"48": "atteste", "23": "atteste", "2A": "atteste"}, id="all-are-named"),
        pytest.param(2, {"69": "probable", "978": "atteste"}, id="outside-the-departements"),
        pytest.param(6, {"33": "atteste"}, id="all-are-covered"),
        pytest.param(1, {}, id="one"),
    ],
)
def test_population_bounds_are_those_of_every_subset(raw_copy, covered, named):
    people = small_country(raw_copy, covered, named)
    total = sum(people.values())
    inside = {
        "nombre": set(),
        "atteste": {code for code, certainty in named.items() if certainty == "atteste"} & set(people),
        "probable": set(named) & set(people),
    }
    table = deffinov_population().set_index("connaissance")
    assert table.index.tolist() == list(inside)
    for name, must in inside.items():
        sums = [sum(people[code] for code in some) for some in combinations(people, covered) if must <= set(some)]
        row = table.loc[name]
        assert (row["population_bas"], row["population_haut"]) == (min(sums), max(sums))
        assert (row["part_bas"], row["part_haut"]) == pytest.approx((min(sums) / total, max(sums) / total))
        assert row["nb_nommes"] == len(must)
    assert (table.attrs["nb_couverts"], table.attrs["nb_departements"]) == (covered, 6)


def test_more_named_than_covered_is_refused(raw_copy):
    small_country(raw_copy, 1, {"33": "atteste", "75": "atteste"})
    with pytest.raises(BadInput, match="2 départements are named, more than the 1"):
        deffinov_population()


def test_population_bounds_of_the_evidence(raw):
    people = sorted(int(row["population"]) for row in read_rows(raw, "departements"))
    table = deffinov_population().set_index("connaissance")
    assert table.loc["nombre", "population_bas"] == sum(people[:85])
    assert table.loc["nombre", "population_haut"] == sum(people[-85:])
    assert table["nb_nommes"].tolist() == [0, 7, 12]
    assert (table.attrs["nb_couverts"], table.attrs["nb_couverts_max"]) == (85, 101)
    assert table["population_bas"].is_monotonic_increasing
    assert table["population_haut"].is_monotonic_decreasing


def test_no_number_of_departements_yet():
    with pytest.raises(BadInput, match="published by 2023"):
        deffinov_population(as_of="2023")


def test_the_number_of_regions_is_the_published_one(raw):
    published = [row["valeur"] for row in read_rows(raw, "observations") if row["indicateur"] == ANSWERED]
    assert {float(value) for value in published} == {17} == {deffinov_regions().attrs["nb_repondantes"]}
    assert deffinov_regions(as_of="2022").attrs["nb_repondantes"] is None
