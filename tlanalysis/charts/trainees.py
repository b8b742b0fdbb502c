"""Chart of the trainees that training bodies declare, by région."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, unknown_row, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, RULE, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.data.territories import within

if TYPE_CHECKING:
    import pandas as pd


@chart
def plot_trainees_declared(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw the trainees declared in each région, and how much of them the largest declarations hold.

    Parameters
    ----------
    table : DataFrame
        From `trainees_declared`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.

    Raises
    ------
    BadInput
        When the table is empty: the list has not been built.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_trainees_declared(tl.trainees_declared())  # doctest: +SKIP
    """
    if table.empty:
        raise BadInput("formation-stagiaires has nothing to draw: tl.open_files() says which open files to fetch.")
    check_text(table)
    words = Words(lang)
    rows = _in_order(table.astype({name: "float64" for name in table.columns if name.startswith("nb_")}))
    text = caption.write(
        "formation-stagiaires", table, lang, fallback=isnan(rows.loc["FR", "part_premiers"]), **_values(rows, words)
    )
    rows = rows.drop(index="FR")
    top = max(1.0, float(rows["nb_stagiaires"].fillna(0).max()))
    with style():
        ax = new_axes(ax, 0.75 + ROW * len(rows))
        for rank, row in enumerate(rows.itertuples()):
            if isnan(row.nb_stagiaires):
                unknown_row(ax, rank, words.label("words", "unknown"), left=0, width=top)
                continue
            ax.plot([0, row.nb_stagiaires], [rank, rank], color=RULE, linewidth=1, zorder=1)
            said = words.number(row.nb_stagiaires)
            if not isnan(row.part_premiers):
                bar_between(ax, rank, 0, row.part_premiers * row.nb_stagiaires, "#8fbbdb", thick=0.4)
                said += f" ({words.label('words', 'median').format(n=words.number(row.mediane))})"
            ax.plot(row.nb_stagiaires, rank, zorder=3, **mark(row.nature, ACCENT, size=6))
            value_label(ax, row.nb_stagiaires + top * 0.012, rank, said)
        chosen = within(focus, "region")
        names = [_name(place, name, words) for place, name in rows["nom_region"].items()]
        label_rows(ax, names, [rank for rank, code in enumerate(rows["code_region"]) if code in chosen])
        ax.tick_params(axis="y", pad=8)  # a mark at zero is wider than zero
        ax.set_xlim(0, top * 1.42)
        value_axis(ax, words.label("axes", "trainees_declared"), words.number, ticks=4)
        return finish(ax, text)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by territory: France, the régions (largest first, unknown last), what lies outside of them."""
    rank = table["code_region"].isna().map({True: 2, False: 1}).where(table["territoire"] != "FR", 0)
    keyed = table.assign(rang=rank).sort_values(
        ["rang", "nb_stagiaires"], ascending=[True, False], kind="stable", na_position="last"
    )
    return keyed.drop(columns="rang").set_index("territoire")


def _name(place: Any, name: Any, words: Words) -> str:
    return name if isinstance(name, str) else words.label("words", place)


def _values(rows: pd.DataFrame, words: Words) -> dict[str, Any]:
    unknown = words.label("words", "unknown")
    france, first = rows.loc["FR"], rows.iloc[1]
    apart = rows[rows["code_region"].isna()].drop(index="FR")

    def number(value: float) -> str:
        return unknown if isnan(value) else words.number(value)

    def share(value: float) -> str:
        return unknown if isnan(value) else words.percent(value)

    return {
        "total": number(france["nb_stagiaires"]),
        "top_share": share(france["part_premiers"]),
        "declarations": number(france["nb_declarations"]),
        "bodies": number(france["nb_organismes"]),
        "entrusted": number(france["nb_stagiaires_confies"]),
        "without": number(france["nb_sans_effectif"]),
        "none": number(france["nb_effectif_nul"]),
        "year": france["exercice"] if isinstance(france["exercice"], str) else unknown,
        "year_share": share(france["part_exercice"]),
        "first": _name(first.name, first["nom_region"], words),
        "first_n": number(first["nb_stagiaires"]),
        "first_bodies": number(first["nb_declarations"]),
        "first_share": share(first["part_premiers"]),
        "apart": number(apart["nb_declarations"].sum()),
    }
