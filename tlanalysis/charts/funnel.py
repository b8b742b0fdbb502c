"""Charts of rates against population with the limits of chance, and of rates of régions from rounded shares."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.decimals import same_decimals
from tlanalysis.charts.kit.drawings import also_drawn
from tlanalysis.charts.kit.facts import check_text, fact
from tlanalysis.charts.kit.global_test import global_test
from tlanalysis.charts.kit.layout import finish, new_axes, room
from tlanalysis.charts.kit.letters import text_width
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, unknown_row, value_axis, value_label
from tlanalysis.charts.kit.spreading import spread
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, NARROW, RULE, SMALL, SOFT, WIDE, WIDTH, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.data.territories import within
from tlanalysis.indicators.differences import funnel_limits

if TYPE_CHECKING:
    import pandas as pd

LIMITS = (0.998, 0.95)
_END: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SMALL - 1, "color": SOFT}
ASIDE = 0.06  # inches between a name and what stands beside it
PLOT = (6.2, 3.7)  # inches that the dots are spread over, to place their names


@chart
def plot_funnel(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw each raw rate against the population of its territory, within the limits of chance around the common rate.

    Parameters
    ----------
    table : DataFrame
        From `rates` or `rate_places`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_funnel(tl.rates("fabriques_de_territoire"), lang="en")
    """
    check_text(table)
    words = Words(lang)
    known = table[table["taux_pour_100k"].notna()].sort_values(["p_valeur", "code"])
    if known.empty or known["nb_lieux"].sum() == 0:
        raise BadInput("this table has no place at all: there is no rate to compare with.")
    rate = float(known["nb_lieux"].sum() / known["population"].sum() * 1e5)
    people = known["population"].to_numpy(float)
    low, high = funnel_limits(rate, people / 1e5, LIMITS[1])
    found = known["taux_pour_100k"].to_numpy(float)
    outside = int(((found < low) | (found > high)).sum())
    away = known["ecart"] != "indistinct"
    first = known.iloc[0]
    values: dict[str, Any] = {
        "type": words.label("types", table.attrs.get("type", "lieux")),
        "level": words.label("niveaux", fact(table, "niveau")),
        "n": words.number(len(known)),
        "n_away": words.number(away.sum()),
        "above": words.number((known["ecart"] == "au_dessus").sum()),
        "below": words.number((known["ecart"] == "en_dessous").sum()),
        "fdr": words.percent(fact(table, "fdr")),
        "rate": words.number(rate, 2),
        "wide": words.percent(LIMITS[0], 1),
        "narrow": words.percent(LIMITS[1]),
        "outside": words.number(outside),
        "by_chance": words.number((1 - LIMITS[1]) * len(known)),
        **global_test(known, words),
        "coloured": "",
        "first": first["nom"],
        "first_n": words.number(first["nb_lieux"]),
        "first_expected": words.number(first["nb_attendu"], 1),
        "first_low": words.number(first["taux_bas_pour_100k"], 2),
        "first_high": words.number(first["taux_haut_pour_100k"], 2),
        "first_rate": words.number(first["taux_pour_100k"], 2),
    }
    if away.any():
        values["coloured"] = words.label("words", "coloured").format(fdr=values["fdr"])
    chosen = within(focus, fact(table, "niveau"))
    text = _of_one(known[known["code"].isin(chosen)], table, lang, values) or caption.write(
        "taux-entonnoir", table, lang, fallback=not away.any(), **values
    )
    wide = room(ax, 4.4)
    with style():
        ax = new_axes(ax, 4.4)
        grid = np.geomspace(people.min() * 0.85, people.max() * 1.15, 300)
        top = float(found.max()) * 1.12
        limits: dict[str, Any] = {"population": grid, "taux_commun_pour_100k": rate}
        for level, colour in zip(LIMITS, (WIDE, NARROW), strict=True):
            below, above = funnel_limits(rate, grid / 1e5, level)
            ax.fill_between(grid, below, np.minimum(above, top), color=colour, linewidth=0, zorder=0)
            limits |= {f"limite_{level:g}_bas": below, f"limite_{level:g}_haut": above}
        ax.axhline(rate, color=SOFT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        colours = np.where(known["code"].isin(chosen), CONTRAST, np.where(away, ACCENT, "#6b6b6b"))
        for colour, differs in itertools.product(("#6b6b6b", ACCENT, CONTRAST), (False, True)):
            dots = known[(colours == colour) & (away == differs)]
            if len(dots):
                look = mark("compte", colour, 5.5 if differs else 3.6)
                ax.plot(dots["population"], dots["taux_pour_100k"], linestyle="none", zorder=3, **look)
        ax.set(xscale="log", xlim=(grid[0], grid[-1]), ylim=(-0.03 * top, top))
        edges = {level: float(funnel_limits(rate, grid[-1:] / 1e5, level)[1][0]) for level in LIMITS}
        for level, edge in spread(edges, gap=0.06 * top).items():
            said = words.percent(level, 1 if level > 0.99 else 0)
            ax.annotate(said, (grid[-1], edge), xytext=(4, 0), **_END)
        _name_dots(ax, known, chosen, wide)
        ax.xaxis.set_major_locator(FixedLocator([v for v in _ROUND if grid[0] < v < grid[-1]]))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: words.number(v)))
        ax.yaxis.set_major_formatter(same_decimals(words.number))
        ax.set_xlabel(words.label("axes", "inhabitants_log"), loc="left")
        ax.set_ylabel(words.label("axes", "per_100k"))
        ax.grid(axis="y", color=RULE, linewidth=0.6)
        ax.tick_params(axis="y", colors=SOFT)
        also_drawn(ax, limites=limits)
        return finish(ax, text)


def _of_one(chosen: pd.DataFrame, table: pd.DataFrame, lang: str, values: dict[str, Any]) -> caption.Caption | None:
    """Return the caption for one territory in focus; None when there is not exactly one."""
    if len(chosen) != 1:
        return None
    words, row = Words(lang), chosen.iloc[0]
    mine: dict[str, Any] = {
        "place": row["nom"],
        "seen": words.number(row["nb_lieux"]),
        "expected": words.number(row["nb_attendu"], 1),
        "place_rate": words.number(row["taux_pour_100k"], 2),
        "place_low": words.number(row["taux_bas_pour_100k"], 2),
        "place_high": words.number(row["taux_haut_pour_100k"], 2),
        "p": words.p_value(row["p_ajustee"]),
    }
    same = row["ecart"] == "indistinct"
    return caption.write("profil-entonnoir", table, lang, fallback=same, **(values | mine))


_ROUND = (50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)


def _name_dots(ax: Axes, known: pd.DataFrame, chosen: set[str], wide: float) -> None:
    """Name the territories in focus, then those that differ, beside their dot where nothing else stands."""
    differ = known[known["ecart"] != "indistinct"]  # the least likely first
    shown = differ if len(differ) else known.head(3)
    wanted = [*known[known["code"].isin(chosen)].itertuples(), *shown.itertuples()]
    width, height = PLOT[0] - (WIDTH - min(wide, WIDTH)), PLOT[1]
    (x0, x1), (y0, y1) = np.log(ax.get_xlim()), ax.get_ylim()
    across = (np.log(known["population"].to_numpy(float)) - x0) / (x1 - x0) * width
    up = (known["taux_pour_100k"].to_numpy(float) - y0) / (y1 - y0) * height
    at = dict(zip(known["code"], zip(across, up, strict=True), strict=True))
    taken = [(x - 0.04, y - 0.04, x + 0.04, y + 0.04) for x, y in at.values()]
    for row in {row.code: row for row in wanted}.values():
        x, y = at[row.code]
        wide = text_width(row.nom, SMALL)
        right = (x + 0.07, y - 0.08, x + 0.07 + wide, y + 0.08)
        left = (x - 0.07 - wide, y - 0.08, x - 0.07, y + 0.08)
        free = [box for box in (right, left) if box[0] > 0 and box[2] < width and not any(_meet(box, t) for t in taken)]
        if not free:
            continue
        box, after = free[0], free[0] == right
        taken.append((box[0] - ASIDE, box[1], box[2] + ASIDE, box[3]))
        ax.annotate(
            row.nom,
            (row.population, row.taux_pour_100k),
            xytext=(5 if after else -5, 0),
            textcoords="offset points",
            ha="left" if after else "right",
            va="center",
            fontsize=SMALL,
            color=CONTRAST if row.code in chosen else INK,
            zorder=4,
        )


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@chart
def plot_rates_from_shares(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw places per 100,000 inhabitants of the régions as intervals: rounding in dark, rounding and chance in light.

    Parameters
    ----------
    table : DataFrame
        From `rates_from_shares`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_rates_from_shares(tl.rates_from_shares(2023), lang="en")
    """
    check_text(table)
    words = Words(lang)
    rows = table.assign(middle=table["taux_bas_pour_100k"] + table["taux_haut_pour_100k"]).sort_values(
        ["middle", "population"], ascending=False, na_position="last", ignore_index=True
    )
    known = rows[rows["taux_bas_pour_100k"].notna()]
    if known.empty:
        raise BadInput("this table has no région whose rate is known: there is nothing to draw.")
    least, most = (table[f"population_{side}"].sum() / 1e5 for side in ("bas", "haut"))
    national = (fact(table, "nb_national_bas") / most, fact(table, "nb_national_haut") / least)
    local = known["nb_lieux_local"].astype("float64") / known["population"].astype("float64") * 1e5
    higher = known[known["taux_bas_pour_100k"] > national[1]]
    above = higher[~(local[higher.index] <= national[1])]
    below = known[known["taux_haut_pour_100k"] < national[0]]
    first, widest = (
        known.iloc[0],
        known.loc[(known["taux_haut_pour_100k"] - known["taux_bas_pour_100k"]).idxmax()],
    )
    contested = words.join(
        [f"{row.nom} ({words.number(row.nb_lieux_local)})" for row in higher.drop(index=above.index).itertuples()]
    )
    values: dict[str, Any] = {
        "year": fact(table, "annee"),
        "above": words.join(list(above["nom"])),
        "n_above": words.number(len(above)),
        "n_below": words.number(len(below)),
        "below": words.join(list(below["nom"])),
        "n": words.number(len(known)),
        "n_unclear": words.number(len(known) - len(above) - len(below)),
        "contested": contested or words.label("words", "none"),
        "retired": words.label("words", "takes_out" if contested else "takes_none_out").format(names=contested),
        "absent": words.label("words", "absent_from_title").format(names=contested) if contested else "",
        "national_low": words.number(national[0], 1),
        "national_high": words.number(national[1], 1),
        "first": first["nom"],
        "first_low": words.number(first["taux_bas_pour_100k"], 1),
        "first_high": words.number(first["taux_haut_pour_100k"], 1),
        "widest": widest["nom"],
        "widest_low": words.number(widest["taux_bas_pour_100k"], 1),
        "widest_high": words.number(widest["taux_haut_pour_100k"], 1),
        "total_low": words.number(fact(table, "nb_national_bas")),
        "total_high": words.number(fact(table, "nb_national_haut")),
    }
    text = caption.write("taux-regions", table, lang, fallback=above.empty, **values)
    sure = {*above.index, *below.index}  # in colour
    chosen = within(focus, "region")
    with style():
        ax = new_axes(ax, 0.75 + ROW * len(rows))
        top = float(known["taux_haut_pour_100k"].max())
        ax.axvspan(*national, color=RULE, linewidth=0, zorder=0)
        for rank, row in enumerate(rows.itertuples()):
            if row.taux_bas_pour_100k != row.taux_bas_pour_100k:
                unknown_row(ax, rank, words.label("words", "unknown"), left=0, width=top)
                continue
            light, dark = (NARROW, ACCENT) if rank in sure else ("#c4c4c4", "#7a7a7a")
            bar_between(ax, rank, row.taux_bas_pour_100k, row.taux_haut_pour_100k, light, thick=0.3)
            bar_between(ax, rank, row.taux_arrondi_bas_pour_100k, row.taux_arrondi_haut_pour_100k, dark, thick=0.3)
            said = words.span(words.number(row.taux_bas_pour_100k, 1), words.number(row.taux_haut_pour_100k, 1))
            value_label(ax, row.taux_haut_pour_100k, rank, said)
            if rank in local.index and local[rank] == local[rank]:
                ax.plot(local[rank], rank, zorder=4, **mark("objectif", CONTRAST))
        said = words.label("words", "france_band").format(low=values["national_low"], high=values["national_high"])
        place: dict[str, Any] = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": SMALL - 1}
        ax.annotate(said, (national[1], -0.62), color=SOFT, **place)
        label_rows(ax, rows["nom"].tolist(), [i for i, code in enumerate(rows["code"]) if code in chosen])
        ax.set_ylim(len(rows) - 0.4, -1.0)
        ax.set_xlim(0, top * 1.18)
        value_axis(ax, words.label("axes", "per_100k"), words.number)
        span = {"taux_bas_pour_100k": [national[0]], "taux_haut_pour_100k": [national[1]]}
        also_drawn(ax, france=span)
        return finish(ax, text)
