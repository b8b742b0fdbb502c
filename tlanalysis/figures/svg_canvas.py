"""The SVG of matplotlib, by a renderer that keeps the measures of texts: same bytes, in less time.

`savefig(..., backend="module://tlanalysis.figures.svg_canvas")` draws with it.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Any, BinaryIO

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from tlanalysis.charts.kit.measuring import Heights, font_heights

BACKEND = f"module://{__name__}"
_POINTS = 72  # per inch: the unit of an SVG of matplotlib


class _Renderer(RendererSVG):
    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return _measured(s, prop.copy(), ismath)

    def _get_font_height_metrics(self, prop: FontProperties) -> Heights:
        return font_heights(prop, _POINTS)


class FigureCanvas(FigureCanvasSVG):
    """The canvas that matplotlib asks of the module of a backend."""

    def print_svg(self, filename: BinaryIO, *, metadata: dict[str, Any] | None = None, **_: Any) -> None:
        """Write the figure as an SVG to an open file, as matplotlib does."""
        figure = self.figure
        dpi, (width, height) = figure.dpi, figure.get_size_inches()
        figure.dpi = _POINTS
        drawn = _Renderer(
            width * _POINTS, height * _POINTS, codecs.getwriter("utf-8")(filename), dpi, metadata=metadata
        )
        renderer: Any = MixedModeRenderer(figure, width, height, dpi, drawn)
        figure.draw(renderer)
        renderer.finalize()


@lru_cache(maxsize=8192)
def _measured(text: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, prop, ismath)
