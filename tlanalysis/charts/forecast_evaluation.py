"""Charts that judge the forecast: hindsight, back-tests, sensitivity to its priors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.forecasts import about, ceiling
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, NARROW, SMALL, SOFT, WIDE, mark, style
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    import pandas as pd


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
    ours, claims = table[table["qui"] == "melange"], table[table["qui"] != "melange"]
    inside = ours[(ours["p80_bas"] <= ours["mesure_haut"]) & (ours["p80_haut"] >= ours["mesure_bas"])]
    worst = claims.sort_values("crps_relatif").iloc[-1] if len(claims) else None
    values: dict[str, Any] = {
        "n": words.number(len(ours)),
        "inside": words.number(len(inside)),
        "score": words.percent(ours["crps_relatif"].mean()),
        "claims": words.percent(claims["crps_relatif"].mean()) if len(claims) else "",
        "worst": worst["qui"] if worst is not None else "",
        "worst_score": words.percent(worst["crps_relatif"]) if worst is not None else "",
    }
    values["repeats"] = _repeats(claims, words)
    text = caption.write("croissance-retrospective", table, lang, fallback=claims.empty, **values)
    with style():
        ax = new_axes(ax, 0.95 + 1.75 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            if row.qui == "melange":
                bar_between(ax, rank, row.p95_bas, row.p95_haut, WIDE, thick=0.42)
                bar_between(ax, rank, row.p80_bas, row.p80_haut, NARROW, thick=0.42)
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
            score = words.label("words", "score").format(n=words.percent(row.crps_relatif))
            ax.annotate(
                score,
                (1.0, rank),
                xycoords=("axes fraction", "data"),
                va="center",
                ha="right",
                fontsize=SMALL,
                color=SOFT,
            )
        label_rows(ax, [_hindsight_label(row, words) for row in table.itertuples()])
        ax.set_xlim(0, table["p95_haut"].max() * 1.25)
        value_axis(ax, words.label("axes", "places"), words.number)
        return finish(ax, text)


def _repeats(claims: pd.DataFrame, words: Words) -> str:
    """Return the sentence that a later figure is the one that had been announced, or nothing."""
    point = claims["mesure_bas"] == claims["mesure_haut"]
    years = claims.loc[point & (claims["mesure_bas"] == claims["p95_haut"]), "annee"]
    if years.empty:
        return ""
    said = words.join([str(year) for year in sorted(set(years))])
    return words.label("words", "repeats").format(years=said, documents=caption.documents_read(words))


def _hindsight_label(row: Any, words: Words) -> str:
    who = words.label("words", "ours") if row.qui == "melange" else row.qui.split(",")[0].split(" (")[0]
    return f"{who}\n{words.label('words', 'known_in').format(day=row.connu_le[:7], year=row.annee)}"


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
    values: dict[str, Any] = {
        "mine": words.percent(mine["crps_relatif"], 1),
        "best": words.label("modeles", best["modele"]),
        "best_score": words.percent(best["crps_relatif"], 1),
        "n": words.number(mine["nb_cas"]),
        "c80": words.percent(mine["couvert_80"]),
        "c95": words.percent(mine["couvert_95"]),
    }
    text = caption.write(
        "croissance-modeles", table, lang, fallback=bool(mine["crps_relatif"] >= best["crps_relatif"]), **values
    )
    with style():
        ax = new_axes(ax, 0.75 + 1.3 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            colour = ACCENT if row.modele == "melange" else "#b5b5b5" if row.modele.startswith("ref_") else NARROW
            bar_between(ax, rank, 0, row.crps_relatif, colour, thick=0.6)
            value_label(ax, row.crps_relatif, rank, words.percent(row.crps_relatif, 1))
        label_rows(
            ax, [words.label("modeles", name) for name in table["modele"]], [list(table["modele"]).index("melange")]
        )
        ax.set_xlim(0, table["crps_relatif"].max() * 1.18)
        value_axis(ax, words.label("axes", "crps"), words.percent)
        return finish(ax, text)


@chart
def plot_sensitivity(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", at_least: float = 5000, **options: Unpack[Look]
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
    at_least : float
        Number of places whose probability is written: that many or more.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_sensitivity(tl.sensitivity(tl.observations("tiers_lieux", "FR")))  # doctest: +SKIP
    """
    words = Words(lang)
    base = table.iloc[0]
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
            value_label(
                ax, row.p80_haut, rank, f"P(≥ {words.number(at_least)}){words.colon}{words.percent(row.probabilite)}"
            )
        label_rows(ax, [words.label("variantes", name) for name in table["variante"]])
        ax.set_xlim(0, table["p80_haut"].max() * 1.4)
        value_axis(ax, words.label("axes", "places"), words.number)
        return finish(ax, text)
