"""Charts of one territory beside France."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, label_rows, label_some_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, SMALL, SOFT, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data.territories import territory

if TYPE_CHECKING:
    import pandas as pd


@chart
def plot_compare_rates(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw listed places per 100,000 inhabitants, the territory above France, for every list.

    Parameters
    ----------
    table : DataFrame
        From `compare_rates`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_compare_rates(tl.compare_rates("R53"), lang="en")
    """
    words = Words(lang)
    place = territory(fact(table, "territoire"))
    kinds = list(dict.fromkeys(table["type"]))
    mine, all_ = (
        table[table["territoire"] == place.code].set_index("type"),
        table[table["territoire"] == "FR"].set_index("type"),
    )
    fabriques = "fabriques_de_territoire"
    sure = place.code != "FR" and (
        mine.loc[fabriques, "taux_bas_pour_100k"] > all_.loc[fabriques, "taux_pour_100k"]
        or mine.loc[fabriques, "taux_haut_pour_100k"] < all_.loc[fabriques, "taux_pour_100k"]
    )
    above = mine.loc[fabriques, "taux_pour_100k"] > all_.loc[fabriques, "taux_pour_100k"]
    listed, in_france = (float(one.loc["tiers_lieux", "taux_pour_100k"]) for one in (mine, all_))
    beside = words.label("words", "france_beside").format(n=words.number(in_france, 1))
    values: dict[str, Any] = {
        "place": place.name,
        "more": words.label("words", "more" if above else "fewer"),
        "n": words.number(mine.loc[fabriques, "nb_lieux"]),
        "rate": words.number(mine.loc[fabriques, "taux_pour_100k"], 2),
        "low": words.number(mine.loc[fabriques, "taux_bas_pour_100k"], 2),
        "high": words.number(mine.loc[fabriques, "taux_haut_pour_100k"], 2),
        "france": words.number(all_.loc[fabriques, "taux_pour_100k"], 2),
        "population": words.number(place.population),
        "listed": words.number(listed, 1 if listed else 0),
        "against": "" if place.code == "FR" else beside,
    }
    text = caption.write("profil-taux", table, lang, fallback=not sure, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.35 * ROW * len(table))
        for rank, row in enumerate(table.itertuples()):
            colour = SOFT if row.territoire == "FR" else ACCENT
            ax.plot(
                [row.taux_bas_pour_100k, row.taux_haut_pour_100k],
                [rank, rank],
                color=colour,
                linewidth=4,
                alpha=0.35,
                solid_capstyle="butt",
            )
            ax.plot(row.taux_pour_100k, rank, **mark("compte", colour, 6.5))
            value_label(
                ax,
                row.taux_haut_pour_100k,
                rank,
                words.label("words", "rate_and_places").format(
                    rate=words.number(row.taux_pour_100k, 2), n=words.number(row.nb_lieux)
                ),
            )
        label_rows(ax, [f"{words.label('types', row.type)} · {row.nom}" for row in table.itertuples()])
        for boundary in range(1, len(kinds)):
            ax.axhline(boundary * len(table) / len(kinds) - 0.5, color="#e5e5e5", linewidth=0.8)
        ax.set_xlim(0, table["taux_haut_pour_100k"].max() * 1.3)
        value_axis(ax, words.label("axes", "per_100k"), words.number)
        return finish(ax, text)


@chart
def plot_rank(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw every territory of the level, highest rate first, with its interval; the chosen one is in colour.

    Parameters
    ----------
    table : DataFrame
        From `rank_among_peers`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_rank(tl.rank_among_peers("R53"), lang="en")
    """
    words = Words(lang)
    place, n = territory(fact(table, "territoire")), len(table)
    chosen = table[table["est_choisi"]]
    values: dict[str, Any] = {
        "place": place.name,
        "n": words.number(n),
        "level": words.label("niveaux", fact(table, "niveau")),
        "type": words.label("types", fact(table, "type")),
        "short": words.label("listes_courtes", fact(table, "type")),
        "first": table["nom"].iloc[0],
        "first_rate": words.number(table["taux_pour_100k"].iloc[0], 2),
        "last": table["nom"].iloc[-1],
        "last_rate": words.number(table["taux_pour_100k"].iloc[-1], 2),
    }
    if len(chosen):
        mine = chosen.iloc[0]
        overlap = (table["taux_bas_pour_100k"] <= mine["taux_haut_pour_100k"]) & (
            table["taux_haut_pour_100k"] >= mine["taux_bas_pour_100k"]
        )
        values |= {
            "rank": words.number(mine["rang"]),
            "overlap": words.number(int(overlap.sum()) - 1),
            "others": words.number(n - 1),
        }
    text = caption.write("profil-rang", table, lang, fallback=chosen.empty, **values)
    few = n <= 20
    with style():
        ax = new_axes(ax, 0.75 + (ROW * n if few else 4.2))
        picked = table["est_choisi"].to_numpy(bool)
        for these, colour, above in (
            (~picked, ACCENT if chosen.empty else "#9a9a9a", False),
            (picked, ACCENT, True),
        ):
            if not these.any():
                continue
            rows, ranks = table[these], np.flatnonzero(these)
            ax.hlines(
                ranks,
                rows["taux_bas_pour_100k"],
                rows["taux_haut_pour_100k"],
                color=colour,
                linewidth=3 if few or above else 1.2,
                alpha=0.4,
            )
            ax.plot(
                rows["taux_pour_100k"],
                ranks,
                linestyle="none",
                zorder=4 if above else 3,
                **mark("compte", colour, 6 if few or above else 2.6),
            )
        named, mine_at = list(range(n)), np.flatnonzero(picked).tolist()
        if not few:
            ends = [rank for rank in (0, n - 1) if all(abs(rank - other) > 4 for other in mine_at)]
            named = sorted({*ends, *mine_at})
        label_some_rows(ax, {rank: table["nom"].iloc[rank] for rank in named}, n, mine_at)
        if not few:
            ax.tick_params(axis="y", labelsize=SMALL + 0.5)
        ax.set_xlim(0, table["taux_haut_pour_100k"].max() * 1.05)
        value_axis(ax, words.label("axes", "per_100k"), words.number)
        return finish(ax, text)
