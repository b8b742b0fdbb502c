"""Chart of the forecast of the régions: one small fan each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.drawings import also_drawn
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes, room
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.style import CONTRAST, NARROW, RULE, SOFT, WIDE, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data import territories

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 6.6  # inches of the eighteen fans in rows of five
LETTERS = 7.5  # points, of years and values in a small fan
LETTERS_NARROW = 8.4  # points: 9 pixels on a screen of 320


@chart
def plot_regions_forecast(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw one small fan per région, per 100,000 inhabitants, on shared axes, France in grey behind each.

    A line marks the year of the last figure; the bounds of each band are written at its end.

    Parameters
    ----------
    table : DataFrame
        From `forecast_regions`, by its method ``table()``.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> ax = tl.plot_regions_forecast(tl.forecast_regions(fc).table(), lang="en")
    """
    words = Words(lang)
    end = int(table["annee"].max())
    last = table[table["annee"] == end].set_index("territoire")
    # A région whose inhabitants are an interval stands where its most inhabitants put it.
    places = {code: territories.territory(code) for code in last.index}
    least = last["mediane"] / [places[code].population_high for code in last.index]
    order = least.sort_values(ascending=False).index
    inhabitants = sum(place.population for place in places.values())
    national = {year: count / inhabitants * 1e5 for year, count in fact(table, "france").items()}
    ratio = last["p80_haut"] / last["p80_bas"].clip(lower=1)
    widest = ratio.idxmax()
    surest = last["taux_p80_bas_pour_100k"].idxmax()  # above the others even at the low edge of its band
    seen = int(fact(table, "derniere_annee"))
    values: dict[str, Any] = {
        "year": end,
        "seen": seen,
        "first": last.loc[surest, "nom"],
        "first_low": words.number(last.loc[surest, "taux_p80_bas_pour_100k"], 1),
        "first_high": words.number(last.loc[surest, "taux_p80_haut_pour_100k"], 1),
        "widest": last.loc[widest, "nom"],
        "widest_low": words.number(last.loc[widest, "p80_bas"]),
        "widest_high": words.number(last.loc[widest, "p80_haut"]),
        "france": words.number(national[end], 1),
    }
    text = caption.write("croissance-regions", table, lang, **values)
    local = {code: _local_rates(table[table["territoire"] == code], places[code].population) for code in order}
    highest = max(rate for pairs in local.values() for _, rate in [*pairs, (0, 0.0)])
    top = max(float(table.loc[table["annee"] >= 2023, "taux_p80_haut_pour_100k"].max()), highest) * 1.05
    chosen = {f"R{code}" for code in territories.within(focus, "region")}
    columns = 5 if room(ax, HEIGHT) >= 6 else 3
    rows = -(-len(order) // columns)
    with style():
        ax = new_axes(ax, HEIGHT if columns == 5 else 1.5 * HEIGHT)
        ax.set_axis_off()
        size = LETTERS if columns == 5 else LETTERS_NARROW
        for place, code in enumerate(order):
            x, y = place % columns / columns, 1 - (place // columns + 1) / rows
            # The names above take up to three lines, and the ends of the bands the room at the right.
            small = ax.inset_axes((x + 0.012, y + 0.02, 0.78 / columns, 0.63 / rows))
            _small_fan(small, table[table["territoire"] == code], national, words, seen, size, bold=code in chosen)
            for year, rate in local[code]:
                small.plot(year, rate, zorder=3, **mark("compte", CONTRAST, 3.2))
            small.set(xlim=(2018, end), ylim=(0, top))
            ticks = list(range(0, int(top) + 1, 5))
            small.set_yticks(ticks, [str(tick) if place % columns == 0 else "" for tick in ticks], fontsize=size)
            under = place + columns >= len(order)
            years: dict[int, Any] = {2018: "left", seen: "center", end: "center"}
            small.set_xticks(list(years), [str(year) if under else "" for year in years], fontsize=size)
            for label, side in zip(small.get_xticklabels(), years.values(), strict=True):
                label.set_horizontalalignment(side)
        also_drawn(ax, france={"annee": list(national), "taux_pour_100k": list(national.values())})
        return finish(ax, text)


def _local_rates(rows: pd.DataFrame, people: float) -> list[tuple[int, float]]:
    """Return year and rate of each place count that somebody printed for a région, per 100,000 inhabitants."""
    seen = rows[rows["nb_lieux_local_bas"].notna()]
    ends = {(row.annee, int(n)) for row in seen.itertuples() for n in (row.nb_lieux_local_bas, row.nb_lieux_local_haut)}
    return [(int(year), count / people * 1e5) for year, count in sorted(ends)]


def _small_fan(
    ax: Axes, rows: pd.DataFrame, national: dict[int, float], words: Words, seen: int, size: float, *, bold: bool
) -> None:
    """Draw the band of a région: pale up to the year of the last figure, marked by a line, then dark to its bounds."""
    edges = ["taux_p80_bas_pour_100k", "taux_p80_haut_pour_100k"]
    for part, colour in ((rows[rows["annee"] <= seen], WIDE), (rows[rows["annee"] >= seen], NARROW)):
        ax.fill_between(part["annee"], part[edges[0]], part[edges[1]], color=colour, linewidth=0)
    ax.axvline(seen, color=SOFT, linewidth=0.8, linestyle=(0, (2, 1.5)))
    ax.plot(list(national), list(national.values()), color="#6b6b6b", linewidth=1)
    last = rows.iloc[-1]
    for edge, where in zip(edges, ("top", "bottom"), strict=True):
        ax.annotate(
            words.number(last[edge], 1),
            (last["annee"], last[edge]),
            xytext=(3, 2.5 if where == "top" else -2.5),
            textcoords="offset points",
            va=where,
            fontsize=size,
            color=SOFT,
        )
    name = words.label("regions_entieres", rows["territoire"].iloc[0][1:])
    ax.set_title(
        name, fontsize=max(8.2, size), loc="left", pad=4, linespacing=1.05, fontweight="bold" if bold else "normal"
    )
    ax.grid(axis="y", color=RULE, linewidth=0.5)
    ax.tick_params(length=2, colors=SOFT)
    ax.set_axisbelow(True)
