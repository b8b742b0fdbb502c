"""Maps, funnels and intervals: every mark read back from the Axes and held against its table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

import tlanalysis as tl
from tests.charts.drawn import (
    LISTS,
    assert_close,
    boxes,
    case,
    dots,
    drawn_texts,
    expected_dots,
    figure_of,
    legend_labels,
    plain,
    row_labels,
    words_of,
)
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.outlines import check_outlines, read_outlines
from tlanalysis.charts.kit.tiles import classes, colour_of, layout
from tlanalysis.charts.maps import CLUSTER_COLOURS
from tlanalysis.core.errors import BadInput, SourceError

ON_OUTLINES = ("plot_rates", "plot_access", "plot_local_moran")


def tiles_of(ax):
    """Return the filled tile of each code, in the order of the layout."""
    texts = words_of(ax)
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    return dict(zip(layout("departement")["code"], zip(squares, texts[::2], texts[1::2], strict=True), strict=True))


@pytest.mark.parametrize("kind", LISTS)
def test_tiles_are_shaded_by_the_smoothed_rate_and_hold_the_count(kind):
    drawn = case("plot_rates", kind=kind)
    rows, found = drawn.table.set_index("code"), tiles_of(drawn.draw("fr"))
    bounds = classes(rows["taux_lisse_pour_100k"].to_numpy(), n=4)
    assert len(found) == 101
    for code, (tile, name, held) in found.items():
        row = rows.loc[code]
        arrow = {"au_dessus": "▲", "en_dessous": "▼"}.get(row["ecart"], "")
        assert (name, held) == (code, f"{row['nb_lieux']}{arrow}")
        assert to_hex(tile.get_facecolor()) == colour_of(row["taux_lisse_pour_100k"], bounds)


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
    assert words_of(ax).count("?") == 88
    assert "31" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("plot", ["plot_rates", "plot_funnel"])
def test_a_list_without_places_is_refused(plot):
    empty = tl.rate_places(pd.DataFrame({"code_departement": ["33"]}), covers="R53")
    with pytest.raises(BadInput, match=r"no territory of this table|no place at all"):
        getattr(tl, plot)(empty)


def test_access_is_shaded_by_share_and_unknown_where_one_point_cannot_stand_for_a_commune():
    drawn = case("plot_access", kind="fabriques_de_territoire")
    rows, found = drawn.table.set_index("code"), tiles_of(drawn.draw("en"))
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
    assert title.endswith(f": {row['part_9_km_bas']:.1%} to {row['part_11_km_haut']:.1%} of inhabitants")


def test_clusters_have_their_colour_and_overseas_no_neighbour():
    drawn = case("plot_local_moran")
    rows, ax = drawn.table.set_index("code"), drawn.draw("fr")
    squares = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    for code, tile in zip(layout("departement")["code"], squares, strict=True):
        assert to_hex(tile.get_facecolor()) == to_hex(CLUSTER_COLOURS[rows.loc[code, "groupe"]])
    assert set(rows.index[rows["groupe"] == "sans_voisin"]) == {"971", "972", "973", "974", "976"}
    assert "sans voisin" in legend_labels(ax)


def test_funnel_dots_are_the_raw_rates():
    drawn = case("plot_funnel", kind="tiers_lieux")
    rows = drawn.table.sort_values(["p_valeur", "code"])
    expected = [(row.population, row.taux_pour_100k, "compte") for row in rows.itertuples()]
    assert dots(drawn.draw("fr")) == expected_dots(*expected)
    colours = [to_hex(line.get_markeredgecolor()) for line in drawn.draw("fr").lines[1:]]
    assert (np.array(colours) == "#0072b2").tolist() == (rows["ecart"] != "indistinct").tolist()


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


@pytest.fixture(scope="module")
def outlined(mirror):
    """Return each map on real outlines, drawn once."""
    return {
        plot: (case(plot), getattr(tl, plot)(case(plot).table, lang="en", shapes="contours")) for plot in ON_OUTLINES
    }


@pytest.mark.mirror
@pytest.mark.parametrize("plot", ON_OUTLINES)
def test_outlines_have_the_colours_classes_and_words_of_the_tiles(outlined, plot):
    drawn, ax = outlined[plot]
    tiled = drawn.draw("en")
    shapes = [patch for patch in ax.patches if isinstance(patch, PathPatch) and patch.get_fill()]
    squares = [patch for patch in tiled.patches if isinstance(patch, Rectangle) and patch.get_fill()]
    assert len(shapes) == len(squares) == 101

    def look(patches):
        return sorted((to_hex(patch.get_facecolor()), patch.get_hatch() or "") for patch in patches)

    assert look(shapes) == look(squares)
    assert legend_labels(ax) == legend_labels(tiled)
    assert caption.of(ax).title == caption.of(tiled).title


@pytest.mark.mirror
@pytest.mark.parametrize("plot", ON_OUTLINES)
def test_outlines_are_legible_whole_and_state_the_scale_of_insets(outlined, plot):
    _, ax = outlined[plot]
    figure = figure_of(ax)
    texts = drawn_texts(figure)
    x0, y0, x1, y1 = np.array([text.get_window_extent().extents for text in texts]).T
    assert (x0 >= 0).all()
    assert (y0 >= 0).all()
    assert (x1 <= figure.bbox.x1).all()
    assert (y1 <= figure.bbox.y1).all()
    assert min(text.get_fontsize() for text in texts) >= 6.8
    insets = [text for text in words_of(ax) if "scale ×" in text]
    assert [text.split("\n")[0] for text in insets] == ["Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte"]


@pytest.mark.mirror
def test_areas_are_kept_between_territories_of_one_scale(mirror):
    """Areas in the drawing against those on the ellipsoid: one ratio for all of metropolitan France."""
    from pyproj import Geod

    frame = read_outlines("departement").set_index("code").loc[["59", "2A", "29", "06", "64", "67"]]
    true = np.array([abs(Geod(ellps="GRS80").geometry_area_perimeter(shape)[0]) for shape in frame.geometry])
    assert frame.to_crs("EPSG:3035").area.to_numpy() / true == pytest.approx(np.ones(6), rel=2e-3)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f[f["code"] != "94"], "94"),
        (lambda f: f.assign(code=f["code"].replace({"75": "72"})), "72, 75"),
        (lambda f: f.iloc[[0, *range(len(f))]], "11|01|0"),
    ],
    ids=["missing", "another-year", "twice"],
)
def test_contours_of_another_year_are_refused_by_name(mirror, change, said):
    with pytest.raises(BadInput, match=f"not those of the 18 regions of today: look at .*({said})"):
        check_outlines(change(read_outlines("region")), "region")


def test_without_the_contours_the_missing_file_is_named(project_copy, monkeypatch):
    from tlanalysis.charts.kit import outlines

    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    outlines._placed.cache_clear()
    with pytest.raises(SourceError, match=r"contours_departements\.geojson is not on this machine"):
        tl.plot_rates(tl.rates("tiers_lieux"), shapes="contours", ax=Figure().subplots())


def test_unknown_shapes_are_refused():
    with pytest.raises(BadInput, match="tuiles or contours"):
        tl.plot_rates(tl.rates("tiers_lieux"), shapes="carte", ax=Figure().subplots())
