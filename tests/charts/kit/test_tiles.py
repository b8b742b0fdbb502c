from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from tests.helpers import read_rows
from tlanalysis.charts.kit.tiles import classes, colour_of, draw_tiles, layout, layout_score
from tlanalysis.core.errors import BadInput

SIZES = {"region": 18, "departement": 101}


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.mark.parametrize("level", SIZES)
def test_every_territory_has_its_own_cell(raw, level):
    tiles = layout(level)
    assert sorted(tiles["code"]) == sorted(row[f"code_{level}"] for row in read_rows(raw, f"{level}s"))
    cells = set(zip(tiles["colonne"], tiles["ligne"], strict=True))
    assert len(cells) == len(tiles) == SIZES[level]


@pytest.mark.parametrize(
    ("level", "pairs", "adjacent", "corner"), [("region", 23, 15, 8), ("departement", 238, 150, 73)]
)
def test_the_score_of_a_layout_counts_the_neighbours_that_stay_so(level, pairs, adjacent, corner):
    found = layout_score(level)
    assert found == {"voisinages": pairs, "accoles": adjacent, "par_un_coin": corner, "part_accolee": adjacent / pairs}


@pytest.mark.parametrize("level", SIZES)
def test_neighbours_stay_neighbours(raw, level):
    cells = {row.code: (row.colonne, row.ligne) for row in layout(level).itertuples()}
    pairs = {
        frozenset((row[f"code_{level}"], other))
        for row in read_rows(raw, f"{level}s")
        for other in row["voisins"].split(";")
        if other
    }
    gaps = []
    for one, other in map(tuple, pairs):
        gaps.append(sorted(abs(a - b) for a, b in zip(cells[one], cells[other], strict=True)))
    edge = sum(gap == [0, 1] for gap in gaps)
    corner = sum(gap == [1, 1] for gap in gaps)
    assert len(pairs) == {"region": 23, "departement": 238}[level]
    assert edge >= 0.60 * len(pairs)
    assert edge + corner >= 0.90 * len(pairs)
    assert (edge, corner) == (layout_score(level)["accoles"], layout_score(level)["par_un_coin"])


def test_each_territory_is_one_square_of_one_size(ax):
    codes = layout("region")["code"].tolist()
    colours = dict.fromkeys(codes, "#0072B2") | {"94": None}
    draw_tiles(ax, "region", colours, {"53": ["53", "12"], "94": ["94"]})
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(squares) == 18
    assert len({(round(s.get_width(), 9), round(s.get_height(), 9)) for s in squares}) == 1
    assert len({s.get_xy() for s in squares}) == 18
    assert [s.get_hatch() for s in squares].count(None) == 17
    assert sorted(text.get_text() for text in ax.texts) == ["12", "53", "94"]


def test_texts_lie_in_their_tile_first_line_on_top(ax):
    codes = layout("departement")["code"].tolist()
    draw_tiles(ax, "departement", dict.fromkeys(codes, "#ffffff"), {code: [code, f"n{code}"] for code in codes})
    written = {text.get_text(): text.get_position() for text in ax.texts}
    assert len(written) == 202
    downwards = ax.get_ylim()[0] > ax.get_ylim()[1]
    assert downwards
    for tile in layout("departement").itertuples():
        (x, top), (_, bottom) = written[tile.code], written[f"n{tile.code}"]
        assert tile.colonne < x < tile.colonne + 1
        assert tile.ligne < top < bottom < tile.ligne + 1


@pytest.mark.parametrize("change", ["one-missing", "one-too-many"])
def test_a_territory_without_a_colour_is_refused(ax, change):
    colours = dict.fromkeys(layout("region")["code"], "#ffffff")
    if change == "one-missing":
        del colours["94"]
    else:
        colours["978"] = "#ffffff"
    with pytest.raises(BadInput, match="94" if change == "one-missing" else "978"):
        draw_tiles(ax, "region", colours, {})
    assert not ax.patches


@pytest.mark.parametrize(
    ("values", "n", "expected"),
    [
        pytest.param([1, 2, 3, 4], 2, [1, 2.5, 4], id="two-classes"),
        pytest.param([0.123, 0.5, 0.987], 2, [0.12, 0.5, 0.99], id="ends-rounded-outwards"),
        pytest.param([5, 5, 5], 4, [5, 5], id="one-value"),
        pytest.param([1, 1, 1, 9], 4, [1, 3, 9], id="equal-cuts-are-merged"),
        pytest.param([1234, 5678], 1, [1200, 5700], id="large"),
    ],
)
def test_classes(values, n, expected):
    assert classes(np.array(values, dtype=float), n=n) == pytest.approx(expected)


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30), st.integers(1, 6))
def test_classes_enclose_every_value_and_increase(values, n):
    bounds = classes(np.array(values), n=n)
    assert bounds[0] <= min(values) * (1 + 1e-12)
    assert max(values) <= bounds[-1] * (1 + 1e-12)
    assert bounds[:-1] == sorted(set(bounds[:-1]))
    assert 2 <= len(bounds) <= n + 1


def test_each_class_has_its_colour_and_the_last_holds_its_end():
    bounds = [0.0, 1.0, 2.0, 4.0]
    colours = [colour_of(value, bounds) for value in (0, 0.99, 1, 1.99, 2, 4)]
    assert colours[0] == colours[1] != colours[2] == colours[3] != colours[4] == colours[5]
    assert colours[0] != colours[4]
