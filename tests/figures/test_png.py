"""A PNG of an SVG: it looks as matplotlib draws it, each sign in its font, and the same bytes each time."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

import tlanalysis as tl
from tests.charts.drawn import case
from tlanalysis.charts.kit.fonts import FAMILIES
from tlanalysis.charts.kit.layout import figure_of
from tlanalysis.charts.kit.letters import text_width
from tlanalysis.charts.kit.style import style
from tlanalysis.figures import about, png, rendering

CELL = 16  # pixels: as wide as a letter and a half
ALIKE = 20.0  # of 255: what 999 cells of 1,000 stay under


def _read(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        assert np.asarray(image.convert("RGBA"))[..., 3].min() == 255, "a part of the picture is transparent"
        return np.asarray(image.convert("RGB")).astype(float)


def _published(ax: Axes, dpi: float = 200) -> bytes:
    rows = about.drawn_table(ax, None, "x")
    facts = about.facts_of(ax, rows, "x", about.parameters_of(ax, None), "0" * 16, strict=False)
    return rendering.render(ax, "png", facts, dpi)


def _by_matplotlib(figure: Figure, dpi: float = 200) -> bytes:
    drawn = io.BytesIO()
    with style():
        figure.savefig(drawn, format="png", dpi=dpi)
    return drawn.getvalue()


def _svg(figure: Figure) -> str:
    drawn = io.BytesIO()
    with style():
        figure.savefig(drawn, format="svg")
    return drawn.getvalue().decode()


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return how far two pictures are apart where they are most: the mean colours of cells, the last cells left out."""
    assert one.shape == other.shape
    height, width = (side // CELL * CELL for side in one.shape[:2])
    cells = [
        picture[:height, :width].reshape(height // CELL, CELL, width // CELL, CELL, 3).mean(axis=(1, 3))
        for picture in (one, other)
    ]
    return float(np.quantile(np.abs(cells[0] - cells[1]).max(axis=2), 0.999))


def _fresh(*chart: str) -> Axes:
    """Return a chart that no other test has drawn, published or changed."""
    one = case(*chart)
    return one.on(one.table, lang="fr")


def _tiles() -> Axes:
    return tl.plot_deffinov_regions(case("plot_deffinov_regions").table, shapes="tiles")


# The last number is the most bytes, as a part of matplotlib's. Four charts weigh 0.48 to 0.58 of them: their bound is
# 0.6. The holdings weigh 0.73 and the outlines 0.601: each has a bound of its own.
@pytest.mark.parametrize(
    ("draw", "most"),
    [
        (lambda: _fresh("plot_holdings"), 0.75),
        (lambda: _fresh("plot_deffinov_regions"), 0.62),  # outlines, hatches, letters with a ground
        (_tiles, 0.6),
        (lambda: _fresh("plot_places_over_time", "R75"), 0.6),  # signs that the text font lacks
        (lambda: _fresh("plot_people_trained"), 0.6),  # two spaces in a row
        (lambda: _fresh("plot_funnel", "R75", "tiers_lieux"), 0.6),  # letters with white around them
    ],
    ids=["holdings", "outlines", "tiles", "signs", "spaces", "halos"],
)
def test_a_figure_looks_as_matplotlib_draws_it_and_weighs_less(draw, most) -> None:
    ax = draw()
    data, reference = _published(ax), _by_matplotlib(figure_of(ax))
    ours, theirs = _read(data), _read(reference)
    assert _apart(ours, theirs) < ALIKE < _apart(np.roll(ours, 2, axis=1), theirs), "two pixels aside is another look"
    assert len(data) < len(reference) * most


def test_it_has_the_pixels_that_are_asked_for() -> None:
    figure = Figure(figsize=(2, 1.37))
    figure.subplots().plot([1, 2])
    for dpi in (72, 100, 150):
        with Image.open(io.BytesIO(png.png(_svg(figure), dpi, {}))) as image:
            assert image.size == (2 * dpi, int(1.37 * dpi + 1e-6))
            assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)


def _one_line(said: str, align: str = "left", **look: object) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns with ink of a line of text: of our PNG, and of matplotlib's."""
    figure = Figure(figsize=(4, 0.5))
    place = {"left": 0.05, "center": 0.5, "right": 0.95}[align]
    figure.text(place, 0.3, said, ha=align, **({"family": FAMILIES, "size": 12} | look))
    pictures = _read(png.png(_svg(figure), 200, {})), _read(_by_matplotlib(figure))
    columns = [np.flatnonzero((picture < 128).any(axis=(0, 2))) for picture in pictures]
    return columns[0], columns[1]


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_a_sign_that_the_font_lacks_leaves_the_other_letters_in_their_font(align: str) -> None:
    ours, theirs = _one_line("définition ; ● compté & été", align)
    assert abs(ours[0] - theirs[0]) <= 3  # of 700 pixels: kerning
    assert abs(ours[-1] - theirs[-1]) <= 3
    # In DejaVu Sans, as resvg would have written all of it, the line is a sixth longer.
    assert text_width("définition ; compté", 12, font="DejaVu Sans") > 1.15 * text_width("définition ; compté", 12)


def test_two_spaces_stay_two_spaces() -> None:
    ax = case("plot_places_over_time").draw()  # its legend: "a  the name of a definition"
    svg = rendering.render(ax, "svg", {"title": "", "alt": "", "source": "", "lang": "fr"}).decode()
    assert re.search(r">[a-e]  [^<]+", svg), "the chart writes two spaces in a row"
    assert 'xml:space="preserve"' in svg[: svg.index("<title")]


def test_a_font_of_the_user_is_found_as_matplotlib_finds_it() -> None:
    plain, _ = _one_line("iiiiiiiiii", family=FAMILIES)
    ours, theirs = _one_line("iiiiiiiiii", family=["DejaVu Sans Mono"])
    assert abs(ours[-1] - theirs[-1]) <= 2
    assert ours[-1] > plain[-1] + 50


def test_a_family_that_nobody_has_leaves_the_text_to_the_next(recwarn) -> None:
    ours, theirs = _one_line("Régions", family=["No such family", *FAMILIES])
    assert abs(ours[-1] - theirs[-1]) <= 2


def test_the_same_svg_is_the_same_bytes_with_its_texts_here_and_in_another_process() -> None:
    figure = Figure(figsize=(2, 1.37))
    figure.subplots().plot([1, 2])
    svg, texts = _svg(figure), {"Title": "Été", "tlanalysis": '{"a": "œ"}'}
    data = png.png(svg, 100, texts)
    assert png.png(svg, 100, texts) == data
    script = (
        "import sys; from tlanalysis.figures import png\n"
        f"sys.stdout.buffer.write(png.png(sys.stdin.buffer.read().decode(), 100, {texts!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], input=svg.encode(), capture_output=True, check=True)
    assert done.stdout == data
    with Image.open(io.BytesIO(data)) as image:
        assert {key: image.info[key] for key in texts} == texts, "they stand before the pixels"
        image.load()


def test_without_its_texts_it_is_the_same_picture_whatever_they_were() -> None:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2])
    one, other = (png.png(_svg(figure), 100, {"commit": commit, "titre": "é œ"}) for commit in ("a", "bb"))
    assert one != other
    bare = png.without_texts(one)
    assert bare == png.without_texts(other)
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(one)) as whole:
        assert (np.asarray(image) == np.asarray(whole)).all()
        assert "commit" not in image.info


def test_an_svg_of_another_program_is_not_guessed_at() -> None:
    with pytest.raises(AssertionError, match="no size in points"):
        png.png('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>', 100, {})
