"""Know whether somebody has changed a chart since it was drawn; what we change while we render it does not count."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.cbook import CallbackRegistry
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text

# Drawing, saving and measuring a figure place its ticks anew, which matplotlib tells as a change; nobody made one.
_LOOKS: tuple[Any, ...] = (
    Figure.draw,
    Figure.draw_without_rendering,
    FigureBase.get_tightbbox,
    FigureCanvasBase.print_figure,
    Axis.get_tightbbox,
    Axis._update_ticks,  # type: ignore[attr-defined]
    Axes.get_tightbbox,
    Text.get_window_extent,
)
_LOOKING = frozenset(inspect.unwrap(look).__code__ for look in _LOOKS)
_CALLING = CallbackRegistry.process.__code__  # what somebody asked to be called while a figure is drawn


class Watch:
    """What matplotlib tells of each change inside a figure."""

    def __init__(self) -> None:
        self.changed = False

    def __call__(self, artist: object, stale: bool) -> None:
        """Note that something changed."""
        self.changed = self.changed or not _is_looked_at()


def _is_looked_at() -> bool:
    """Return whether matplotlib is drawing, saving or measuring a figure, and nobody's own code is called by it."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code is not _CALLING:
        if frame.f_code in _LOOKING:
            return True
        frame = frame.f_back
    return False


@contextmanager
def unwatched(figure: Figure) -> Iterator[None]:
    """Leave aside, for the time that we render a figure, what rendering changes inside it."""
    watch: Any = figure.stale_callback
    before = watch.changed if isinstance(watch, Watch) else False
    try:
        yield
    finally:
        if isinstance(watch, Watch):
            watch.changed = before
