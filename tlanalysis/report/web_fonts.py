"""The text font of the site: the files of the package of the font, cut down to the letters of our languages."""

from __future__ import annotations

import io
from functools import cache

from tlanalysis.charts.kit.fonts import font_files

_SIGNS = (
    "\u2009\u202f\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026\u2190\u2191\u2192\u2193\u2195\u2212\u20ac\u2264\u2265"
)
_LETTERS = (range(0x20, 0x7F), range(0xA0, 0x180))  # Latin letters, those of French and of the names of places included


@cache
def web_fonts() -> dict[str, bytes]:
    """Return the fonts as WOFF files by name: `text-400.woff` and `text-700.woff`."""
    from fontTools import subset

    kept = [*(code for span in _LETTERS for code in span), *map(ord, _SIGNS)]
    found = {}
    for weight, path in font_files().items():
        options = subset.Options(flavor="woff", layout_features=["kern", "liga", "tnum"], recalc_timestamp=False)
        font = subset.load_font(str(path), options)
        cut = subset.Subsetter(options)
        cut.populate(unicodes=kept)
        cut.subset(font)
        written = io.BytesIO()
        subset.save_font(font, written, options)
        found[f"text-{weight}.woff"] = written.getvalue()
    return found
