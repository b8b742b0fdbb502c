"""Charts of who is near a place, by class of commune, and of which of two kinds of places is nearer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.layout import finish, new_axes, room
from tlanalysis.charts.kit.legends import key
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis
from tlanalysis.charts.kit.style import ACCENT, RULE, SMALL, on, sequential, style
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    import pandas as pd

UNDECIDED = "#e3e3e3"
SECOND = "#dd8f5a"  # lighter than the accent, also in grey
LEAST_WRITTEN = 0.07  # share below which a part of a bar has no room for its figure
FIGURE, NAMES = 0.33, 1.8  # inches that a figure in a bar, and the names of the rows, take
LONGEST = 80  # characters of a title
SPREAD = 0.76  # of a row that its bars take together


@chart
def plot_nearness(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the share of inhabitants within each distance of a place, by class of commune and list.

    Parameters
    ----------
    table : DataFrame
        From `nearness`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_nearness(tl.nearness("ruralite"), lang="en")
    """
    words, name = Words(lang), f"nom_{lang}"
    classes, radii = list(dict.fromkeys(table["classe"])), list(dict.fromkeys(table["rayon_km"]))
    types = list(dict.fromkeys(table["type"]))
    rows = [(one, kind) for one in classes for kind in types]
    at = table.set_index(["classe", "type", "rayon_km"])
    radius = 10 if 10 in radii else radii[0]
    a = "tiers_lieux" if "tiers_lieux" in types else types[0]
    b = next((kind for kind in reversed(types) if kind != a), a)
    farthest = min(classes, key=lambda one: at.loc[(one, a, radius), "part"])
    spans: dict[str, str] = {}
    for side, kind in (("a", a), ("b", b)):
        least, most = (words.percent(at.loc[(farthest, kind, radius), end]) for end in _ENDS)
        spans |= {f"{side}_span": words.span(least, most), f"{side}_high": most}
    people = table.drop_duplicates("classe")["population"].sum()
    outside = [(kind, count["sans_position"]) for kind, count in fact(table, "hors_table").items()]
    values: dict[str, Any] = {
        "class": at.loc[(farthest, a, radius), name],
        "radius": words.number(radius),
        "radii": ", ".join(words.number(one) for one in radii),
        "near": words.label("pres_de", a),
        "near_b": words.label("pres_de", b),
        "a_short": words.span(_bare(words.percent(at.loc[(farthest, a, radius), _ENDS[0]])), spans["a_high"]),
        "people": words.number(people),
        "outside": _outside(words, outside),
        **spans,
    }
    text = caption.write("acces-classes", table, lang, fallback=False, **values)
    if len(text.title) > LONGEST:
        text = caption.write("acces-classes", table, lang, fallback=True, **values)
    colours = dict(zip(radii, sequential(len(radii) + 1)[1:], strict=True))
    thick = SPREAD / len(radii)
    with style():
        ax = new_axes(ax, 1.1 + 1.5 * ROW * len(rows), least=6.2)
        for rank, (one, kind) in enumerate(rows):
            for step, distance in enumerate(radii):
                row = at.loc[(one, kind, distance)]
                middle = rank - SPREAD / 2 + (step + 0.5) * thick
                low, high = float(row["part_bas"]), float(row["part_haut"])
                bar_between(ax, middle, low, max(high, low + 0.006), colours[distance], thick=thick * 0.92)
        label_rows(ax, _labels(words, rows, types, {one: at.loc[(one, a, radius), name] for one in classes}))
        for number in range(1, len(classes)):
            ax.axhline(number * len(types) - 0.5, color="#d0d0d0", linewidth=0.8)
        ax.set_xlim(0, 1.02)
        value_axis(ax, words.label("axes", "share_within_radius"), words.percent)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
        handles = [
            Patch(facecolor=colours[one], label=words.label("words", "radius_of").format(n=words.number(one)))
            for one in radii
        ]
        key(ax, handles, loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2, borderpad=0.2)
        return finish(ax, text)


_ENDS = ("part_bas", "part_haut")


def _bare(share: str) -> str:
    """Return a written percentage without its sign."""
    return share.rstrip("%").rstrip()


def _outside(words: Words, counts: list[tuple[str, int]]) -> str:
    said = [f"{words.number(count)} ({words.label('listes_courtes', kind)})" for kind, count in counts if count]
    return words.join(said) if said else words.number(0)


def _labels(words: Words, rows: list[tuple[str, str]], types: list[str], names: dict[str, str]) -> list[str]:
    return [
        (names[one] + " · " if kind == types[0] else "") + words.label("listes_courtes", kind) for one, kind in rows
    ]


@chart
def plot_nearer(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the inhabitants for whom a place of one list is nearer than one of another, by class of commune.

    Parameters
    ----------
    table : DataFrame
        From `nearer`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_nearer(tl.nearer(), lang="en")
    """
    words, name = Words(lang), f"nom_{lang}"
    rows = table.reset_index(drop=True)
    people = rows["population"].astype(float)
    first = rows.loc[rows["part_a_plus_proche"].idxmax()]
    shares = {side: float(rows[f"part_{side}_plus_proche"] @ people / people.sum()) for side in ("a", "b")}
    kinds = {side: rows[f"type_{side}"].iloc[0] for side in ("a", "b")}
    outside = [(kind, count["sans_position"]) for kind, count in fact(table, "hors_table").items()]
    values: dict[str, Any] = {
        "class": first[name],
        "people": words.number(people.sum()),
        "outside": _outside(words, outside),
        **{side: words.label("un_lieu", kind) for side, kind in kinds.items()},
        **{f"{side}_share": words.percent(share) for side, share in shares.items()},
        **{f"{side}_class": words.percent(first[f"part_{side}_plus_proche"]) for side in ("a", "b")},
    }
    text = caption.write("acces-plus-proche", table, lang, fallback=False, **values)
    parts = (("part_a_plus_proche", ACCENT), ("part_indecise", UNDECIDED), ("part_b_plus_proche", SECOND))
    said = {
        "part_a_plus_proche": words.label("words", "nearer_than").format(name=values["a"]),
        "part_indecise": words.label("words", "within_one_km"),
        "part_b_plus_proche": words.label("words", "nearer_than").format(name=values["b"]),
    }
    with style():
        height = 1.1 + 1.3 * ROW * len(rows)
        least = max(LEAST_WRITTEN, FIGURE / (room(ax, height) - NAMES))
        ax = new_axes(ax, height, least=6.2)
        for rank, row in rows.iterrows():
            start = 0.0
            for column, colour in parts:
                share = float(row[column])
                ax.barh(rank, share, left=start, height=0.7, color=colour, linewidth=0.8, edgecolor="white")
                if share >= least:
                    middle = start + share / 2
                    ax.text(
                        middle, rank, words.percent(share), ha="center", va="center", fontsize=SMALL, color=on(colour)
                    )
                start += share
        label_rows(ax, rows[name].tolist())
        ax.set_xlim(0, 1)
        value_axis(ax, words.label("axes", "share_within_radius"), words.percent)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
        ax.grid(axis="x", color=RULE, linewidth=0.6)
        handles = [Patch(facecolor=colour, label=said[column]) for column, colour in parts]
        key(ax, handles, loc="upper left", bbox_to_anchor=(0, -0.2), ncols=2, borderpad=0.2)
        return finish(ax, text)
