"""How wide words are before anything is drawn, and where their lines break."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from math import fsum

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

from tlanalysis.charts.kit.fonts import BESIDE, FAMILY, register
from tlanalysis.charts.kit.style import WIDTH

MARGIN = 0.16  # inches on every side of a page


def wrap(
    text: str, size: float, *, bold: bool = False, width: float = WIDTH - 2.5 * MARGIN, font: str | None = None
) -> list[str]:
    """Return text cut into lines no wider than `width` inches, at ordinary spaces only (no-break spaces hold).

    Examples
    --------
    >>> wrap("one two", 10, width=0.4)
    ['one', 'two']
    """
    lines: list[str] = []
    for word, joint in _words(text, lambda part: text_width(part, size, bold, font) > width):
        longer = f"{lines[-1]}{joint}{word}" if lines else word
        if lines and text_width(longer, size, bold, font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _words(text: str, too_wide: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield each word and what joins it to the word before; a name too wide for a line is cut after its underscores."""
    for word in text.split(" "):
        if "_" in word and too_wide(word):
            for rank, part in enumerate(re.findall(r"[^_]*_|[^_]+", word)):
                yield part, "" if rank else " "
        else:
            yield word, " "


def text_width(text: str, size: float, bold: bool = False, font: str | None = None) -> float:
    """Return the width of a text in inches, in the figures' font: the sum of its letters' (kerning left out)."""
    return fsum(_advance(letter, bold, font or FAMILY) for letter in text) * size / 72


@cache
def _advance(letter: str, bold: bool, font: str) -> float:
    """Return how far a letter moves the pen, over the size of the font; a sign that the font lacks, in DejaVu Sans."""
    register()
    weight = "bold" if bold else "normal"
    faces = [get_font(findfont(FontProperties(family=[name], weight=weight))) for name in (font, FAMILY, BESIDE)]
    face = next((face for face in faces if face.get_char_index(ord(letter))), faces[-1])
    return float(face.load_char(ord(letter), LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM)
