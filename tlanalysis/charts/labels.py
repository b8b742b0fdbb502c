"""Charts of listed places per département: tiles with the count in each, and Lorenz curves."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from tlanalysis.charts import caption
from tlanalysis.charts.layout import finish, new_axes
from tlanalysis.charts.rows import value_axis
from tlanalysis.charts.style import ACCENT, CONTRAST, INK, RULE, SMALL, SOFT, style
from tlanalysis.charts.tiles import classes, colour_of, draw_tiles, legend
from tlanalysis.charts.words import Words
from tlanalysis.territories import within

if TYPE_CHECKING:
    import pandas as pd


def plot_departement_tiles(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR") -> Axes:
    """Draw labelled places per 100,000 inhabitants on the tiles of the 101 départements; the count stands in each tile.

    Parameters
    ----------
    table : DataFrame
        From `places_per_territory(kind, "departement")`; one kind of
        `fabriques_de_territoire`, `manufactures_de_proximite`.
    ax, lang
        As for every chart.
    focus : str
        Territory to set off; none for ``"FR"``.
    """
    words = Words(lang)
    figure = f"{table.attrs['type'].split('_')[0]}-departements"
    ranked = table.sort_values(["taux_pour_100k", "code"], ascending=[False, True])
    top, none = ranked.iloc[0], table[table["nb_lieux"] == 0]
    national = table["nb_lieux"].sum() / table["population"].sum() * 1e5
    values: dict[str, Any] = {
        "total": words.number(table["nb_lieux"].sum() + table.attrs["nb_hors_champ"]),
        "inside": words.number(table["nb_lieux"].sum()),
        "outside": words.number(table.attrs["nb_hors_champ"]),
        "n_zero": words.number(len(none)),
        "n": words.number(len(table)),
        "zero_names": ", ".join(none["nom"].head(8)),
        "top": top["nom"],
        "top_n": words.number(top["nb_lieux"]),
        "top_rate": words.number(top["taux_pour_100k"], 1),
        "top_low": words.number(top["taux_bas_pour_100k"], 1),
        "top_high": words.number(top["taux_haut_pour_100k"], 1),
        "rate": words.number(national, 2),
    }
    text = caption.write(figure, table, lang, fallback=none.empty, **values)
    some = table[table["nb_lieux"] > 0]
    bounds = classes(some["taux_pour_100k"].to_numpy(), n=4)
    zero = "#ffffff"
    with style():
        ax = new_axes(ax, 6.4)
        colours = {
            row.code: zero if row.nb_lieux == 0 else colour_of(row.taux_pour_100k, bounds) for row in table.itertuples()
        }
        texts = {row.code: [row.code, words.number(row.nb_lieux)] for row in table.itertuples()}
        draw_tiles(ax, "departement", colours, texts, sizes=(7.2, 7.2), focus=within(focus, "departement"))
        for patch in ax.patches:
            if patch.get_fill() and patch.get_facecolor()[:3] == (1.0, 1.0, 1.0):
                patch.set(edgecolor="#b5b5b5", linewidth=0.7)
        entries = [(zero, words.label("words", "zero_place"))]
        for low, high in pairwise(bounds):
            said = words.span(words.significant(low), words.significant(high))
            entries.append((colour_of(low, bounds), said))
        title = words.label("axes", "per_100k")
        key = legend(ax, entries, title=title, loc="upper right", bbox_to_anchor=(1.0, 1.0))
        key.get_patches()[0].set(edgecolor="#b5b5b5", linewidth=0.7)
        return finish(ax, text)


def plot_lorenz(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw the Lorenz curves of places over inhabitants, one line per kind, with their Gini coefficients.

    Parameters
    ----------
    table : DataFrame
        From `lorenz_of`.
    ax, lang
        As for every chart.
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
        ax.annotate(
            words.label("words", "equality"),
            (0.5, 0.5),
            xytext=(-6, 6),
            textcoords="offset points",
            ha="right",
            fontsize=SMALL,
            color=SOFT,
        )
        for kind, (colour, dashes) in zip(kinds, styles, strict=False):
            curve = table[table["type"] == kind]
            said = f"{words.label('types', kind)} (Gini {words.number(ginis[kind], 2)})"
            ax.plot(
                curve["part_population"],
                curve["part_lieux"],
                color=colour,
                linestyle=dashes,
                linewidth=2,
                label=said,
            )
        ax.legend(loc="upper left", borderpad=0.2)
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
