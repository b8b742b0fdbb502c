"""The map of the home page: a shape per département, each a link to its portrait, coloured by what a test shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markupsafe import Markup

from tlanalysis.charts.kit.tiles import layout
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core import paths
from tlanalysis.data import embedded
from tlanalysis.data.territories import territory

KIND = "tiers_lieux"
SIDE = 40  # of a tile, in units of the drawing
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
    tiles = list(layout("departement").itertuples())
    width, height = (SIDE * (max(getattr(tile, side) for tile in tiles) + 1) for side in ("colonne", "ligne"))
    shapes = []
    for tile in sorted(tiles, key=lambda tile: (tile.ligne, tile.colonne)):
        code = f"D{tile.code}"
        number, rate, verdict = facts[code]
        said = text["map_shape"].format(
            name=territory(code).name,
            code=tile.code,
            n=words.number(number),
            rate=words.significant(rate, 2),
            verdict=text[f"map_{verdict}"].lower(),
        )
        x, y = tile.colonne * SIDE + 1, tile.ligne * SIDE + 1
        shapes.append(
            f'<a href="{escape(link(code))}" class="{verdict}" aria-label="{escape(said)}">'
            f"<title>{escape(said)}</title>"
            f'<rect x="{x}" y="{y}" width="{SIDE - 2}" height="{SIDE - 2}" rx="3"/>'
            f'<text x="{x + SIDE / 2 - 1:g}" y="{y + SIDE / 2 + 4:g}" aria-hidden="true">{escape(tile.code)}</text></a>'
        )
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="group" '
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
