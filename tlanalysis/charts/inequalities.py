"""Inequality between territories (Lorenz curves, Gini indices beside chance) and rank agreement between measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.drawings import also_drawn
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, RULE, SMALL, SOFT, mark, style
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    import pandas as pd


@chart
def plot_inequality(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the Gini of each list: in the list, under equal rates, and of the underlying rates with its interval.

    Parameters
    ----------
    table : DataFrame
        From `inequality_of`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_inequality(tl.inequality_of({"tiers_lieux": tl.rates("tiers_lieux")}), lang="en")
    """
    words = Words(lang)
    rows = table[table["indice"] == "gini"].sort_values("sous_jacent", ignore_index=True)
    theil = table.set_index(["type", "indice"])["valeur"].unstack()  # noqa: PD010 - one value a cell, nothing to aggregate
    sure = rows[rows["sous_jacent_bas"] > 0]
    least, most = rows.iloc[0], rows.iloc[-1]
    between = (theil["theil_entre"] / theil["theil"]).dropna() if "theil_entre" in theil else theil["theil"].iloc[:0]
    values: dict[str, Any] = {
        "n": words.number(len(rows)),
        "n_sure": words.number(len(sure)),
        "least": words.label("types", least["type"]),
        "most": words.label("types", most["type"]),
        "between": words.span(words.percent(between.min()), words.percent(between.max())) if len(between) else "",
    }
    for name, row in (("least", least), ("most", most)):
        values |= {
            f"{name}_seen": words.number(row["valeur"], 2),
            f"{name}_chance": words.number(row["hasard"], 2),
            f"{name}_low": words.number(row["sous_jacent_bas"], 2),
            f"{name}_high": words.number(row["sous_jacent_haut"], 2),
        }
    text = caption.write("inegalite-gini", table, lang, fallback=len(rows) < 2, **values)
    with style():
        ax = new_axes(ax, 0.75 + 3 * ROW * len(rows))
        labels = []
        for rank, row in enumerate(rows.itertuples()):
            top, middle, bottom = 3 * rank, 3 * rank + 1, 3 * rank + 2
            ax.plot(row.valeur, top, **mark("compte", ACCENT, 6.5))
            value_label(ax, row.valeur, top, words.number(row.valeur, 2))
            ax.plot(row.hasard, middle, **mark("estime", SOFT, 6.5))
            value_label(ax, row.hasard, middle, words.number(row.hasard, 2))
            bar_between(ax, bottom, row.sous_jacent_bas, row.sous_jacent_haut, CONTRAST)
            said = words.span(words.number(row.sous_jacent_bas, 2), words.number(row.sous_jacent_haut, 2))
            value_label(ax, row.sous_jacent_haut, bottom, said)
            kind = words.label("types", row.type)
            labels += [f"{kind} · {words.label('lectures_gini', name)}" for name in ("liste", "hasard", "sous_jacent")]
        label_rows(ax, labels)
        for rank in range(1, len(rows)):
            ax.axhline(3 * rank - 0.5, color="#e5e5e5", linewidth=0.8)
        ax.set_xlim(0, max(0.1, float(rows[["valeur", "sous_jacent_haut"]].max(axis=None)) * 1.2))
        value_axis(ax, words.label("axes", "gini"), words.number)
        return finish(ax, text)


@chart
def plot_rank_agreement(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw Kendall's tau between measures, with its interval; zero is no agreement either way.

    A partial tau has the plain one beside it, as a tick.

    Parameters
    ----------
    table : DataFrame
        From `rank_agreement`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_rank_agreement(tl.need_agreement(), lang="en")
    """
    words = Words(lang)
    rows = table.sort_values("tau", ascending=False, ignore_index=True)
    clear = (rows["tau_bas"] > 0) | (rows["tau_haut"] < 0)
    strongest = rows.loc[rows["tau"].abs().where(clear, -1).idxmax()]
    names = [
        words.label("mesures", row.mesure_1) + "\n" + words.label("mesures", row.mesure_2) for row in rows.itertuples()
    ]
    values: dict[str, Any] = {
        "n_pairs": words.number(len(rows)),
        "n_clear": words.number(clear.sum()),
        "n_unclear": words.number((~clear).sum()),
        "first": words.label("mesures", strongest["mesure_1"]),
        "second": words.label("mesures", strongest["mesure_2"]),
        "tau": words.number(strongest["tau"], 2),
        "low": words.number(strongest["tau_bas"], 2),
        "high": words.number(strongest["tau_haut"], 2),
        "n": words.span(*(words.number(n) for n in (rows["nb_territoires"].min(), rows["nb_territoires"].max()))),
        "level": words.percent(fact(table, "confiance")),
        "given": "",
        "plain": "",
        "partial": "",
    }
    if given := fact(table, "sachant"):
        said = {"name": words.label("mesures", given), "tau": words.number(strongest["tau_brut"], 2)}
        values |= {key: words.label("accord", key).format(**said) for key in ("given", "plain", "partial")}
    text = caption.write("accord-rangs", table, lang, fallback=not clear.any(), **values)
    with style():
        ax = new_axes(ax, 0.8 + 1.7 * ROW * len(rows))
        ax.axvline(0, color=SOFT, linewidth=0.9, zorder=0)
        for rank, row in enumerate(rows.itertuples()):
            colour = ACCENT if clear[rank] else "#8a8a8a"
            ax.plot(
                [row.tau_bas, row.tau_haut], [rank, rank], color=colour, linewidth=4, alpha=0.35, solid_capstyle="butt"
            )
            if given:
                ax.plot(row.tau_brut, rank, marker="|", markersize=11, color=SOFT)
            ax.plot(row.tau, rank, **mark("compte", colour, 6.5))
            end = max(row.tau_haut, row.tau_brut) if given else row.tau_haut
            value_label(ax, end, rank, f"{words.number(row.tau, 2)} ({words.number(row.nb_territoires)})")
        label_rows(ax, names)
        ax.set_xlim(-1, 1.2 if (rows["tau_haut"] > 0.9).any() else 1)
        value_axis(ax, words.label("axes", "tau"), words.number)
        return finish(ax, text)


@chart
def plot_lorenz(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the Lorenz curves of places over inhabitants, one line per kind, named with its Gini coefficient.

    A dot marks what the least provided half of the inhabitants has.

    Parameters
    ----------
    table : DataFrame
        From `lorenz_of`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_lorenz(tl.lorenz_of({"tiers_lieux": tl.rates("tiers_lieux")}), lang="en")
    """
    words = Words(lang)
    kinds = list(dict.fromkeys(table["type"]))
    ginis = {kind: float(table.loc[table["type"] == kind, "gini"].iloc[0]) for kind in kinds}
    halves = {kind: _share_of_half(table[table["type"] == kind]) for kind in kinds}
    first, last = min(kinds, key=ginis.__getitem__), max(kinds, key=ginis.__getitem__)
    values: dict[str, Any] = {
        "even": words.label("types", first),
        "uneven": words.label("types", last),
        "gini_even": words.number(ginis[first], 2),
        "gini_uneven": words.number(ginis[last], 2),
        "half_even": words.percent(halves[first]),
        "half_uneven": words.percent(halves[last]),
        "n": words.number(len(table) / len(kinds) - 1),
    }
    text = caption.write("fabriques-lorenz", table, lang, fallback=len(kinds) < 2, **values)
    styles = [(ACCENT, "-"), (CONTRAST, (0, (5, 2))), (SOFT, (0, (1, 1.5)))]
    with style():
        ax = new_axes(ax, 4.6)
        ax.plot([0, 1], [0, 1], color=SOFT, linewidth=0.9)
        ax.plot([0.5, 0.5], [0, 0.5], color=RULE, linewidth=1, zorder=1)
        beside: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL}
        ax.annotate(words.label("words", "equality"), (0.75, 0.75), xytext=(-6, 6), ha="right", color=SOFT, **beside)
        for kind, (colour, dashes) in zip(kinds, styles, strict=False):
            curve, rank = table[table["type"] == kind], sorted(kinds, key=ginis.__getitem__).index(kind)
            across, up = curve["part_population"], curve["part_lieux"]
            ax.plot(across, up, color=colour, linestyle=dashes, linewidth=2)
            ax.plot(0.5, halves[kind], zorder=3, **mark("compte", colour, 5.5))
            side: dict[str, Any] = (
                {"xytext": (-6, 3), "ha": "right"} if kind == first else {"xytext": (6, -3), "va": "top"}
            )
            ax.annotate(words.percent(halves[kind]), (0.5, halves[kind]), color=colour, **side, **beside)
            # The name of the most even curve stands above equality, those of the others under their curves.
            at, place = (0.3, (0.04, 0.74)) if kind == first else (0.8, (0.7, 0.3 - 0.15 * (rank - 1)))
            said = f"{words.label('types', kind).replace(' (', chr(10) + '(')}\nGini {words.number(ginis[kind], 2)}"
            line = {"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 1}
            on_curve = (at, float(np.interp(at, across, up)))
            start = (place[0] + 0.1, place[1] - 0.12 if kind == first else place[1])
            ax.annotate("", on_curve, xytext=start, textcoords=ax.transAxes, arrowprops=line)
            ax.annotate(said, place, xycoords="axes fraction", va="top", fontsize=SMALL, color=colour)
        also_drawn(ax, moitie={"type": kinds, "part_population": 0.5, "part_lieux": [halves[kind] for kind in kinds]})
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        value_axis(ax, words.label("axes", "share_population_sorted"), words.percent)
        ax.yaxis.set_major_formatter(lambda v, _: words.percent(v))
        ax.set_ylabel(words.label("axes", "share_listed"))
        ax.grid(axis="y", color=RULE, linewidth=0.6)
        ax.tick_params(axis="y", colors=SOFT)
        ax.spines["bottom"].set_color(INK)
        return finish(ax, text)


def _share_of_half(curve: pd.DataFrame) -> float:
    """Return the share of places that the least provided half of the inhabitants have."""
    return float(np.interp(0.5, curve["part_population"], curve["part_lieux"]))
