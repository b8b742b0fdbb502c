"""Every chart where a researcher puts it: nothing cut, nothing overlapping, title and source there."""

from __future__ import annotations

import io
import sys
from itertools import combinations
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from PIL import Image

import tlanalysis as tl
from tests.charts.drawn import CASES, ONE_EACH, Case, case, drawn_texts, figure_of
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.layout import page_of
from tlanalysis.charts.kit.showing import _picture
from tlanalysis.charts.kit.style import WIDTH
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS

SIZES = {"column": 3.35, "slide": 13.333}  # inches; a page is the default, which test_figures.py looks at
LEGIBLE = 4.2  # points, on paper
IN_A_COLUMN = 6.0  # points


def drawn(one: Case, lang: str, **look: Any) -> Axes:
    if one.focus:
        look["focus"] = one.place
    return getattr(tl, one.plot)(one.table, *one.extras, lang=lang, **look)


def assert_nothing_is_cut_or_overlaps(figure: Figure, least: float = LEGIBLE) -> list[Text]:
    """Return the texts that the figure writes."""
    texts = drawn_texts(figure)
    said = [text.get_text() for text in texts]
    x0, y0, x1, y1 = np.array([text.get_window_extent().extents for text in texts]).T
    cut = np.flatnonzero((x0 < -0.5) | (y0 < -0.5) | (x1 > figure.bbox.x1 + 0.5) | (y1 > figure.bbox.y1 + 0.5))
    small = [text.get_text() for text in texts if text.get_fontsize() < least]
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0) > 1
    high = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0) > 3
    over = [(said[i], said[j]) for i, j in np.argwhere(np.triu(wide & high, 1))]
    assert ([said[i] for i in cut], small, over) == ([], [], [])
    return texts


def flat(text: str) -> str:
    return text.replace("\n", " ")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("one", ONE_EACH, ids=str)
def test_a_chart_fits_its_size(one: Case, size: str, lang: str) -> None:
    ax = drawn(one, lang, size=size)
    figure = figure_of(ax)
    assert figure.get_size_inches()[0] == pytest.approx(SIZES[size])
    if size == "slide":
        assert figure.get_size_inches()[1] == pytest.approx(7.5)
        assert_nothing_is_cut_or_overlaps(figure)
    else:
        assert_nothing_is_cut_or_overlaps(figure, IN_A_COLUMN - 1e-6)
    written = " ".join(text.get_text() for text in figure.texts)
    assert caption.of(ax).title in written
    assert caption.of(ax).source_line in written


# On the page of a site, a screen of 320 px leaves 312 px to a drawing that is 340 px wide.
ON_SCREEN = 312 / 340


@pytest.mark.parametrize("one", ONE_EACH, ids=str)
def test_letters_on_a_phone_are_nine_pixels_high_at_least(one: Case) -> None:
    ax = drawn(one, "fr", size="phone")
    assert figure_of(ax).get_size_inches()[0] == pytest.approx(3.4)
    assert_nothing_is_cut_or_overlaps(figure_of(ax), least=9 * 72 / 100 / ON_SCREEN)


NEIGHBOURS = 5.0  # points between the texts of two charts of a grid, at least, across or down


def assert_neighbours_keep_apart(figure: Figure, grid: list[Axes], written: list[Text]) -> None:
    boxes = []
    for ax in grid:
        mine = {id(text) for text in ax.findobj(lambda artist: isinstance(artist, Text))}
        mine |= {id(text) for child in ax.child_axes for text in child.findobj(lambda one: isinstance(one, Text))}
        texts = [text for text in written if id(text) in mine]
        boxes.append(np.array([text.get_window_extent().extents for text in texts]))
    for before, after in combinations(boxes, 2):
        x0, y0 = (np.maximum.outer(before[:, side], after[:, side]) for side in (0, 1))
        x1, y1 = (np.minimum.outer(before[:, side], after[:, side]) for side in (2, 3))
        apart = np.maximum(x0 - x1, y0 - y1) * 72 / figure.dpi
        assert apart.min() >= NEIGHBOURS


@pytest.mark.filterwarnings("ignore:this chart stands in Axes")  # letters are small there, and the warning says so
@pytest.mark.parametrize(("lang", "side"), [("fr", 13), ("fr", WIDTH)])  # French texts are the longer ones
@pytest.mark.parametrize("one", ONE_EACH, ids=str)
def test_charts_fit_a_grid(one: Case, lang: str, side: float) -> None:
    figure = Figure(figsize=(side, side))
    grid = list(figure.subplots(2, 2).flat)
    for ax in grid[:3]:
        drawn(one, lang, ax=ax)
    written = assert_nothing_is_cut_or_overlaps(figure, LEGIBLE if side == 13 else 3.0)
    assert_neighbours_keep_apart(figure, grid[:3], written)
    for ax in grid[:3]:
        assert flat(ax.get_title(loc="left")) == caption.of(ax).title
        assert caption.of(ax).source_line in [flat(text.get_text()) for text in ax.texts]
        assert figure.transFigure.inverted().transform_bbox(ax.get_tightbbox()).x1 <= 1


@pytest.mark.filterwarnings("ignore:this chart stands in Axes")
@pytest.mark.parametrize("side", [WIDTH, 10.0, 13.0])
@pytest.mark.parametrize("plot", ["plot_rates", "plot_access", "plot_rates_from_shares"])
def test_the_legend_of_a_map_in_a_grid_covers_no_shape(plot: str, side: float) -> None:
    figure = Figure(figsize=(side, side))
    grid = list(figure.subplots(2, 2).flat)
    for ax in grid:
        drawn(case(plot), "fr", ax=ax)
    figure.draw_without_rendering()
    for ax in grid:
        legend = ax.get_legend()
        assert (
            legend is None
            or legend.get_window_extent().count_overlaps(
                [shape.get_window_extent() for shape in ax.patches if isinstance(shape, PathPatch)]
            )
            == 0
        )


@pytest.mark.parametrize("engine", ["constrained", "tight", None])
def test_a_grid_may_be_laid_out_by_matplotlib(engine: str | None) -> None:
    figure = Figure(figsize=(11, 9), layout=engine)  # type: ignore[arg-type]
    grid = list(figure.subplots(2, 2).flat)
    for ax, name in zip(grid, ("plot_people_trained", "plot_state_credits", "plot_holdings"), strict=False):
        drawn(case(name), "fr", ax=ax)
    grid[3].plot([0, 1], [0, 1000])
    grid[3].set_ylabel("mine")
    figure.draw_without_rendering()
    assert_nothing_is_cut_or_overlaps(figure)
    figure.set_size_inches(14, 12)  # resized afterwards: arranged again
    assert_nothing_is_cut_or_overlaps(figure)


def test_a_slot_that_is_too_small_says_so() -> None:
    with pytest.warns(UserWarning, match="larger figsize"):
        drawn(case("plot_trainees_declared"), "fr", ax=Figure(figsize=(3, 2)).subplots())


def test_a_title_of_ones_own_replaces_the_finding() -> None:
    ax = drawn(case("plot_people_trained"), "en", title="Trainees")
    assert caption.of(ax).title == "Trainees"
    assert figure_of(ax).texts[0].get_text() == "Trainees"
    silent = drawn(case("plot_people_trained"), "en", title="", caption="none")
    assert figure_of(silent).texts == []


@pytest.mark.parametrize("asked", ["full", "short", "source", "none", None])
def test_the_caption_is_what_is_asked(asked: str | None) -> None:
    ax = drawn(case("plot_people_trained"), "fr", caption=asked)
    page, text = " ".join(text.get_text() for text in figure_of(ax).texts), caption.of(ax)
    parts = (text.lecture, text.champ, text.note)
    assert [part in page for part in parts] == [asked in {"full", None}] * 3
    assert (text.foot in page) == (asked == "short")
    assert (text.source_line in page) == (asked != "none")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("one", ONE_EACH, ids=str)
def test_a_shorter_page_keeps_its_plot_and_carries_one_line_and_the_source(one: Case, lang: str) -> None:
    ax = drawn(one, lang)
    figure, page, text = figure_of(ax), page_of(ax), caption.of(ax)
    assert page is not None
    before = figure.get_size_inches()[1], _from_top(ax)
    page.shorten()
    assert_nothing_is_cut_or_overlaps(figure)
    said = " ".join(written.get_text() for written in figure.texts)
    assert all(part in said for part in (text.title, text.subtitle, text.foot, text.source_line, "tlanalysis "))
    assert text.lecture not in said  # the page of the site and the sidecar carry it
    assert figure.get_size_inches()[1] < before[0]
    assert _from_top(ax) == pytest.approx(before[1])
    page.shorten()
    assert " ".join(written.get_text() for written in figure.texts) == said


def _from_top(ax: Axes) -> tuple[float, float]:
    """Return how far the top and the bottom of the Axes are from the top of the page, in inches."""
    height = figure_of(ax).get_size_inches()[1]
    place = ax.get_position(original=True)
    return (1 - place.y1) * height, (1 - place.y0) * height


@pytest.mark.parametrize("asked", [{"caption": "full"}, {"caption": "none"}, {"size": (7.0, 6.0)}])
def test_what_the_caller_asked_of_the_texts_stays(asked: dict[str, Any]) -> None:
    ax = drawn(case("plot_people_trained"), "fr", **asked)
    page, said = page_of(ax), [text.get_text() for text in figure_of(ax).texts]
    assert page is not None
    page.shorten()
    assert [text.get_text() for text in figure_of(ax).texts] == said


def test_a_palette_keeps_light_light_and_dark_dark() -> None:
    one = case("plot_backtest")
    before, after = (drawn(one, "fr", palette=colours) for colours in (None, ["#2a7f3f", "#7f2a6f"]))
    for old, new in zip(before.patches, after.patches, strict=True):
        ours, theirs = old.get_facecolor(), new.get_facecolor()
        if len(set(ours[:3])) == 1:
            assert ours == theirs
            continue
        assert theirs[1] == max(theirs[:3])  # green
        assert _grey(theirs) == pytest.approx(_grey(ours), abs=0.02)


def _grey(colour: tuple[float, ...]) -> float:
    linear = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_font_is_the_one_asked_for() -> None:
    ax = drawn(case("plot_people_trained"), "fr", font="DejaVu Serif")
    assert {text.get_fontname() for text in drawn_texts(figure_of(ax))} == {"DejaVu Serif"}
    assert_nothing_is_cut_or_overlaps(figure_of(ax))


def test_a_style_in_force_gives_its_font_and_colours_to_charts_in_axes() -> None:
    one = case("plot_holdings")
    with mpl.rc_context({"font.family": "DejaVu Serif", "axes.prop_cycle": mpl.cycler(color=["#2a7f3f"])}):
        ax = drawn(one, "fr", ax=Figure(figsize=(7, 5)).subplots())
        own = drawn(one, "fr")
    assert ax.patches[0].get_facecolor()[1] == max(ax.patches[0].get_facecolor()[:3])
    assert ax.get_yticklabels()[0].get_fontname() == "DejaVu Serif"
    assert own.get_yticklabels()[0].get_fontname() == "Source Sans Pro"  # a figure of the house looks like the house


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size": "colum"}, "did you mean 'column'"),
        ({"size": (0.2, 3)}, "between 1.5 and 60"),
        ({"size": 7}, "width, height"),
        ({"caption": "sources"}, "did you mean 'source'"),
        ({"palette": "bleu"}, "'bleu' is no colour"),
        ({"palette": []}, "palette is empty"),
        ({"font": "Dejavu Serif"}, "did you mean 'DejaVu Serif'"),
        ({"title": 3}, "it is text"),
        ({"ax": Figure().subplots(), "size": "page"}, "one of the two"),
    ],
)
def test_a_wrong_look_is_one_sentence(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        drawn(case("plot_holdings"), "fr", **wrong)


def test_a_chart_shows_itself_whole_and_once() -> None:
    ax = drawn(case("plot_funnel"), "fr")
    data, size = ax._repr_png_()  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1440, int(figure_of(ax).get_size_inches()[1] * 200))
    assert size["width"] == 720


def test_a_tight_box_keeps_title_and_source() -> None:
    ax = drawn(case("plot_people_trained"), "fr")
    figure = figure_of(ax)
    whole = figure.get_tightbbox()
    title, source = figure.texts[0], figure.texts[-1]
    height = figure.get_size_inches()[1]
    assert whole.y1 >= title.get_position()[1] * height - 0.05
    assert whole.y0 <= source.get_position()[1] * height


def test_pyplot_holds_nothing_and_shows_nothing_twice() -> None:
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    ax = drawn(case("plot_people_trained"), "fr")
    assert plt.get_fignums() == before
    figure, mine = plt.subplots()
    drawn(case("plot_people_trained"), "fr", ax=mine)
    assert _picture(mine) is None  # pyplot shows its own figures
    plt.close(figure)
    assert _picture(ax) is not None


def test_plt_show_finds_the_chart_where_there_is_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt

    monkeypatch.setattr(mpl, "get_backend", lambda: "tkagg")
    ax = drawn(case("plot_people_trained"), "fr")
    try:
        assert figure_of(ax) in map(plt.figure, plt.get_fignums())
        assert_nothing_is_cut_or_overlaps(figure_of(ax))
    finally:
        plt.close(figure_of(ax))
    assert "matplotlib.pyplot" in sys.modules


def test_every_case_can_be_a_column() -> None:
    """Other territories than France have longer or shorter texts: a few of each."""
    for one in CASES[::9]:
        assert_nothing_is_cut_or_overlaps(figure_of(drawn(one, "en", size="column")))
