"""Charts of access and of partial knowledge: shares within reach by distance, bounds on projects by région."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, RULE, SMALL, SOFT, UNKNOWN, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.data.territories import territory, within

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 80  # characters of a title
SURE = 0.005  # a share whose bounds are closer than this is drawn as one dot
# Where the values of a profile stand: past the axis and its last mark, so that none stands beside a mark not its own.
PAST = (9, 0)  # points
_VALUE: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": SMALL, "color": INK}


@chart
def plot_access_profile(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the share of a territory's population within each distance of a place, beside France's, for every list.

    Parameters
    ----------
    table : DataFrame
        From `access_profile`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_access_profile(tl.access_profile("D33"), lang="en")
    """
    words = Words(lang)
    place = territory(fact(table, "territoire"))
    mine = table[table["territoire"] == place.code].reset_index(drop=True)
    france = table[table["territoire"] == "FR"].set_index(["type", "rayon_km"])
    kinds, radii = list(dict.fromkeys(mine["type"])), list(dict.fromkeys(mine["rayon_km"]))
    here = mine[mine["rayon_km"] == radii[1]].set_index("type")
    sure = here[here["part_haut"] - here["part_bas"] < SURE]
    there = france.xs(radii[1], level="rayon_km")
    gaps = (sure["part_bas"] - there["part_bas"].reindex(sure.index)).abs()
    kind = str(gaps.idxmax()) if len(gaps) else kinds[0]  # where the territory is furthest from France
    near, other = here.loc[kind], next((name for name in kinds if name != kind), kind)
    beside = words.label("words", "in_france").format(share=_share(words, *there.loc[kind, ["part_bas", "part_haut"]]))
    if place.is_france:
        share = _share(words, *there.loc[other, ["part_bas", "part_haut"]])
        beside = words.label("words", "and_near").format(share=share, near=words.label("words", f"near_{other}"))
    values: dict[str, Any] = {
        "place": place.name,
        "radius": words.number(radii[1]),
        "radii": ", ".join(words.number(radius) for radius in radii),
        "span": words.span(words.percent(near["part_bas"]), words.percent(near["part_haut"])),
        "population": words.number(place.population),
        "near": words.label("words", f"near_{kind}"),
        "beside": beside,
        "tick": "" if place.is_france else words.label("words", "france_tick"),
    }
    text = caption.write("profil-acces", table, lang, fallback=sure.empty, **values)
    if len(text.title) > LONGEST:
        text = caption.write("profil-acces", table, lang, fallback=True, **values)
    with style():
        ax = new_axes(ax, 0.75 + ROW * len(mine))
        ticks = [france.loc[key] for key in zip(mine["type"], mine["rayon_km"], strict=True)]
        for rank, row in enumerate(mine.itertuples()):
            low, high = float(row.part_bas), float(row.part_haut)
            if not place.is_france:
                ax.plot(ticks[rank]["part_bas"], rank, marker="|", markersize=11, color=SOFT)
            said = _share(words, low, high)
            if high - low > 1 - SURE:
                ax.barh(rank, 1, height=0.6, **UNKNOWN)
                said = words.label("words", "unknown")
            elif high - low > SURE:
                bar_between(ax, rank, low, high, ACCENT)
            else:
                ax.plot([0, low], [rank, rank], color=RULE, linewidth=1, zorder=1)
                ax.plot(low, rank, **mark("estime", ACCENT, 6.5))
            if not place.is_france:
                of_france = _share(words, *ticks[rank][["part_bas", "part_haut"]])
                said = words.label("words", "beside_france").format(said=said, france=of_france)
            ax.annotate(said, (1, rank), xytext=PAST, **_VALUE)
        labels = [
            f"{words.label('types', row.type) + ' · ' if row.rayon_km == radii[0] else ''}"
            f"{words.label('words', 'within_km').format(n=words.number(row.rayon_km))}"
            for row in mine.itertuples()
        ]
        label_rows(ax, labels)
        for boundary in range(1, len(kinds)):
            ax.axhline(boundary * len(radii) - 0.5, color="#e5e5e5", linewidth=0.8)
        ax.set_xlim(-0.02, 1.02)
        ax.spines["bottom"].set_bounds(0, 1)
        value_axis(ax, words.label("axes", "share_population"), words.percent)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
        return finish(ax, text)


def _share(words: Words, low: float, high: float) -> str:
    return words.span(words.percent(low), words.percent(high)) if high - low > SURE else words.percent((low + high) / 2)


@chart
def plot_deffinov_bounds(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw the published numbers of DEFFINOV projects by région, and say what each other région can hold.

    One row per published number (three régions share one); the régions without a number are told in the title, and a
    région set off by `focus` has a row of its own.

    Parameters
    ----------
    table : DataFrame
        From `deffinov_bounds`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_deffinov_bounds(tl.deffinov_bounds(), lang="en")
    """
    words = Words(lang)
    chosen = within(focus, "region")
    rows = _rows_of_bounds(table, chosen, words)
    if not rows:
        raise BadInput(
            "no région of this table has a published number: give the table whole, or name a région of it as focus."
        )
    others = table[table["nature"].isna()]
    values: dict[str, Any] = {
        "total": words.number(fact(table, "nb_national")),
        "n": words.number(len(table)),
        "n_known": words.number(len(table) - len(others)),
        "n_others": words.number(len(others)),
        "low": words.number(others["nb_projets_bas"].min()) if len(others) else "",
        "high": words.number(others["nb_projets_haut"].max()) if len(others) else "",
        "declared": words.join([row.nom for row in rows if row.nature == "declare" and row.low == row.high]),
        "probable": words.join([row.nom for row in rows if row.probable]),
        "about": words.join([words.number(row.high) for row in rows if row.probable]),
        "labelled": words.number(fact(table, "nb_regions") or 0),
        "n_shared": words.number(int(table["groupe"].notna().sum())),
    }
    known = values["declared"] and values["probable"] and fact(table, "est_minimum") and fact(table, "nb_regions")
    text = caption.write("deffinov-bornes", table, lang, fallback=not known or others.empty, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.5 * ROW * len(rows))
        widest = max(row.high for row in rows)
        for rank, row in enumerate(rows):
            if row.low == row.high:
                ax.plot(row.low, rank, **mark(row.nature or "compte", ACCENT, 6.5))
            else:
                bar_between(ax, rank, row.low, row.high, CONTRAST if row.probable else "#9fb8c9")
            said = words.span(words.number(row.low), words.number(row.high))
            if row.probable:
                said += f" ({words.label('statuts', 'probable')})"
            value_label(ax, row.high + widest * 0.01, rank, said)
        label_rows(ax, [row.nom for row in rows], [rank for rank, row in enumerate(rows) if row.chosen])
        ax.set_xlim(0, widest * 1.3)
        value_axis(ax, words.label("axes", "projects"), words.number)
        return finish(ax, text)


class _Bound(NamedTuple):
    """A row of the figure of bounds: a région or régions that share a number."""

    nom: str
    nature: str | None
    probable: bool
    low: int
    high: int
    chosen: bool


def _rows_of_bounds(table: pd.DataFrame, chosen: Collection[str], words: Words) -> list[_Bound]:
    """Return one row per published number, most projects first, then the chosen régions without a number."""
    import pandas as pd

    rows: list[_Bound] = []
    for row in table[table["groupe"].isna()].itertuples():
        is_chosen = row.territoire.removeprefix("R") in chosen
        nature = None if pd.isna(row.nature) else row.nature
        if nature or is_chosen:
            low, high = int(row.nb_projets_bas), int(row.nb_projets_haut)
            rows.append(_Bound(row.nom, nature, row.statut == "probable", low, high, is_chosen))
    for codes, group in table[table["groupe"].notna()].groupby("groupe"):
        number, first = int(group["nb_groupe"].iloc[0]), group.iloc[0]
        names = words.join(group.sort_values("territoire")["nom"].tolist())
        is_chosen = any(code.removeprefix("R") in chosen for code in codes.split(";"))
        rows.append(_Bound(names, first["nature"], False, number, number, is_chosen))
    return sorted(rows, key=lambda row: (row.nature is None, -row.low, row.nom))
