"""Chart of the forecast of the régions: one small fan each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.drawings import also_drawn
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes, room
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.style import CONTRAST, NARROW, RULE, SOFT, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data import territories

if TYPE_CHECKING:
    import pandas as pd


@chart
def plot_regions_forecast(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw one small fan per région, per 100,000 inhabitants, on shared axes, France in grey behind each.

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
    values: dict[str, Any] = {
        "year": end,
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
    columns, rows = (6, 3) if room(ax, 5.4) >= 6 else (3, 6)
    with style():
        ax = new_axes(ax, 5.4 if rows == 3 else 7.0)
        ax.set_axis_off()
        size = 7.5 if rows == 3 else 8.4
        for place, code in enumerate(order):
            x, y = place % columns / columns, 1 - (place // columns + 1) / rows
            small = ax.inset_axes((x + 0.01, y + 0.02, 1 / columns - 0.02, 1 / rows - (0.085 if rows == 3 else 0.065)))
            _small_fan(small, table[table["territoire"] == code], national, words, bold=code in chosen)
            for year, rate in local[code]:
                small.plot(year, rate, zorder=3, clip_on=False, **mark("compte", CONTRAST, 3.2))
            small.set(xlim=(2018, end), ylim=(0, top))
            ticks = list(range(0, int(top) + 1, 5))
            small.set_yticks(ticks, [str(tick) if place % columns == 0 else "" for tick in ticks], fontsize=size)
            years = ["2018", str(end)] if place // columns == rows - 1 else ["", ""]
            small.set_xticks([2018, end], years, fontsize=size)
            first, second = small.get_xticklabels()
            first.set_horizontalalignment("left")
            second.set_horizontalalignment("right")
        also_drawn(ax, france={"annee": list(national), "taux_pour_100k": list(national.values())})
        return finish(ax, text)


def _local_rates(rows: pd.DataFrame, people: float) -> list[tuple[int, float]]:
    """Return year and rate of each place count that somebody printed for a région, per 100,000 inhabitants."""
    seen = rows[rows["nb_lieux_local_bas"].notna()]
    ends = {(row.annee, int(n)) for row in seen.itertuples() for n in (row.nb_lieux_local_bas, row.nb_lieux_local_haut)}
    return [(int(year), count / people * 1e5) for year, count in sorted(ends)]


def _small_fan(ax: Axes, rows: pd.DataFrame, national: dict[int, float], words: Words, *, bold: bool) -> None:
    ax.fill_between(
        rows["annee"], rows["taux_p80_bas_pour_100k"], rows["taux_p80_haut_pour_100k"], color=NARROW, linewidth=0
    )
    ax.plot(list(national), list(national.values()), color="#6b6b6b", linewidth=1)
    name = words.label("regions_courtes", rows["territoire"].iloc[0][1:])
    ax.set_title(name, fontsize=8.2, loc="left", pad=2, fontweight="bold" if bold else "normal")
    ax.grid(axis="y", color=RULE, linewidth=0.5)
    ax.tick_params(length=2, colors=SOFT)
    ax.set_axisbelow(True)
