"""The value of each mark of an SVG: a `<title>` that a browser shows on hover, and that a page reads by keyboard.

A mark is a point of a line or of a scatter, or a bar. What it says comes from its place on the axes, in the words of
their ticks: the row that it stands in, then its value. An axis without ticks gives its marks no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer

from tlanalysis.charts.kit.decimals import SameDecimals
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Names = dict[float, str]  # place on the axis of rows -> name of the row
Say = Callable[[Any], str]  # writes a value in the words of the ticks of an axis

PREFIX = "marque-"
_NONE = {"", " ", "None", "none", None}
YEARS = (1990, 2100)
_CLOSE = 0.45  # rows: a mark further from a tick stands in no row
_USE = re.compile(r"<use\b[^>]*/>")
_PATH = re.compile(r"<path\b[^>]*/>")


@contextmanager
def named(ax: Axes, lang: str) -> Iterator[dict[str, list[str]]]:
    """Name the marks of some Axes for the time of drawing; give identifier -> what its marks say, in their order.

    Parameters
    ----------
    ax : Axes
    lang : {"fr", "en"}
        Language of the colon and of the spans.
    """
    said: dict[str, list[str]] = {}
    changed: list[Artist] = []
    for artist, texts in _marks(ax, Words(lang)):
        if artist.get_gid() is None and any(texts):
            name = f"{PREFIX}{len(said) + 1}"
            artist.set_gid(name)
            changed.append(artist)
            said[name] = texts
    try:
        yield said
    finally:
        for artist in changed:
            artist.set_gid(None)


def with_values(svg: str, said: dict[str, list[str]]) -> str:
    """Return an SVG in which each named mark has a title; a group whose marks are not as many as its values stays.

    Parameters
    ----------
    svg : str
    said : dict
        Identifier of a group -> what its marks say.
    """
    for name, texts in said.items():
        start = svg.find(f'<g id="{name}">')
        end = svg.find("<g id=", start + 1) if start >= 0 else -1
        if start < 0:
            continue
        end = len(svg) if end < 0 else end
        group = svg[start:end]
        head, drawn = _defined(group)
        pattern = _USE if _USE.search(drawn) else _PATH
        if len(pattern.findall(drawn)) != len(texts):
            continue
        svg = svg[:start] + head + _all_titled(drawn, pattern, texts) + svg[end:]
    return svg


def _defined(group: str) -> tuple[str, str]:
    """Return the definitions of a group of marks, and what it draws."""
    end = group.rfind("</defs>")
    return (group[: end + 7], group[end + 7 :]) if end >= 0 else ("", group)


def _all_titled(drawn: str, pattern: re.Pattern[str], texts: list[str]) -> str:
    left = iter(texts)
    return pattern.sub(lambda mark: _titled(mark.group(), next(left)), drawn)


def _titled(mark: str, text: str) -> str:
    if not text:
        return mark
    tag = mark[1:].split(None, 1)[0]
    return f"{mark[:-2].rstrip()}><title>{escape(text)}</title></{tag}>"


def _marks(ax: Axes, words: Words) -> Iterator[tuple[Artist, list[str]]]:
    names = _rows(ax)
    across, up = _teller(ax.xaxis), _teller(ax.yaxis)
    for line in ax.lines:
        if line.get_visible() and line.get_marker() not in _NONE and line.get_transform() == ax.transData:
            columns: Any = line.get_xdata(), line.get_ydata()
            yield line, [_point(across, up, names, x, y, words) for x, y in zip(*columns, strict=True)]
    for points in ax.collections:
        if isinstance(points, PathCollection) and points.get_visible():
            offsets: Any = points.get_offsets()
            yield points, [_point(across, up, names, x, y, words) for x, y in offsets]
    drawn = [bars for bars in ax.containers if isinstance(bars, BarContainer) and bars.orientation == "horizontal"]
    # When one bar starts elsewhere than at zero, the bars are intervals: those that start at zero too.
    intervals = any(bar.get_x() != 0 for bars in drawn for bar in bars.patches)
    for bar in (bar for bars in drawn for bar in bars.patches):
        if bar.get_visible() and not bar.get_hatch():
            yield bar, [_bar(across, names, bar, intervals, words)]


def _point(across: Say, up: Say, names: Names | None, x: Any, y: Any, words: Words) -> str:
    if names is not None:
        return _joined(_row(names, float(y)), across(x), words)
    return _joined(across(x), up(y), words)


def _bar(across: Say, names: Names | None, bar: Any, interval: bool, words: Words) -> str:
    if names is None:
        return ""
    high = across(bar.get_x() + bar.get_width())
    value = words.span(across(bar.get_x()), high) if interval else high
    return _joined(_row(names, bar.get_y() + bar.get_height() / 2), value, words)


def _rows(ax: Axes) -> Names | None:
    """Return place on the axis -> name of the row, when the Axes have rows with names; None otherwise."""
    if not getattr(ax, "rows", False):
        return None
    labels = [" ".join(label.get_text().split()) for label in ax.get_yticklabels()]
    return dict(zip(map(float, ax.get_yticks()), labels, strict=True))


def _row(names: Names, y: float) -> str:
    nearest = min(names, key=lambda at: abs(at - y), default=None)
    return names[nearest] if nearest is not None and abs(nearest - y) <= _CLOSE else ""


def _teller(axis: Any) -> Say:
    """Return what writes a value in the words of the ticks of an axis: nothing when the axis prints no value."""
    if not axis.get_visible() or not len(axis.get_majorticklocs()):
        return lambda value: ""
    formatter = axis.get_major_formatter()

    def say(value: Any) -> str:
        number = float(value)
        said = str(formatter.format_data(number) if isinstance(formatter, SameDecimals) else formatter(number, 0))
        # An axis of years prints some of them: the others are as readable.
        return said.strip() or (str(int(value)) if YEARS[0] <= number <= YEARS[1] else "")

    return say


def _joined(name: str, value: str, words: Words) -> str:
    return f"{name}{words.colon}{value}" if name and value else name or value
