"""Know whether somebody has changed a chart since it was drawn; what we change while we render it does not count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.figure import Figure


class Watch:
    """What matplotlib tells of each change inside a figure."""

    def __init__(self) -> None:
        self.changed = False

    def __call__(self, artist: object, stale: bool) -> None:
        """Note that something changed."""
        self.changed = True


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
