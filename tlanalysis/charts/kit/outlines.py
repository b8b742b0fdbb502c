"""Real outlines of régions and départements, from the embedded table `contours`: nothing to fetch, nothing to install.

Metropolitan France is drawn in EPSG:3035 (Lambert azimuthal equal-area); each overseas territory in an equal-area
projection of its own, in an inset whose scale relative to the main map is written; Paris and the départements around it
once more, enlarged. Same colours, same unknown as the tiles.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from tlanalysis.charts.kit.decimals import decimals
from tlanalysis.charts.kit.look import asked
from tlanalysis.charts.kit.shapes import name_shape
from tlanalysis.charts.kit.style import CONTRAST, PALE, SMALL, SOFT, UNKNOWN, WIDTH, on
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.data import embedded, territories

INSETS = ("971", "972", "973", "974", "976")  # départements; a région overseas is one département
SUBURBS = ("75", "92", "93", "94")
ENLARGED = 4.0  # of Paris and its suburbs
BORDER: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.6}

# Side of an inset, as a share of the height of the metropolitan map, and the scales it may be drawn at.
SIDE = 0.145
LEGEND = 0.3  # room for a legend at the right, as a share of the width of the rest
BESIDE = 1.3  # room for Paris and its suburbs at the right, in sides of an inset
SCALES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
APART = 0.16  # inches between the middles of two signs
NARROW_PAGE = 4.4  # inches: letters shrink on it, and those inside shapes start larger
LEAST = 0.035  # shapes narrower than this part of the map hold no sign


class Placed(NamedTuple):
    """Where everything stands, in hundreds of metres of the main map.

    `paths` has one path per territory, enlarged where it is; `small` the enlarged ones in their true place; `labels`
    the place of each inset's name, and its scale; `frame` is left, bottom, right, top.
    """

    paths: dict[str, Path]
    small: dict[str, Path]
    labels: dict[str, tuple[float, float, float]]
    frame: tuple[float, float, float, float]


def rings(level: str) -> dict[str, list[np.ndarray]]:
    """Return the rings of every territory of a level, largest first: points in hundreds of metres.

    Examples
    --------
    >>> len(rings("departement")), len(rings("region"))
    (101, 18)
    """
    return _rings(embedded.read_raw("contours"), level)


@lru_cache(maxsize=4)
def _rings(data: bytes, level: str) -> dict[str, list[np.ndarray]]:
    table = embedded.load("contours")
    found: dict[str, list[np.ndarray]] = {}
    for row in table[table["niveau"] == level].itertuples():
        steps = np.array([pair.split(",") for pair in row.points.split()], dtype=float)
        found.setdefault(row.code, []).append(steps.cumsum(axis=0))  # the first step is the first point
    known = set(territories.table(level)["code"])
    if odd := sorted(known ^ set(found)):
        raise BadInput(f"the embedded contours are not those of the {level}s of today: look at {', '.join(odd[:8])}.")
    return found


@lru_cache(maxsize=2)
def placed(level: str) -> Placed:
    """Return where the outlines of a level stand on the page."""
    shapes = rings(level)
    overseas = _overseas(level)
    main = np.vstack([ring for code, parts in shapes.items() if code not in overseas for ring in parts])
    (left, bottom), (right, top) = main.min(axis=0), main.max(axis=0)
    side = SIDE * (top - bottom)
    paths = {code: outline(parts) for code, parts in shapes.items()}
    small, labels = {}, {}
    for rank, code in enumerate(overseas):
        low, high = (side_of(np.vstack(shapes[code]), axis=0) for side_of in (np.min, np.max))
        scale = max(s for s in SCALES if s * max(high - low) <= side or s == SCALES[0])
        middle = (left - 0.62 * side, top - (rank + 0.5) * (top - bottom) / len(overseas) + 0.03 * (top - bottom))
        paths[code] = outline([(ring - (low + high) / 2) * scale + middle for ring in shapes[code]])
        labels[code] = (middle[0], middle[1] - side / 2, scale)
    if level == "departement":
        low, high = (side_of(np.vstack([shapes[code][0] for code in SUBURBS]), axis=0) for side_of in (np.min, np.max))
        beside = np.array([right + 0.62 * side, top - 0.42 * side])
        for code in SUBURBS:
            small[code] = paths[code]
            paths[code] = outline([(ring - (low + high) / 2) * ENLARGED + beside for ring in shapes[code]])
        labels[SUBURBS[0]] = (
            float(beside[0]),
            float(beside[1] - (high - low)[1] * ENLARGED / 2 - 0.05 * side),
            ENLARGED,
        )
    edge = right + BESIDE * side * (level == "departement")
    frame = (left - 1.35 * side, bottom - 0.02 * side, edge, top + 0.02 * side)
    return Placed(paths, small, labels, tuple(float(edge) for edge in frame))  # type: ignore[arg-type]


def _overseas(level: str) -> list[str]:
    if level == "departement":
        return list(INSETS)
    return [str(territories.region_of(code)) for code in INSETS]


def outline(parts: list[np.ndarray]) -> Path:
    """Return one compound path of the rings of a territory."""
    return Path.make_compound_path(*(Path(np.vstack([ring, ring[:1]]), closed=True) for ring in parts))


def _middle(path: Path) -> tuple[float, float]:
    """Return a point well inside the largest ring of a shape: the middle of its widest part at half its height."""
    ring = _largest(path)
    best = (0.0, 0.0, 0.0)
    low, high = ring[:, 1].min(), ring[:, 1].max()
    for y in np.linspace(low, high, 11)[3:8]:
        (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
        cut = (y0 <= y) != (y1 <= y)
        at = np.sort(x0[cut] + (y - y0[cut]) / (y1[cut] - y0[cut]) * (x1[cut] - x0[cut]))
        for start, end in zip(at[::2], at[1::2], strict=True):
            best = max(best, (float(end - start), float((start + end) / 2), float(y)))
    return best[1], best[2]


def _largest(path: Path) -> np.ndarray:
    return max((np.asarray(points) for points in path.to_polygons()), key=_area)


def _area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])))


def draw_outlines(
    ax: Axes,
    level: str,
    colours: Mapping[str, str | None],
    marks: Mapping[str, str],
    words: Words,
    *,
    focus: Collection[str] = (),
    titles: Mapping[str, str] | None = None,
    legend: bool = True,
    width: float = WIDTH,
    apart: float = APART,
) -> None:
    """Draw one shape per territory: coloured, or hatched where the colour is None (unknown).

    Parameters
    ----------
    ax : Axes
        Where to draw; its frame is removed.
    level : {"region", "departement"}
        Territories.
    colours : mapping
        Code -> colour, or None for unknown. Every territory of the level must be there.
    marks : mapping
        Code -> sign or short name to write inside the shape, where it is large enough to hold one.
    words : Words
        Language of the names and scales of the insets.
    focus : collection of str
        Codes to frame.
    titles : mapping, optional
        Code -> what the shape says when it is pointed at; the name of the territory when left out.
    legend : bool
        Whether room is kept for a legend at the right.
    width : float
        Of the map in inches: a sign that would touch another is left out, that of the smaller territory first.
    apart : float
        Inches between the middles of two signs; 0 leaves none out.

    Raises
    ------
    BadInput
        A territory has no colour entry, or the other way round; see also `rings`.
    """
    paths, small, labels, (x0, y0, x1, y1) = placed(level)
    if odd := set(paths) ^ set(colours):
        raise BadInput(f"the table and the contours do not hold the same territories: {', '.join(sorted(odd)[:8])}.")
    names = dict(territories.table(level)[["code", "nom"]].itertuples(index=False, name=None))
    for code, path in small.items():
        ax.add_patch(PathPatch(path, **_look(colours[code])))
    for code, path in paths.items():
        shape = ax.add_patch(PathPatch(path, **_look(colours[code])))
        name_shape(ax, shape, level, code, (titles or {}).get(code, names[code]))
    for code in (code for code in paths if code in focus):
        ax.add_patch(PathPatch(paths[code], fill=False, edgecolor=CONTRAST, linewidth=2.0, zorder=3))
    taken: list[tuple[float, float]] = []
    near = apart * (x1 - x0) * (1 + LEGEND * legend) / width
    for code in sorted(paths, key=lambda code: -_area(_largest(paths[code]))):
        box = paths[code].get_extents()
        if not marks.get(code) or min(box.width, box.height) < LEAST * (y1 - y0):
            continue
        x, y = _middle(paths[code])
        if any(abs(x - u) < near and abs(y - v) < near for u, v in taken):
            continue
        taken.append((x, y))
        ink, ground = on(colours[code] or PALE), None
        if colours[code] is None and marks[code] != "?":
            ground = {"facecolor": UNKNOWN["facecolor"], "edgecolor": "none", "pad": 0.8}
        size = SMALL - (1.4 if asked().width < NARROW_PAGE else 2)
        sign = ax.text(
            x, y, marks[code], ha="center", va="center", fontsize=size, color=ink, bbox=ground, linespacing=1.0
        )
        if ink == "white":  # a white sign that reaches beyond its shape keeps an edge
            sign.set_path_effects([withStroke(linewidth=1.6, foreground=colours[code] or PALE)])
    for code, (x, y, scale) in labels.items():
        name = words.label("words", "paris_and_suburbs") if code in SUBURBS else names[code]
        said = words.label("words", "inset").format(name=name, scale=words.number(scale, decimals([scale])))
        ax.text(x, y, said, ha="center", va="top", fontsize=SMALL - 1, color=SOFT)
    ax.set(xlim=(x0, x0 + (x1 - x0) * (1 + LEGEND * legend)), ylim=(y0, y1), aspect="equal")
    ax.set_axis_off()


def _look(colour: str | None) -> dict[str, Any]:
    return UNKNOWN | {"linewidth": 0.3} if colour is None else {"facecolor": colour} | BORDER
