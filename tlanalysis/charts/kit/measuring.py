"""How much room texts take: measured once, and kept for the figures to come.

matplotlib measures each text again for each figure, because each figure has its own renderer. The renderers of this
project keep the measures, and a fork of a process that has drawn has them already.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, fontManager, get_font

# Table of a font file -> its entries for the gap between lines, the ascent and the descent, as matplotlib reads them.
_TABLES = {
    "OS/2": ("sTypoLineGap", "sTypoAscender", "sTypoDescender"),
    "hhea": ("lineGap", "ascent", "descent"),
}
Heights = tuple[float, float, float] | tuple[None, None, None]


class Ruler(RendererAgg):
    """A renderer of matplotlib that measures texts and draws nothing."""

    def __init__(self, dpi: float) -> None:
        super().__init__(1, 1, dpi)

    def _get_font_height_metrics(self, prop: FontProperties) -> Heights:
        return font_heights(prop, self.dpi)


@lru_cache(maxsize=4)
def ruler(dpi: float) -> Ruler:
    """Return the renderer that measures texts at a resolution: the same one each time.

    What it says holds in the style of our figures (`style`): a font is looked for in the order that the style gives.

    Parameters
    ----------
    dpi : float
        Pixels per inch.
    """
    return Ruler(dpi)


def font_heights(prop: FontProperties, dpi: float) -> Heights:
    """Return ascent, descent and gap between lines of a font, in pixels; None where the font does not say them.

    A renderer may give them to matplotlib, which reads them from the font file for each text otherwise.

    Parameters
    ----------
    prop : FontProperties
    dpi : float
        Pixels per inch.
    """
    return _font_heights(prop.copy(), dpi)


@lru_cache(maxsize=1024)
def _font_heights(prop: FontProperties, dpi: float) -> Heights:
    # matplotlib has no public way to find the font of a text, with those that serve for the signs it lacks.
    font: Any = get_font(fontManager._find_fonts_by_props(prop))
    for name, (gap, ascent, descent) in _TABLES.items():
        table = font.get_sfnt_table(name)
        if table is not None:
            # In the order of matplotlib: the last digit is its own.
            scale = 1 / font.get_sfnt_table("head")["unitsPerEm"] * prop.get_size_in_points() * dpi / 72
            return table[ascent] * scale, -table[descent] * scale, table[gap] * scale
    return None, None, None
