"""Charts of the forecast: the fan, the scenarios, the people trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.growth import draw_perimeters, time_axis
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.drawings import also_drawn
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.spreading import spread
from tlanalysis.charts.kit.style import CONTRAST, INK, NARROW, PALE, SMALL, SOFT, WIDE, mark, perimeter_colour, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput
from tlanalysis.data.territories import territory
from tlanalysis.forecasting.naive_references import NAIVE
from tlanalysis.forecasting.published import announced

if TYPE_CHECKING:
    import pandas as pd

    from tlanalysis.forecasting.model import Forecast

# Share of its prior spread that figures must remove for a ceiling to be called identified.
IDENTIFIED = 0.8
# An 80 % band whose top is at least so many times its bottom says next to nothing.
SAYS_NOTHING = 2

# Columns of the figures that stand beside a forecast.
FIGURES = ["annee", "perimetre", "nature", "valeur", "valeur_bas", "valeur_haut"]

DASHES = {"sans_changement": (0, (1, 1.5)), "lineaire": (0, (4, 2)), "croissance_constante": (0, (6, 2, 1, 2))}


@chart
def plot_forecast(
    table: pd.DataFrame | Forecast,
    fc: Forecast | None = None,
    *,
    ax: Axes | None = None,
    lang: str = "fr",
    beliefs: pd.DataFrame | None = None,
    **options: Unpack[Look],
) -> Axes:
    """Draw the forecast as a fan of two bands with labelled edges, over the figures it was made from.

    The chart also shows the naive references, dashed, and the last published announcement for the territory, if any.

    Parameters
    ----------
    table : Forecast or DataFrame
        What `forecast` returned, or ``fc.table()`` with `fc` beside it.
    fc : Forecast, optional
        The forecast itself, for its figures and probabilities.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    beliefs : DataFrame, optional
        From `sensitivity`, for the horizon and the announced number: the title then prints the probability of that
        number or more, from the lowest to the highest over the beliefs. Without it no probability of it is printed.

    Raises
    ------
    BadInput
        The beliefs are of another horizon, or give the probability of another number.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> ax = tl.plot_forecast(fc, lang="en")
    """
    table, fc = _both(table, fc)
    words = Words(lang)
    # The territory comes from the forecast, because the table may have lost its attrs; without one it is France.
    place = fc.attrs.get("territoire") or "FR"
    target = announced(place, fc.attrs.get("indicateur") or "tiers_lieux", fc.used["perimetre"].iloc[-1])
    last_seen = int(fc.used["annee"].max())
    ahead = table[table["annee"] >= last_seen]
    end = table.iloc[-1]
    values: dict[str, Any] = _edges_of(end, words) | {
        "p_fall": words.percent(float((fc.draws[int(end["annee"])] < fc.draws[last_seen]).mean())),
        "last_seen": last_seen,
        "n": words.number(len(fc.used)),
        "place": territory(place).name,
        "ceiling": ceiling(fc.diagnostics["ceiling_learned"], words),
        "learned": words.percent(fc.diagnostics["ceiling_learned"]),
    }
    values["diamond"] = words.label("words", "diamond").format(target=words.number(target[1])) if target else ""
    for name, key in (("announcement", "announcement"), ("not_fitted", "announcement_not_fitted")):
        values[name] = words.label("words", key) if target else ""
    if target and beliefs is not None:
        _check_beliefs(beliefs, int(end["annee"]), target[1])
        chances = beliefs["probabilite"]
        p_low, p_high = words.percent(chances.min()), words.percent(chances.max())
        values |= {
            "target": words.number(target[1]),
            "p_target": words.label("words", "from_to").format(low=p_low, high=p_high),
        }
    text = caption.write("croissance-prevision", table, lang, fallback="p_target" not in values, **values)
    with style():
        ax = new_axes(ax, 3.9)
        _fan(ax, ahead, words, _naive(ax, fc, words))
        time_axis(ax, table["annee"].min(), table["annee"].max(), words)
        ax.set_ylim(0, max(table["p95_haut"].max(), target[1] if target else 0) * 1.1)
        draw_perimeters(ax, fc.used, float(table["annee"].max() - table["annee"].min()), words)
        if target:
            _target(ax, *target, words)
        also_drawn(ax, **_beside(fc, target))
        return finish(ax, text)


def _check_beliefs(beliefs: pd.DataFrame, horizon: int, target: float) -> None:
    """Raise when beliefs do not speak of the last year of a forecast and of the announced number."""
    missing = [name for name in ("annee", "seuil", "probabilite") if name not in beliefs]
    if missing:
        raise BadInput(f"these beliefs have no column {', '.join(missing)}: they come from tl.sensitivity.")
    year, number = int(beliefs["annee"].iloc[0]), float(beliefs["seuil"].iloc[0])
    if (year, number) != (horizon, target):
        raise BadInput(
            f"these beliefs are of {number:g} or more in {year}, the fan is of {horizon} and the announcement of "
            f"{target:g}: tl.sensitivity(..., horizon={horizon}, at_least={target:g})."
        )


def ceiling(learned: float, words: Words) -> str:
    """Say whether the figures identify the ceiling of a logistic curve."""
    return words.label("words", "identified" if learned > IDENTIFIED else "not_identified")


def _both(table: pd.DataFrame | Forecast, fc: Forecast | None) -> tuple[pd.DataFrame, Forecast]:
    """Return the table of a forecast and the forecast, from whatever of them was given."""
    given = [one for one in (table, fc) if hasattr(one, "draws")]
    if not given:
        raise BadInput("a fan needs the forecast, not its table alone: tl.plot_forecast(fc), fc from tl.forecast.")
    forecast: Any = given[-1]
    return (forecast.table() if given[0] is table else table), forecast


def _beside(fc: Forecast, target: tuple[str, float] | None) -> dict[str, Any]:
    """Return what stands in the picture besides the fan: the figures used, the naive references, the announcement."""
    beside: dict[str, Any] = {
        "chiffres": fc.used[[name for name in FIGURES if name in fc.used]],
        "references": fc.references,
    }
    if target:
        beside["annonce"] = {"annee": [periods.middle(target[0])], "valeur": [target[1]]}
    return beside


def _edges_of(end: pd.Series, words: Words) -> dict[str, Any]:
    """Return the last year of a fan and the edges of its bands there, written."""
    edges = {"low": "p80_bas", "high": "p80_haut", "low95": "p95_bas", "high95": "p95_haut"}
    return {"year": int(end["annee"])} | {name: about(end[column], words) for name, column in edges.items()}


def about(value: float, words: Words) -> str:
    """Write a forecast number with two significant digits, which is as precise as it is known."""
    return words.number(float(f"{value:.1e}"))


def _fan(ax: Axes, ahead: pd.DataFrame, words: Words, others: Mapping[str, float] | None = None) -> None:
    """Draw the two bands; edges, and `others` (name -> height), are labelled at the end, labels that meet pushed apart.

    The name of another line has no number: it is the bands that are forecast.
    """
    x, end = ahead["annee"] + 0.5, ahead.iloc[-1]
    ax.fill_between(x, ahead["p95_bas"], ahead["p95_haut"], color=WIDE, linewidth=0)
    ax.fill_between(x, ahead["p80_bas"], ahead["p80_haut"], color=NARROW, linewidth=0)
    edges = {"p95_bas": 95, "p80_bas": 80, "p80_haut": 80, "p95_haut": 95}
    ends = {name: float(end[name]) for name in edges} | dict(others or {})
    for name, height in reversed(spread(ends, gap=float(ahead["p95_haut"].max()) * 0.06).items()):
        of_edge = f"{words.percent(edges[name] / 100)}{words.colon}{about(end[name], words)}" if name in edges else ""
        ax.annotate(
            of_edge or name,
            (end["annee"] + 0.5, height),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK if of_edge else SOFT,
        )


def _target(ax: Axes, period: str, target: float, words: Words) -> None:
    """Mark the published announcement and name it."""
    when = periods.middle(period)
    ax.plot(when, target, zorder=4, **mark("prevision", CONTRAST))
    said = words.label("words", "published_forecast").format(n=words.number(target))
    ax.annotate(
        said,
        (when, target),
        xytext=(-9, 4),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=SMALL,
        color=CONTRAST,
    )


def _naive(ax: Axes, fc: Forecast, words: Words) -> dict[str, float]:
    """Draw the naive references, thin and dashed; return the name and the last value of each."""
    ends = {}
    for name in NAIVE:
        years, values = fc.references["annee"] + 0.5, fc.references[name]
        ax.plot(years, values, color=SOFT, linewidth=1, linestyle=DASHES[name], zorder=2)
        ends[words.label("references", name)] = float(values.iloc[-1])
    return ends


@chart
def plot_scenarios(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the scenarios as separate grey lines after the figures, each named at its end; no band, no probability.

    The figures up to the last year are marked as in `plot_forecast`; what is assumed stands on a grey ground.

    Parameters
    ----------
    table : DataFrame
        From `scenarios`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> ax = tl.plot_scenarios(tl.scenarios(fc), lang="en")
    """
    import pandas as pd

    words = Words(lang)
    end = int(table["annee"].max())
    last = table[table["annee"] == end].set_index("scenario")
    values: dict[str, Any] = {
        "year": end,
        "low": about(last["valeur"].min(), words),
        "high": about(last["valeur"].max(), words),
        "closing": words.percent(-last.loc["soutien_prend_fin", "hypothese"], 1),
        "growth": words.percent(last.loc["soutien_revient", "hypothese"], 1),
        "known": words.percent(last.loc["definition_se_resserre", "hypothese"]),
        "first": about(last.loc["soutien_revient", "valeur"], words),
    }
    text = caption.write("croissance-scenarios", table, lang, **values)
    dashes = {"soutien_revient": "-", "definition_se_resserre": (0, (5, 2)), "soutien_prend_fin": (0, (2, 1.5))}
    ends = spread({name: float(last.loc[name, "valeur"]) for name in dashes}, gap=float(table["valeur"].max()) * 0.12)
    figures = pd.DataFrame(fact(table, "chiffres"))
    start = int(table["annee"].min())
    with style():
        ax = new_axes(ax, 3.9)
        ax.axvspan(start + 0.5, end + 0.5, color=PALE, linewidth=0, zorder=0)
        said = words.label("words", "assumed").format(year=start)
        at: dict[str, Any] = {
            "xycoords": ("data", "axes fraction"),
            "textcoords": "offset points",
            "va": "top",
            "fontsize": SMALL,
        }
        ax.annotate(said, (start + 0.5, 1), xytext=(5, -4), color=SOFT, **at)
        time_axis(ax, figures["annee"].min(), end, words)
        ax.set_ylim(0, max(table["valeur"].max(), figures[["valeur", "valeur_haut"]].max(axis=None)) * 1.18)
        draw_perimeters(ax, figures, float(end - figures["annee"].min()), words)
        for name, dash in dashes.items():
            rows = table[table["scenario"] == name]
            ax.plot(rows["annee"] + 0.5, rows["valeur"], color=SOFT, linestyle=dash, linewidth=2)
            ax.annotate(
                f"{words.label('scenarios', name)}{words.colon}{about(last.loc[name, 'valeur'], words)}",
                (end + 0.5, ends[name]),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
                color=INK,
            )
        also_drawn(ax, chiffres=figures)
        return finish(ax, text)


@chart
def plot_people_forecast(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the forecast of people trained as a fan, with the declared totals it starts from as hollow squares.

    Parameters
    ----------
    table : DataFrame
        From `forecast_people_trained`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> ax = tl.plot_people_forecast(tl.forecast_people_trained(fc), lang="en")
    """
    words = Words(lang)
    end = table.iloc[-1]
    totals: dict[int, tuple[float, float]] = fact(table, "entrees")
    last = max(totals)
    values: dict[str, Any] = _edges_of(end, words) | {
        "last": last,
        "ratio": words.number(end["p80_haut"] / end["p80_bas"], 1),
    }
    wide = bool(end["p80_haut"] >= SAYS_NOTHING * end["p80_bas"])
    text = caption.write("formation-prevision", table, lang, fallback=not wide, **values)
    with style():
        ax = new_axes(ax, 3.4)
        _fan(ax, table, words)
        for year, bounds in totals.items():
            for value in sorted(set(bounds)):
                ax.plot(
                    year + 0.5,
                    value,
                    zorder=4,
                    **mark("declare", perimeter_colour(fact(table, "perimetres")[year])),
                )
            ax.annotate(
                words.span(*(words.number(v) for v in bounds)),
                (year + 0.5, max(bounds)),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
        time_axis(ax, min(totals), end["annee"], words)
        ax.set_ylim(0, table["p95_haut"].max() * 1.08)
        low, high = ([side(bounds) for bounds in totals.values()] for side in (min, max))
        declared = {"annee": list(totals), "valeur_bas": low, "valeur_haut": high}
        also_drawn(ax, declare=declared)
        return finish(ax, text)
