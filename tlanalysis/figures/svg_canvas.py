"""The SVG of matplotlib, by a renderer that keeps the measures of texts, and rounds the numbers that make an id.

`savefig(..., backend="module://tlanalysis.figures.svg_canvas")` draws with it.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, BinaryIO

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.font_manager import FontProperties

from tlanalysis.charts.kit.measuring import POINTS, Heights, font_heights, text_size

BACKEND = f"module://{__name__}"
_FLOAT = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")


class _Renderer(RendererSVG):
    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return text_size(s, prop, ismath, POINTS)

    def _make_id(self, type: str, content: object) -> str:
        """Return an id: a digest of the content, whose numbers are rounded to six decimals, as in the drawing.

        matplotlib takes all digits; the last ones differ between processors, and the id would differ too.
        """
        return str(super()._make_id(type, _FLOAT.sub(_rounded, str(content))))

    def _get_font_height_metrics(self, prop: FontProperties) -> Heights:
        return font_heights(prop, POINTS)


class FigureCanvas(FigureCanvasSVG):
    """The canvas that matplotlib asks of the module of a backend."""

    def print_svg(self, filename: BinaryIO, *, metadata: dict[str, Any] | None = None, **_: Any) -> None:
        """Write the figure as an SVG to an open file, as matplotlib does."""
        figure = self.figure
        dpi, (width, height) = figure.dpi, figure.get_size_inches()
        figure.dpi = POINTS
        drawn = _Renderer(width * POINTS, height * POINTS, codecs.getwriter("utf-8")(filename), dpi, metadata=metadata)
        renderer: Any = MixedModeRenderer(figure, width, height, dpi, drawn)
        figure.draw(renderer)
        renderer.finalize()


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number[0]), 6) + 0.0:.6f}"  # the sum makes 0 of -0
