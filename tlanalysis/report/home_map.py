"""The map of the home page: a shape per département, each a link to its portrait, coloured by what a test shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tlanalysis.charts.kit.outlines import SUBURBS, placed
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core import paths
from tlanalysis.data import embedded
from tlanalysis.data.territories import territory

if TYPE_CHECKING:
    from matplotlib.path import Path

KIND = "tiers_lieux"
WIDTH = 520  # of the drawing, in units: points are rounded to a unit, so that the page stays light
VERDICTS = ("au_dessus", "indistinct", "en_dessous")
Link = Callable[[str], str]


@dataclass(frozen=True)
class HomeMap:
    """The map as markup, and its key: class of a shape -> words."""

    drawing: Markup
    key: list[tuple[str, str]]


def home_map(lang: str, link: Link, text: Mapping[str, str]) -> HomeMap:
    """Return the map of the départements.

    Parameters
    ----------
    lang : {"fr", "en"}
    link : callable
        Territory code -> address of its portrait.
    text : mapping
        Texts of the site: `map_title`, `map_shape` and the words of the key, `map_au_dessus` and others.
    """
    words, stamp = Words(lang), paths.raw() / embedded.PACKAGE_FILE
    facts = _facts(str(stamp), stamp.stat().st_mtime_ns)
    outlines, labels, height = _outlines(str(stamp), stamp.stat().st_mtime_ns)
    shapes = []
    for insee, outline in outlines.items():
        code = f"D{insee}"
        number, rate, verdict = facts[code]
        said = text["map_shape"].format(
            name=territory(code).name,
            code=insee,
            n=words.number(number),
            rate=words.significant(rate, 2),
            verdict=text[f"map_{verdict}"].lower(),
        )
        shapes.append(
            f'<a href="{escape(link(code))}" class="{verdict}" aria-label="{escape(territory(code).name)} ({insee})">'
            f'<title>{escape(said)}</title><path d="{outline}"/></a>'
        )
    for insee, (x, y) in labels.items():
        name = words.label("words", "paris_and_suburbs") if insee in SUBURBS else territory(f"D{insee}").name
        near_edge = insee in SUBURBS  # a long name at the right edge
        place = f'x="{WIDTH}" y="{y}" style="text-anchor: end"' if near_edge else f'x="{x}" y="{y}"'
        shapes.append(f"<text {place}>{escape(name)}</text>")
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'aria-label="{escape(text["map_title"])}">{"".join(shapes)}</svg>'
    )
    present = {verdict for _, _, verdict in facts.values()}
    key = [(verdict, text[f"map_{verdict}"]) for verdict in VERDICTS if verdict in present]
    return HomeMap(Markup(drawn), key)  # noqa: S704 - escaped above


@lru_cache(maxsize=2)
def _facts(_path: str, _mtime: int) -> dict[str, tuple[int, float, str]]:
    """Return, by territory, its listed places, their rate, and whether a test tells it from the others."""
    from tlanalysis.indicators.place_counts import rates

    table = rates(KIND, "departement")
    return {row.territoire: (int(row.nb_lieux), row.taux_pour_100k, row.ecart) for row in table.itertuples()}


@lru_cache(maxsize=2)
def _outlines(_path: str, _mtime: int) -> tuple[dict[str, str], dict[str, tuple[int, int]], int]:
    """Return the outline of each département as SVG path data, the places of the labels, and the height of the map."""
    where = placed("departement")
    left, bottom, right, top = where.frame
    scale = WIDTH / (right - left)

    def on_page(x: float, y: float) -> tuple[int, int]:
        return round((x - left) * scale), round((top - y) * scale)

    height = round((top - bottom) * scale) + 14  # room for the last label
    north = sorted(where.paths, key=lambda code: -float(where.paths[code].get_extents().ymax))
    outlines = {code: _data(where.paths[code], on_page) for code in north}
    return outlines, {code: on_page(x, y - 12 / scale) for code, (x, y, _) in where.labels.items()}, height


def _data(path: Path, on_page: Callable[[float, float], tuple[int, int]]) -> str:
    """Return the rings of a shape as path data in whole units; neighbours keep the same border.

    A ring smaller than a unit is left out, unless the shape has no other.
    """
    rings = []
    polygons: list[Any] = list(path.to_polygons(closed_only=False))
    for ring in polygons:
        points = [on_page(float(x), float(y)) for x, y in ring]
        kept = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
        moves = [(x - u, y - v) for (u, v), (x, y) in pairwise(kept)]
        if len(kept) > 2:
            rings.append((kept[0], moves))
    data = "".join(f"M{x} {y}l{' '.join(f'{u} {v}' for u, v in moves)}z" for (x, y), moves in rings)
    return data.replace(" -", "-")
