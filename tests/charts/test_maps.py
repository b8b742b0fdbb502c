"""Maps, funnels and intervals: every mark read back from the Axes and held against its table."""

from __future__ import annotations

import re
from functools import reduce
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from shapely import symmetric_difference
from shapely.geometry import Polygon

import tlanalysis as tl
from tests.charts.drawn import (
    LISTS,
    assert_close,
    boxes,
    case,
    dots,
    expected_dots,
    legend_labels,
    plain,
    row_labels,
    tiled,
    words_of,
)
from tlanalysis.charts.kit import caption, outlines
from tlanalysis.charts.kit.shapes import titles_of
from tlanalysis.charts.kit.tiles import colour_of, layout
from tlanalysis.charts.maps import CLUSTER_COLOURS
from tlanalysis.core.errors import BadInput

ON_OUTLINES = ("plot_rates", "plot_access", "plot_local_moran")


def tiles_of(ax):
    """Return the filled tile of each code, in the order of the layout."""
    texts = words_of(ax)
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    return dict(zip(layout("departement")["code"], zip(squares, texts[::2], texts[1::2], strict=True), strict=True))


@pytest.mark.parametrize("kind", LISTS)
def test_tiles_have_the_colour_of_what_was_tested_and_hold_the_count(kind):
    drawn = case("plot_rates", kind=kind)
    rows, found = drawn.table.set_index("code"), tiles_of(tiled(drawn))
    national = rows["nb_lieux"].sum() / rows["population"].sum() * 1e5
    assert len(found) == 101
    for code, (tile, name, held) in found.items():
        row = rows.loc[code]
        arrow = {"au_dessus": "▲", "en_dessous": "▼"}.get(row["ecart"], "")
        assert (name, held) == (code, f"{row['nb_lieux']}{arrow}")
        times = row["taux_lisse_pour_100k"] / national
        expected = {
            "au_dessus": "#0b4f7d" if times >= 2 else "#7fb2d6",
            "en_dessous": "#b3520a" if times <= 0.5 else "#f0b27a",
            "indistinct": "#e3e3e3",
        }[row["ecart"]]
        assert to_hex(tile.get_facecolor()) == expected


def test_a_map_of_rates_that_do_not_differ_is_pale():
    drawn = case("plot_rates", kind="fabriques_de_territoire")
    assert (drawn.table["ecart"] == "indistinct").all()
    shapes = [patch for patch in drawn.draw("fr").patches if patch.get_fill()]
    assert {to_hex(shape.get_facecolor()) for shape in shapes} == {"#e3e3e3"}
    assert legend_labels(drawn.draw("fr")) == ["pas d'écart établi"]


def test_a_small_number_is_not_taken_for_excellence():
    """Lozère has the highest raw rate of listed places; its smoothed rate is not above that of Paris by as much."""
    rows = case("plot_rates", kind="tiers_lieux").table.set_index("code")
    raw, smooth = (rows[name] for name in ("taux_pour_100k", "taux_lisse_pour_100k"))
    assert raw.idxmax() == "48"
    assert smooth["48"] < smooth["75"] < raw["75"] < raw["48"]


def test_outside_what_a_list_covers_tiles_are_unknown():
    drawn = case("plot_rates", "R76", "partielle")
    ax = drawn.draw("fr")
    assert len(boxes(ax, hatched=True)) == 101 - 13
    tiles = words_of(tiled(drawn))
    assert tiles.count("?") == 88
    assert "31" in tiles


@pytest.mark.parametrize("plot", ["plot_rates", "plot_funnel"])
def test_a_list_without_places_is_refused(plot):
    empty = tl.rate_places(pd.DataFrame({"code_departement": ["33"]}), covers="R53")
    with pytest.raises(BadInput, match=r"no territory of this table|no place at all"):
        getattr(tl, plot)(empty)


def test_access_is_shaded_by_share_and_unknown_where_one_point_cannot_stand_for_a_commune():
    drawn = case("plot_access", kind="fabriques_de_territoire")
    rows, found = drawn.table.set_index("code"), tiles_of(tiled(drawn, "en"))
    for code, (tile, _, held) in found.items():
        low, high = rows.loc[code, ["part_10_km_bas", "part_10_km_haut"]]
        assert bool(tile.get_hatch()) == (code in {"973", "976"})  # Guyane has communes larger than 10 km
        if code in {"973", "976"}:
            assert held == "?"
            continue
        assert held == f"{round(50 * (low + high))}%"
        assert to_hex(tile.get_facecolor()) == colour_of((low + high) / 2, [0, 0.25, 0.5, 0.75, 1])
    assert "unknown: Guyane and Mayotte" in caption.of(drawn.draw("en")).note


def test_a_distance_that_was_not_computed_is_refused():
    with pytest.raises(BadInput, match="no share was computed for 7 km"):
        tl.plot_access(tl.access("tiers_lieux"), radius=7)


def test_the_national_share_of_the_title_is_that_of_the_embedded_table():
    row = tl.access("fabriques_de_territoire", "france").loc[0]
    title = plain(caption.of(case("plot_access", kind="fabriques_de_territoire").draw("en")).title)
    assert f": {row['part_9_km_bas']:.1%} to {row['part_11_km_haut']:.1%} of inhabitants" in title


def test_clusters_have_their_colour_and_overseas_no_neighbour():
    drawn = case("plot_local_moran")
    rows, ax = drawn.table.set_index("code"), tiled(drawn)
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    for code, tile in zip(layout("departement")["code"], squares, strict=True):
        assert to_hex(tile.get_facecolor()) == to_hex(CLUSTER_COLOURS[rows.loc[code, "groupe"]])
    assert set(rows.index[rows["groupe"] == "sans_voisin"]) == {"971", "972", "973", "974", "976"}
    assert "sans voisin" in legend_labels(ax)


def test_funnel_dots_are_the_raw_rates():
    drawn = case("plot_funnel", kind="tiers_lieux")
    ax = drawn.draw("fr")
    expected = [(row.population, row.taux_pour_100k, "compte") for row in drawn.table.itertuples()]
    assert sorted(dots(ax)) == sorted(expected_dots(*expected))
    coloured = [line for line in ax.lines[1:] if to_hex(line.get_markeredgecolor()) == "#0072b2"]
    differ = drawn.table[drawn.table["ecart"] != "indistinct"]
    assert sorted(x for line in coloured for x in line.get_xdata()) == sorted(differ["population"])


def test_a_funnel_with_one_territory_in_focus_speaks_of_it():
    title = plain(caption.of(case("plot_funnel", "D976", "tiers_lieux").draw("fr")).title)
    assert title == "Mayotte s'écarte au-delà du hasard : 0 lieux pour 5,7 attendus"
    region = plain(caption.of(case("plot_funnel", "R75", "regions").draw("en")).title)
    assert region == "Nouvelle-Aquitaine differs beyond chance: 225 places, 136.1 expected"
    assert "Gironde" not in plain(caption.of(case("plot_funnel", "R75", "tiers_lieux").draw("fr")).title)
    table = case("plot_funnel", "FR", "fabriques_de_territoire").table
    same = tl.plot_funnel(table, focus="D55", ax=Figure().subplots())
    assert plain(caption.of(same).title).startswith("Meuse ne se distingue pas : 5 lieux pour 1,0")


def test_funnel_bands_narrow_around_the_rate_of_all():
    drawn = case("plot_funnel", kind="tiers_lieux")
    ax = drawn.draw("fr")
    wide, narrow = (band.get_paths()[0].get_extents() for band in ax.collections)
    rate = drawn.table["nb_lieux"].sum() / drawn.table["population"].sum() * 1e5
    assert ax.lines[0].get_ydata()[0] == pytest.approx(rate)
    assert wide.ymax >= narrow.ymax > rate > narrow.ymin >= wide.ymin


def test_published_numbers_of_projects_are_four_rows_marked_by_their_nature():
    ax = case("plot_deffinov_bounds").draw("fr")
    assert row_labels(ax) == [
        "Nouvelle-Aquitaine",
        "Normandie",
        "Pays de la Loire",
        "Guadeloupe, Martinique et Guyane",
    ]
    assert_close(boxes(ax), [(35, 40, 0)])  # "nearly 40"
    assert dots(ax) == expected_dots((9, 1, "declare"), (6, 2, "compte"), (3, 3, "compte"))


def test_a_region_set_off_has_a_row_of_bounds_though_no_number_is_published():
    ax = tl.plot_deffinov_bounds(case("plot_deffinov_bounds").table, focus="R94")
    assert row_labels(ax)[4:] == ["Corse"]
    assert_close(boxes(ax), [(35, 40, 0), (0, 138, 4)])


def test_regional_rates_are_two_intervals_from_most_to_least():
    drawn = case("plot_rates_from_shares")
    rows = drawn.table.assign(middle=drawn.table["taux_bas_pour_100k"] + drawn.table["taux_haut_pour_100k"])
    rows = rows.sort_values(["middle", "population"], ascending=False, ignore_index=True)
    expected = []
    for row in rows.itertuples():
        expected.append((row.taux_bas_pour_100k, row.taux_haut_pour_100k, row.Index))
        expected.append((row.taux_arrondi_bas_pour_100k, row.taux_arrondi_haut_pour_100k, row.Index))
    assert_close(boxes(drawn.draw("fr"))[1:], expected)  # the first is the band of France


def test_each_gini_stands_beside_what_chance_would_show():
    drawn = case("plot_inequality")
    ax = drawn.draw("fr")
    rows = drawn.table[drawn.table["indice"] == "gini"].sort_values("sous_jacent", ignore_index=True)
    expected = []
    for row in rows.itertuples():
        expected += [(row.valeur, 3 * row.Index, "compte"), (row.hasard, 3 * row.Index + 1, "estime")]
    assert dots(ax) == expected_dots(*expected)
    assert_close(boxes(ax), [(r.sous_jacent_bas, r.sous_jacent_haut, 3 * r.Index + 2) for r in rows.itertuples()])


def test_agreements_run_from_the_highest_down_and_grey_holds_zero():
    drawn = case("plot_rank_agreement")
    rows = drawn.table.sort_values("tau", ascending=False, ignore_index=True)
    ax = drawn.draw("en")
    found = dots(ax)
    assert [dot for dot in found if dot[2] == "o"] == expected_dots(
        *((r.tau, r.Index, "compte") for r in rows.itertuples())
    )
    assert [(x, y) for x, y, kind, _ in found if kind == "|"] == [(r.tau_brut, r.Index) for r in rows.itertuples()]
    clear = ((rows["tau_bas"] > 0) | (rows["tau_haut"] < 0)).tolist()
    marked = [line for line in ax.lines if line.get_marker() == "o"]
    assert [to_hex(line.get_markeredgecolor()) == "#0072b2" for line in marked] == clear
    causal = ("because", "due to", "leads to", "explains", "effect of", "causes")
    said = caption.of(ax)
    assert not [word for word in causal for part in (said.title, said.lecture, said.alt) if word in part.lower()]


def test_a_profile_marks_shares_as_estimates_and_france_as_a_tick():
    drawn = case("plot_access_profile", "D33")
    ax = drawn.draw("fr")
    here = drawn.table[drawn.table["territoire"] == "D33"].reset_index(drop=True)
    france = drawn.table[drawn.table["territoire"] == "FR"].reset_index(drop=True)
    marked = [(x, y, kind) for x, y, kind, _ in dots(ax)]
    assert [(x, y) for x, y, kind in marked if kind == "|"] == [(r.part_bas, r.Index) for r in france.itertuples()]
    assert [(x, y) for x, y, kind in marked if kind == "o"] == [(r.part_bas, r.Index) for r in here.itertuples()]


# ------------------------------------------------------------------------------------------------ outlines


@pytest.mark.parametrize("plot", ON_OUTLINES)
def test_outlines_have_the_colours_classes_and_words_of_the_tiles(plot):
    drawn = case(plot)
    ax, squared = drawn.draw("en"), tiled(drawn, "en")
    shapes = {shape.get_gid(): shape for shape in ax.patches if shape.get_gid()}
    squares = {square.get_gid(): square for square in squared.patches if square.get_gid()}
    assert len(shapes) == len(squares) == 101
    assert {type(shape) for shape in shapes.values()} == {PathPatch}
    assert {type(square) for square in squares.values()} == {Rectangle}

    def look(patches):
        return {name: (to_hex(patch.get_facecolor()), patch.get_hatch() or "") for name, patch in patches.items()}

    assert look(shapes) == look(squares)
    assert legend_labels(ax) == legend_labels(squared)
    assert titles_of(ax) == titles_of(squared)
    assert caption.of(ax).title == caption.of(squared).title


def test_each_shape_has_an_id_and_a_title_in_the_svg(tmp_path):
    drawn = case("plot_rates", kind="tiers_lieux")
    svg = tl.save(drawn.draw("fr"), tmp_path / "carte.svg").read_text(encoding="utf-8")
    named = dict(re.findall(r'<g id="territoire-(\w+)"><title>([^<]+)</title>', svg))
    assert set(named) == {f"D{code}" for code in drawn.table["code"]}
    row = drawn.table.set_index("code").loc["33"]
    rate = f"{row['taux_pour_100k']:.1f}".replace(".", ",")
    assert plain(named["D33"]) == f"Gironde : {row['nb_lieux']} dans la liste, {rate} pour 100 000 habitants"


@pytest.mark.parametrize("plot", ON_OUTLINES)
def test_outlines_state_the_scale_of_insets_and_enlarge_the_inner_suburbs(plot):
    ax = case(plot).draw("en")
    insets = [text for text in words_of(ax) if " ×" in text]
    assert insets == [
        "Guadeloupe ×1.5", "Martinique ×2", "Guyane ×0.25", "La Réunion ×2", "Mayotte ×3", "Paris, inner suburbs ×4",
    ]  # fmt: skip
    placed = outlines.placed("departement")
    for code in ("75", "92", "93", "94"):
        small, large = (paths[code].get_extents() for paths in (placed.small, placed.paths))
        assert (large.width / small.width, large.height / small.height) == pytest.approx((4, 4))


def test_no_two_shapes_of_a_map_lie_on_one_another():
    for level in ("departement", "region"):
        paths = outlines.placed(level).paths
        apart = ("75", "92", "93", "94") if level == "departement" else ()
        shapes = {
            code: reduce(symmetric_difference, [Polygon(ring).buffer(0) for ring in path.to_polygons()])
            for code, path in paths.items()
            if code not in apart
        }
        for (one, first), (other, second) in combinations(shapes.items(), 2):
            assert first.intersection(second).area < 0.02 * min(first.area, second.area), (one, other)


def test_areas_are_kept_between_territories_of_one_scale():
    """Areas on the page against official areas in km2: one ratio for all of metropolitan France."""
    official = {"59": 5743, "2A": 4014, "29": 6733, "06": 4299, "64": 7645, "67": 4755}
    for code, square_km in official.items():
        drawn = sum(_signed(ring) for ring in outlines.rings("departement")[code]) / 100
        assert drawn == pytest.approx(square_km, rel=0.03), code


def _signed(ring):
    x, y = ring.T
    return float(np.dot(np.roll(x, -1), y) - np.dot(x, np.roll(y, -1))) / 2


def test_unknown_shapes_are_refused():
    with pytest.raises(BadInput, match="outlines or tiles"):
        tl.plot_rates(tl.rates("tiers_lieux"), shapes="carte", ax=Figure().subplots())


@pytest.mark.parametrize(
    ("as_of", "title"),
    [
        (None, "DEFFINOV: 17 of 18 régions announced; 10 found by name"),
        ("2022", "DEFFINOV, régions found by name: 1 of 18"),
        ("2021", "DEFFINOV, régions found by name: 0 of 18"),
    ],
)
def test_the_map_says_how_many_regions_took_part_only_when_a_page_had_said_it(as_of, title):
    said = caption.of(tl.plot_deffinov_regions(tl.deffinov_regions(as_of=as_of), lang="en"))
    assert said.title == title
    assert ("did not; we did not find which" in said.lecture) == (as_of is None)


def test_a_white_sign_has_an_edge_of_the_colour_of_its_shape() -> None:
    ax = case("plot_rates", kind="regions").draw("fr")
    signs = [text for text in ax.texts if text.get_text() in {"▲", "▼"} and text.get_color() == "white"]
    assert signs  # Normandie: its sign reaches over the coast
    assert all(sign.get_path_effects() for sign in signs)


def test_a_map_of_communes_prints_no_zero_where_places_have_no_commune() -> None:
    """Eleven places of Lozère stand in the list of 2019 without a commune that we have."""
    drawn = case("plot_commune_map", "D48")
    assert drawn.table.attrs["hors_table"]["tiers_lieux"] == 11
    for lang, unknown in (("fr", "tiers-lieux inconnu"), ("en", "tiers-lieux unknown")):
        text = caption.of(drawn.draw(lang))
        assert unknown in plain(text.lecture)
        assert " 0" not in text.title
        assert "11 (Tiers-lieux 2019)" in plain(" ".join(text.short_footer))
