"""Chart of the register: each published forecast against the measure that judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, label_rows, value_axis
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, SMALL, SOFT, UNKNOWN, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data.territories import territory
from tlanalysis.forecasting.published import VERDICTS

if TYPE_CHECKING:
    import pandas as pd

VERDICT_COLOURS = {"tenue": ACCENT, "manquee": CONTRAST}


@chart
def plot_published_forecasts(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw each published forecast against the measure that judges it, both relative to what was announced.

    Parameters
    ----------
    table : DataFrame
        From `published_forecasts`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_published_forecasts(tl.published_forecasts(), lang="en")
    """
    check_text(table)
    words = Words(lang)
    counts = table["verdict"].value_counts()
    big = table[table["id_prevision"] == "ftl_2023_2025"]
    holds = len(big) == 1 and bool(big["mesure_haut"].iloc[0] < big["valeur_bas"].iloc[0])
    values: dict[str, Any] = {name: words.number(counts.get(name, 0)) for name in VERDICTS}
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
        ax = new_axes(ax, 0.75 + 1.75 * ROW * len(table))
        ax.axvline(1, color=INK, linewidth=0.8)
        right = 1.5
        rows = table.assign(order=table["verdict"].map(VERDICTS.index)).sort_values("order", kind="stable")
        for rank, row in enumerate(rows.itertuples()):
            _announced(ax, rank + 0.14, row, right)
            said = words.label("motifs", row.motif)
            if row.mesure_bas == row.mesure_bas:
                said = _seen(ax, rank - 0.16, row, words)
            else:
                ax.barh(rank - 0.16, 0.5, left=0.45, height=0.3, **UNKNOWN)
            look: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SMALL}
            verdict = words.label("verdicts", row.verdict)
            colour = VERDICT_COLOURS.get(row.verdict, SOFT)
            ax.annotate(verdict, (right, rank - 0.2), xytext=(6, 0), fontweight="bold", color=colour, **look)
            ax.annotate(said, (right, rank + 0.22), xytext=(6, 0), color=INK, **look)
        label_rows(ax, [_forecast_label(row, words) for row in rows.itertuples()])
        ax.set_xlim(0.4, right)
        value_axis(ax, words.label("axes", "relative_to_announced"), words.percent)
        ax.set_xticks([1])  # what was announced; the values are written
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


def _seen(ax: Axes, y: float, row: Any, words: Words) -> str:
    """Draw the measure that judges a forecast; return its value and its period in words."""
    at_least = row.mesure_haut == float("inf")
    low = row.mesure_bas / row.valeur_bas
    top = low if at_least else row.mesure_haut / row.valeur_bas
    if low < top:
        ax.barh(y, top - low, left=low, height=0.2, color=ACCENT, linewidth=0)
    else:
        ax.plot(low, y, zorder=3, **mark("compte", ACCENT))
    seen = words.label("words", "at_least").format(n=words.number(row.mesure_bas))
    if not at_least:
        seen = words.span(words.number(row.mesure_bas), words.number(row.mesure_haut))
    return f"{seen} ({words.period(row.mesure_periode)})"


def _forecast_label(row: Any, words: Words) -> str:
    floor, high = words.number(row.valeur_bas), row.valeur_haut
    if high == high:
        announced = words.span(floor, words.number(high))
    else:
        announced = words.label("formes", row.forme).format(n=floor)
    when = words.period(row.periode_cible) if isinstance(row.periode_cible, str) else words.label("words", "no_date")
    return f"{words.label('annonces', row.indicateur)} · {territory(row.territoire).name}\n{announced} · {when}"
