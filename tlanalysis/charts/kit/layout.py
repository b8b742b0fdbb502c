"""The page around a plot: title and subtitle above, reading sentence, scope, note and source below, nothing cut.

Heights follow the texts: they are measured with the figure's own font, wrapped to
the width, and the Axes get what is left.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.layout_engine import LayoutEngine

from tlanalysis.charts.kit import caption as captions
from tlanalysis.charts.kit.style import DPI, INK, SAVED_DPI, SMALL, SOFT, SUBTITLE, TITLE, WIDTH
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    from tlanalysis.charts.kit.caption import Caption

MARGIN = 0.16  # inches on every side
LEADING = 1.32  # line height over font size
GAP = 0.13  # inches between header, plot and footer
NEAR = 1e-3  # of the width or height of a figure: less than a pixel

_Line = tuple[str, float, str, str]  # text, size in points, weight, colour


class Page(LayoutEngine):
    """The page of a figure of our own: its plot, the texts around it, and where each stands.

    Attributes
    ----------
    axes : Axes
        The Axes of the plot.
    plot_height : float
        Height of the plot with its labels, in inches.
    """

    _adjust_compatible = True
    _colorbar_gridspec = True

    def __init__(self, axes: Axes, plot_height: float) -> None:
        super().__init__()
        self.axes, self.plot_height = axes, plot_height
        self._written: Caption | None = None

    def execute(self, fig: Figure) -> None:
        """Write the caption of the Axes around their plot, once."""
        caption = captions.held(self.axes)
        if caption is not None and caption is not self._written:
            self._written = caption
            _dress(self.axes, caption, self.plot_height)

    def zone(self) -> dict[str, float]:
        """Return where the plot stands between header and footer: inches, from the top of the page."""
        width, height = figure_of(self.axes).get_size_inches()
        top = MARGIN + _height(_header(captions.of(self.axes))) + GAP / 2
        bottom = top + self.plot_height + GAP
        return {"width": round(width, 3), "height": round(height, 3), "top": round(top, 3), "bottom": round(bottom, 3)}


def new_axes(ax: Axes | None, height: float) -> Axes:
    """Return the Axes to draw on: the caller's, or those of a new page whose plot is `height` inches tall."""
    if ax is not None:
        return ax
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    figure.set_layout_engine(Page(axes, height))
    return axes


def figure_of(ax: Axes) -> Figure:
    """Return the figure that holds the Axes; for Axes in a subfigure, the whole figure around it.

    Raises
    ------
    BadInput
        When the Axes have been removed from their figure.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise BadInput("these Axes have been removed from their figure: draw them again.")
    return figure


def finish(ax: Axes, caption: Caption) -> Axes:
    """Attach the caption and, on a page of our own, write it around the plot. Return the Axes."""
    captions.attach(ax, caption)
    if page := page_of(ax):
        page.execute(figure_of(ax))
    else:
        ax.set_title(caption.title, loc="left", fontsize=TITLE, fontweight="bold")
    return ax


def page_of(ax: Axes) -> Page | None:
    """Return the page of a figure of our own; None when the Axes belong to somebody else's figure."""
    engine = figure_of(ax).get_layout_engine()
    return engine if isinstance(engine, Page) and engine.axes is ax else None


def _header(caption: Caption) -> list[_Line]:
    lines = [(line, TITLE, "bold", INK) for line in wrap(caption.title, TITLE, bold=True)]
    return lines + [(line, SUBTITLE, "normal", SOFT) for line in wrap(caption.subtitle, SUBTITLE)]


def _footer(caption: Caption) -> list[_Line]:
    return [(line, SMALL, "normal", SOFT) for part in caption.footer for line in wrap(part, SMALL)]


def _dress(ax: Axes, caption: Caption, height: float) -> None:
    figure = figure_of(ax)
    header, footer = _header(caption), _footer(caption)
    top, bottom = _height(header), _height(footer)
    total = MARGIN + top + GAP + height + GAP + bottom + MARGIN
    figure.set_size_inches(WIDTH, total)
    _write(figure, header, total - MARGIN, total)
    _write(figure, footer, MARGIN + bottom, total)
    zone = (
        MARGIN / WIDTH,
        (MARGIN + bottom + GAP) / total,
        1 - MARGIN / WIDTH,
        (MARGIN + bottom + GAP + height) / total,
    )
    _fit(ax, zone)


def _height(lines: list[_Line]) -> float:
    return sum(size * LEADING for _, size, _, _ in lines) / 72


def _write(figure: Figure, lines: list[_Line], top: float, total: float) -> None:
    for text, size, weight, colour in lines:
        figure.text(
            MARGIN / WIDTH,
            top / total,
            text,
            fontsize=size,
            fontweight=weight,
            color=colour,
            va="top",
            ha="left",
            in_layout=False,
        )
        top -= size * LEADING / 72


def _fit(ax: Axes, zone: tuple[float, float, float, float]) -> None:
    """Move the Axes so that everything they draw, labels included, lies inside the zone (figure fractions)."""
    left, bottom, right, top = zone
    figure = figure_of(ax)
    figure.dpi = SAVED_DPI  # measured as it will be saved, and the measures serve again
    to_fractions = figure.transFigure.inverted()
    before = np.full(4, np.nan)
    for _ in range(4):
        ax.set_position((left, bottom, right - left, top - bottom))
        box = ax.get_tightbbox()
        if box is None:  # invisible Axes draw nothing
            break
        drawn = box.transformed(to_fractions)
        # Inside; or, for a map that keeps its shape, as large as it will be.
        if any(np.allclose(drawn.extents, reached, rtol=0, atol=NEAR) for reached in (zone, before)):
            break
        before = np.array(drawn.extents)
        left, bottom = left + (zone[0] - drawn.x0), bottom + (zone[1] - drawn.y0)
        right, top = right - (drawn.x1 - zone[2]), top - (drawn.y1 - zone[3])
    else:
        ax.set_position((left, bottom, right - left, top - bottom))
    figure.dpi = DPI


def wrap(text: str, size: float, *, bold: bool = False, width: float = WIDTH - 2.5 * MARGIN) -> list[str]:
    """Return text cut into lines no wider than `width` inches, at ordinary spaces only (no-break spaces hold).

    Examples
    --------
    >>> wrap("one two", 10, width=0.4)
    ['one', 'two']
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a text in inches, in the figures' font: the sum of its letters' (kerning left out)."""
    return sum(_advance(letter, bold) for letter in text) * size / 72


@cache
def _advance(letter: str, bold: bool) -> float:
    """Return how far a letter moves the pen, over the size of the font."""
    font = get_font(findfont(FontProperties(family=["DejaVu Sans"], weight="bold" if bold else "normal")))
    return float(font.load_char(ord(letter), LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM)
