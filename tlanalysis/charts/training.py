"""Charts of training reach: people trained, places that train, what the change is made of, estimates per région."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, INK, RULE, SMALL, SOFT, mark, style
from tlanalysis.charts.kit.tiles import classes, colour_of, draw_tiles, legend
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data.territories import within

if TYPE_CHECKING:
    import pandas as pd


def plot_people_trained(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw the claims on people trained, one row per claim, apart from each other; undated claims are set off.

    Parameters
    ----------
    table : DataFrame
        From `people_trained`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    """
    check_text(table)
    words = Words(lang)
    dated = table[table["periode"].notna()]
    labels = [
        row.periode if isinstance(row.periode, str) else words.label("words", "undated") for row in table.itertuples()
    ]
    values: dict[str, Any] = {
        "first": words.number(dated["valeur"].iloc[0]) if len(dated) else "",
        "first_year": dated["periode"].iloc[0] if len(dated) else "",
        "low": words.number(dated.loc[dated["periode"] == "2023", "valeur"].min()) if len(dated) else "",
        "high": words.number(dated["valeur"].max()) if len(dated) else "",
        "n_claims": words.number(len(table)),
        "n_sources": words.number(table["nb_sources"].sum()),
        "n_undated": words.number(len(table) - len(dated)),
        "same": words.join(
            [words.number(v) for v in sorted(set(table.loc[table["perimetre"] == "ftl_2023", "valeur"]))]
        ),
    }
    holds = {"2019", "2023"} <= set(dated["periode"])
    text = caption.write("formation-personnes", table, lang, fallback=not holds, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.45 * ROW * len(table))
        top = table["valeur"].max()
        for rank, row in enumerate(table.itertuples()):
            colour = SOFT if labels[rank] == words.label("words", "undated") else ACCENT
            ax.plot([0, row.valeur], [rank, rank], color=RULE, linewidth=1, zorder=1)
            ax.plot(row.valeur, rank, zorder=2, **mark(row.nature, colour))
            said = words.label("words", "one_source" if row.nb_sources == 1 else "sources").format(
                n=words.number(row.nb_sources)
            )
            value_label(ax, row.valeur + top * 0.012, rank, f"{words.number(row.valeur)}  ({said})")
        label_rows(ax, labels)
        ax.set_xlim(0, top * 1.32)
        value_axis(ax, words.label("axes", "people"), words.number)
        return finish(ax, text)


def plot_share_training(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw the shares of places that train, the definitions apart; bars only where the respondents are known.

    Parameters
    ----------
    table : DataFrame
        From `share_training`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    """
    check_text(table)
    words = Words(lang)
    undated = words.label("words", "undated")
    labels = []
    for row in table.itertuples():
        when = row.periode if isinstance(row.periode, str) else undated
        labels.append(f"{words.label('formations', row.indicateur)}\n{when}")
    known = table[table["ic_bas"].notna()]
    one = known.iloc[0] if len(known) else None
    values: dict[str, Any] = {
        "low": words.percent(table["part"].min()),
        "high": words.percent(table["part"].max()),
        "n": words.number(len(table)),
    }
    if one is not None:
        values |= {
            "share": words.percent(one["part"]),
            "ci_low": words.percent(one["ic_bas"]),
            "ci_high": words.percent(one["ic_haut"]),
            "b_low": words.percent(one["borne_bas"]),
            "b_high": words.percent(one["borne_haut"]),
            "answers": words.number(one["effectif"]),
        }
    text = caption.write("formation-part", table, lang, fallback=one is None, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.75 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            if row.ic_bas == row.ic_bas:
                ax.plot(
                    [row.borne_bas, row.borne_haut],
                    [rank, rank],
                    color="#9db8c9",
                    linewidth=1.6,
                    solid_capstyle="butt",
                    zorder=1,
                )
                bar_between(ax, rank, row.ic_bas, row.ic_haut, "#8fbbdb")
                value_label(
                    ax,
                    row.borne_haut,
                    rank,
                    words.label("words", "respondents").format(n=words.number(row.effectif)),
                )
            else:
                value_label(ax, row.part + 0.02, rank, words.label("words", "respondents_unknown"), colour=SOFT)
            ax.plot(row.part, rank, zorder=3, **mark("declare"))
            ax.annotate(
                words.percent(row.part),
                (row.part, rank),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
        label_rows(ax, labels)
        ax.set_xlim(0, 1)
        value_axis(ax, words.label("axes", "share_places"), words.percent)
        return finish(ax, text)


def plot_decomposition(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr") -> Axes:
    """Draw what each factor adds to the change in people trained, as intervals, with the total below.

    Parameters
    ----------
    table : DataFrame
        From `decompose_reach`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    """
    words = Words(lang)
    rows = table.set_index("facteur")
    values: dict[str, Any] = {
        "total_low": _thousands(rows.loc["total", "contribution_bas"], words),
        "total_high": _thousands(rows.loc["total", "contribution_haut"], words),
    }
    for name in ("lieux", "personnes_par_lieu", "part_qui_forme"):
        values |= {
            f"{name}_low": words.percent(rows.loc[name, "part_bas"]),
            f"{name}_high": words.percent(rows.loc[name, "part_haut"]),
            f"{name}_n_low": _thousands(rows.loc[name, "contribution_bas"], words),
            f"{name}_n_high": _thousands(rows.loc[name, "contribution_haut"], words),
        }
    places_lead = (
        rows.loc["lieux", "contribution_bas"]
        > rows.loc[["part_qui_forme", "personnes_par_lieu"], "contribution_haut"].max()
    )
    text = caption.write("formation-decomposition", table, lang, fallback=not bool(places_lead), **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.9 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            colour = SOFT if row.facteur == "total" else ACCENT
            bar_between(ax, rank, row.contribution_bas, row.contribution_haut, colour, thick=0.42)
            written = words.span(_thousands(row.contribution_bas, words), _thousands(row.contribution_haut, words))
            value_label(ax, row.contribution_haut, rank, written)
        label_rows(ax, [words.label("facteurs", name) for name in table["facteur"]])
        ax.axvline(0, color=INK, linewidth=0.8)
        low, high = min(0, table["contribution_bas"].min()), table["contribution_haut"].max()
        ax.set_xlim(low - 0.02 * high, high * 1.32)
        value_axis(ax, words.label("axes", "people_added"), words.number)
        return finish(ax, text)


def _thousands(people: float, words: Words) -> str:
    """Write a deduced number of people rounded to the thousand, which is as precise as it is known."""
    return words.number(round(people, -3))


def plot_trained_by_region(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR") -> Axes:
    """Draw the estimate of people trained per région.

    One bar per région, from the least to the most the rounding allows.

    Parameters
    ----------
    table : DataFrame
        From `trained_by_region`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.
    """
    check_text(table)
    words = Words(lang)
    middle = table["personnes_bas"] + table["personnes_haut"]
    rows = table.assign(milieu=middle).sort_values("milieu", ascending=False, ignore_index=True)
    first, widest = (
        rows.iloc[0],
        rows.assign(rapport=rows["personnes_haut"] / rows["personnes_bas"]).nlargest(1, "rapport").iloc[0],
    )
    values: dict[str, Any] = {
        "first": first["nom_region"],
        "first_low": words.number(round(first["personnes_bas"], -2)),
        "first_high": words.number(round(first["personnes_haut"], -2)),
        "widest": widest["nom_region"],
        "widest_low": words.number(round(widest["personnes_bas"], -2)),
        "widest_high": words.number(round(widest["personnes_haut"], -2)),
        "ratio": words.number(widest["rapport"], 1),
    }
    text = caption.write("formation-regions", table, lang, **values)
    with style():
        ax = new_axes(ax, 0.75 + ROW * len(rows))
        for rank, row in enumerate(rows.itertuples()):
            bar_between(ax, rank, row.personnes_bas, row.personnes_haut, ACCENT, thick=0.5)
            written = words.span(
                words.number(round(row.personnes_bas, -2)), words.number(round(row.personnes_haut, -2))
            )
            value_label(ax, row.personnes_haut, rank, written)
        chosen = within(focus, "region")
        label_rows(ax, rows["nom_region"].tolist(), [i for i, code in enumerate(rows["code_region"]) if code in chosen])
        ax.set_xlim(0, rows["personnes_haut"].max() * 1.3)
        value_axis(ax, words.label("axes", "people_estimated"), words.number)
        return finish(ax, text)


def plot_trained_rate_by_region(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR"
) -> Axes:
    """Draw the estimate of people trained per 100,000 inhabitants on the tiles of the régions.

    Its interval stands in each tile.

    Parameters
    ----------
    table : DataFrame
        From `trained_by_region`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.
    """
    check_text(table)
    words = Words(lang)
    middle = (table["taux_bas_pour_100k"] + table["taux_haut_pour_100k"]) / 2
    rows = table.assign(milieu=middle).sort_values("milieu", ascending=False)
    sure = rows[rows["taux_bas_pour_100k"] > rows["taux_haut_pour_100k"].median()]
    values: dict[str, Any] = {
        "n_sure": words.number(len(sure)),
        "sure": ", ".join(sure["nom_region"]),
        "median": words.number(round(rows["taux_haut_pour_100k"].median(), -1)),
        "corse_low": words.number(round(table.set_index("code_region").loc["94", "taux_bas_pour_100k"], -1)),
        "corse_high": words.number(round(table.set_index("code_region").loc["94", "taux_haut_pour_100k"], -1)),
    }
    text = caption.write("formation-regions-taux", table, lang, fallback=sure.empty, **values)
    bounds = classes(middle.to_numpy())
    with style():
        ax = new_axes(ax, 5.0)
        colours = {
            row.code_region: colour_of((row.taux_bas_pour_100k + row.taux_haut_pour_100k) / 2, bounds)
            for row in table.itertuples()
        }
        texts = {
            row.code_region: [
                words.label("regions_courtes", row.code_region),
                f"{words.number(round(row.taux_bas_pour_100k, -1))}–{words.number(round(row.taux_haut_pour_100k, -1))}",
            ]
            for row in table.itertuples()
        }
        draw_tiles(ax, "region", colours, texts, margin=1.4, focus=within(focus, "region"))
        ramp = [
            (colour_of(low, bounds), words.span(words.number(low), words.number(high)))
            for low, high in pairwise(bounds)
        ]
        legend(ax, ramp, title=words.label("axes", "middle_rate"), loc="upper right", bbox_to_anchor=(1.0, 1.0))
        return finish(ax, text)
