"""The chart of an indicator that has none of its own: published values by date, by nature and by definition."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.charts.growth import time_axis
from tlanalysis.charts.kit.caption import Caption
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.style import mark, perimeter_colour, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import Texts, read_texts
from tlanalysis.core.provenance import sources_of
from tlanalysis.data.territories import territory as territory_of

if TYPE_CHECKING:
    from typing import Unpack

    import pandas as pd
    from matplotlib.axes import Axes

_SHARE = "part"  # unit of fractions, written in percent
_WIDTH = 7.0  # points of an interval


@cache
def texts(lang: str) -> Texts:
    """Return the texts of the panel in a language."""
    return read_texts(Path(__file__).with_name("texts.toml"))[lang]


def placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that have a value or two bounds, with `annee`: oldest first, those without a date last."""
    known = rows["valeur"].notna() | (rows["valeur_bas"].notna() & rows["valeur_haut"].notna())
    held = rows[known].copy()
    held["annee"] = held["periode"].map(periods.middle, na_action="ignore").astype("float64")
    return held.sort_values(["annee", "perimetre", "valeur"], ignore_index=True)


@chart
def values_chart(
    table: pd.DataFrame, territory: str = "FR", *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw published values of one indicator by date: the mark is the nature, the colour the definition.

    Parameters
    ----------
    table : DataFrame
        From `known_figures`, the rows of one indicator.
    territory : str
        The territory that they are about.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    """
    rows, words, text = placed(table), Words(lang), texts(lang)
    if rows.empty:
        raise BadInput("no figure here has a value: there is nothing to draw.")
    dates = rows["annee"].dropna()
    undated = int(rows["annee"].isna().sum())
    after = float(np.floor(dates.max())) + 1.5 if len(dates) else 0.5
    unit = rows["unite"].dropna().unique()
    percent = len(unit) == 1 and unit[0] == _SHARE
    with style():
        ax = new_axes(ax, 3.2)
        for row in rows.assign(annee=rows["annee"].fillna(after)).itertuples():
            colour = perimeter_colour(row.perimetre) if isinstance(row.perimetre, str) else perimeter_colour("")
            if row.valeur == row.valeur:
                ax.plot(row.annee, row.valeur, zorder=4, **mark(row.nature, colour))
            else:
                ax.vlines(row.annee, row.valeur_bas, row.valeur_haut, color=colour, linewidth=_WIDTH)
        _name_definitions(ax, rows, words)
        time_axis(ax, dates.min() if len(dates) else 0.5, after if undated else dates.max(), words)
        if undated:
            _name_undated(ax, after, text["undated"])
        top = float(rows[["valeur", "valeur_haut"]].max().max())
        ax.set_ylim(0, top * 1.15 if top > 0 else 1)
        if percent or top < 5:
            _write_small_numbers(ax, words, percent=percent)
        return finish(ax, _caption(table, rows, territory, words, text))


def _name_undated(ax: Axes, at: float, word: str) -> None:
    """Write the word in the place of the year after the last, which holds the figures without a date."""
    kept = [(tick, label.get_text()) for tick, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)]
    kept = [(tick, name) for tick, name in kept if tick < at - 0.9]
    ax.set_xticks([*(tick for tick, _ in kept), at], [*(name for _, name in kept), word])


def _write_small_numbers(ax: Axes, words: Words, *, percent: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: words.percent(value) if percent else words.significant(value))
    )


def _name_definitions(ax: Axes, rows: pd.DataFrame, words: Words) -> None:
    """Name each definition beneath the plot, in its colour."""
    from matplotlib.lines import Line2D

    names = list(dict.fromkeys(rows["perimetre"].dropna()))
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            label=words.label("perimetres", name).replace("\n", " "),
            **mark(str(rows.loc[rows["perimetre"] == name, "nature"].iloc[0]), perimeter_colour(name)),
        )
        for name in names
    ]
    key(ax, handles, loc="upper left", bbox_to_anchor=(0, -0.1), ncols=1, handlelength=0.9, handletextpad=0.6)


def _caption(table: pd.DataFrame, rows: pd.DataFrame, territory: str, words: Words, text: Texts) -> Caption:
    place, indicator = territory_of(territory).name, words.label("indicateurs", str(rows["indicateur"].iloc[0]))
    dates = rows["periode"].dropna().astype(str).str[:4].tolist()
    first, last = (dates[0], dates[-1]) if dates else (text["undated"], text["undated"])
    filled = {
        "place": place,
        "indicator": indicator,
        "n": words.number(len(rows)),
        "undated": words.number(int(rows["annee"].isna().sum())),
        "out": words.number(len(table) - len(rows)),
        "years": words.span(first, last) if first != last else first,
    }
    said = {name: text[f"values_{name}"].format(**filled) for name in ("title", "subtitle", "lecture", "champ", "alt")}
    return Caption(note="", foot=said["champ"], sources=tuple(sources_of(rows)), lang=words.lang, **said)
