"""A PNG of few colours: exact where it matters, whole where it would show, and the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

import tlanalysis as tl
from tests.charts.drawn import case
from tlanalysis.charts.kit.layout import figure_of
from tlanalysis.figures import png


def _opaque(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> np.ndarray:
    return np.stack([red, green, blue, np.full_like(red, 255)], axis=-1).astype(np.uint8)


def _shown(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(png.in_few_colours(pixels).convert("RGB"))


def test_up_to_256_colours_are_kept_exactly() -> None:
    numbers = np.arange(256).repeat(8).reshape(32, 64)
    pixels = _opaque(numbers, 255 - numbers, numbers // 2)
    image = png.in_few_colours(pixels)
    assert image.mode == "P"
    assert (_shown(pixels) == pixels[..., :3]).all()


def test_rare_colours_move_to_the_nearest_one_kept() -> None:
    # 256 greys that are frequent; one blue-grey pixel, nearest to the grey of 100.
    numbers = np.arange(256).repeat(64).reshape(128, 128)
    pixels = _opaque(numbers, numbers.copy(), numbers.copy())
    pixels[0, 0, :3] = (100, 100, 103)
    before = pixels.copy()
    shown = _shown(pixels)
    assert tuple(shown[0, 0]) == (101, 101, 101)  # 1 + 1 + 4 is less than 9, to 100
    assert (shown[1:] == pixels[1:, :, :3]).all()
    assert (pixels == before).all()


def test_a_picture_of_many_frequent_colours_keeps_them_all() -> None:
    red, green = np.meshgrid(np.arange(64), np.arange(64))
    pixels = _opaque(red, green, red * 0)
    image = png.in_few_colours(pixels)
    assert image.mode == "RGB"
    assert (np.asarray(image) == pixels[..., :3]).all()


def test_a_photograph_keeps_its_colours() -> None:
    drawn = np.random.default_rng(0).integers(0, 256, (128, 128, 3))
    pixels = _opaque(*np.moveaxis(drawn, -1, 0))
    assert (_shown(pixels) == drawn).all()


def test_transparency_is_kept() -> None:
    pixels = np.zeros((4, 4, 4), dtype=np.uint8)
    assert png.in_few_colours(pixels).mode == "RGBA"


def _tiles() -> Axes:
    return tl.plot_deffinov_regions(case("plot_deffinov_regions").table, shapes="tiles")


def test_a_map_of_more_blends_than_the_palette_holds_keeps_every_colour() -> None:
    figure = figure_of(case("plot_deffinov_regions").draw())
    reference = io.BytesIO()
    figure.savefig(reference, format="png", dpi=200, metadata={"Software": None})
    with Image.open(io.BytesIO(png.png(figure, 200, {}))) as ours, Image.open(reference) as theirs:
        assert (np.asarray(ours.convert("RGB")) == np.asarray(theirs.convert("RGB"))).all()


@pytest.mark.parametrize("draw", [case("plot_holdings").draw, _tiles], ids=["plot_holdings", "plot_deffinov_regions"])
def test_a_real_figure_cannot_be_told_from_matplotlib_s_own(draw: Callable[[], Axes]) -> None:
    figure = figure_of(draw())
    reference = io.BytesIO()
    figure.savefig(reference, format="png", dpi=200, metadata={"Software": None})
    with Image.open(io.BytesIO(png.png(figure, 200, {}))) as ours, Image.open(reference) as theirs:
        assert ours.size == theirs.size
        assert ours.info["dpi"] == pytest.approx(theirs.info["dpi"], abs=0.1)
        apart = np.abs(np.asarray(ours.convert("RGB")).astype(int) - np.asarray(theirs.convert("RGB")))
    assert (apart.max(axis=2) > 0).mean() < 1 / 200
    assert len(png.png(figure, 200, {})) < len(reference.getvalue()) * 0.6


def test_the_same_figure_is_the_same_bytes_with_its_texts() -> None:
    figure = Figure(figsize=(2, 1.37))
    figure.subplots().plot([1, 2])
    texts = {"Title": "Été", "tlanalysis": '{"a": "œ"}'}
    data = png.png(figure, 100, texts)
    assert png.png(figure, 100, texts) == data
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert {key: image.info[key] for key in texts} == texts


def test_without_its_texts_it_is_the_same_picture_whatever_they_were() -> None:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2])
    one, other = (png.png(figure, 100, {"commit": commit, "titre": "é œ"}) for commit in ("a", "bb"))
    assert one != other
    bare = png.without_texts(one)
    assert bare == png.without_texts(other)
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(one)) as whole:
        assert (np.asarray(image.convert("RGB")) == np.asarray(whole.convert("RGB"))).all()
        assert "commit" not in image.info
