"""Tile maps: every territory one square of the same size.

Neighbours are kept as far as possible; overseas is as visible as any other.
The layouts (`tuiles_regions.csv`, `tuiles_departements.csv`: column and row of each code) are our own.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.letters import text_width
from tlanalysis.charts.kit.shapes import name_shape
from tlanalysis.charts.kit.style import CONTRAST, INK, UNKNOWN, WIDTH, on, sequential
from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.legend import Legend

SIGNS = "▲▼?+−"
LEAST = 6.0  # points: a number in smaller letters is left out
INSET = 0.04  # white space around a tile, in tiles


@cache
def layout(level: str) -> pd.DataFrame:
    """Return `code, colonne, ligne` of every territory of a level ("region" or "departement")."""
    import pandas as pd

    return pd.read_csv(Path(__file__).with_name(f"tuiles_{level}s.csv"), dtype={"code": str})


def layout_score(level: str) -> dict[str, float]:
    """Return how far a layout keeps neighbours: of the true ones, how many pairs of tiles share a side, or a corner.

    Returns
    -------
    dict
        `voisinages` (pairs that share a land border), `accoles` (tiles that share a side), `par_un_coin`,
        `part_accolee`.

    Examples
    --------
    >>> score = layout_score("region")
    >>> int(score["accoles"]), int(score["voisinages"])
    (15, 23)
    """
    frame = territories.regions() if level == "region" else territories.departements()
    listed = zip(frame[f"code_{level}"], frame["voisins"].fillna(""), strict=True)
    pairs = {frozenset((code, other)) for code, names in listed for other in filter(None, names.split(";"))}
    at = {tile.code: (tile.colonne, tile.ligne) for tile in layout(level).itertuples()}
    gaps = [sorted(abs(a - b) for a, b in zip(*(at[code] for code in pair), strict=True)) for pair in pairs]
    adjacent = gaps.count([0, 1])
    return {
        "voisinages": len(pairs),
        "accoles": adjacent,
        "par_un_coin": gaps.count([1, 1]),
        "part_accolee": adjacent / len(pairs),
    }


def draw_tiles(
    ax: Axes,
    level: str,
    colours: Mapping[str, str | None],
    texts: Mapping[str, Sequence[str]],
    *,
    sizes: tuple[float, ...] = (7.8, 8.2),
    margin: float = 0,
    width: float = WIDTH,
    focus: Collection[str] = (),
    titles: Mapping[str, str] | None = None,
) -> None:
    """Draw one square per territory: coloured, or hatched where the colour is None (unknown).

    Parameters
    ----------
    ax : Axes
        Where to draw; its frame is removed.
    level : {"region", "departement"}
        Layout.
    colours : mapping
        Code -> colour, or None for unknown. Every territory of the level must be there.
    texts : mapping
        Code -> lines to write in the tile.
    sizes : tuple of float
        Font size of the first line, then of the others.
    margin : float
        Room kept at the right for a legend, in tiles.
    width : float
        Of the map in inches: where it is too narrow for a number in each tile, only the arrows stay of it.
    focus : collection of str
        Codes to frame.
    titles : mapping, optional
        Code -> what the tile says when it is pointed at; the name of the territory when left out.

    Raises
    ------
    BadInput
        When a territory of the layout has no colour entry, or the other way round.
    """
    tiles = layout(level)
    if odd := set(tiles["code"]) ^ set(colours):
        raise BadInput(
            f"the table and the {level} layout do not hold the same territories: {', '.join(sorted(odd)[:8])}."
        )
    side = (width - 0.4) / (tiles["colonne"].max() + 1 - tiles["colonne"].min() + margin)
    if width < WIDTH:
        texts, sizes = _small(texts, sizes, side * (1 - 2 * INSET))
    names = dict(territories.table(level)[["code", "nom"]].itertuples(index=False, name=None))
    for tile in tiles.itertuples():
        colour = colours[tile.code]
        look = UNKNOWN if colour is None else {"facecolor": colour, "edgecolor": "none"}
        corner = (tile.colonne + INSET, tile.ligne + INSET)
        square = ax.add_patch(Rectangle(corner, 1 - 2 * INSET, 1 - 2 * INSET, **look))
        name_shape(ax, square, level, tile.code, (titles or {}).get(tile.code, names[tile.code]))
        if tile.code in focus:
            frame: dict[str, Any] = {"fill": False, "edgecolor": CONTRAST, "linewidth": 2.4, "zorder": 3}
            ax.add_patch(Rectangle(corner, 1 - 2 * INSET, 1 - 2 * INSET, **frame))
        lines = texts.get(tile.code, [])
        for rank, line in enumerate(lines):
            y = tile.ligne + (rank + 0.72) / (len(lines) + 0.44)
            ax.text(
                tile.colonne + 0.5,
                y,
                line,
                ha="center",
                va="center",
                fontsize=sizes[min(rank, len(sizes) - 1)],
                fontweight="bold" if rank == 0 else "normal",
                color=INK if colour is None else on(colour),
                bbox={"facecolor": UNKNOWN["facecolor"], "edgecolor": "none", "pad": 0.6} if colour is None else None,
            )
    ax.set_xlim(tiles["colonne"].min(), tiles["colonne"].max() + 1 + margin)
    ax.set_ylim(tiles["ligne"].max() + 1, tiles["ligne"].min())
    ax.set_aspect("equal")
    ax.set_axis_off()


def _small(
    texts: Mapping[str, Sequence[str]], sizes: tuple[float, ...], side: float
) -> tuple[dict[str, list[str]], tuple[float, ...]]:
    """Return what fits tiles of a side in inches, and in letters of which size."""
    first, other = sizes[0], sizes[-1]
    names = [lines[0] for lines in texts.values() if lines]
    values = [line for lines in texts.values() for line in lines[1:]]
    second = min([other, *(other * side / text_width(line, other) for line in values if line)])
    kept = {code: list(lines) for code, lines in texts.items()}
    if any(line[:1].isdigit() for line in values) and second < LEAST:
        kept = {code: [lines[0], "".join(sign for sign in lines[-1] if sign in SIGNS)] for code, lines in kept.items()}
        kept = {code: [line for line in lines if line] for code, lines in kept.items()}
        second = other
    return kept, (min([first, *(first * side / text_width(name, first, bold=True) for name in names)]), second)


def classes(values: np.ndarray, n: int = 5) -> list[float]:
    """Return class bounds (`n` + 1 of them) at quantiles rounded to two significant digits; the outermost enclose all.

    Examples
    --------
    >>> classes(np.array([1.0, 2.0, 3.0, 4.0]), n=2)
    [1.0, 2.5, 4.0]
    """
    cuts = [_round(float(q), 2) for q in np.quantile(values, np.linspace(0, 1, n + 1)[1:-1])]
    low, high = _round(float(values.min()), 2, down=True), _round(float(values.max()), 2, up=True)
    return [low, *sorted({cut for cut in cuts if low < cut < high}), high]


def _round(value: float, digits: int, *, down: bool = False, up: bool = False) -> float:
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    steps = value / step
    near = round(steps)
    whole = near if math.isclose(steps, near) else math.floor(steps) if down else math.ceil(steps) if up else near
    return round(whole * step, 10)


def colour_of(value: float, bounds: Sequence[float]) -> str:
    """Return the colour of the class a value falls in; the last class holds its upper bound."""
    ramp = sequential(len(bounds) - 1)
    return ramp[int(np.clip(np.searchsorted(bounds, value, side="right") - 1, 0, len(ramp) - 1))]


def legend(ax: Axes, entries: Sequence[tuple[str | None, str]], **where: Any) -> Legend:
    """Write the classes beside the map; a None colour is the unknown."""
    handles = [Patch(label=text, **(UNKNOWN if colour is None else {"facecolor": colour})) for colour, text in entries]
    settings: dict[str, Any] = {"loc": "upper left", "handlelength": 1.3, "handleheight": 1.1, "borderpad": 0}
    return key(ax, handles, **(settings | where))
