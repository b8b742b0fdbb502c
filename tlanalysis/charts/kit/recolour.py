"""A chart in other colours and another font: each hue is replaced, its light and dark tints stay as light and as dark.

So the order of the classes of a map, and the contrast of the letters written on them, stay what they are.
"""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from tlanalysis.charts.kit.style import ACCENT, CONTRAST
from tlanalysis.core.errors import BadInput, did_you_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREY = 0.06  # chroma under which a colour is a grey, and stays
SAME_HUE = 0.09  # of the circle


def palette(asked: Any, *, of_yours: bool) -> tuple[str, ...]:
    """Return the colours asked for, checked: a list, the name of one colour, or of a palette of matplotlib.

    On Axes of the caller, the colour cycle of a style that is in force stands for a palette.
    """
    if asked is None:
        cycle = _changed("axes.prop_cycle") if of_yours else None
        return tuple(cycle.by_key().get("color", ())) if cycle is not None else ()
    names = [asked] if isinstance(asked, str) else list(asked)
    if isinstance(asked, str) and asked in mpl.colormaps:
        colours = getattr(mpl.colormaps[asked], "colors", None)
        listed = colours if colours is not None and len(colours) <= 20 else mpl.colormaps[asked]([0.25, 0.75, 0.5])
        return tuple(mpl.colors.to_hex(colour) for colour in listed)
    wrong = [name for name in names if not mpl.colors.is_color_like(name)]
    if wrong or not names:
        near = did_you_mean(str(wrong[0]), [*mpl.colors.CSS4_COLORS, *mpl.colormaps]) if wrong else ""
        raise BadInput(
            f"palette is {asked!r}: {wrong[0]!r} is no colour{near}." if wrong else "palette is empty: name a colour."
        )
    return tuple(mpl.colors.to_hex(name) for name in names)


def font(asked: str | None, *, of_yours: bool) -> str | None:
    """Return the font asked for, if it is installed; on Axes of the caller, the one of a style that is in force."""
    from matplotlib.font_manager import fontManager

    if asked is None:
        family = _changed("font.family") if of_yours else None
        if family is None:
            return None
        held: Any = mpl.rcParams
        generic = held.get(f"font.{family[0]}", family)
        return next((name for name in generic if name in fontManager.get_font_names()), None)
    known = fontManager.get_font_names()
    if asked not in known:
        raise BadInput(f"no font called {asked!r} is installed{did_you_mean(str(asked), known)}.")
    return asked


def _changed(name: str) -> Any:
    """Return a setting that the caller has changed since matplotlib was loaded; None when it is as it was."""
    settings: Any = (mpl.rcParams, mpl.rcParamsOrig)
    now, before = (held[name] for held in settings)
    return now if now != before else None


def recolour(ax: Axes, colours: tuple[str, ...]) -> None:
    """Replace the hues of a chart: blue by the first colour, orange by the second, others as they come."""
    if not colours:
        return
    hues = [_hue(ACCENT), _hue(CONTRAST)]
    for artist in ax.findobj():
        for get, put in _parts(artist):
            if (old := get()) is not None and (new := _replaced(old, hues, colours)) is not None:
                put(new)


def _parts(artist: Artist) -> list[tuple[Any, Any]]:
    if isinstance(artist, Line2D):
        return [
            (getattr(artist, f"get_{part}"), getattr(artist, f"set_{part}"))
            for part in ("color", "markerfacecolor", "markeredgecolor")
        ]
    if isinstance(artist, Text):
        return [(artist.get_color, artist.set_color)]
    if isinstance(artist, Patch):
        return [(artist.get_facecolor, artist.set_facecolor), (artist.get_edgecolor, artist.set_edgecolor)]
    if isinstance(artist, Collection):
        return [(lambda: next(iter(artist.get_facecolor()), None), artist.set_facecolor)]
    return []


def _replaced(old: Any, hues: list[float], colours: tuple[str, ...]) -> Any:
    """Return the colour in place of another; None for greys, and for no colour at all."""
    if isinstance(old, str) and old in {"none", "auto"}:
        return None
    red, green, blue, opacity = to_rgba(old)
    if max(red, green, blue) - min(red, green, blue) < GREY or opacity == 0:
        return None
    hue = _hue(old)
    rank = next((i for i, known in enumerate(hues) if _apart(hue, known) < SAME_HUE), None)
    if rank is None:
        rank = len(hues)
        hues.append(hue)
    wanted = to_rgb(colours[rank % len(colours)])
    return (*_as_light_as((red, green, blue), wanted), opacity)


def _as_light_as(old: tuple[float, float, float], wanted: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the wanted colour mixed with white or black until it is as light as the old one."""
    aim, has = _luminance(old), _luminance(wanted)
    end, low, high = (1.0 if aim > has else 0.0), 0.0, 1.0
    for _ in range(24):
        part = (low + high) / 2
        mixed = tuple(side + (end - side) * part for side in wanted)
        if (_luminance(mixed) < aim) == (end == 1.0):
            low = part
        else:
            high = part
    return tuple(side + (end - side) * high for side in wanted)  # type: ignore[return-value]


def _luminance(colour: tuple[float, ...]) -> float:
    r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _hue(colour: Any) -> float:
    return colorsys.rgb_to_hls(*to_rgb(colour))[0]


def _apart(one: float, other: float) -> float:
    return min(abs(one - other), 1 - abs(one - other))
