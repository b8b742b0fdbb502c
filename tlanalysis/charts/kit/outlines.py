"""Real outlines of régions and départements, when the contours have been fetched (`tlanalysis[geo]`).

Metropolitan France is drawn in EPSG:3035 (Lambert azimuthal equal-area); each overseas territory in an equal-area
projection of its own, in an inset whose scale relative to the main map is written. Same colours, same unknown as the
tiles.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from tlanalysis.charts.kit.style import CONTRAST, PALE, SMALL, SOFT, UNKNOWN, on
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.core.extras import missing
from tlanalysis.data import embedded, territories
from tlanalysis.data.reference_files import OUTLINES

if TYPE_CHECKING:
    import geopandas as gpd

MAIN = "EPSG:3035"
INSETS = ("971", "972", "973", "974", "976")  # départements; a région overseas is one département
BORDER: dict[str, Any] = {"edgecolor": "white", "linewidth": 0.6}

# Side of an inset, as a share of the height of the metropolitan map, and the scales it may be drawn at.
SIDE = 0.15
LEGEND = 0.42  # room for the legend at the right, as a share of the width of the map
SCALES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
LEAST = 0.03  # shapes narrower than this part of the map hold no sign


def read_outlines(level: str) -> gpd.GeoDataFrame:
    """Return the outline of every territory of a level: `code`, `geometry` (longitude and latitude).

    Raises
    ------
    SourceError
        The contours have not been fetched, or are not those recorded.
    BadInput
        GeoPandas is not installed, or the contours are those of another year: codes that differ are named.
    """
    try:
        import geopandas as gpd
    except ModuleNotFoundError as error:
        raise missing(error) from error
    frame = gpd.read_file(io.BytesIO(embedded.read_remote(OUTLINES[level])))
    column = "insee_reg" if level == "region" else "insee_dep"
    return check_outlines(frame.rename(columns={column: "code"})[["code", "geometry"]], level)


def check_outlines(frame: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Return the outlines if they are those of today's territories, one each.

    Raises
    ------
    BadInput
        Codes that are missing, repeated or of another year; they are named.
    """
    known = set(territories.table(level)["code"])
    codes = list(frame["code"])
    if odd := sorted((set(codes) ^ known) | {code for code in codes if codes.count(code) > 1}):
        raise BadInput(
            f"these contours are not those of the {len(known)} {level}s of today: look at {', '.join(odd[:8])}; "
            "contours of another year draw other territories."
        )
    return frame


@cache
def _placed(level: str) -> tuple[dict[str, Path], dict[str, tuple[float, float, float]], tuple[float, ...]]:
    """Return the path of each territory on the page (metres of the main map), each inset's label place and scale."""
    frame = read_outlines(level).set_index("code")
    overseas = _overseas(level)
    main = frame[~frame.index.isin(list(overseas))].to_crs(MAIN)
    left, bottom, right, top = main.total_bounds
    side = SIDE * (top - bottom)
    paths = {code: _path(shape) for code, shape in main.geometry.items()}
    labels = {}
    for rank, code in enumerate(overseas):
        shape = frame.loc[[code]]
        centre = shape.geometry.iloc[0].centroid
        shape = shape.to_crs(f"+proj=laea +lat_0={centre.y:.3f} +lon_0={centre.x:.3f} +datum=WGS84")
        x0, y0, x1, y1 = shape.total_bounds
        scale = max(s for s in SCALES if s * max(x1 - x0, y1 - y0) <= side or s == SCALES[0])
        middle = (left - 0.62 * side, top - (rank + 0.5) * (top - bottom) / len(overseas) + 0.03 * (top - bottom))
        moved = shape.geometry.translate(-(x0 + x1) / 2, -(y0 + y1) / 2).scale(scale, scale, origin=(0, 0))
        paths[code] = _path(moved.translate(*middle).iloc[0])
        labels[code] = (middle[0], middle[1] - side / 2, scale)
    return paths, labels, (left - 1.35 * side, bottom - 0.02 * side, right + LEGEND * (right - left), top)


def _middle(path: Path) -> tuple[float, float]:
    """Return a point inside the largest ring of a shape."""
    from shapely.geometry import Polygon

    rings = (np.asarray(points) for points in path.to_polygons())
    middle = max((Polygon(ring) for ring in rings if len(ring) > 3), key=lambda shape: shape.area)
    return middle.representative_point().coords[0]


def _overseas(level: str) -> list[str]:
    if level == "departement":
        return list(INSETS)
    return [str(territories.region_of(code)) for code in INSETS]


def _path(shape: Any) -> Path:
    """Return one compound path of a polygon or of several, holes included."""
    parts = getattr(shape, "geoms", [shape])
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return Path.make_compound_path(*(Path([(x, y) for x, y, *_ in ring.coords], closed=True) for ring in rings))


def draw_outlines(
    ax: Axes,
    level: str,
    colours: Mapping[str, str | None],
    marks: Mapping[str, str],
    words: Words,
    *,
    focus: Collection[str] = (),
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
        Code -> sign to write inside the shape, where it is large enough to hold one.
    words : Words
        Language of the names and scales of the insets.
    focus : collection of str
        Codes to frame.

    Raises
    ------
    BadInput
        A territory has no colour entry, or the other way round; see also `read_outlines`.
    SourceError
        See `read_outlines`.
    """
    paths, labels, (x0, y0, x1, y1) = _placed(level)
    if odd := set(paths) ^ set(colours):
        raise BadInput(f"the table and the contours do not hold the same territories: {', '.join(sorted(odd)[:8])}.")
    for code, path in paths.items():
        colour = colours[code]
        look = UNKNOWN | {"linewidth": 0.3} if colour is None else {"facecolor": colour} | BORDER
        ax.add_patch(PathPatch(path, **look))
        if code in focus:
            ax.add_patch(PathPatch(path, fill=False, edgecolor=CONTRAST, linewidth=2.0, zorder=3))
        box = path.get_extents()
        if marks.get(code) and min(box.width, box.height) > LEAST * (y1 - y0):
            ax.text(*_middle(path), marks[code], ha="center", va="center", fontsize=SMALL, color=on(colour or PALE))
    names = dict(territories.table(level)[["code", "nom"]].itertuples(index=False, name=None))
    for code, (x, y, scale) in labels.items():
        said = words.label("words", "inset").format(name=names[code], scale=words.significant(scale))
        ax.text(x, y, said, ha="center", va="top", fontsize=SMALL - 1, color=SOFT, linespacing=1.1)
    ax.set(xlim=(x0, x1), ylim=(y0, y1), aspect="equal")
    ax.set_axis_off()
