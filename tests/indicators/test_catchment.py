"""Distances and access: against the haversine formula, by hand on a line of villages, and by what must be conserved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.catchment import (
    EARTH,
    commune_radius,
    distance_to_nearest,
    floating_catchment,
    measure_access,
)

DEGREE = EARTH * np.pi / 180  # km of a degree along the equator
coordinates = st.lists(st.tuples(st.floats(-60, 60), st.floats(-179, 179)), min_size=1, max_size=12)


def points(*at, people=None, codes=None):
    frame = pd.DataFrame(list(at), columns=["latitude", "longitude"])
    return frame.assign(
        population=people if people is not None else 100, code_commune=codes or list(map(str, frame.index))
    )


def on_equator(*kilometres, people=None):
    return points(*((0.0, km / DEGREE) for km in kilometres), people=people)


def haversine(one, other):
    (a, b), (c, d) = np.radians(one), np.radians(other)
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH * np.arcsin(np.sqrt(h))


@given(coordinates, coordinates)
def test_the_nearest_is_that_of_every_pair_by_haversine(homes, places):
    found = distance_to_nearest(points(*homes), points(*places))
    expected = [min(haversine(home, place) for place in places) for home in homes]
    assert found == pytest.approx(expected, abs=0.01)


def test_the_sphere_is_within_half_a_percent_of_the_ellipsoid():
    brest, strasbourg = (48.39, -4.486), (48.573, 7.752)
    exact = Geod(ellps="GRS80").inv(brest[1], brest[0], strasbourg[1], strasbourg[0])[2] / 1000
    assert distance_to_nearest(points(brest), points(strasbourg))[0] == pytest.approx(exact, rel=0.005)


def test_a_point_without_a_position_has_no_distance():
    found = distance_to_nearest(points((0.0, 0.0), (None, None)), points((None, 3.0), (0.0, 1.0)))
    assert found == pytest.approx([DEGREE, np.nan], nan_ok=True)


def test_floating_catchment_by_hand():
    # Villages at 0, 8 and 25 km, places at 0 and 21 km, catchment of 30 km: bands of 10 km weigh 1, 0.68, 0.22.
    villages, places = on_equator(0, 8, 25, people=[1000, 500, 2000]), on_equator(0, 21)
    first = 1000 + 500 + 0.22 * 2000  # the place at 0 km: 0, 8 and 25 km away
    second = 0.22 * 1000 + 0.68 * 500 + 2000  # the place at 21 km: 21, 13 and 4 km away
    expected = 1e5 * np.array([1 / first + 0.22 / second, 1 / first + 0.68 / second, 0.22 / first + 1 / second])
    found = floating_catchment(villages, places, 30.0)
    assert found == pytest.approx(expected, rel=1e-9)


@given(
    st.lists(st.tuples(st.floats(0, 80), st.integers(0, 5000)), min_size=1, max_size=15),
    st.lists(st.floats(0, 80), min_size=1, max_size=8),
    st.sampled_from([10.0, 30.0]),
)
def test_every_place_is_shared_out_once(villages, places, catchment):
    homes = on_equator(*(km for km, _ in villages), people=[n for _, n in villages])
    offered = on_equator(*places)
    score = floating_catchment(homes, offered, catchment)
    alone = [floating_catchment(homes, offered.iloc[[n]], catchment) for n in range(len(offered))]
    used = sum((one @ homes["population"] > 0) for one in alone)
    assert score @ homes["population"].to_numpy(float) / 1e5 == pytest.approx(used)


def test_a_place_with_nobody_in_its_catchment_serves_nobody():
    homes = on_equator(0, people=[1000])
    assert floating_catchment(homes, on_equator(500), 30.0).tolist() == [0.0]


@pytest.mark.parametrize(
    ("homes", "places", "said"),
    [
        (points((95.0, 0.0)), points((0.0, 0.0)), "points: rows 0 are not in degrees"),
        (points((0.0, 0.0)), points((0.0, 6_800_000.0)), "places: rows 0 are not in degrees"),
        (points((0.0, 0.0)), points((None, None)), "none of the places has a latitude"),
    ],
)
def test_impossible_positions_are_refused(homes, places, said):
    with pytest.raises(BadInput, match=said):
        distance_to_nearest(homes, places)


# ------------------------------------------------------------------------------------------------ shares of a territory


@pytest.fixture
def country():
    """Return two départements of a région and one without commune populations, villages on the equator."""
    villages = on_equator(0, 4, 12, 40, 300, 306, people=[100, 200, 300, 400, None, None])
    villages["population"] = villages["population"].astype("Int64")
    villages["code_commune"] = ["01001", "01002", "01003", "02001", "03001", "03002"]
    villages["code_departement"] = ["01", "01", "01", "02", "03", "03"]
    villages["code_region"] = ["84", "84", "84", "84", "06", "06"]
    lost = villages.iloc[[0]].assign(code_commune="02002", code_departement="02", population=50, latitude=None)
    departements = pd.DataFrame(
        {"code_departement": ["01", "02", "03"], "code_region": ["84", "84", "06"], "population": [600, 450, 70]}
    )
    return pd.concat([villages, lost], ignore_index=True), departements


def test_shares_within_reach_by_hand(country):
    communes, departements = country
    table = measure_access(communes, on_equator(0, 38, 303), departements, radii=(5, 10, 20), catchments=(30,))
    table = table.set_index("territoire")
    assert list(table.index) == ["FR", "R06", "R84", "D01", "D02", "D03"]
    assert table["population"].tolist() == [1120, 70, 1050, 600, 450, 70]
    assert table["population_situee"].tolist() == [1000, 0, 1000, 600, 400, 0]
    spans = table[["part_5_km_bas", "part_5_km_haut", "part_20_km_bas", "part_20_km_haut"]]
    assert spans.loc["D01"].tolist() == pytest.approx([0.5, 0.5, 1, 1])
    # 50 live we don't know where; 400 live up to 14 km from their point, 2 km from a place.
    assert spans.loc["D02"].tolist() == pytest.approx([0, 1, 400 / 450, 1])
    assert spans.loc["D03"].tolist() == [1, 1, 1, 1]  # both villages are 3 km from a place
    assert spans.loc["R84"].tolist() == pytest.approx([300 / 1050, 750 / 1050, 1000 / 1050, 1])
    assert spans.loc["FR"].tolist() == pytest.approx([370 / 1120, 820 / 1120, 1070 / 1120, 1])
    # Of the 600 of D01, 100 live on a place, 200 at 4 km, 300 at 12 km: the half is reached at 4 km.
    # In the région 400 more live at 2 km: 500 of its 1,000 located inhabitants are that near.
    assert table["distance_mediane_km"].tolist() == pytest.approx([2, np.nan, 2, 4, 2, np.nan], nan_ok=True, rel=1e-6)


def test_the_median_is_where_half_of_the_inhabitants_are_nearer(country):
    communes, departements = country
    communes.loc[[0, 1, 2], "population"] = [100, 150, 350]  # 250 within 4 km, 600 within 12: the 300th lives at 12 km
    table = measure_access(communes, on_equator(0), departements, radii=(5,), catchments=(30,)).set_index("territoire")
    assert table.loc["D01", "distance_mediane_km"] == pytest.approx(12)


@pytest.mark.parametrize(("place", "span"), [(300, (0.0, 1.0)), (303, (1.0, 1.0)), (330, (0.0, 0.0))])
def test_without_commune_populations_the_villages_bound_the_share(country, place, span):
    communes, departements = country
    table = measure_access(communes, on_equator(0, place), departements, radii=(5,), catchments=(30,)).set_index(
        "territoire"
    )
    assert tuple(table.loc["D03", ["part_5_km_bas", "part_5_km_haut"]]) == span


def test_scores_are_means_over_inhabitants(country):
    communes, departements = country
    places = on_equator(0, 38)
    table = measure_access(communes, places, departements, radii=(5,), catchments=(15,)).set_index("territoire")
    located = communes[communes["population"].notna() & communes["latitude"].notna()]
    score = floating_catchment(located, places, 15)
    people = located["population"].to_numpy(float)
    first = (located["code_departement"] == "01").to_numpy()
    assert table.loc["D01", "score_15_km"] == pytest.approx(score[first] @ people[first] / 600)
    assert table.loc["FR", "score_15_km"] == pytest.approx(2e5 / 1000)  # two places, a thousand inhabitants


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"population": -5}, "negative populations: 01001"),
        ({"code_departement": "99"}, "communes of no département of the table: 01001"),
        ({"population": 5000}, "the communes of 01 hold more inhabitants"),
    ],
)
def test_communes_that_cannot_be_are_named(country, change, said):
    communes, departements = country
    for column, value in change.items():
        communes.loc[0, column] = value
    with pytest.raises(BadInput, match=said):
        measure_access(communes, on_equator(0), departements)


def test_the_radius_of_a_commune_is_half_the_way_to_the_nearest_other():
    # Points at 0, 4, 12 and 40 km on the equator; two communes share the point at 40 km; one has no point.
    communes = pd.concat([on_equator(0, 4, 12, 40, 40), points((None, None))], ignore_index=True)
    assert commune_radius(communes).tolist() == pytest.approx([2, 2, 4, 14, 14, np.nan], rel=1e-6, nan_ok=True)


def test_inhabitants_of_a_commune_larger_than_the_distance_are_within_reach_or_not(country):
    communes, departements = country
    # D02 is one commune with a point at 40 km; its nearest neighbour is at 12 km, so its radius is 14 km. The place
    # is 2 km from the point: within 5 km live all of its 400 inhabitants, or none. A distance of 20 km holds them all.
    table = measure_access(communes, on_equator(38), departements, radii=(5, 20), catchments=(30,))
    row = table.set_index("territoire").loc["D02"]
    assert row[["part_5_km_bas", "part_5_km_haut"]].tolist() == [0, 1]
    assert row[["part_20_km_bas", "part_20_km_haut"]].tolist() == pytest.approx([400 / 450, 1])
    # A place 20 km from the point is 6 km from the nearest of them: too far for 5 km.
    table = measure_access(communes, on_equator(60), departements, radii=(5,), catchments=(30,))
    assert table.set_index("territoire").loc["D02", "part_5_km_haut"] == pytest.approx(50 / 450)
