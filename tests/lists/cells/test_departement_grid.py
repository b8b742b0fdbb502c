"""The grid of départements against the centres of the communes, and against a square drawn here."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from tlanalysis.data import embedded
from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES, departement_of_commune


def _at(latitude, longitude):
    found = departement_grid.departements_at(np.array([latitude], float), np.array([longitude], float))[0]
    return DEPARTEMENT_CODES[found] if found >= 0 else None


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (48.8566, 2.3522, "75"), (43.2965, 5.3698, "13"), (48.3904, -4.4861, "29"), (41.9192, 8.7386, "2A"), (42.6977,
        9.4509, "2B"), (16.2411, -61.5331, "971"),
        (14.6161, -61.0588, "972"), (4.9224, -52.3135, "973"), (-20.8789, 55.4481, "974"), (46.7811, -56.1764, "975"),
        (-12.7806, 45.2278, "976"), (17.8962, -62.8498, "977"),
        (18.0708, -63.0501, "978"), (-22.2758, 166.4580, "988"), (-17.5516, -149.5585, "987"), (-13.2825, -176.1736,
        "986"),
        (50.8503, 4.3517, None), (46.2044, 6.1432, "74"), (51.5072, -0.1276, None), (0, 0, None), (np.nan, 2.35, None),
        (np.inf, 2.35, None), (95, 2.35, None),
    ],
)  # fmt: skip
def test_a_town_is_where_it_is(latitude, longitude, place):
    # Genève (46.2044, 6.1432) lies within two cells of Haute-Savoie: evidence, never a verdict.
    assert _at(latitude, longitude) == place


@pytest.mark.mirror
def test_the_centres_of_the_communes_lie_in_their_departement(mirror):
    centres = pd.read_csv(mirror / "communes_centres_2024.csv", dtype={"code_commune": str})
    expected = centres["code_commune"].map(departement_of_commune)
    known = expected.notna() & ~expected.isin(["975", "977", "978", "986", "987", "988"])
    found = departement_grid.departements_at(centres["latitude"].to_numpy(), centres["longitude"].to_numpy())[known]
    index = expected[known].map(DEPARTEMENT_CODES.index).to_numpy(np.int16)
    assert known.sum() > 34_000
    assert (found == index).mean() > 0.98
    latitude, longitude = centres.loc[known, "latitude"].to_numpy(), centres.loc[known, "longitude"].to_numpy()
    assert departement_grid.touches(latitude, longitude, index).mean() > 0.999


def test_a_square_is_drawn_cell_by_cell():
    square = [[2.0, 48.0], [2.1, 48.0], [2.1, 48.06], [2.0, 48.06], [2.0, 48.0]]  # 5 cells by 3, of 1/50 degree
    outline = {
        "type": "Feature",
        "properties": {"insee_dep": "75"},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    drawn = departement_grid.draw_grid(json.dumps({"type": "FeatureCollection", "features": [outline]}).encode())
    assert drawn.to_dict("list") == {
        "ligne": [2400, 2401, 2402],
        "colonne_debut": [100, 100, 100],
        "colonne_fin": [104, 104, 104],
        "code_departement": ["75", "75", "75"],
    }


@pytest.mark.mirror
def test_the_embedded_grid_is_what_the_outlines_draw(mirror):
    drawn = departement_grid.draw_grid((mirror / "contours_departements.geojson").read_bytes())
    held = embedded.load(departement_grid.TABLE).sort_values(["ligne", "colonne_debut"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(drawn[held.columns], held, check_dtype=False)


def test_a_border_is_two_cells_wide():
    paris = np.array([DEPARTEMENT_CODES.index("75")], np.int16)
    assert departement_grid.touches(np.array([48.8530]), np.array([2.3499]), paris)[0]
    assert departement_grid.touches(np.array([48.92]), np.array([2.35]), paris)[0]  # Saint-Denis, 2 km north of Paris
    assert not departement_grid.touches(np.array([49.20]), np.array([2.35]), paris)[0]


@pytest.mark.parametrize(
    ("code", "official"), [("75", 105), ("33", 10_000), ("59", 5_743), ("974", 2_504), ("973", 83_534)]
)
def test_areas_are_near_the_official_ones(code, official):
    assert departement_grid.areas_km2()[code] == pytest.approx(official, rel=0.04)
