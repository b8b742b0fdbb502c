"""Chart of the waves of the label: rural communes and communes with a QPV, beside what others declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, SOFT, mark, style
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    import pandas as pd

ALPHA = 0.05


@chart
def plot_waves(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the share of Fabriques in rural communes and in communes with a QPV, wave by wave, with its interval.

    Parameters
    ----------
    table : DataFrame
        From `waves`, without a criterion.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_waves(tl.waves(), lang="en")
    """
    words = Words(lang)
    tests = fact(table, "tendances")
    rows = table.reset_index(drop=True)
    rural = rows[(rows["serie"] == "vague") & (rows["critere"] == "rural")]
    first, last = rural.iloc[0], rural.iloc[-1]
    whole = rows[(rows["serie"] == "ensemble") & (rows["critere"] == "rural")].iloc[0]
    values: dict[str, Any] = {
        "first": words.number(first["vague"]),
        "last": words.number(last["vague"]),
        "rural_first": words.percent(first["part"]),
        "rural_last": words.percent(last["part"]),
        "n": words.number(first["nb_lieux_critere"]),
        "of": words.number(first["nb_lieux"]),
        "share": words.percent(first["part"]),
        "low": words.percent(first["part_bas"]),
        "high": words.percent(first["part_haut"]),
        "level": words.percent(fact(table, "confiance")),
        "total": words.number(whole["nb_lieux"] + whole["nb_inconnus"]),
        "unknown": words.number(whole["nb_inconnus"]),
        **{f"p_{name}": words.p_value(tests[name]["p_valeur"]) for name in ("rural", "qpv")},
    }
    text = caption.write("fabriques-vagues", table, lang, fallback=tests["rural"]["p_valeur"] >= ALPHA, **values)
    with style():
        ax = new_axes(ax, 0.8 + ROW * len(rows), least=6.2)
        for at, row in enumerate(rows.itertuples()):
            colour = SOFT if row.serie == "publie" else CONTRAST if row.critere == "qpv" else ACCENT
            end = row.part + 0.012  # clear of the square
            if row.serie != "publie":
                end = row.part_haut
                ax.plot([row.part_bas, end], [at, at], color=colour, linewidth=4, alpha=0.35, solid_capstyle="butt")
            ax.plot(row.part, at, **mark("declare" if row.serie == "publie" else "compte", colour, 6.5))
            counted = row.serie != "publie"
            said = f" ({words.number(row.nb_lieux_critere)}/{words.number(row.nb_lieux)})" if counted else ""
            value_label(ax, end, at, words.percent(row.part) + said)
        label_rows(ax, _labels(words, rows))
        for boundary in rows.index[rows["critere"] != rows["critere"].shift()][1:]:
            ax.axhline(boundary - 0.5, color="#e5e5e5", linewidth=0.8)
        ax.set_xlim(0, 1)
        value_axis(ax, words.label("axes", "share_fabriques"), words.percent)
        return finish(ax, text)


def _labels(words: Words, rows: pd.DataFrame) -> list[str]:
    """Return the labels of the rows: the criterion on the first row of each, the wave or the publisher on every one."""
    import pandas as pd

    labels, before = [], None
    for row in rows.itertuples():
        if row.serie == "publie":
            whole = 0.0 if pd.isna(row.nb_lieux) else row.nb_lieux
            said = words.label("vagues", row.indicateur).format(of=words.number(whole))
        elif row.serie == "vague":
            said = words.label("vagues", "vague").format(n=words.number(row.vague), period=row.periode)
        else:
            said = words.label("vagues", row.serie)
        labels.append((words.label("criteres", row.critere) + " · " if row.critere != before else "") + said)
        before = row.critere
    return labels
