from __future__ import annotations

import csv
import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.stats import kendalltau

from tests.helpers import read_rows
from tlanalysis.charts.kit import caption
from tlanalysis.charts.maps import plot_access
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import territories
from tlanalysis.data.embedded import load
from tlanalysis.indicators.accessibility import (
    access,
    access_of,
    access_profile,
    catchment_sensitivity,
    lists_with_access,
    need_agreement,
    need_and_supply,
    populated_points,
    region_need_and_supply,
)
from tlanalysis.indicators.catchment import RADII
from tlanalysis.lists.cleaning import clean_open_file

DEPARTEMENTS = territories.departements()["code_departement"].tolist()


@pytest.fixture(scope="module")
def embedded(raw):
    rows = pd.DataFrame(read_rows(raw, "acces_par_territoire"))
    return rows.set_index(["jeu", "territoire"])


@pytest.mark.parametrize("kind", lists_with_access())
def test_shares_grow_with_the_distance_and_keep_their_order(kind):
    for level, size in (("france", 1), ("region", 18), ("departement", 101)):
        table = access(kind, level)
        assert len(table) == size
        low, high = (table[[f"part_{r}_km_{side}" for r in RADII]].to_numpy() for side in ("bas", "haut"))
        assert (np.diff(low, axis=1) >= 0).all()
        assert (np.diff(high, axis=1) >= 0).all()
        assert ((low >= 0) & (low <= high + 1e-9) & (high <= 1)).all()


@pytest.mark.parametrize("level", ["region", "departement"])
def test_parts_add_up_to_the_whole(level):
    whole, parts = access("tiers_lieux", "france").loc[0], access("tiers_lieux", level)
    assert parts["population"].sum() == whole["population"]
    assert parts["population_situee"].sum() == whole["population_situee"]
    for side in ("bas", "haut"):
        inside = (parts[f"part_10_km_{side}"] * parts["population"].astype(float)).sum()
        assert inside / whole["population"] == pytest.approx(whole[f"part_10_km_{side}"], abs=2e-6)


def test_mayotte_is_bounded_where_it_is_not_known(embedded):
    fabriques = embedded.loc["fabriques_de_territoire_2024", "D976"]
    assert (fabriques["part_10_km_bas"], fabriques["part_10_km_haut"]) == ("0.0", "1.0")
    assert fabriques["distance_mediane_km"] == ""
    assert fabriques["population_situee"] == "0"
    listed = embedded.loc["cget_2019", "D976"]  # no place of that list is within 1,000 km
    assert (listed["part_30_km_bas"], listed["part_30_km_haut"]) == ("0.0", "0.0")


def test_an_unknown_list_or_level_is_refused():
    with pytest.raises(BadInput, match="did you mean 'tiers_lieux'"):
        access("tiers_lieu")
    with pytest.raises(BadInput, match="no level called 'commune'"):
        access("tiers_lieux", "commune")


def test_a_profile_stands_beside_france():
    table = access_profile("D33")
    assert len(table) == len(lists_with_access()) * len(RADII) * 2
    here = table[(table["type"] == "tiers_lieux") & (table["rayon_km"] == 10)].set_index("territoire")
    assert here.loc["D33", "part_bas"] > here.loc["FR", "part_bas"]
    assert set(access_profile("FR")["territoire"]) == {"FR"}


@pytest.fixture
def outside(project_copy, monkeypatch):
    """Stand where nothing has been fetched."""
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)


def test_access_of_a_list_needs_nothing_that_was_fetched(outside):
    """Bordeaux: all communes of Gironde lie within 100 km, none of Bouches-du-Rhône within 30 km."""
    table = access_of(pd.DataFrame({"latitude": [44.84], "longitude": [-0.58]})).set_index("territoire")
    assert table.attrs["populations"] == "departements"
    assert table.attrs["inputs"] == ["communes", "departements"]
    assert table.loc["D13", "part_30_km_haut"] == 0
    assert table.loc["D33", "part_30_km_bas"] < table.loc["D33", "part_30_km_haut"] == 1
    with pytest.raises(SourceError, match=r"populations_communes_2023\.csv is not on this machine") as caught:
        populated_points()
    assert caught.value.exit_code == 3


def test_access_of_a_geodataframe_uses_its_geometry(outside):
    """The same place as columns, as a point in Lambert 93, and as a small square around it."""
    geopandas = pytest.importorskip("geopandas")
    from shapely.geometry import Point

    degrees = pd.DataFrame({"nom": ["Le Lieu"], "latitude": [44.84], "longitude": [-0.58]})
    points = geopandas.GeoDataFrame(degrees[["nom"]], geometry=[Point(-0.58, 44.84)], crs=4326)
    squares = points.to_crs(2154)
    squares["geometry"] = squares.buffer(10, cap_style="square")
    expected = access_of(degrees)
    for given in (points, points.to_crs(2154), squares):
        pd.testing.assert_frame_equal(access_of(given), expected)
    with pytest.raises(BadInput, match=r"no coordinate system: write places\.set_crs"):
        access_of(points.set_crs(None, allow_override=True))
    with pytest.raises(BadInput, match="not a list"):
        access_of([1])


def test_a_geometry_that_is_missing_is_a_place_without_position(outside):
    geopandas = pytest.importorskip("geopandas")
    from shapely.geometry import Point

    points = geopandas.GeoDataFrame({"nom": ["a", "b"]}, geometry=[Point(-0.58, 44.84), None], crs=4326)
    assert access_of(points).attrs["nb_sans_position"] == 1


@pytest.mark.mirror
def test_embedded_points_are_those_of_the_open_file_to_the_nearest_thousandth(mirror):
    held = load("communes").dropna(subset=["latitude"]).set_index("code_commune")
    assert held.index.is_unique
    with (mirror / "communes_centres_2024.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["code_commune"]: row for row in csv.DictReader(file)}
    assert len(held) == 34_905  # 68 communes of the file have merged since
    for axis in ("latitude", "longitude"):
        expected = [float(printed[code][axis]) for code in held.index]
        assert held[axis].tolist() == pytest.approx(expected, abs=0.000_501)


@pytest.mark.mirror
def test_embedded_points_give_the_shares_of_the_open_file(mirror, tmp_path, monkeypatch):
    """A point moves by less than 80 m: a share within 10 km lies between those within 9 and 11 km."""
    places = clean_open_file("fabriques_de_territoire_2024").places
    monkeypatch.setenv("TLANALYSIS_MIRROR", str(tmp_path))
    (tmp_path / "populations_communes_2023.csv").symlink_to(mirror / "populations_communes_2023.csv")
    rounded = access_of(places, "france").loc[0]
    exact = access("fabriques_de_territoire", "france").loc[0]
    assert rounded["part_10_km_bas"] == pytest.approx(exact["part_10_km_bas"], abs=0.002)
    assert rounded["distance_mediane_km"] == pytest.approx(exact["distance_mediane_km"], abs=0.08)


def test_a_table_of_several_lists_does_not_carry_the_facts_of_one():
    assert set(need_and_supply().attrs) == set(region_need_and_supply().attrs) == {"inputs", "sources"}


def test_need_and_supply_by_hand(raw):
    table = need_and_supply().set_index("code")
    work = {row["code_departement"]: row for row in read_rows(raw, "departements_emploi")}
    assert table.loc["02", "taux_chomage_15_64"] == pytest.approx(37_480 / 232_188)
    assert int(work["02"]["nb_chomeurs_15_64"]) == 37_480
    assert table["taux_chomage_15_64"].isna().sum() == 1
    assert table.loc["976", ["taux_chomage_15_64", "distance_mediane_km"]].isna().all()


def test_unemployment_of_a_region_is_that_of_its_departements(raw):
    table = region_need_and_supply().set_index("code")
    rows = [row for row in read_rows(raw, "departements_emploi") if row["code_departement"] in {"2A", "2B"}]
    unemployed, active = (sum(int(row[name]) for row in rows) for name in ("nb_chomeurs_15_64", "nb_actifs_15_64"))
    assert table.loc["94", "taux_chomage_15_64"] == pytest.approx(unemployed / active)
    assert table["enveloppe_eur_par_habitant"].notna().sum() == 4
    assert table.loc["06"].drop(["territoire", "nom", "population"]).isna().all()


def test_agreement_is_over_the_departements_with_both_measures():
    assert (need_agreement()["nb_territoires"] == 100).all()


def test_the_agreement_of_fabriques_and_distance_is_mostly_density():
    """Partial tau of Kendall (1942), from the three taus that SciPy gives."""
    pair = ("taux_fabriques_de_territoire_pour_100k", "distance_mediane_km")
    known = need_and_supply()[[*pair, "densite_hab_km2"]].dropna()
    plain, rate_density, distance_density = (
        kendalltau(known[x], known[y]).statistic
        for x, y in (pair, (pair[0], "densite_hab_km2"), (pair[1], "densite_hab_km2"))
    )
    partial = (plain - rate_density * distance_density) / math.sqrt((1 - rate_density**2) * (1 - distance_density**2))
    table = need_agreement()
    found = table[(table["mesure_1"] == pair[0]) & (table["mesure_2"] == pair[1])].iloc[0]
    assert table.attrs["sachant"] == "densite_hab_km2"
    assert (found["tau"], found["tau_brut"]) == pytest.approx((partial, plain))
    assert found["tau"] < found["tau_brut"] / 2


def test_no_pair_compares_a_list_with_the_distance_to_itself():
    pairs = set(need_agreement()[["mesure_1", "mesure_2"]].itertuples(index=False, name=None))
    assert ("taux_tiers_lieux_pour_100k", "distance_mediane_km") not in pairs


def test_the_catchment_changes_the_order_of_departements_little():
    table = catchment_sensitivity("fabriques_de_territoire")
    assert len(table) == 3
    assert (table["tau_bas"] > 0.8).all()


@pytest.mark.mirror
def test_access_of_any_list_is_that_of_the_embedded_table(mirror, embedded):
    table = access_of(clean_open_file("fabriques_de_territoire_2024").places).set_index("territoire")
    expected = embedded.loc["fabriques_de_territoire_2024"].loc[table.index]
    assert len(table) == 101
    assert table.attrs["nb_sans_position"] == 1  # Saint-Martin
    for column in ("part_10_km_bas", "distance_mediane_km", "score_30_km"):
        known = expected[column] != ""
        assert table.loc[expected.index, column].isna().tolist() == (~known).tolist()
        found = table.loc[expected.index[known], column].tolist()
        assert found == pytest.approx(expected.loc[known, column].astype(float).tolist(), abs=1e-3)
    said = caption.of(plot_access(table.reset_index(), ax=Figure().subplots()))
    assert said.title.startswith("Lieux\N{NO-BREAK SPACE}: ")
    assert "d’un lieu de la liste" in said.subtitle


@pytest.mark.mirror
def test_without_commune_populations_those_of_departements_bound_the_shares(mirror, tmp_path, monkeypatch, embedded):
    places = clean_open_file("fabriques_de_territoire_2024").places
    monkeypatch.setenv("TLANALYSIS_MIRROR", str(tmp_path))
    (tmp_path / "communes_centres_2024.csv").symlink_to(mirror / "communes_centres_2024.csv")
    table = access_of(places).set_index("territoire")
    # Eight départements have a commune without a point: there, the points that are known are not all.
    whole = [f"D{code}" for code in DEPARTEMENTS if code not in {"12", "14", "15", "27", "49", "60", "69", "85"}]
    exact = embedded.loc["fabriques_de_territoire_2024"].loc[whole]
    assert table.attrs["populations"] == "departements"
    assert table["distance_mediane_km"].isna().all()
    for radius in RADII:
        low, high = table.loc[whole, f"part_{radius}_km_bas"], table.loc[whole, f"part_{radius}_km_haut"]
        assert (low <= exact[f"part_{radius}_km_bas"].astype(float) + 1e-6).all()
        assert (high >= exact[f"part_{radius}_km_haut"].astype(float) - 1e-6).all()
    france = access_of(places, "france").loc[0]
    assert 0.1 < france["part_30_km_bas"] < france["part_30_km_haut"] <= 1


@pytest.mark.mirror
def test_communes_hold_everyone_but_mayotte(mirror, raw):
    table = populated_points()
    people = {row["code_departement"]: int(row["population"]) for row in read_rows(raw, "departements")}
    held = table.groupby(table["code_departement"].astype(object))["population"].sum()
    assert {code: int(n) for code, n in held.items() if code != "976"} == {
        code: n for code, n in people.items() if code != "976"
    }
    mayotte = table[table["code_departement"] == "976"]
    assert len(mayotte) == 17
    assert mayotte["population"].isna().all()
    assert mayotte["latitude"].notna().all()
    lost = table[table["latitude"].isna()]
    assert (len(lost), lost["population"].sum()) == (12, 30_400)
    assert table["code_commune"].is_unique
    assert not set(table["code_commune"]) & {"75056", "13055", "69123"}  # whole cities come by arrondissement


@pytest.mark.mirror
def test_near_places_are_those_of_every_pair(mirror):
    """The national figure against a plain matrix of all distances, on every tenth commune."""
    from tlanalysis.indicators.catchment import EARTH, distance_to_nearest

    homes = populated_points().dropna(subset=["latitude"]).iloc[::10]
    places = clean_open_file("cget_2019").places
    a, b = (np.radians(frame[["latitude", "longitude"]].to_numpy(float)) for frame in (homes, places))
    h = np.sin((a[:, None, 0] - b[:, 0]) / 2) ** 2
    h += np.cos(a[:, None, 0]) * np.cos(b[:, 0]) * np.sin((a[:, None, 1] - b[:, 1]) / 2) ** 2
    expected = 2 * EARTH * np.arcsin(np.sqrt(h)).min(axis=1)
    assert distance_to_nearest(homes, places) == pytest.approx(expected, abs=1e-4)


def test_shares_of_guyane_whose_communes_are_larger_than_ten_kilometres_are_bounds():
    row = access("tiers_lieux").set_index("code").loc["973"]
    # Its listed place is in a commune of 54,400 inhabitants; the points of its communes lie tens of km apart.
    assert row["part_10_km_bas"] == 0
    assert row["part_10_km_haut"] == pytest.approx(0.185, abs=0.001)
