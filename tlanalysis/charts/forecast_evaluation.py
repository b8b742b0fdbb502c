"""Charts that judge the forecast: hindsight, back-tests, sensitivity to its priors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.forecasts import about, ceiling
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, cut_bar, label_rows, value_axis, value_column, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, NARROW, WIDE, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

DISTRIBUTIONS = ("melange", "ref_sans_changement")
BANDS = {"melange": (WIDE, NARROW), "ref_sans_changement": ("#dedede", "#b5b5b5")}
TOO_LONG = 4  # times the median of the bars: a longer bar is cut, and its value is written


@chart
def plot_hindsight(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw past forecasts against the later measure, ours and the published ones, one row per forecast.

    Parameters
    ----------
    table : DataFrame
        From `hindsight`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_hindsight(tl.hindsight(("2021-08-31",)), lang="en")
    """
    check_text(table)
    words = Words(lang)
    ours, naive = (table[table["qui"] == name] for name in DISTRIBUTIONS)
    claims = table[~table["qui"].isin(DISTRIBUTIONS)]
    inside = ours[(ours["p80_bas"] <= ours["mesure_haut"]) & (ours["p80_haut"] >= ours["mesure_bas"])]
    values: dict[str, Any] = {
        "n": words.number(len(ours)),
        "figures": words.number(ours["annee"].nunique()),
        "inside": words.number(len(inside)),
        "score": words.percent(_mean_over_figures(ours)),
        "naive": words.percent(_mean_over_figures(naive)),
        "repeats": _repeats(claims, words),
    }
    text = caption.write("croissance-retrospective", table, lang, fallback=claims.empty, **values)
    with style():
        ax = new_axes(ax, 0.95 + 1.75 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            if row.qui in BANDS:
                wide, narrow = BANDS[row.qui]
                bar_between(ax, rank, row.p95_bas, row.p95_haut, wide, thick=0.42)
                bar_between(ax, rank, row.p80_bas, row.p80_haut, narrow, thick=0.42)
            else:
                ax.plot([row.p95_bas, row.p95_haut], [rank, rank], color=CONTRAST, linewidth=1.6)
                ax.plot(row.mediane, rank, zorder=3, **mark("prevision", CONTRAST))
            ax.plot(
                [row.mesure_bas, row.mesure_haut],
                [rank + 0.32] * 2,
                color="#333333",
                linewidth=3,
                solid_capstyle="butt",
            )
            if row.mesure_bas == row.mesure_haut:
                ax.plot(row.mesure_bas, rank + 0.32, zorder=3, **mark("compte", "#333333", 6))
        label_rows(ax, [_hindsight_label(row, words) for row in table.itertuples()])
        value_column(ax, [_missed_by(row, words) for row in table.itertuples()], words.label("words", "off_by"))
        ax.set_xlim(0, table["p95_haut"].max() * 1.4)
        value_axis(ax, words.label("axes", "places"), words.number)
        return finish(ax, text)


def _mean_over_figures(rows: pd.DataFrame) -> float:
    """Return the mean score, in which each figure that came counts once."""
    return float(rows.groupby("annee")["crps_relatif"].mean().mean())


def _missed_by(row: Any, words: Words) -> str:
    return words.span(words.percent(row.ecart_bas), words.percent(row.ecart_haut))


def _repeats(claims: pd.DataFrame, words: Words) -> str:
    """Return the sentence that a later figure is the one that had been announced, or nothing."""
    point = claims["mesure_bas"] == claims["mesure_haut"]
    years = claims.loc[point & (claims["mesure_bas"] == claims["p95_haut"]), "annee"]
    if years.empty:
        return ""
    said = words.join([str(year) for year in sorted(set(years))])
    return words.label("words", "repeats").format(years=said, documents=caption.documents_read(words))


def _hindsight_label(row: Any, words: Words) -> str:
    said = {"melange": words.label("words", "ours"), "ref_sans_changement": words.label("words", "no_change")}
    who = said.get(row.qui) or row.qui.split(",")[0].split(" (")[0]
    return f"{who}\n{words.label('words', 'known_in').format(day=words.period(row.connu_le[:7]), year=row.annee)}"


@chart
def plot_backtest(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the mean relative score of every model over the back-tests, best first, naive references in grey.

    Parameters
    ----------
    table : DataFrame
        From `backtest_summary`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_backtest(tl.backtest_summary(tl.backtest(tl.observations("tiers_lieux", "FR"))))  # doctest: +SKIP
    """
    words = Words(lang)
    mine = table[table["modele"] == "melange"].iloc[0]
    naive = table[table["modele"].str.startswith("ref_")]
    best = naive.sort_values("crps_relatif").iloc[0]
    cut = table[table["crps_relatif"] > TOO_LONG * table["crps_relatif"].median()]
    end = 1.15 * float(table.drop(cut.index)["crps_relatif"].max())
    values: dict[str, Any] = {
        "mine": words.percent(mine["crps_relatif"], 1),
        "best": words.label("modeles", best["modele"]).rpartition(":")[2].strip(),
        "best_score": words.percent(best["crps_relatif"], 1),
        "n": words.number(mine["nb_cas"]),
        "figures": words.number(mine["nb_issues"]),
        "c80": words.percent(mine["couvert_80"]),
        "c95": words.percent(mine["couvert_95"]),
        "cut": _cut(cut, words),
    }
    text = caption.write(
        "croissance-modeles", table, lang, fallback=bool(mine["crps_relatif"] >= best["crps_relatif"]), **values
    )
    with style():
        ax = new_axes(ax, 0.75 + 1.3 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            colour = ACCENT if row.modele == "melange" else "#b5b5b5" if row.modele.startswith("ref_") else NARROW
            if row.Index in cut.index:
                cut_bar(ax, rank, end, colour)
            else:
                bar_between(ax, rank, 0, row.crps_relatif, colour, thick=0.6)
            value_label(ax, min(row.crps_relatif, end), rank, words.percent(row.crps_relatif, 1))
        label_rows(
            ax, [words.label("modeles", name) for name in table["modele"]], [list(table["modele"]).index("melange")]
        )
        ax.set_xlim(0, end * 1.2)
        value_axis(ax, words.label("axes", "crps"), words.percent)
        return finish(ax, text)


def _cut(rows: pd.DataFrame, words: Words) -> str:
    """Return the sentence on the bars that are cut, with the share of the score that one figure makes, or nothing."""
    if rows.empty:
        return ""
    said = [
        f"{words.label('modeles', row.modele)} ({words.percent(row.part_la_plus_lourde)})" for row in rows.itertuples()
    ]
    return words.label("words", "cut").format(names=words.join(said))


@chart
def plot_sensitivity(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "fr",
    at_least: float | None = None,
    **options: Unpack[Look],
) -> Axes:
    """Draw the 80 % interval at the horizon under each prior, with its median as a tick and its probability written.

    Parameters
    ----------
    table : DataFrame
        From `sensitivity`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    at_least : float, optional
        Number of places whose probability is written, that many or more: that of the table, no other.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_sensitivity(tl.sensitivity(tl.observations("tiers_lieux", "FR")))  # doctest: +SKIP
    """
    words = Words(lang)
    base, computed = table.iloc[0], float(table["seuil"].iloc[0])
    if at_least is not None and at_least != computed:
        raise BadInput(
            f"this table holds probabilities of {computed:g} or more, not of {at_least:g}: "
            f"call sensitivity(..., at_least={at_least:g})."
        )
    at_least = computed
    values: dict[str, Any] = {
        "low": about(table["mediane"].min(), words),
        "high": about(table["mediane"].max(), words),
        "p_low": words.percent(table["probabilite"].min()),
        "p_high": words.percent(table["probabilite"].max()),
        "target": words.number(at_least),
        "ceiling": ceiling(base["plafond_appris"], words),
        "learned": words.percent(base["plafond_appris"]),
        "base": about(base["mediane"], words),
    }
    text = caption.write("croissance-sensibilite", table, lang, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.35 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            bar_between(ax, rank, row.p80_bas, row.p80_haut, NARROW if rank else ACCENT, thick=0.5)
            ax.plot([row.mediane] * 2, [rank - 0.25, rank + 0.25], color="white", linewidth=2)
        label_rows(ax, [words.label("variantes", name) for name in table["variante"]])
        header = words.label("words", "or_more").format(n=words.number(at_least))
        value_column(ax, [words.percent(chance) for chance in table["probabilite"]], header)
        ax.set_xlim(0, table["p80_haut"].max() * 1.2)
        value_axis(ax, words.label("axes", "places"), words.number)
        return finish(ax, text)
