"""Charts of where places stand: by class of commune, and in the communes that another programme names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, RULE, SOFT, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN_CLASS = "inconnue"
ALPHA = 0.05
LONGEST = 80  # characters of a title
COLOURS = (ACCENT, CONTRAST, SOFT)


@chart
def plot_commune_mix(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the share of places in each class of commune beside the share of inhabitants, one row per list and class.

    Parameters
    ----------
    table : DataFrame
        From `cross`, of one territory.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_commune_mix(tl.cross("tiers_lieux"), lang="en")
    """
    words = Words(lang)
    classed = table[table["classe"] != UNKNOWN_CLASS]
    if len(set(table["territoire"])) > 1:
        raise BadInput("this table holds several territories: keep the rows of one, e.g. table['territoire'] == 'D33'.")
    types = list(dict.fromkeys(classed["type"]))
    rank = classed["type"].map(types.index)
    classes = list(dict.fromkeys(classed["classe"]))
    order = classed.assign(_class=classed["classe"].map(classes.index), _list=rank).sort_values(["_class", "_list"])
    rows = order.drop(columns=["_class", "_list"]).reset_index(drop=True)
    by, name = fact(table, "classement"), f"nom_{lang}"
    found = _most_apart(rows, types[0])
    first = rows.iloc[0] if found is None else found
    outside = table[table["classe"] == UNKNOWN_CLASS].groupby("type", sort=False)["nb_lieux"].sum()
    level = words.percent(fact(table, "confiance"))
    values: dict[str, Any] = {
        "by": words.label("classements", by),
        "caution": words.label("classements_note", by),
        "class": first[name],
        "list": words.label("listes_courtes", first["type"]),
        "n": words.number(first["nb_lieux"]),
        "share": words.percent(first["part_lieux"]),
        "people": words.percent(first["part_population"]),
        "rate": words.significant(first["taux_pour_100k"], 2),
        "low": words.significant(first["taux_bas_pour_100k"], 2),
        "high": words.significant(first["taux_haut_pour_100k"], 2),
        "level": level,
        "lists": words.join([words.label("listes", kind) for kind in types]),
        "place": _place(words, table),
        "outside": _left_out(words, outside, "listes"),
        "outside_short": _left_out(words, outside, "listes_courtes"),
        "classes": words.number(len(classes)),
    }
    text = caption.write("communes-classes", table, lang, fallback=found is None, **values)
    if len(text.title) > LONGEST:
        text = caption.write("communes-classes", table, lang, fallback=True, **values)
    with style():
        ax = new_axes(ax, 0.8 + ROW * len(rows), least=6.2)
        widest = max(float(rows[["part_lieux_haut", "part_population"]].max(axis=None)) * 1.45, 0.1)
        for at, row in enumerate(rows.itertuples()):
            colour = COLOURS[types.index(row.type) % len(COLOURS)]
            low, high = row.part_lieux_bas, row.part_lieux_haut
            ax.plot([low, high], [at, at], color=colour, linewidth=4, alpha=0.35, solid_capstyle="butt")
            ax.plot(row.part_lieux, at, **mark("compte", colour, 6))
            bounds = [words.significant(one, 2) for one in (row.taux_bas_pour_100k, row.taux_haut_pour_100k)]
            said = f"{words.significant(row.taux_pour_100k, 2)} ({words.span(*bounds)})"
            line = float(row.part_population)  # the figures do not cross it
            value_label(ax, line if 0 < line - high < 0.3 * widest else high, at, said)
        for number, one in enumerate(classes):
            share = float(rows.loc[rows["classe"] == one, "part_population"].iloc[0])
            top = number * len(types) - 0.42
            ax.plot([share, share], [top, top + len(types) - 0.16], color=INK, linewidth=1.6, zorder=4)
            if number:
                ax.axhline(number * len(types) - 0.5, color="#e5e5e5", linewidth=0.8)
        label_rows(ax, _labels(words, rows, types, name))
        ax.set_xlim(0, widest)
        value_axis(ax, words.label("axes", "share_places_and_rate"), words.percent)
        return finish(ax, text)


def _left_out(words: Words, outside: Mapping[str, int], names: str) -> str:
    """Return how many places of each list stand in no class, the list named with labels of a group."""
    said = [f"{words.number(count)} ({words.label(names, kind)})" for kind, count in outside.items() if count]
    return words.join(said) or words.number(0)


def _place(words: Words, table: pd.DataFrame) -> str:
    from tlanalysis.data.territories import territory

    return territory(table["territoire"].iloc[0]).name


def _labels(words: Words, rows: pd.DataFrame, types: list[str], name: str) -> list[str]:
    """Return the labels of the rows: the class on the first row of each, the list on every one."""
    if len(types) == 1:
        return rows[name].tolist()
    return [
        f"{getattr(row, name) + ' · ' if row.type == types[0] else ''}{words.label('listes_courtes', row.type)}"
        for row in rows.itertuples()
    ]


def _most_apart(rows: pd.DataFrame, kind: str) -> pd.Series | None:
    """Return the class that a list favours or avoids most, of those where chance is ruled out; None without one."""
    sure = rows[(rows["type"] == kind) & (rows["p_ajustee"] < ALPHA) & (rows["rapport_aux_habitants"] > 0)]
    if sure.empty:
        return None
    return sure.loc[np.log(sure["rapport_aux_habitants"].astype(float)).abs().idxmax()]


@chart
def plot_overlap(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the odds ratio of each pair of programmes, its interval, and one where chance would put it.

    Parameters
    ----------
    table : DataFrame
        From `overlap`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_overlap(tl.overlap(), lang="en")
    """
    words = Words(lang)
    rows = table[table["rapport_de_cotes"].notna()].reset_index(drop=True)
    if rows.empty:
        raise BadInput("no pair of this table has an odds ratio: its communes are too few to compare with chance.")
    first = rows.iloc[0]
    values: dict[str, Any] = {
        "a": words.label("listes_courtes", first["programme_a"]),
        "b": words.label("listes_courtes", first["programme_b"]),
        "both": words.number(first["nb_les_deux"]),
        "low": words.number(first["nb_les_deux_attendu_bas"]),
        "high": words.number(first["nb_les_deux_attendu_haut"]),
        "odds": words.significant(first["rapport_de_cotes"], 2),
        "odds_low": words.significant(first["rapport_de_cotes_bas"], 2),
        "odds_high": words.significant(first["rapport_de_cotes_haut"], 2),
        "n": words.number(first["nb_communes"]),
        "outside": words.number(rows["nb_hors_table"].max()),
        "level": words.percent(fact(table, "confiance")),
        "pairs": words.number(len(rows)),
    }
    text = caption.write("communes-croisements", table, lang, fallback=not first["p_valeur"] < ALPHA, **values)
    with style():
        ax = new_axes(ax, 0.85 + 1.5 * ROW * len(rows), least=6.2)
        ax.set_xscale("log")
        ax.axvline(1, color=SOFT, linewidth=1.2, zorder=0)
        for at, row in enumerate(rows.itertuples()):
            apart = row.rapport_de_cotes_bas > 1 or row.rapport_de_cotes_haut < 1
            colour = ACCENT if apart else "#8a8a8a"
            bounds = [row.rapport_de_cotes_bas, row.rapport_de_cotes_haut]
            ax.plot(bounds, [at, at], color=colour, linewidth=4, alpha=0.35, solid_capstyle="butt")
            ax.plot(row.rapport_de_cotes, at, **mark("compte", colour, 6.5))
            said = words.label("words", "both_of_chance").format(
                n=words.number(row.nb_les_deux),
                chance=words.span(
                    words.number(row.nb_les_deux_attendu_bas), words.number(row.nb_les_deux_attendu_haut)
                ),
            )
            value_label(ax, max(row.rapport_de_cotes_haut, 1), at, said)
        label_rows(ax, [_pair(words, row.programme_a, row.programme_b) for row in rows.itertuples()])
        low, high = float(rows["rapport_de_cotes_bas"].min()), float(rows["rapport_de_cotes_haut"].max())
        ax.set_xlim(min(0.8, low * 0.9), max(high * 4.5, 4))
        value_axis(ax, words.label("axes", "odds_ratio"), lambda v: words.significant(v, 1))
        ticks = [one for one in (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50) if ax.get_xlim()[0] <= one <= high * 1.2]
        ax.set_xticks(ticks)
        ax.xaxis.minorticks_off()
        ax.grid(axis="x", color=RULE, linewidth=0.6)
        return finish(ax, text)


def _pair(words: Words, first: str, second: str) -> str:
    return words.label("listes_courtes", first) + "\n" + words.label("listes_courtes", second)
