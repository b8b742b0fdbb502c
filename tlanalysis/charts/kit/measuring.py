"""How much room texts take: measured once, at one size, and kept for the figures to come.

matplotlib measures each text again for each figure, size and resolution. The letters of our figures are not hinted, so
a text is twice as wide at twice the size: one measure serves them all, and a fork of a process that has drawn has it
already.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.textpath import text_to_path

# Table of a font file -> its entries for the gap between lines, the ascent and the descent, as matplotlib reads them.
_TABLES = {
    "OS/2": ("sTypoLineGap", "sTypoAscender", "sTypoDescender"),
    "hhea": ("lineGap", "ascent", "descent"),
}
POINTS = 72  # per inch: the unit of an SVG of matplotlib
Heights = tuple[float, float, float] | tuple[None, None, None]


class Ruler(RendererAgg):
    """A renderer of matplotlib that measures texts and draws nothing."""

    def __init__(self, dpi: float) -> None:
        super().__init__(1, 1, dpi)

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Return what `text_size` returns, in pixels of this renderer."""
        return text_size(s, prop, ismath, self.dpi)

    def _get_font_height_metrics(self, prop: FontProperties) -> Heights:
        return font_heights(prop, self.dpi)


@lru_cache(maxsize=4)
def ruler(dpi: float = POINTS) -> Ruler:
    """Return the renderer that measures texts at a resolution: the same one each time.

    What it says holds in the style of our figures (`style`): a font is looked for in the order that the style gives.

    Parameters
    ----------
    dpi : float
        Pixels per inch.
    """
    return Ruler(dpi)


def text_size(text: str, prop: FontProperties, ismath: Any, dpi: float) -> tuple[float, float, float]:
    """Return width, height and descent of a text, in pixels: those that matplotlib uses for an SVG, times the scale.

    A renderer may give them to matplotlib.

    Parameters
    ----------
    text : str
    prop : FontProperties
    ismath : bool or {"TeX"}
        As matplotlib says it of the text.
    dpi : float
        Pixels per inch.
    """
    scale = dpi / POINTS
    if ismath == "TeX":  # another program writes it, at the size that is asked
        width, height, descent = text_to_path.get_text_width_height_descent(text, prop, ismath)
    else:
        scale *= prop.get_size_in_points() / text_to_path.FONT_SCALE
        width, height, descent = _measured(text, _at_one_size(prop), ismath)
    return width * scale, height * scale, descent * scale


@lru_cache(maxsize=8192)
def _measured(text: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, prop, ismath)


def font_heights(prop: FontProperties, dpi: float) -> Heights:
    """Return ascent, descent and gap between lines of a font, in pixels; None where the font does not say them.

    A renderer may give them to matplotlib, which reads them from the font file for each text otherwise.

    Parameters
    ----------
    prop : FontProperties
    dpi : float
        Pixels per inch.
    """
    said = _heights_of_the_file(_at_one_size(prop))
    if said is None:
        return None, None, None
    unit, ascent, descent, gap = said
    scale = unit * prop.get_size_in_points() * dpi / POINTS  # in the order of matplotlib: the last digit is its own
    return ascent * scale, descent * scale, gap * scale


@lru_cache(maxsize=256)
def _heights_of_the_file(prop: FontProperties) -> tuple[float, float, float, float] | None:
    """Return the unit of a font file, over its size, and ascent, descent and gap in this unit."""
    # matplotlib has no public way to find the font of a text, with those that serve for the signs it lacks.
    font: Any = get_font(fontManager._find_fonts_by_props(prop))
    for name, (gap, ascent, descent) in _TABLES.items():
        table = font.get_sfnt_table(name)
        if table is not None:
            return 1 / font.get_sfnt_table("head")["unitsPerEm"], table[ascent], -table[descent], table[gap]
    return None


def _at_one_size(prop: FontProperties) -> FontProperties:
    face = prop.copy()  # the properties of a text may change later
    face.set_size(text_to_path.FONT_SCALE)
    return face
