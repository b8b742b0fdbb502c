"""Places of a list are counted whole in each territory, and each rate carries its exact interval."""

from __future__ import annotations

import pytest

from tests.helpers import read_rows
from tests.indicators.test_deffinov import check_garwood
from tlanalysis.core.errors import BadInput
from tlanalysis.data import place_kinds
from tlanalysis.indicators.place_counts import places_per_territory


@pytest.mark.parametrize("level", ["departement", "region"])
@pytest.mark.parametrize(
    ("kind", "total", "outside"),
    [
        ("tiers_lieux", 1512, 0),
        ("coworking", 1118, 0),
        ("fablab", 345, 0),
        ("fabriques_de_territoire", 381, 1),
    ],
)
def test_places_are_counted_whole_at_both_levels(kind, total, outside, level):
    table = places_per_territory(kind, level)
    assert len(table) == {"departement": 101, "region": 18}[level]
    assert table["nb_lieux"].sum() == total
    assert table["nb_lieux"].notna().all()
    assert table.attrs["nb_hors_champ"] == outside
    assert table.attrs["type"] == kind


@pytest.mark.parametrize(("vintage", "total", "paris"), [("cget_2018", 1463, 316), ("cget_2019", 1512, 344)])
def test_places_of_a_vintage(vintage, total, paris):
    table = places_per_territory("tiers_lieux", "region", vintage=vintage)
    assert table["nb_lieux"].sum() == total
    assert table.set_index("territoire").loc["R11", "nb_lieux"] == paris
    assert table.attrs["jeu"] == vintage


def test_the_latest_list_is_the_usual_one():
    assert places_per_territory("coworking").attrs["jeu"] == "cget_2019"
    assert places_per_territory().attrs["jeu"] == "fabriques_de_territoire_2024"


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_rates_of_places_carry_exact_intervals(confidence):
    table = places_per_territory("fabriques_de_territoire", confidence=confidence)
    assert (table["nb_lieux"] == 0).any()
    for row in table.itertuples():
        assert row.taux_pour_100k == pytest.approx(row.nb_lieux / row.population * 1e5)
        low, high = row.taux_bas_pour_100k, row.taux_haut_pour_100k
        low, high = low * row.population_haut, high * row.population_bas
        check_garwood(row.nb_lieux, low, high, 1e-5, confidence)


def test_a_region_has_the_places_of_its_departements(raw):
    region_of = {row["code_departement"]: row["code_region"] for row in read_rows(raw, "departements")}
    for kind in place_kinds.kinds():
        added = {}
        for row in places_per_territory(kind, "departement").itertuples():
            added[region_of[row.code]] = added.get(region_of[row.code], 0) + row.nb_lieux
        regions = places_per_territory(kind, "region")
        assert dict(zip(regions["code"], regions["nb_lieux"], strict=True)) == added


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"kind": "fabrique"}, "did you mean 'fab", id="kind"),
        pytest.param({"kind": "coworking", "vintage": "cget_2020"}, "no list called 'cget_2020'", id="vintage"),
        pytest.param(
            {"kind": "fablab", "vintage": "fabriques_de_territoire_2024"}, "counts fablab", id="vintage-of-another-kind"
        ),
        pytest.param(
            {"level": "commune"},
            "no level called 'commune'",
            id="level",
        ),
    ],
)
def test_unknown_kind_level_or_vintage_is_refused(asked, said):
    with pytest.raises(BadInput, match=said):
        places_per_territory(**asked)
