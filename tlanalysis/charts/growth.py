"""Chart of growth so far: published counts, one colour per perimeter, never joined."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text, fact
from tlanalysis.charts.kit.layout import figure_of, finish, new_axes
from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import RULE, SMALL, SOFT, UNKNOWN, mark, on, perimeter_colour, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data.evidence import MEASURES
from tlanalysis.data.perimeter_facts import extended_lists
from tlanalysis.data.territories import territory

if TYPE_CHECKING:
    import pandas as pd

# Figures fewer than this are rows with their values: a plot of time would be an empty frame.
FEW = 3
# Size of a mark with the space around it, as a share of the width and of the height of the plot.
MARK, TALL = 0.017, 0.045
CLOSE = 0.06  # of the plot: marks nearer than that have one letter
BAR = 0.28  # years, of the width of an interval
LETTER = 8.4  # points, of the letter of a perimeter: 9 pixels on a phone
RADIUS, BESIDE = 4.5, 5.5  # points: a mark, and from its middle to its letter

Box = tuple[float, float, float, float]


@chart
def plot_places_over_time(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw dated counts by perimeter: one row of marks per perimeter, no line between any two of them.

    One or two figures are rows with their values.

    Parameters
    ----------
    table : DataFrame
        From `places_over_time`; may be empty, which is drawn as the unknown.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_places_over_time(tl.places_over_time("FR"), lang="en")
    """
    check_text(table)
    words = Words(lang)
    place = territory(fact(table, "territoire")).name
    values: dict[str, Any] = {"place": place, "n_undated": words.number(fact(table, "nb_sans_date"))}
    if table.empty:
        text = caption.write("croissance-vide", table, lang, **values)
        with style():
            return finish(_empty(new_axes(ax, 1.2), words), text)
    low, high = table["valeur"].fillna(table["valeur_bas"]), table["valeur"].fillna(table["valeur_haut"])
    last = table.iloc[-1]
    span = words.span(words.number(low.iloc[-1]), words.number(high.iloc[-1]))
    perimeters = list(dict.fromkeys(table["perimetre"]))
    values |= {
        "n": words.number(len(table)),
        "n_perimeters": words.number(len(perimeters)),
        "min": words.number(low.min()),
        "max": words.number(high.max()),
        "last": span,
        "last_year": last["periode"][:4],
        "last_perimeter": words.label("perimetres", last["perimetre"]),
    }
    how = "figures_as_rows" if len(table) < FEW else "figures_as_cloud"
    values["how"] = words.label("words", how).format(n=values["n"])
    values["one_list"] = _one_list(table, words)
    text = caption.write(
        "croissance-observations", table, lang, fallback=len(perimeters) < 2 or low.min() == high.max(), **values
    )
    if len(table) < FEW:
        return _as_rows(table, words, ax, text)
    with style():
        ax = new_axes(ax, 3.6)
        time_axis(ax, table["annee"].min(), table["annee"].max(), words)
        ax.set_ylim(0, high.max() * 1.18)
        draw_perimeters(ax, table, float(np.ptp(np.floor(table["annee"]))), words)
        return finish(ax, text)


def _as_rows(table: pd.DataFrame, words: Words, ax: Axes | None, text: caption.Caption) -> Axes:
    """Draw one row per figure, with its date, its definition and its value."""
    from matplotlib.ticker import MaxNLocator

    high = float(table[["valeur", "valeur_haut"]].max(axis=None))
    with style():
        ax = new_axes(ax, 0.75 + 2.2 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            colour = perimeter_colour(row.perimetre)
            if row.valeur == row.valeur:
                ax.plot([0, row.valeur], [rank, rank], color=RULE, linewidth=1, zorder=1)
                ax.plot(row.valeur, rank, zorder=2, **mark(row.nature, colour))
                end, said = row.valeur, words.number(row.valeur)
            else:
                bar_between(ax, rank, row.valeur_bas, row.valeur_haut, colour)
                end, said = row.valeur_haut, words.span(words.number(row.valeur_bas), words.number(row.valeur_haut))
            value_label(ax, end + 0.01 * high, rank, said)
        label_rows(
            ax,
            [f"{words.period(row.periode)}\n{words.label('perimetres', row.perimetre)}" for row in table.itertuples()],
        )
        ax.set_xlim(-0.02 * max(high, 1), max(high, 1) * 1.25)
        value_axis(ax, words.label("axes", "places"), words.number)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
        return finish(ax, text)


def _one_list(table: pd.DataFrame, words: Words) -> str:
    """Return the sentence that two perimeters of the table are one list, or nothing."""
    years = table.assign(year=table["periode"].str[:4]).groupby("perimetre")["year"].agg(set)
    pairs = [(name, first) for name, first in extended_lists().items() if {name, first} <= set(years.index)]
    if not pairs:
        return ""
    said = words.join(sorted(set().union(*(years[name] for pair in pairs for name in pair))))
    return words.label("words", "one_list").format(years=said)


def dodged(table: pd.DataFrame, years: float) -> pd.DataFrame:
    """Return figures with `annee` moved a little where marks of one moment would hide one another.

    Marks of the same moment and of nearly the same height stand side by side around it, the smallest value first.

    Parameters
    ----------
    table : DataFrame
        Figures: `annee`, `valeur`, `valeur_haut`.
    years : float
        From the first year of the plot to its last.
    """
    points = table[table["valeur"].notna()]
    step = MARK * (years + 1.2)
    high = table[["valeur", "valeur_haut"]].max(axis=None)
    moved = table.assign(annee=table["annee"].astype(float))
    cluster: list[Any] = []
    for row in [*points.sort_values(["annee", "valeur"], kind="stable").itertuples(), None]:
        if cluster and (
            row is None
            or row.annee - points.loc[cluster[-1], "annee"] > step
            or row.valeur - points.loc[cluster[-1], "valeur"] > TALL * high
        ):
            for rank, index in enumerate(cluster):
                middle = float(points.loc[cluster, "annee"].mean())
                moved.loc[index, "annee"] = middle + (rank - (len(cluster) - 1) / 2) * step
            cluster = []
        if row is not None:
            cluster.append(row.Index)
    return moved


def draw_perimeters(ax: Axes, table: pd.DataFrame, years: float, words: Words) -> None:
    """Mark the figures of each perimeter in its colour, moved aside where they would hide one another, and name them.

    Where there are several, each has its letter too, beside its marks and in the legend: it says in grey which is
    which.

    Parameters
    ----------
    ax : Axes
        With the limits that they will have.
    table : DataFrame
        Figures: `annee`, `perimetre`, `nature`, `valeur`, `valeur_bas`, `valeur_haut`.
    years : float
        From the first year of the plot to its last.
    words : Words
    """
    apart, perimeters = dodged(table, years), list(dict.fromkeys(table["perimetre"]))
    letters = dict(zip(perimeters, ascii_lowercase if len(perimeters) > 1 else " " * len(perimeters), strict=False))
    for name in perimeters:
        _draw_perimeter(ax, apart[apart["perimetre"] == name], perimeter_colour(name), words)
    if len(perimeters) > 1:
        near = (CLOSE * years, CLOSE * float(table["valeur"].max()))
        _write_letters(ax, apart, letters, near)
    _label_perimeters(ax, table, letters, words)


def _draw_perimeter(ax: Axes, rows: pd.DataFrame, colour: str, words: Words) -> None:
    """Mark the figures of one perimeter: the nature in the mark, an interval as a bar with its bounds."""
    for row in rows.itertuples():
        if row.valeur == row.valeur:
            ax.plot(row.annee, row.valeur, zorder=4 if row.nature == "compte" else 3, **mark(row.nature, colour))
        else:
            ax.bar(
                row.annee,
                row.valeur_haut - row.valeur_bas,
                bottom=row.valeur_bas,
                width=BAR,
                color=colour,
                linewidth=0,
            )
            for bound, up in ((row.valeur_bas, -11), (row.valeur_haut, 6)):
                ax.annotate(
                    words.number(bound),
                    (row.annee, bound),
                    xytext=(0, up),
                    textcoords="offset points",
                    ha="center",
                    fontsize=SMALL,
                    color=colour,
                )


def _write_letters(ax: Axes, table: pd.DataFrame, letters: dict[str, str], near: tuple[float, float]) -> None:
    """Write the letter of each perimeter beside its marks, where nothing else stands, and inside its bars if it fits.

    Marks of one perimeter within `near` of each other, in years and places, have one letter.
    """
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    width, height = (side / figure_of(ax).dpi * 72 for side in (ax.bbox.width, ax.bbox.height))
    points = table[table["valeur"].notna()]
    at = {
        row.Index: ((row.annee - x0) / (x1 - x0) * width, (row.valeur - y0) / (y1 - y0) * height)
        for row in points.itertuples()
    }
    taken = [(x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS) for x, y in at.values()]
    taken.append((0, -height, width, 0))  # the labels of the axis
    written: list[tuple[str, float, float]] = []
    for row in points.itertuples():
        alike = (
            name == row.perimetre and abs(row.annee - x) < near[0] and abs(row.valeur - y) < near[1]
            for name, x, y in written
        )
        if any(alike):
            continue
        written.append((row.perimetre, row.annee, row.valeur))
        (right, up), box = _free_side(*at[row.Index], taken)
        taken.append(box)
        ax.annotate(
            letters[row.perimetre],
            (row.annee, row.valeur),
            xytext=(right * BESIDE, up * BESIDE),
            textcoords="offset points",
            ha=("center", "left", "right")[right],
            va=("center", "bottom", "top")[up],
            fontsize=LETTER,
            color=perimeter_colour(row.perimetre),
        )
    if BAR / (x1 - x0) * width < LETTER:  # a letter is wider than a bar
        return
    for row in table[table["valeur"].isna()].itertuples():
        middle, colour = (row.valeur_bas + row.valeur_haut) / 2, perimeter_colour(row.perimetre)
        letter = letters[row.perimetre]
        ax.annotate(letter, (row.annee, middle), ha="center", va="center", fontsize=LETTER, color=on(colour))


def _free_side(x: float, y: float, taken: list[Box]) -> tuple[tuple[int, int], Box]:
    """Return the first side of a mark where a letter meets nothing, below if there is none, and the letter's box."""
    sides = {}
    for right, up in ((0, -1), (0, 1), (-1, 0), (1, 0)):
        middle = (x + right * (BESIDE + LETTER / 4), y + up * (BESIDE + LETTER / 2))
        box = (middle[0] - LETTER / 4, middle[1] - LETTER / 2, middle[0] + LETTER / 4, middle[1] + LETTER / 2)
        sides[(right, up)] = box
        if not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
            return (right, up), box
    return (0, -1), sides[(0, -1)]


def _label_perimeters(ax: Axes, table: pd.DataFrame, perimeters: dict[str, str], words: Words) -> None:
    """Name each perimeter once, with its letter and its values, in a legend of its own marks below the plot."""
    from matplotlib.lines import Line2D

    colon = words.colon
    handles: list[Artist] = []
    for name, letter in perimeters.items():
        rows = table[table["perimetre"] == name]
        points = rows["valeur"].dropna()
        said = words.span(words.number(points.min()), words.number(points.max())) if len(points) else ""
        label = f"{letter}  {words.label('perimetres', name)}".strip() + (f"{colon}{said}" if said else "")
        colour = perimeter_colour(name)
        best = min(rows["nature"], key=MEASURES.index)
        if len(points):
            handles.append(Line2D([], [], linestyle="", label=label, **mark(best, colour)))
        else:  # an interval: its own bar
            handles.append(Patch(facecolor=colour, label=label))
    key(
        ax,
        handles,
        loc="upper left",
        bbox_to_anchor=(0, -0.09),
        ncols=2,
        handlelength=0.9,
        handletextpad=0.6,
        columnspacing=1.2,
        borderpad=0,
    )


def time_axis(ax: Axes, first: float, last: float, words: Words) -> None:
    """Give the plot whole years below and few round counts at the left."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    start, end = int(np.floor(first)), int(np.floor(last))
    every = 1 if end - start < 9 else 2
    years = list(range(start, end + 1, every))
    ax.set_xticks([year + 0.5 for year in years], [str(year) for year in years])
    ax.set_xlim(start - 0.1, end + 1.1)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.number(value)))
    ax.tick_params(axis="y", colors=SOFT)
    ax.grid(axis="y", color=RULE, linewidth=0.6)


def _empty(ax: Axes, words: Words) -> Axes:
    ax.add_patch(Rectangle((0, 0), 1, 1, **UNKNOWN))
    ax.text(
        0.5,
        0.5,
        words.label("words", "nothing_found"),
        ha="center",
        va="center",
        bbox={"facecolor": UNKNOWN["facecolor"], "edgecolor": "none", "pad": 2},
    )
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()
    return ax
