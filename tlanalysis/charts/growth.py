"""Charts of growth: counts by perimeter, the forecast fan, and what published forecasts were worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from tlanalysis import periods
from tlanalysis.charts import caption
from tlanalysis.charts.layout import finish, new_axes
from tlanalysis.charts.rows import ROW, label_rows, unknown_row, value_axis
from tlanalysis.charts.style import ACCENT, CONTRAST, INK, PERIMETERS, RULE, SMALL, SOFT, UNKNOWN, mark, style
from tlanalysis.charts.words import Words
from tlanalysis.forecast.register import announced
from tlanalysis.observations import MEASURES
from tlanalysis.territories import territory

if TYPE_CHECKING:
    import pandas as pd

    from tlanalysis.forecast.model import Forecast


def plot_places_over_time(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw dated counts by perimeter: one row of marks per perimeter, no line between any two of them.

    Parameters
    ----------
    table : DataFrame
        From `places_over_time`; may be empty, which is drawn as the unknown.
    ax, lang
        As for every chart.
    """
    words = Words(lang)
    place = territory(table.attrs["territoire"]).name
    values: dict[str, Any] = {"place": place, "n_undated": words.number(table.attrs["nb_sans_date"])}
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
    text = caption.write("croissance-observations", table, lang, fallback=len(perimeters) < 2, **values)
    with style():
        ax = new_axes(ax, 3.6)
        for name in perimeters:
            _one_perimeter(ax, table[table["perimetre"] == name], PERIMETERS.get(name, SOFT), words)
        _label_perimeters(ax, table, perimeters, words)
        _time_axis(ax, table["annee"].min(), table["annee"].max(), words)
        ax.set_ylim(0, high.max() * 1.18)
        return finish(ax, text)


def _one_perimeter(ax: Axes, rows: pd.DataFrame, colour: str, words: Words) -> None:
    for row in rows.itertuples():
        if row.valeur == row.valeur:
            ax.plot(row.annee, row.valeur, zorder=4 if row.nature == "compte" else 3, **mark(row.nature, colour))
        else:
            ax.bar(
                row.annee,
                row.valeur_haut - row.valeur_bas,
                bottom=row.valeur_bas,
                width=0.28,
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


def _label_perimeters(ax: Axes, table: pd.DataFrame, perimeters: list[str], words: Words) -> None:
    """Name each perimeter once, with its main value.

    A legend of its own marks below the plot, one entry per perimeter.
    """
    from matplotlib.lines import Line2D

    colon = _colon(words)
    handles: list[Artist] = []
    for name in perimeters:
        rows = table[table["perimetre"] == name]
        points = rows["valeur"].dropna()
        said = words.span(words.number(points.min()), words.number(points.max())) if len(points) else ""
        label = words.label("perimetres", name) + (f"{colon}{said}" if said else "")
        colour = PERIMETERS.get(name, SOFT)
        best = min(rows["nature"], key=MEASURES.index)
        if len(points):
            handles.append(Line2D([], [], linestyle="", label=label, **mark(best, colour)))
        else:  # an interval: its own bar
            handles.append(Patch(facecolor=colour, label=label))
    ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, -0.09),
        ncols=1,
        handlelength=0.9,
        handletextpad=0.6,
        columnspacing=1.2,
        borderpad=0,
    )


def _colon(words: Words) -> str:
    return " : " if words.lang == "fr" else ": "


def _time_axis(ax: Axes, first: float, last: float, words: Words) -> None:
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
        words.label("words", "nothing_published"),
        ha="center",
        va="center",
        bbox={"facecolor": UNKNOWN["facecolor"], "edgecolor": "none", "pad": 2},
    )
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.set_axis_off()
    return ax


def plot_forecast(table: pd.DataFrame, fc: Forecast, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw the forecast as a fan of two bands with labelled edges, over the figures it was made from.

    The last published announcement for the same territory, if there is one, is marked beside it.

    Parameters
    ----------
    table : DataFrame
        ``fc.table()``.
    fc : Forecast
        The forecast itself, for its figures and probabilities.
    ax, lang
        As for every chart.
    """
    words = Words(lang)
    place = table.attrs.get("territoire") or "FR"
    target = announced(place, table.attrs.get("indicateur") or "tiers_lieux")
    last_seen = int(fc.used["annee"].max())
    ahead = table[table["annee"] >= last_seen]
    end = table.iloc[-1]
    values: dict[str, Any] = {
        "year": int(end["annee"]),
        "low": words.number(round(end["p80_bas"], -2)),
        "high": words.number(round(end["p80_haut"], -2)),
        "low95": words.number(round(end["p95_bas"], -2)),
        "high95": words.number(round(end["p95_haut"], -2)),
        "p_fall": words.percent(float((fc.draws[int(end["annee"])] < fc.draws[last_seen]).mean())),
        "last_seen": last_seen,
        "n": words.number(len(fc.used)),
        "place": territory(place).name,
    }
    if target:
        chance = fc.probability(int(end["annee"]), target[1])
        values |= {"target": words.number(target[1]), "p_target": words.percent(chance)}
    text = caption.write("croissance-prevision", table, lang, fallback=target is None, **values)
    with style():
        ax = new_axes(ax, 3.9)
        _fan(ax, ahead, words)
        perimeters = list(dict.fromkeys(fc.used["perimetre"]))
        for name in perimeters:
            _one_perimeter(ax, fc.used[fc.used["perimetre"] == name], PERIMETERS.get(name, SOFT), words)
        _label_perimeters(ax, fc.used, perimeters, words)
        if target:
            _target(ax, *target, words)
        _time_axis(ax, table["annee"].min(), table["annee"].max(), words)
        ax.set_ylim(0, max(table["p95_haut"].max(), target[1] if target else 0) * 1.1)
        return finish(ax, text)


def _fan(ax: Axes, ahead: pd.DataFrame, words: Words) -> None:
    """Draw the two bands; each edge is labelled where it ends."""
    x, end = ahead["annee"] + 0.5, ahead.iloc[-1]
    ax.fill_between(x, ahead["p95_bas"], ahead["p95_haut"], color="#c9dfee", linewidth=0)
    ax.fill_between(x, ahead["p80_bas"], ahead["p80_haut"], color="#7fb2d6", linewidth=0)
    for name, level in (("p95_haut", 95), ("p80_haut", 80), ("p80_bas", 80), ("p95_bas", 95)):
        said = f"{words.percent(level / 100)}{_colon(words)}{words.number(round(end[name], -2))}"
        ax.annotate(
            said,
            (end["annee"] + 0.5, end[name]),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=SOFT,
        )


def _target(ax: Axes, period: str, target: float, words: Words) -> None:
    """Mark the published announcement and name it."""
    when = periods.middle(period)
    ax.plot(when, target, zorder=4, **mark("prevision", CONTRAST))
    said = words.label("words", "published_forecast").format(n=words.number(target))
    ax.annotate(
        said,
        (when, target),
        xytext=(-9, 4),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=SMALL,
        color=CONTRAST,
    )


def plot_published_forecasts(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw each published forecast against the measure that judges it, both relative to what was announced.

    Parameters
    ----------
    table : DataFrame
        From `published_forecasts`.
    ax, lang
        As for every chart.
    """
    words = Words(lang)
    counts = table["verdict"].value_counts()
    big = table[table["id_prevision"] == "ftl_2023_2025"]
    holds = len(big) == 1 and big["verdict"].iloc[0] == "manquee"
    values: dict[str, Any] = {
        name: words.number(counts.get(name, 0)) for name in ("tenue", "manquee", "non_verifiable", "a_venir")
    }
    values["n"] = words.number(len(table))
    if holds:
        row = big.iloc[0]
        values |= {
            "announced": words.number(row["valeur_bas"]),
            "target_year": row["periode_cible"],
            "seen": words.span(words.number(row["mesure_bas"]), words.number(row["mesure_haut"])),
            "seen_year": row["mesure_periode"],
            "ratio_high": words.percent(row["mesure_haut"] / row["valeur_bas"]),
        }
    text = caption.write("previsions-publiees", table, lang, fallback=not holds, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.9 * ROW * len(table))
        ax.axvline(1, color=INK, linewidth=0.8)
        right = 1.5
        for rank, row in enumerate(table.itertuples()):
            _announced(ax, rank + 0.12, row, right)
            if row.mesure_bas == row.mesure_bas:
                _seen(ax, rank - 0.16, row, words)
            else:
                unknown_row(ax, rank - 0.16, words.label("motifs", row.motif), left=0.45, width=0.5, thick=0.4)
            ax.annotate(
                words.label("verdicts", row.verdict),
                (right, rank),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
                fontweight="bold",
            )
        label_rows(ax, [_forecast_label(row, words) for row in table.itertuples()])
        ax.set_xlim(0.4, right)
        value_axis(ax, words.label("axes", "relative_to_announced"), words.percent)
        return finish(ax, text)


def _announced(ax: Axes, y: float, row: Any, right: float) -> None:
    """Draw what was announced, from its lower figure; dashed to the edge when it has no upper one."""
    high = row.valeur_haut / row.valeur_bas if row.valeur_haut == row.valeur_haut else None
    ax.plot(
        [1, high or right],
        [y] * 2,
        color=CONTRAST,
        linewidth=1.4,
        linestyle="-" if high else (0, (2, 2)),
    )
    ax.plot(1, y, zorder=3, **mark(row.nature, CONTRAST))


def _seen(ax: Axes, y: float, row: Any, words: Words) -> None:
    """Draw the measure that judges a forecast, with its value and its period."""
    low, top = row.mesure_bas / row.valeur_bas, row.mesure_haut / row.valeur_bas
    if low < top:
        ax.barh(y, top - low, left=low, height=0.2, color=ACCENT, linewidth=0)
    else:
        ax.plot(low, y, zorder=3, **mark("compte", ACCENT))
    seen = words.span(words.number(row.mesure_bas), words.number(row.mesure_haut))
    ax.annotate(
        f"{seen} ({row.mesure_periode})",
        ((low + top) / 2, y),
        xytext=(0, 6),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL - 0.5,
        color=ACCENT,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
    )


def _forecast_label(row: Any, words: Words) -> str:
    floor, high = words.number(row.valeur_bas), row.valeur_haut
    if high == high:
        announced = words.span(floor, words.number(high))
    else:
        announced = words.label("words", "at_least").format(n=floor)
    when = row.periode_cible if isinstance(row.periode_cible, str) else words.label("words", "no_date")
    return f"{words.label('annonces', row.indicateur)} · {territory(row.territoire).name}\n{announced} · {when}"
