"""Charts of public money: promises are hollow diamonds, never joined to what was voted or spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, RULE, SOFT, UNKNOWN, mark, style
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN_WIDTH = 0.16  # of the axis: an unknown amount is no large amount


@chart
def plot_announced_measures(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the amounts announced in 2021 per measure: hollow diamonds (promises), a bar where sources disagree.

    Parameters
    ----------
    table : DataFrame
        From `announced_measures`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_announced_measures(tl.announced_measures(), lang="en")
    """
    words = Words(lang)
    whole, parts = table[table["famille"] == "plan_2021"], table[table["famille"] != "plan_2021"]
    training = table[table["famille"] == "formation"]
    holds = len(whole) > 0 and len(training) > 0
    values: dict[str, Any] = {"n": words.number(len(parts))}
    if holds:
        share = training["montant_haut_eur"].iloc[0] / whole["montant_haut_eur"].iloc[0]
        values |= {
            "training": words.euros(float(training["montant_haut_eur"].iloc[0])),
            "whole": words.euros(float(whole["montant_haut_eur"].iloc[0])),
            "share": words.percent(share),
            "n_sources": words.number(training["nb_sources"].iloc[0]),
        }
    text = caption.write("argent-annonces", table, lang, fallback=not holds, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.4 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            low, high = float(row.montant_bas_eur), float(row.montant_haut_eur)
            if row.famille == "plan_2021":  # the others are parts of it, and of one another
                ax.axvspan(0, low, color="#f6f1ec", linewidth=0, zorder=0)
            if low < high:
                bar_between(ax, rank, low, high, "#e3b798")
            for amount in {low, high}:
                ax.plot(amount, rank, zorder=3, **mark("objectif", CONTRAST))
            value_label(ax, high + 2e6, rank, words.euro_span(low, high))
        label_rows(ax, [words.label("familles", name) for name in table["famille"]])
        ax.set_xlim(0, float(table["montant_haut_eur"].max()) * 1.2)
        value_axis(ax, words.label("axes", "announced"), words.euros)
        return finish(ax, text)


@chart
def plot_state_credits(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the yearly State credits, one row per year and stage, drafts hollow; a stage nobody publishes is hatched.

    Parameters
    ----------
    table : DataFrame
        From `state_credits`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_state_credits(tl.state_credits(), lang="en")
    """
    words = Words(lang)
    stages = ("projet_de_loi", "vote", "apres_gel", "depense")
    cells = table.set_index(["annee", "stade"])
    years = sorted(table["annee"].unique())
    rows = [(year, stage) for year in years for stage in stages]
    last = cells[cells.index.get_level_values("stade").isin(["vote", "depense"])]
    spent_year = max((year for year, stage in last.index if stage == "depense"), default=None)
    holds = spent_year is not None and (spent_year, "vote") in cells.index
    values: dict[str, Any] = {
        "n_unknown": words.number(sum(key not in cells.index for key in rows)),
        "n_cells": words.number(len(rows)),
    }
    if holds:
        values |= {
            "year": spent_year,
            "voted": words.euros(float(cells.loc[(spent_year, "vote"), "montant_haut_eur"])),
            "spent": words.euros(float(cells.loc[(spent_year, "depense"), "montant_bas_eur"])),
        }
    text = caption.write("argent-credits", table, lang, fallback=not holds, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.1 * ROW * len(rows))
        top = float(table["montant_haut_eur"].max())
        for rank, key in enumerate(rows):
            if key not in cells.index:
                ax.barh(rank, top * UNKNOWN_WIDTH, height=0.5, **UNKNOWN)
                value_label(ax, top * UNKNOWN_WIDTH, rank, words.label("words", "unknown"), colour=SOFT)
                continue
            low, high = float(cells.loc[key, "montant_bas_eur"]), float(cells.loc[key, "montant_haut_eur"])
            draft = key[1] == "projet_de_loi"
            ax.plot([0, high], [rank, rank], color=RULE, linewidth=1, zorder=1)
            if low < high:
                bar_between(ax, rank, low, high, "#8fbbdb")
            for amount in {low, high}:
                ax.plot(
                    amount,
                    rank,
                    zorder=3,
                    **mark("prevision" if draft else "declare", CONTRAST if draft else ACCENT),
                )
            value_label(ax, high + top * 0.01, rank, words.euro_span(low, high))
        label_rows(ax, [f"{year}  {words.label('stades', stage)}" for year, stage in rows])
        for boundary in range(len(stages), len(rows), len(stages)):
            ax.axhline(boundary - 0.5, color=RULE, linewidth=0.8)
        ax.set_xlim(0, top * 1.2)
        value_axis(ax, words.label("axes", "amount"), words.euros)
        return finish(ax, text)
