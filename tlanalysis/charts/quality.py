"""Charts of data quality: figures by nature, perimeters over time, contradictions, unknowns, rows of the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, RULE, SMALL, SOFT, UNKNOWN, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import MEASURES
from tlanalysis.data.territories import territory
from tlanalysis.indicators.quality import QUESTIONS

if TYPE_CHECKING:
    import pandas as pd

LONG_NAME = 44  # letters: a longer name of a row takes two lines
STACK = 0.29  # of a row: from one mark to the next of the same year


@chart
def plot_holdings(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw how many published figures we hold, by nature.

    Parameters
    ----------
    table : DataFrame
        From `holdings`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_holdings(tl.holdings(), lang="en")
    """
    words = Words(lang)
    rows = table.set_index("nature")
    total = int(table["nb_chiffres"].sum())
    values: dict[str, Any] = {
        "total": words.number(total),
        "counted": words.number(rows.loc["compte", "nb_chiffres"]),
        "share_counted": words.percent(rows.loc["compte", "part"]),
        "undated": words.number(table["nb_sans_periode"].sum()),
        "declared": words.number(rows.loc["declare", "nb_chiffres"]),
    }
    text = caption.write("qualite-natures", table, lang, **values)
    ordered = table.sort_values("nb_chiffres", ascending=False, ignore_index=True)
    with style():
        ax = new_axes(ax, 0.75 + 1.3 * ROW * len(ordered))
        counts, natures = ordered["nb_chiffres"].to_numpy(), list(ordered["nature"])
        sns.barplot(x=counts, y=natures, color=ACCENT, saturation=1, width=0.6, errorbar=None, ax=ax)
        for rank, row in enumerate(ordered.itertuples()):
            value_label(ax, row.nb_chiffres, rank, f"{words.number(row.nb_chiffres)} ({words.percent(row.part)})")
        label_rows(ax, [words.label("natures", name) for name in ordered["nature"]])
        ax.set_xlim(0, ordered["nb_chiffres"].max() * 1.2)
        value_axis(ax, words.label("axes", "figures"), words.number)
        return finish(ax, text)


@chart
def plot_perimeters(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the years in which each perimeter gives a figure: one row per perimeter, one mark per nature.

    Parameters
    ----------
    table : DataFrame
        From `perimeters`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_perimeters(tl.perimeters(), lang="en")
    """
    words = Words(lang)
    names = list(dict.fromkeys(table["perimetre"]))
    years = range(int(table["annee"].min()), int(table["annee"].max()) + 1)
    longest = table.groupby("perimetre")["annee"].nunique()
    values: dict[str, Any] = {
        "n": words.number(len(names)),
        "first": years[0],
        "last": years[-1],
        "longest": words.label("perimetres", longest.idxmax()),
        "longest_n": words.number(longest.max()),
        "figures": words.number(table["nb_chiffres"].sum()),
    }
    text = caption.write("qualite-perimetres", table, lang, **values)
    given = table.groupby(["perimetre", "annee"])["nature"].agg(lambda natures: sorted(natures, key=MEASURES.index))
    with style():
        ax = new_axes(ax, 0.95 + 1.45 * ROW * len(names))
        for rank in range(len(names)):
            ax.axhline(rank, color=RULE, linewidth=0.6, zorder=0)
        for row in table.itertuples():
            held = given[row.perimetre, row.annee]  # one above the other: none leaves its year
            up = (held.index(row.nature) - (len(held) - 1) / 2) * STACK
            ax.plot(row.annee, names.index(row.perimetre) + up, **mark(row.nature, ACCENT, 6.5))
        label_rows(ax, [words.label("perimetres", name) for name in names])
        ax.set_xticks(list(years), [str(year) for year in years])
        ax.set_xlim(years[0] - 0.5, years[-1] + 0.5)
        handles = [
            Line2D([], [], linestyle="", label=words.label("natures", name), **mark(name, ACCENT, 6.5))
            for name in MEASURES
        ]
        key(
            ax,
            handles,
            loc="upper left",
            bbox_to_anchor=(0, -0.08),
            ncols=3,
            borderpad=0,
            handletextpad=0.2,
        )
        return finish(ax, text)


@chart
def plot_contradictions(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw each contradiction as a bar from the smallest to the largest published figure, on a ratio scale.

    Only figures of the same printed period are drawn; the note says how many others may disagree.

    Parameters
    ----------
    table : DataFrame
        From `contradictions`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_contradictions(tl.contradictions(), lang="en")
    """
    check_text(table)
    words = Words(lang)
    drawn = table[table["temps"] == "meme_periode"]
    drawn = drawn.assign(apart=drawn["perimetres"].str.contains(";"))
    rows = drawn.sort_values(["apart", "rapport"], ascending=[True, False], ignore_index=True)
    if rows.empty:
        raise BadInput("no two figures of this table disagree on a period that both print: there is nothing to draw.")
    same = int((~rows["apart"]).sum())
    first = rows.iloc[0]
    values: dict[str, Any] = {
        "n": words.number(len(rows)),
        "same": words.number(same),
        "other": words.number(len(rows) - same),
        "without": words.number((table["temps"] != "meme_periode").sum()),
        "first": _what(first, words).replace("\n", " · "),
        "ratio": words.number(first["rapport"], 1),
        "low": _amount(first["valeur_min"], first["indicateur"], words),
        "high": _amount(first["valeur_max"], first["indicateur"], words),
    }
    text = caption.write("qualite-contradictions", table, lang, **values)
    with style():
        ax = new_axes(ax, 0.95 + 1.35 * ROW * len(rows))
        ax.set_xscale("log")
        for rank, row in enumerate(rows.itertuples()):
            colour = "#9a9a9a" if row.apart else CONTRAST
            ax.plot([1, row.rapport], [rank, rank], color=colour, linewidth=5, solid_capstyle="butt")
            for x in (1, row.rapport):
                ax.plot([x, x], [rank - 0.22, rank + 0.22], color=colour, linewidth=2)
            said = words.span(
                _amount(row.valeur_min, row.indicateur, words), _amount(row.valeur_max, row.indicateur, words)
            )
            value_label(ax, row.rapport, rank, said)
        label_rows(ax, [_what(row, words) for _, row in rows.iterrows()])
        if 0 < same < len(rows):
            ax.axhline(same - 0.5, color=SOFT, linewidth=0.8)
        ticks = [t for t in (1, 1.5, 2, 3, 4) if t <= rows["rapport"].max() * 1.01]
        ax.set_xticks(ticks, [f"× {words.number(t, 0 if t == int(t) else 1)}" for t in ticks])
        ax.minorticks_off()
        ax.set_xlim(0.97, rows["rapport"].max() ** 1.5)
        ax.grid(axis="x", color=RULE, linewidth=0.6)
        ax.set_xlabel(words.label("axes", "ratio"), loc="left")
        entries = [(CONTRAST, "same_perimeter"), ("#9a9a9a", "other_perimeters")]
        handles = [Patch(facecolor=colour, label=words.label("words", name)) for colour, name in entries]
        key(
            ax,
            handles,
            loc="upper right",
            bbox_to_anchor=(1, -0.115),
            ncols=1,
            borderpad=0,
            handlelength=1.3,
        )
        return finish(ax, text)


def _what(row: pd.Series, words: Words) -> str:
    indicator = words.label("indicateurs", row["indicateur"])
    place = territory(row["territoire"]).name
    when = f"{place} · {words.period(row['periode'])}"
    return f"{indicator} · {when}" if len(indicator) + len(when) < LONG_NAME else f"{indicator}\n{when}"


def _amount(value: float, indicator: str, words: Words) -> str:
    if indicator.startswith(("part_", "croissance_")):
        return words.percent(value, 1 if round(value * 100) != round(value * 100, 3) else 0)
    return words.euros(value) if indicator.endswith("_eur") else words.number(value)


@chart
def plot_unknowns(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw which questions a published figure answers in each région: filled when known, hatched when unknown.

    Parameters
    ----------
    table : DataFrame
        From `unknowns`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_unknowns(tl.unknowns(), lang="en")
    """
    words = Words(lang)
    cells = table.pivot_table(index="nom_region", columns="question", values="est_connu", aggfunc="any")
    grid = cells.loc[:, list(QUESTIONS)]
    grid = grid.loc[grid.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    known = int(table["est_connu"].sum())
    per_question = grid.sum()
    values: dict[str, Any] = {
        "known": words.number(known),
        "unknown": words.number(len(table) - known),
        "cells": words.number(len(table)),
        "share": words.percent(1 - known / len(table)),
        "least": grid.index[-1],
        "least_n": words.number(grid.iloc[-1].sum()),
        "questions": words.number(len(QUESTIONS)),
        "none": " ; ".join(
            words.label("questions", name).replace("\n", " ") for name in QUESTIONS if per_question[name] == 0
        ),
    }
    text = caption.write("qualite-inconnus", table, lang, fallback=not values["none"], **values)
    with style():
        ax = new_axes(ax, 0.7 + ROW * len(grid))
        for y, region in enumerate(grid.index):
            for x, question in enumerate(QUESTIONS):
                look = {"facecolor": ACCENT, "edgecolor": "none"} if grid.loc[region, question] else UNKNOWN
                ax.add_patch(Rectangle((x + 0.04, y - 0.44), 0.92, 0.88, **look))
        label_rows(ax, list(grid.index))
        ax.set_xlim(0, len(QUESTIONS))
        ax.set_xticks(
            [x + 0.5 for x in range(len(QUESTIONS))],
            [words.label("questions", name) for name in QUESTIONS],
            fontsize=SMALL,
        )
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", length=0, colors=SOFT)
        ax.spines["bottom"].set_visible(False)
        handles = [
            Patch(facecolor=ACCENT, label=words.label("words", "published")),
            Patch(label=words.label("words", "unknown"), **UNKNOWN),
        ]
        key(
            ax,
            handles,
            loc="upper left",
            bbox_to_anchor=(0, -0.01),
            ncols=2,
            borderpad=0,
            handlelength=1.3,
        )
        return finish(ax, text)


@chart
def plot_lists_ledger(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", jeu: str = "cget_2019", **options: Unpack[Look]
) -> Axes:
    """Draw what grouping by the publisher's own columns would have done to the rows of a list.

    Parameters
    ----------
    table : DataFrame
        From `lists_ledger`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    jeu : str
        Name of the list in column `jeu`.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_lists_ledger(tl.lists_ledger(), lang="en")
    """
    words = Words(lang)
    facts = table[table["jeu"] == jeu].set_index("constat")["nb_lignes"]
    shown = [
        "sans_code_commune",
        "sans_code_postal",
        "preuves_contradictoires",
        "perdues_par_code_region",
        "mal_placees_par_code_departement",
    ]
    rows = facts[shown].sort_values(ascending=False)
    values: dict[str, Any] = {name: words.number(n) for name, n in facts.items()} | {
        "list": words.label("perimetres", jeu)
    }
    whole = facts["lignes_lues"] == facts["lignes_placees"]
    text = caption.write("qualite-registre", table, lang, fallback=not bool(whole), **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.4 * ROW * len(rows))
        for rank, n in enumerate(rows):
            bar_between(ax, rank, 0, n, ACCENT if rank < 3 else CONTRAST, thick=0.6)
            value_label(ax, n, rank, words.number(n))
        label_rows(ax, [words.label("constats", name) for name in rows.index])
        ax.set_xlim(0, rows.max() * 1.15)
        value_axis(ax, words.label("axes", "rows"), words.number)
        return finish(ax, text)
