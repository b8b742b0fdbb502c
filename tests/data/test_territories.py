from __future__ import annotations

import csv
from collections import defaultdict

import pytest

import tlanalysis as tl
from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories


@pytest.mark.parametrize(
    ("code", "level", "insee", "name"),
    [
        pytest.param("R75", "region", "75", "Nouvelle-Aquitaine", id="75-is-a-region"),
        pytest.param("D75", "departement", "75", "Paris", id="75-is-also-a-departement"),
        pytest.param("R01", "region", "01", "Guadeloupe", id="01-is-a-region"),
        pytest.param("D01", "departement", "01", "Ain", id="01-is-also-a-departement"),
        pytest.param("D2A", "departement", "2A", "Corse-du-Sud", id="corse"),
        pytest.param("D974", "departement", "974", "La Réunion", id="overseas"),
        pytest.param("FR", "france", "FR", "France", id="france"),
    ],
)
def test_territory(code, level, insee, name):
    found = territories.territory(code)
    assert (found.code, found.level, found.insee, found.name) == (code, level, insee, name)
    assert found.is_france is (code == "FR")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        pytest.param("75", "is R75 .* and D75 ", id="bare-code-of-both-levels"),
        pytest.param("1", "is R01 .* and D01 ", id="lost-leading-zero"),
        pytest.param("001", "is R01 .* and D01 ", id="too-many-zeros"),
        pytest.param("r75", "did you mean 'R75'", id="lower-case"),
        pytest.param("fr", "did you mean 'FR'", id="france-in-lower-case"),
        pytest.param("D20", "did you mean", id="departement-that-no-longer-exists"),
        pytest.param("FRNCE", "did you mean FR, France", id="word"),
        pytest.param("", "write FR, R75", id="empty"),
    ],
)
def test_an_unknown_code_is_refused_with_what_was_meant(code, hint):
    with pytest.raises(BadInput, match=hint):
        territories.territory(code)


def test_there_are_120_territories():
    codes = territories.codes()
    assert (len(codes), len(set(codes))) == (120, 120)
    assert [code[0] for code in codes].count("R") == 18
    assert [code[0] for code in codes].count("D") == 101
    assert codes[0] == "FR"


def test_populations_add_up_from_departements_to_france(raw):
    by_region = defaultdict(int)
    for row in read_rows(raw, "departements"):
        by_region[row["code_region"]] += int(row["population"])
    assert {f"R{code}": total for code, total in by_region.items()} == {
        code: territories.territory(code).population for code in territories.codes() if code[0] == "R"
    }
    assert territories.territory("FR").population == sum(by_region.values())


def test_population_of_several_territories():
    assert territories.population(["R01", "R02", "R03"]) == (384160 + 360630 + 293996,) * 3
    assert territories.population(["R01", "R06"]) == (384160 + 256518, 384160 + 256518, 384160 + 310000)
    with pytest.raises(BadInput, match="R99"):
        territories.population(["R01", "R99"])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("D33", {"D17", "D24", "D40", "D47"}, id="gironde"),
        pytest.param("D75", {"D92", "D93", "D94"}, id="paris"),
        pytest.param("D2A", {"D2B"}, id="corse-du-sud"),
        pytest.param("R53", {"R28", "R52"}, id="bretagne"),
        pytest.param("R94", set(), id="an-island"),
        pytest.param("D973", set(), id="no-french-neighbour"),
        pytest.param("FR", set(), id="france"),
    ],
)
def test_neighbours(code, expected):
    assert set(territories.neighbours(code)) == expected


def test_neighbours_are_mutual_and_not_oneself():
    around = {code: set(territories.neighbours(code)) for code in territories.codes()}
    for code, others in around.items():
        assert code not in others
        assert all(code in around[other] for other in others)


def test_regions_touch_where_their_departements_touch():
    touching = defaultdict(set)
    for code in territories.codes():
        if code[0] == "D":
            for other in territories.neighbours(code):
                here, there = territories.region_of(code[1:]), territories.region_of(other[1:])
                if here != there:
                    touching[f"R{here}"].add(f"R{there}")
    for code in territories.codes():
        if code[0] == "R":
            assert set(territories.neighbours(code)) == touching[code]


@pytest.mark.parametrize(
    ("departement", "region"),
    [
        pytest.param("33", "75", id="metropole"),
        pytest.param("2A", "94", id="corse"),
        pytest.param("974", "04", id="overseas"),
        pytest.param("978", None, id="outside-the-regions"),
        pytest.param("1", None, id="not-a-code"),
    ],
)
def test_region_of(departement, region):
    assert territories.region_of(departement) == region


@pytest.mark.parametrize(("level", "size", "first"), [("region", 18, "R01"), ("departement", 101, "D01")])
def test_table_has_the_same_columns_at_every_level(level, size, first):
    table = territories.table(level)
    assert table.columns.tolist() == ["territoire", "code", "nom", *territories.POPULATION, "annee_population"]
    assert (len(table), table.loc[0, "territoire"]) == (size, first)


def test_table_refuses_an_unknown_level():
    with pytest.raises(BadInput, match="commune"):
        territories.table("commune")


@pytest.mark.mirror
def test_populations_are_those_of_the_insee_file(mirror):
    by_departement = defaultdict(int)
    with (mirror / "populations_communes_2023.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            by_departement[row["DEP"]] += int(row["PMUN"])
    held = territories.departements().set_index("code_departement")["population"].astype(int).to_dict()
    assert held.pop("976") == 256518  # absent from the file: census of 2017
    assert held == dict(by_departement)


@pytest.mark.mirror
def test_departements_lie_in_the_region_of_the_insee_file(mirror):
    with (mirror / "v_commune_2026.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["DEP"], row["REG"]) for row in csv.DictReader(file) if row["TYPECOM"] == "COM"}
    table = territories.departements()
    assert set(zip(table["code_departement"], table["code_region"], strict=True)) == listed


def test_only_mayotte_has_a_population_that_is_an_interval():
    for level, code in (("region", "R06"), ("departement", "D976")):
        table = territories.table(level).set_index("territoire")
        assert tuple(table.loc[code, list(territories.POPULATION)]) == (256_518, 256_518, 310_000)
        others = table.drop(index=code)
        assert (others["population_bas"] == others["population"]).all()
        assert (others["population_haut"] == others["population"]).all()


def test_the_interval_of_mayotte_does_not_change_the_printed_population_of_france():
    france = territories.territory("FR")
    assert france.population_high - france.population_low == 310_000 - 256_518
    assert round(france.population_low / 1e6, 1) == round(france.population_high / 1e6, 1) == 68.4


def test_each_region_overseas_has_the_figures_of_its_departement() -> None:
    twins = {code: found for code in territories.codes() if len(found := territories.codes_of_ground(code)) > 1}
    assert twins == {
        one: [one, other]
        for pair in zip(("R01", "R02", "R03", "R04", "R06"), ("D971", "D972", "D973", "D974", "D976"), strict=True)
        for one, other in (pair, pair[::-1])
    }
    for one, (_, other) in twins.items():
        for answer in (tl.known_figures, tl.places_over_time):
            assert answer(one).equals(answer(other)), one
        assert len(tl.known_figures(one)) > 0
