"""Where a plot stands: on a page of our own, or in the Axes of somebody else's figure; nothing cut, nothing overlaps.

Title and subtitle stand above, reading sentence, scope, note and source below. Heights follow the texts: they are
measured with the figure's own font, wrapped to the width, and the plot gets what is left. Where that is too little,
letters, lines and marks shrink together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine

from tlanalysis.charts.kit import caption as captions
from tlanalysis.charts.kit.edges import draw_marks_whole
from tlanalysis.charts.kit.fonts import FAMILIES
from tlanalysis.charts.kit.frame import GAP, LEADING, Frame, Line, height_of
from tlanalysis.charts.kit.letters import MARGIN
from tlanalysis.charts.kit.look import asked
from tlanalysis.charts.kit.measuring import POINTS, ruler
from tlanalysis.charts.kit.recolour import recolour
from tlanalysis.charts.kit.slot import Slot, fitted
from tlanalysis.charts.kit.style import DPI, halo, style
from tlanalysis.charts.kit.watching import unwatched
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.text import Text

    from tlanalysis.charts.kit.caption import Caption


class Page(LayoutEngine):
    """The page of a figure of our own: its plot, the texts around it, and where each stands.

    Attributes
    ----------
    axes : Axes
        The Axes of the plot.
    frame : Frame
        What is asked of its size and its texts.
    plot_height : float
        Height of the plot with its labels, in inches.
    """

    _adjust_compatible = True
    _colorbar_gridspec = True

    def __init__(self, axes: Axes, frame: Frame) -> None:
        super().__init__()
        self.axes, self.frame, self.plot_height = axes, frame, frame.natural
        self._written: Caption | None = None
        self._footer: list[Line] = []
        self._under: list[Text] = []

    def execute(self, fig: Figure) -> None:
        """Write the caption of the Axes around their plot, once."""
        caption = captions.held(self.axes)
        if caption is not None and caption is not self._written:
            self._written = caption
            with style():
                self._dress(caption)

    def shorten(self) -> None:
        """Write the short lines under the plot in the place of all of them; the plot keeps its size.

        What the caller asked for stays: another caption, or a page of a given height.
        """
        figure, look, k = figure_of(self.axes), self.frame.look, self.frame.factor
        lines = self.frame.footer(captions.of(self.axes), look.width / k, shown="short")
        if look.caption is not None or look.height is not None or lines == self._footer:
            return
        before = figure.get_size_inches()[1] / k
        after = before + height_of(lines) - height_of(self._footer)
        with style(), unwatched(figure):
            for text in self._under:
                text.remove()
            figure.set_size_inches(look.width, after * k)
            for text in figure.texts:
                text.set_y(_from_top(text.get_position()[1], before, after))
            x, y, width, height = self.axes.get_position(original=True).bounds
            self.axes.set_position((x, _from_top(y, before, after), width, height * before / after))
            self._footer = lines
            self._under = _write(figure, lines, MARGIN + height_of(lines), after, look.width / k, k, look.font)

    def zone(self) -> dict[str, float]:
        """Return where the plot stands between header and footer: inches, from the top of the page."""
        width, height = figure_of(self.axes).get_size_inches()
        factor = self.frame.factor
        header = height_of(self.frame.header(captions.of(self.axes), width / factor))
        top = (MARGIN + header + GAP / 2) * factor
        bottom = top + (self.plot_height + GAP) * factor
        return {"width": round(width, 3), "height": round(height, 3), "top": round(top, 3), "bottom": round(bottom, 3)}

    def _dress(self, caption: Caption) -> None:
        figure, frame = figure_of(self.axes), self.frame
        look = frame.look
        k = frame.choose(caption, look.width, look.height)
        frame.resize(k, look.width)
        inner = look.width / k
        header, footer = frame.header(caption, inner), frame.footer(caption, inner)
        top, bottom = height_of(header), height_of(footer)
        height = frame.plot_height(inner)
        if look.height is not None:
            height = look.height / k - (2 * MARGIN + top + 2 * GAP + bottom)
        self.plot_height = height
        total = MARGIN + top + GAP + height + GAP + bottom + MARGIN
        figure.set_size_inches(look.width, total * k)
        _write(figure, header, total - MARGIN, total, inner, k, look.font)
        self._footer, self._under = footer, _write(figure, footer, MARGIN + bottom, total, inner, k, look.font)
        zone = (
            MARGIN / inner,
            (MARGIN + bottom + GAP) / total,
            1 - MARGIN / inner,
            (MARGIN + bottom + GAP + height) / total,
        )
        figure.dpi = POINTS  # laid out as its SVG will be drawn
        fitted(self.axes, zone, self._place, frame, ruler())
        figure.dpi = DPI

    def _place(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.axes.set_position((x0, y0, x1 - x0, y1 - y0))


def new_axes(ax: Axes | None, height: float, *, least: float | None = None) -> Axes:
    """Return the Axes to draw on: the caller's, or those of a new page.

    Parameters
    ----------
    ax : Axes or None
        The caller's.
    height : float
        Of the plot, in inches, in letters of full size.
    least : float, optional
        Width of a page on which the letters of this chart have room at their full size; they shrink on a narrower one.
    """
    frame = Frame(height, asked(), least)
    if ax is not None:
        frame.axes = ax
        ax.slot = Slot(ax, frame)  # type: ignore[attr-defined]
        return ax
    figure = Figure(figsize=(frame.look.width, height))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    frame.axes = axes
    figure.set_layout_engine(Page(axes, frame))
    return axes


def room(ax: Axes | None, height: float) -> float:
    """Return how wide a page is in letters of full size, or the slot of given Axes, before anything is drawn.

    Parameters
    ----------
    ax : Axes or None
        As for `new_axes`.
    height : float
        As for `new_axes`.
    """
    frame = Frame(height, asked())
    if ax is None:
        return frame.room(frame.look.width, frame.look.height)
    return frame.room(*Slot(ax, frame).inches())


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
    """Attach the caption and write it around the plot. Return the Axes."""
    look = asked()
    if look.title:
        caption = replace(caption, title=look.title)
    captions.attach(ax, caption)
    halo(ax)
    draw_marks_whole(ax)
    recolour(ax, look.palette)
    if look.font:
        for text in ax.findobj(lambda artist: hasattr(artist, "set_fontfamily")):
            text.set_fontfamily([look.font, *FAMILIES])  # type: ignore[attr-defined]
    for axes in (ax, *ax.child_axes):  # ticks to come are made when the figure is drawn, maybe in another style
        axes.tick_params(labelfontfamily=[look.font, *FAMILIES] if look.font else FAMILIES)
    if page := page_of(ax):
        page.execute(figure_of(ax))
    else:
        slot: Slot = ax.slot  # type: ignore[attr-defined]
        ax.set_axes_locator(slot)
        slot(ax, None)
    return ax


def page_of(ax: Axes) -> Page | None:
    """Return the page of a figure of our own; None when the Axes belong to somebody else's figure."""
    engine = figure_of(ax).get_layout_engine()
    return engine if isinstance(engine, Page) and engine.axes is ax else None


def _from_top(y: float, before: float, after: float) -> float:
    """Return a height on a page, as a part of it, after the page has grown downwards."""
    return 1 - (1 - y) * before / after


def _write(
    figure: Figure, lines: list[Line], top: float, total: float, width: float, factor: float, font: str | None
) -> list[Text]:
    """Write lines of text on a page, and return them."""
    written = []
    family: dict[str, Any] = {"fontfamily": [font, *FAMILIES]} if font else {}
    for text, size, weight, colour in lines:
        place = (MARGIN / width, top / total)
        look: dict[str, Any] = {"fontsize": size * factor, "fontweight": weight, "color": colour} | family
        written.append(figure.text(*place, text, va="top", ha="left", **look))
        top -= size * LEADING / 72
    return written
