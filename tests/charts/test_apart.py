"""Marks and labels that must not be taken for one another: beside the right line, side by side, one way of writing."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes

import tlanalysis as tl
from tests.charts.drawn import CASES, Case, case, dots, figure_of, legend_labels, plain, words_of
from tlanalysis.charts.kit.decimals import decimals
from tlanalysis.charts.kit.drawings import drawing_of, rows_drawn
from tlanalysis.charts.kit.spreading import spread
from tlanalysis.charts.kit.wording import Words

PROFILES = [one for one in CASES if one.plot == "plot_access_profile"]
OVER_TIME = [one for one in CASES if one.plot in {"plot_places_over_time", "plot_forecast", "plot_scenarios"}]


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1000), min_size=1, max_size=6), st.floats(0.5, 80))
def test_labels_are_spread_around_their_places(places: Mapping[Hashable, float], gap: float) -> None:
    found = spread(places, gap)
    order = sorted(places, key=lambda name: places[name])
    heights = [found[name] for name in order]
    assert all(after - before > gap - 1e-6 for before, after in pairwise(heights))
    assert np.mean(heights) == pytest.approx(np.mean(list(places.values())), abs=1e-6)


def test_two_labels_that_meet_move_by_the_same_distance_and_others_stay() -> None:
    assert spread({"high": 102.0, "low": 100.0, "alone": 500.0}, 10) == {"low": 96.0, "high": 106.0, "alone": 500.0}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_label_of_a_scenario_is_nearest_the_end_of_its_own_line(lang: str) -> None:
    drawn = case("plot_scenarios")
    ax, table = drawn.draw(lang), drawn.table
    ends = table[table["annee"] == table["annee"].max()].set_index("scenario")["valeur"]
    named = {Words(lang).label("scenarios", name): float(end) for name, end in ends.items()}
    labels = {text.get_text().split(":")[0].strip(): float(text.xy[1]) for text in ax.texts}  # type: ignore[attr-defined]
    assert set(named) <= set(labels)
    for name, own in named.items():
        assert min(ends, key=lambda end: abs(end - labels[name])) == pytest.approx(own)


@pytest.mark.parametrize("drawn", PROFILES, ids=str)
def test_no_value_of_a_profile_stands_beside_a_mark(drawn: Case) -> None:
    ax = drawn.draw("fr")
    figure_of(ax).draw_without_rendering()
    rows = drawn.table[drawn.table["territoire"] == drawn.place].reset_index(drop=True)
    assert len(ax.texts) == len(rows)
    for text in ax.texts:
        assert text.get_window_extent().x0 > ax.transData.transform((1, 0))[0]
    if drawn.place != "FR":
        assert all("(France : " in said for said in words_of(ax))


def test_a_profile_writes_both_shares_of_a_row() -> None:
    ax = case("plot_access_profile", "R75").draw("fr")
    assert words_of(ax)[0] == "43 % (France : 47 %)"
    assert plain(case("plot_access_profile", "D976").draw("fr").texts[4].get_text()) == "inconnu (France : 32 % à 33 %)"


@pytest.mark.parametrize("drawn", OVER_TIME, ids=str)
def test_figures_of_one_moment_stand_side_by_side(drawn: Case) -> None:
    ax = drawn.draw("fr")
    figure_of(ax).draw_without_rendering()
    dpi = figure_of(ax).dpi
    at = [ax.transData.transform((x, y)) / dpi for x, y, marker, _ in dots(ax) if marker != "D"]
    near = [(tuple(one), tuple(other)) for one, other in combinations(at, 2) if np.hypot(*(one - other)) < 0.07]
    assert near == []  # inches: two marks are as wide as 0.1 each


def test_a_figure_moved_aside_keeps_its_value_and_its_year() -> None:
    drawn = case("plot_places_over_time")
    points = drawn.table[drawn.table["valeur"].notna()]
    marks = sorted((y, x) for x, y, *_ in dots(drawn.draw("fr")))
    held = sorted(zip(points["valeur"], points["annee"], strict=True))
    assert [y for y, _ in marks] == [value for value, _ in held]
    assert max(abs(x - year) for (_, x), (_, year) in zip(marks, held, strict=True)) < 0.5


@pytest.mark.parametrize(
    ("values", "needed"), [([0, 1, 2], 0), ([0, 0.5, 1.0], 1), ([0.25, 0.5], 2), ([1000.0], 0), ([1 / 3], 3)]
)
def test_decimals_are_those_of_the_finest_value(values: list[float], needed: int) -> None:
    assert decimals(values) == needed


@pytest.mark.parametrize("drawn", CASES, ids=str)
def test_an_axis_writes_all_numbers_with_as_many_decimals(drawn: Case) -> None:
    ax = drawn.draw("fr")
    figure_of(ax).draw_without_rendering()
    for axes in (ax, *ax.child_axes):
        for axis in (axes.xaxis, axes.yaxis):
            said = [plain(label.get_text()) for label in axis.get_majorticklabels()]
            numbers = [text for text in said if re.fullmatch(r"[−-]?[\d ]+(,\d+)?( %)?", text)]
            digits = {len(number.split(",")[1].rstrip(" %")) for number in numbers if "," in number}
            whole = [number for number in numbers if "," not in number and number not in {"0", "0 %"}]
            assert len(digits) + bool(digits and whole) <= 1, said


HELD = (
    "plot_people_trained", "plot_share_training", "plot_deffinov_projects", "plot_lorenz", "plot_forecast",
    "plot_scenarios", "plot_people_forecast", "plot_places_over_time", "plot_access_profile", "plot_compare_rates",
    "plot_rank", "plot_funnel", "plot_inequality", "plot_rates_from_shares", "plot_announced_measures",
)  # fmt: skip


@pytest.mark.parametrize("drawn", [one for one in CASES if one.plot in HELD], ids=str)
def test_every_mark_drawn_is_among_the_rows_of_its_figure(drawn: Case) -> None:
    ax = drawn.draw("fr")
    drawing = drawing_of(ax)
    assert drawing is not None
    rows = rows_drawn(drawing)
    held = np.unique(rows.select_dtypes("number").astype("float64").to_numpy(na_value=np.nan))
    derived = rows["nb_lieux_local"] / rows["population"] * 1e5 if "nb_lieux_local" in rows else []
    held = np.concatenate([held, np.asarray(derived, float)])
    for x, y, *_ in dots(ax):
        assert np.isclose(held, x, rtol=1e-9).any() or np.isclose(held, y, rtol=1e-9).any(), (x, y)


@pytest.mark.parametrize("drawn", [one for one in OVER_TIME if one.place in {"FR", "R75"}], ids=str)
def test_definitions_are_told_apart_without_colour(drawn: Case) -> None:
    ax = drawn.draw("fr")
    letters: dict[str, set[str]] = {}
    written = [text for text in ax.texts if re.fullmatch("[a-z]", text.get_text())]
    inside = {text.get_text() for text in written if text.get_color() == "white"}  # of the bars
    for text in written:
        if text.get_text() not in inside:
            letters.setdefault(str(text.get_color()), set()).add(text.get_text())
    marks = [line for line in ax.lines if line.get_marker() in {"o", "s"}]
    assert {str(line.get_markeredgecolor()) for line in marks} == set(letters)
    assert sorted(letter for found in letters.values() for letter in found) == sorted(set.union(*letters.values()))
    legend = [plain(label) for label in legend_labels(ax)]
    assert [label[0] for label in legend] == list("abcdefgh"[: len(legend)])
    assert {label[0] for label in legend} == inside | set.union(*letters.values())


def _letters_on_marks(ax: Axes) -> list[str]:
    """Return the letters of definitions that stand on the middle of a mark."""
    figure_of(ax).draw_without_rendering()
    marks = [line for line in ax.lines if line.get_marker() in {"o", "s"}]
    middles = [ax.transData.transform(point) for line in marks for point in np.asarray(line.get_xydata())]
    letters = [text for text in ax.texts if re.fullmatch("[a-z]", text.get_text()) and text.get_color() != "white"]
    assert letters
    boxes = [(text.get_text(), text.get_window_extent()) for text in letters]
    return [letter for letter, box in boxes for x, y in middles if box.contains(x, y)]


@pytest.mark.parametrize("name", ["places_over_time", "forecast", "scenarios"])
def test_no_letter_of_a_definition_stands_on_a_mark(name: str) -> None:
    assert _letters_on_marks(case(f"plot_{name}", "FR").draw("fr")) == []


def test_no_letter_of_a_definition_stands_on_a_mark_in_a_column() -> None:
    table = case("plot_places_over_time", "FR").table
    assert _letters_on_marks(tl.plot_places_over_time(table, size="column")) == []
