"""The SVG of our canvas against that of matplotlib's own, which measures each text again."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

import tlanalysis as tl
from tlanalysis.charts.kit.fonts import FAMILIES
from tlanalysis.charts.kit.layout import figure_of
from tlanalysis.charts.kit.measuring import font_heights, ruler
from tlanalysis.charts.kit.style import style
from tlanalysis.figures.svg_canvas import BACKEND

TEXTS = ["Île-de-France", "≥ 12,5 %", "a\nb", "", "$x^2$", "−3 → 4"]


def _svg(figure: Figure, **given: str) -> bytes:
    drawn = io.BytesIO()
    with style():
        figure.savefig(drawn, format="svg", metadata={"Date": None}, **given)
    return drawn.getvalue()


def _numbered(svg: bytes) -> str:
    """Return an SVG whose ids of shapes that serve again are numbers, in their order."""
    ranks: dict[str, int] = {}
    return re.sub(r"\b[mph][0-9a-f]{10}\b", lambda name: f"{ranks.setdefault(name[0], len(ranks))}", svg.decode())


@pytest.mark.parametrize("size", ["page", "phone"])
def test_a_chart_has_the_bytes_that_matplotlib_writes_but_for_the_names_of_shapes(size: str) -> None:
    figure = figure_of(tl.plot_funnel(tl.rates("fabriques_de_territoire"), size=size))
    ours, theirs = _svg(figure, backend=BACKEND), _svg(figure)
    assert ours != theirs
    assert _numbered(ours) == _numbered(theirs)


def test_the_last_digits_of_a_place_change_no_byte() -> None:
    """They differ between processors; matplotlib makes the id of a clipping shape of all digits of its place."""
    with style():
        figure = Figure(figsize=(4, 4))
        axes = figure.add_axes((0.1, 0.2, 0.7, 0.5))
        axes.plot([1, 2, 3], [2, 5, 4], "o-")
    before, of_matplotlib = _svg(figure, backend=BACKEND), _svg(figure)
    axes.set_position((0.1 + 1e-15, 0.2, 0.7, 0.5 - 1e-15))
    assert _svg(figure, backend=BACKEND) == before
    assert _svg(figure) != of_matplotlib  # otherwise this test would prove nothing
    axes.set_position((0.11, 0.2, 0.7, 0.5))
    assert _svg(figure, backend=BACKEND) != before


def test_texts_of_every_kind_have_the_bytes_that_matplotlib_writes() -> None:
    with style():
        figure = Figure(figsize=(4, 4))
        for rank, text in enumerate(TEXTS):
            at = (0.5, rank / len(TEXTS))
            figure.text(*at, text, rotation=30 * rank, ha="center", fontweight="bold" if rank % 2 else "normal")
    assert _svg(figure, backend=BACKEND) == _svg(figure)


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_ruler_measures_as_the_renderer_of_a_figure_does(text: str, weight: str) -> None:
    with style():
        figure = Figure(dpi=200)
        said = figure.text(0.2, 0.3, text, fontsize=11.3, fontweight=weight)
        alone = RendererAgg(640, 480, 200)
        # matplotlib counts in 64ths of a pixel, and from the edge of a letter to a whole pixel.
        assert said.get_window_extent(ruler(200)).extents == pytest.approx(said.get_window_extent(alone).extents, abs=1)


def test_a_text_is_measured_once_for_all_sizes_and_resolutions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    measure = text_to_path.get_text_width_height_descent

    def counted(text: str, *how: Any) -> tuple[float, float, float]:
        asked.append(text)
        return measure(text, *how)

    monkeypatch.setattr(text_to_path, "get_text_width_height_descent", counted)
    figure = Figure()
    with style():
        boxes = {}
        for size, dpi in ((10, 72), (10, 144), (20, 72), (12.5, 200)):
            said = figure.text(0, 0, "mesuré une fois, à une taille", fontsize=size)
            figure.dpi = dpi
            boxes[size, dpi] = said.get_window_extent(ruler(dpi))
    assert asked.count("mesuré une fois, à une taille") == 1
    small = boxes[10, 72]
    for (size, dpi), box in boxes.items():
        factor = size * dpi / 720
        assert (box.width, box.height) == pytest.approx((factor * small.width, factor * small.height))


def test_a_font_has_the_heights_that_its_file_says() -> None:
    # Source Sans Pro says, in its table OS/2, 1000 units per em: ascender 750, descender -250, line gap 0.
    prop = FontProperties(family=FAMILIES, size=10)
    with style():
        assert font_heights(prop, 72) == pytest.approx((7.5, 2.5, 0.0))
        prop.set_size(20)  # a property of a text that changes later is another one
        assert font_heights(prop, 144) == pytest.approx((30.0, 10.0, 0.0))


def test_matplotlib_asks_the_ruler_for_the_heights_of_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def heights(prop: FontProperties) -> tuple[float, float, float]:
        asked.append(prop.get_size_in_points())
        return 3.0, 1.0, 0.5

    measure = ruler(100)
    monkeypatch.setattr(measure, "_get_font_height_metrics", heights)
    figure = Figure(dpi=100)
    said: Text = figure.text(0, 0, "x", fontsize=9)
    said.get_window_extent(measure)
    assert asked == [9.0]
