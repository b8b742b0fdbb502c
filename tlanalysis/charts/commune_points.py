"""Map of a territory: its communes as points sized by their inhabitants, and the places that stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.transforms import ScaledTranslation

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text, fact
from tlanalysis.charts.kit.layout import figure_of, finish, new_axes
from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.outlines import outline, rings
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, PALE, SMALL, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data.map_projection import STEP, to_metres
from tlanalysis.data.territories import territory, within
from tlanalysis.indicators.commune_points import MARKED

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 5.0  # inches
LARGEST = 700.0  # area of the largest commune, square points
UNKNOWN_AREA = 40.0  # of a commune whose inhabitants are not known
PEOPLE, EDGE = "#bdbdbd", "#7a7a7a"
# List -> colour, marker, shift from the point of the commune in points, area of one place in square points.
PLACES: dict[str, tuple[str, str, tuple[float, float], float]] = {
    "france_services": (INK, "+", (0.0, -4.5), 18.0),
    "tiers_lieux": (ACCENT, "o", (-3.0, 0.0), 16.0),
    "fabriques_de_territoire": (CONTRAST, "D", (3.0, 0.0), 16.0),
}
NAMED = 5  # communes whose name is written, at most
ROUND = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
LONGEST = 80  # characters of a title
CITIES = ("Paris", "Lyon", "Marseille")  # their rows hold the places whose arrondissement is not known


@chart
def plot_commune_map(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the communes of a région or a département as points sized by their inhabitants, with the places in them.

    Parameters
    ----------
    table : DataFrame
        From `commune_map`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_commune_map(tl.commune_map("D33"), lang="en")
    """
    check_text(table)
    words = Words(lang)
    place = territory(fact(table, "territoire"))
    located = _on_the_plane(table[table["latitude"].notna() & table["longitude"].notna()], place.code)
    text = _caption(words, table, place, len(table) - len(located))
    people = located["population"].astype("float64").to_numpy()
    scale = LARGEST / np.nanmax(people) if np.isfinite(people).any() else 0.0
    with style():
        ax = new_axes(ax, HEIGHT)
        _land(ax, place.code)
        known = np.isfinite(people)
        x, y = located["x"].to_numpy(float), located["y"].to_numpy(float)
        ax.scatter(x[known], y[known], s=people[known] * scale, color=PEOPLE, edgecolors=EDGE, linewidths=0.4, zorder=2)
        city = located["nom_commune"].isin(CITIES).to_numpy()
        bare = ~known & ~city
        ax.scatter(x[bare], y[bare], s=UNKNOWN_AREA, facecolor="white", edgecolors=EDGE, linewidths=0.8, zorder=2)
        for name in PLACES:
            _places(ax, located, name)
        _names(ax, located[known], np.sqrt(people[known] * scale) / 2)
        ax.set_aspect("equal")
        ax.set_axis_off()
        _legend(ax, words, people[known], scale, unknown=bool(bare.any()))
        return finish(ax, text)


def _caption(words: Words, table: pd.DataFrame, place: Any, unlocated: int) -> caption.Caption:
    city = table["nom_commune"].isin(CITIES)
    counts = {name: int((table.loc[~city, f"nb_{name}"] > 0).sum()) for name in PLACES}
    central = int(table.loc[city, [f"nb_{name}" for name in PLACES]].sum().sum())
    hidden, outside = fact(table, "non_dessinees"), fact(table, "hors_table")
    unit = words.label("unites_de_carte", "arrondissements" if place.code == "D75" else "communes")
    # Places whose commune we did not find stand nowhere on the map: the numbers of their list are lower bounds.
    loose = {name: bool(outside.get(name)) or int(table.loc[city, f"nb_{name}"].sum()) > 0 for name in PLACES}
    lost = words.join(
        [f"{words.number(count)} ({words.label('listes_courtes', name)})" for name, count in outside.items() if count]
    )
    first = table.iloc[0]
    unknown = bool(table["population"].isna().all())
    values: dict[str, Any] = {
        "place": place.name,
        "unit": unit,
        "n": words.number(fact(table, "nb_communes")),
        "tl": _at_least(words, counts["tiers_lieux"], loose["tiers_lieux"]),
        "fab": _at_least(words, counts["fabriques_de_territoire"], loose["fabriques_de_territoire"]),
        "fs": _at_least(words, counts["france_services"], loose["france_services"]),
        "first": first["nom_commune"],
        "people": _people(words, None if unknown else first["population"]),
        "first_tl": _at_least(words, first["nb_tiers_lieux"], loose["tiers_lieux"]),
        "first_fab": _at_least(words, first["nb_fabriques_de_territoire"], loose["fabriques_de_territoire"]),
        "first_fs": _at_least(words, first["nb_france_services"], loose["france_services"]),
        "marked": words.number(MARKED),
        "hidden": words.number(hidden["nb_communes"]),
        "hidden_people": _people(words, hidden["population"]),
        "central": words.label("words", "central_places").format(n=words.number(central)) if central else "",
        "lost": lost or words.number(0),
        "unlocated": words.number(unlocated),
    }
    nowhere = any(loose[name] and not counts[name] for name in ("tiers_lieux", "fabriques_de_territoire"))
    text = caption.write("carte-communes", table, words.lang, fallback=central > 0 or nowhere, **values)
    if len(text.title) > LONGEST:
        text = caption.write("carte-communes", table, words.lang, fallback=True, **values)
    return text


def _at_least(words: Words, number: float, is_bound: bool) -> str:
    """Return a number in words; where it is a lower bound, "at least" stands before it, and 0 is unknown."""
    if not is_bound:
        return words.number(number)
    if not number:
        return words.label("words", "unknown")
    return words.label("words", "at_least").format(n=words.number(number))


def _people(words: Words, number: float | None) -> str:
    if number is None:
        return words.label("words", "population_unknown")
    return words.label("words", "inhabitants").format(n=words.number(number))


def _on_the_plane(located: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return the communes of a territory with `x, y`: where they stand beside its outline, in hundreds of metres."""
    # All départements of a territory have one plane: a région overseas is one département.
    x, y = to_metres(located["longitude"], located["latitude"], min(within(code, "departement")))
    return located.reset_index(drop=True).assign(x=x / STEP, y=y / STEP)


def _land(ax: Axes, code: str) -> None:
    """Draw the outlines of the départements of the territory, and give the map their limits."""
    shapes = rings("departement")
    own = [shapes[one] for one in sorted(within(code, "departement"))]
    for parts in own:
        ax.add_patch(PathPatch(outline(parts), facecolor=PALE, edgecolor="white", linewidth=1.0, zorder=0))
    points = np.vstack([ring for parts in own for ring in parts])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.03 * (high - low)
    ax.set_xlim(low[0] - margin[0], high[0] + margin[0])
    ax.set_ylim(low[1] - margin[1], high[1] + margin[1])


def _places(ax: Axes, located: pd.DataFrame, name: str) -> None:
    """Draw the places of one list beside the points of their communes, in proportion to their number."""
    colour, marker, (right, up), area = PLACES[name]
    some = located[located[f"nb_{name}"] > 0]
    shift = ScaledTranslation(right / 72, up / 72, figure_of(ax).dpi_scale_trans)
    drawn: dict[str, Any] = {"linewidths": 0.9} if marker == "+" else {"edgecolors": "white", "linewidths": 0.5}
    ax.scatter(
        some["x"].to_numpy(float),
        some["y"].to_numpy(float),
        s=some[f"nb_{name}"].to_numpy(float) * area,
        color=colour,
        marker=marker,
        zorder=3,
        transform=ax.transData + shift,
        **drawn,
    )


def _names(ax: Axes, located: pd.DataFrame, radii: np.ndarray) -> None:
    """Write the names of the largest communes above their circles; of two near each other the larger one only."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    written: list[tuple[float, float]] = []
    for row, radius in zip(located.itertuples(), radii, strict=True):
        x, y = (row.x - west) / (east - west), (row.y - south) / (north - south)
        if len(written) == NAMED or any(abs(x - a) < 0.34 and abs(y - b) < 0.09 for a, b in written):
            continue
        if not (0.04 <= x <= 0.96 and 0.04 <= y <= 0.92):
            continue
        written.append((x, y))
        ax.annotate(
            row.nom_commune,
            (row.x, row.y),
            xytext=(0, max(5.0, radius + 1)),
            textcoords="offset points",
            ha="left" if x < 0.25 else "right" if x > 0.75 else "center",
            va="bottom",
            fontsize=SMALL,
            color=INK,
            zorder=5,
            path_effects=[patheffects.withStroke(linewidth=2.2, foreground="white")],
        )


def _legend(ax: Axes, words: Words, people: np.ndarray, scale: float, *, unknown: bool) -> None:
    handles: list[Any] = []
    for name, (colour, marker, _, area) in reversed(PLACES.items()):
        said = words.label("words", "one_place").format(name=words.label("un_lieu", name))
        edge = colour if marker == "+" else "white"
        handles.append(_handle(marker, area, colour, edge, said))
    if len(people):
        least = max((one for one in ROUND if one <= people.max() / 4), default=ROUND[0])
        said = words.label("words", "inhabitants").format(n=words.number(least))
        handles.append(_handle("o", least * scale, PEOPLE, EDGE, said))
    if unknown:
        handles.append(_handle("o", UNKNOWN_AREA, "white", EDGE, words.label("words", "population_unknown")))
    key(ax, handles, loc="upper left", bbox_to_anchor=(0, -0.02), ncols=2, borderpad=0.2)


def _handle(marker: str, area: float, face: str, edge: str, label: str) -> Line2D:
    faces: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": edge, "markersize": area**0.5}
    return Line2D([], [], linestyle="none", marker=marker, label=label, **faces)
