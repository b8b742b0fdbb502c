"""A chart in Axes of somebody else's figure: it stays within their place in the grid, texts included."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox, TransformedBbox

from tlanalysis.charts.kit import caption as captions
from tlanalysis.charts.kit.fonts import FAMILIES
from tlanalysis.charts.kit.frame import GAP, LEADING, Frame, height_of
from tlanalysis.charts.kit.letters import MARGIN
from tlanalysis.charts.kit.ticks import break_axis_labels, thin_ticks

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Text

NEAR = 1e-3  # of the width or height of a figure: less than a pixel
LEGIBLE = 5.0  # points
EDGE = 0.06  # inches between a chart and the edge of the figure
APART = 0.14  # inches between two charts, besides their own margins

Zone = tuple[float, float, float, float]


class Slot:
    """The place of given Axes: a locator of matplotlib, asked again whenever the figure is laid out or resized."""

    def __init__(self, ax: Axes, frame: Frame) -> None:
        self.ax, self.frame = ax, frame
        self._arranged: tuple[Any, ...] | None = None
        self._trial: Zone | None = None
        self._texts: list[Text] = []
        self._warned = False

    def __call__(self, ax: Any, renderer: Any) -> Bbox:
        """Return where the Axes stand, as matplotlib asks it of a locator."""
        if self._trial is None or self._arranged is not None:
            zone, sides = self._zone(), self.inches()
            state = (zone, sides, captions.held(ax))
            if state != self._arranged:
                self._arranged = None
                self._arrange(zone, *sides)
                self._arranged = state
        x0, y0, x1, y1 = self._trial or self._zone()
        return Bbox.from_extents(x0, y0, x1, y1)

    def get_subplotspec(self) -> Any:
        """Return the place in a grid, which layout engines of matplotlib ask of a locator."""
        return self.ax.get_subplotspec()

    def inches(self) -> tuple[float, float]:
        """Return width and height of the slot."""
        x0, y0, x1, y1 = self._zone()
        whole = self._inches_of_figure()
        return float((x1 - x0) * whole[0]), float((y1 - y0) * whole[1])

    def _inches_of_figure(self) -> tuple[float, float]:
        box, dpi = self._holder.bbox, self._holder.dpi
        return box.width / dpi, box.height / dpi

    @property
    def _holder(self) -> Any:
        return self.ax.get_figure(root=False)

    def _zone(self) -> Zone:
        """Return the slot in fractions of its figure: the place of the Axes, and the gutter at their left and around.

        As labels of ticks do elsewhere, the chart takes the gutter at its left, and half of those above and below; a
        layout engine of matplotlib leaves the gutters to itself.
        """
        x0, y0, x1, y1 = self.ax.get_position(original=True).extents
        spec, holder = self.ax.get_subplotspec(), self._holder
        if spec is None or holder.get_layout_engine() is not None:
            return x0, y0, x1, y1
        bottoms, tops, lefts, rights = spec.get_gridspec().get_grid_positions(holder)
        rows, columns = spec.rowspan, spec.colspan
        width, height = self._inches_of_figure()
        x0 = min(x0, rights[columns.start - 1] + APART / width if columns.start > 0 else EDGE / width)
        if columns.stop == len(lefts):
            x1 = max(x1, 1 - EDGE / width)
        above = tops[rows.start]
        if rows.start > 0:
            above = (tops[rows.start] + bottoms[rows.start - 1]) / 2 - APART / 2 / height
        elif not (holder.get_suptitle() if hasattr(holder, "get_suptitle") else ""):
            above = 1 - EDGE / height
        below = bottoms[rows.stop - 1]
        if rows.stop < len(bottoms):
            below = (bottoms[rows.stop - 1] + tops[rows.stop]) / 2 + APART / 2 / height
        else:
            below = EDGE / height
        return float(x0), float(min(y0, below)), float(x1), float(max(y1, above))

    def _arrange(self, zone: Zone, width: float, height: float) -> None:
        ax, frame = self.ax, self.frame
        caption = captions.of(ax)
        factor = frame.choose(caption, width, height, most=1.0)
        frame.resize(factor, width)
        self._warn(factor, width, height)
        inner = width / factor
        header, footer = frame.header(caption, inner), frame.footer(caption, inner, shown="source")
        whole = self._inches_of_figure()
        across, up = factor / whole[0], factor / whole[1]
        margin = MARGIN / 2
        left, right = zone[0] + margin * across, zone[2] - margin * across
        top, bottom = zone[3] - margin * up, zone[1] + margin * up
        plot = (
            left,
            bottom + (height_of(footer) + GAP * bool(footer)) * up,
            right,
            top - (height_of(header) + GAP * bool(header)) * up,
        )
        for text in self._texts:
            text.remove()
        self._texts = []
        ax.set_title("", loc="left")
        fitted(ax, plot, self._try, frame)
        self._write(header, footer, left, top, bottom + height_of(footer) * up, up)

    def _try(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._trial = (x0, y0, x1, y1)
        self.ax.apply_aspect(Bbox.from_extents(x0, y0, x1, y1))

    def _write(self, header: list[Any], footer: list[Any], left: float, top: float, low: float, up: float) -> None:
        """Write the title as the left title of the Axes, so that `set_title(..., loc="left")` replaces it."""
        ax, font = self.ax, self.frame.look.font
        family: dict[str, Any] = {"fontfamily": [font, *FAMILIES] if font else FAMILIES}
        holder = self._holder
        to_axes = holder.transSubfigure + ax.transAxes.inverted()
        first = [line for line in header if line[2] == "bold"]
        for lines, at in ((first, top), (header[len(first) :], top - height_of(first) * up), (footer, low)):
            if not lines:
                continue
            _, size, weight, colour = lines[0]
            said = "\n".join(line[0] for line in lines)
            look = {"fontsize": size * self.frame.factor, "fontweight": weight, "color": colour, **family}
            if lines is first:
                x, y = to_axes.transform((left, at))
                ax.set_title(said, loc="left", x=x, y=y, va="top", linespacing=LEADING / 1.2, **look)
            else:
                self._texts.append(
                    ax.text(
                        left,
                        at,
                        said,
                        transform=holder.transSubfigure,
                        va="top",
                        ha="left",
                        linespacing=LEADING / 1.2,
                        clip_on=False,
                        **look,
                    )
                )

    def _warn(self, factor: float, width: float, height: float) -> None:
        from tlanalysis.charts.kit.style import SMALL

        if SMALL * factor < LEGIBLE and not self._warned:
            self._warned = True
            warnings.warn(
                f"this chart stands in Axes of {width:.1f} by {height:.1f} inches: its letters are "
                f"{SMALL * factor:.1f} points high. Give the figure a larger figsize, or fewer rows of Axes.",
                stacklevel=2,
            )


def fitted(
    ax: Axes,
    zone: Zone,
    place: Callable[[float, float, float, float], None],
    frame: Frame,
    renderer: RendererBase | None = None,
) -> None:
    """Move the Axes so that everything they draw, labels included, lies inside the zone (fractions of the figure).

    `renderer` measures the texts; by default that of the figure.
    """
    holder: Any = ax.get_figure(root=False)
    to_fractions = holder.transSubfigure.inverted()
    left, bottom, right, top = zone
    before = np.full(4, np.nan)
    tight = frame.factor != 1 or frame.narrow
    for turn in range(8 if tight else 4):
        place(left, bottom, right, top)
        if tight and turn < 4:
            break_axis_labels(ax, frame.factor)
            thin_ticks(ax, renderer)
        box = ax.get_tightbbox(renderer)
        if box is None:  # invisible Axes draw nothing
            break
        drawn = TransformedBbox(box, to_fractions)
        # Inside; or, for a map that keeps its shape, as large as it will be.
        if any(np.allclose(drawn.extents, reached, rtol=0, atol=NEAR) for reached in (zone, before)):
            break
        before = np.array(drawn.extents)
        left, bottom = left + (zone[0] - drawn.x0), bottom + (zone[1] - drawn.y0)
        right, top = right - (drawn.x1 - zone[2]), top - (drawn.y1 - zone[3])
    else:
        place(left, bottom, right, top)
