"""Maps of the régions and départements: smoothed rates, access, départements like their neighbours.

Real outlines by default; `shapes="tiles"` draws one square per territory, all of the same size, with the same colours
and classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text, fact
from tlanalysis.charts.kit.global_test import global_test
from tlanalysis.charts.kit.layout import finish, new_axes, room
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.style import PALE, style
from tlanalysis.charts.kit.territory_map import NARROW, draw_legend, draw_map, drawn_as, height_of, unknown_entry
from tlanalysis.charts.kit.tiles import colour_of
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

ARROWS = {"au_dessus": "▲", "en_dessous": "▼"}

# What a test says of a rate -> colour: two tints on each side of the common rate, pale where no difference was shown.
RATE_COLOURS = {
    "double": "#0b4f7d",
    "au_dessus": "#7fb2d6",
    "indistinct": "#e3e3e3",
    "en_dessous": "#f0b27a",
    "moitie": "#b3520a",
}
DOUBLE = 2.0  # times the common rate, or half of it: the darker tint

# Bounds of a share wider than this put a territory in no class: it is drawn as unknown.
UNSURE = 0.1

# Alike on the high side, alike on the low side, unlike both ways; no difference seen; no neighbour at all.
CLUSTER_COLOURS = {
    "haut_haut": "#9c3d00",
    "haut_bas": "#f0b27a",
    "bas_bas": "#0b4f7d",
    "bas_haut": "#8fbbdb",
    "indistinct": PALE,
    "sans_voisin": "#ffffff",
}
CLUSTER_MARKS = {"haut_haut": "++", "haut_bas": "+−", "bas_bas": "−−", "bas_haut": "−+"}


@chart
def plot_rates(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "fr",
    focus: str = "FR",
    shapes: str = "outlines",
    **options: Unpack[Look],
) -> Axes:
    """Draw smoothed places per 100,000 inhabitants; each tile shows the count, and an arrow where the rate differs.

    Parameters
    ----------
    table : DataFrame
        From `rates` or `rate_places`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.
    shapes : {"outlines", "tiles"}
        The real outlines, or one square per territory.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_rates(tl.rates("fabriques_de_territoire"), focus="D33", lang="en")
    """
    check_text(table)
    shapes = drawn_as(shapes)
    words = Words(lang)
    known = table[table["taux_lisse_pour_100k"].notna()]
    if known.empty:
        raise BadInput("no territory of this table has a smoothed rate: there is nothing to colour.")
    level, kind = fact(table, "niveau"), table.attrs.get("type", "lieux")
    counts = level == "region" or room(ax, height_of(level, shapes)) >= NARROW  # small tiles hold no number
    ranked = known.sort_values(["taux_lisse_pour_100k", "code"], ascending=[False, True])
    top, last = ranked.iloc[0], ranked.iloc[-1]
    away = known[known["ecart"] != "indistinct"]
    national = known["nb_lieux"].sum() / known["population"].sum() * 1e5
    values: dict[str, Any] = {
        "type": words.label("types", kind),
        "level": words.label("niveaux", level),
        "n": words.number(len(known)),
        "above": words.number((known["ecart"] == "au_dessus").sum()),
        "below": words.number((known["ecart"] == "en_dessous").sum()),
        "fdr": words.percent(fact(table, "fdr")),
        "total": words.number(known["nb_lieux"].sum()),
        "outside": words.number(fact(table, "nb_hors_champ") + fact(table, "nb_sans_territoire")),
        "unknown": words.number(len(table) - len(known)),
        "rate": words.number(national, 2),
        **global_test(known, words),
        "inside": words.label("words", "count_inside") if shapes == "tuiles" and counts else "",
        "top": top["nom"],
        "top_n": words.number(top["nb_lieux"]),
        "top_raw": words.number(top["taux_pour_100k"], 2),
        "last": last["nom"],
    }
    differ = f"one_{level}_differs" if len(away) == 1 else "some_differ"
    values["differ"] = words.label("words", differ).format(n_away=words.number(len(away)), **values)
    for name, row in (("top", top), ("last", last)):
        values[f"{name}_rate"] = words.number(row["taux_lisse_pour_100k"], 2)
        values[f"{name}_low"] = words.number(row["taux_lisse_bas_pour_100k"], 2)
        values[f"{name}_high"] = words.number(row["taux_lisse_haut_pour_100k"], 2)
    text = caption.write("taux-carte", table, lang, fallback=away.empty, **values)
    rate = dict(zip(known["code"], known["taux_lisse_pour_100k"], strict=True))
    kinds = {row.code: _kind(row.ecart, row.taux_lisse_pour_100k / national) for row in known.itertuples()}
    colours = {code: RATE_COLOURS[kinds[code]] if code in rate else None for code in table["code"]}
    texts = {
        row.code: [_name(words, level, row.code), words.number(row.nb_lieux) + _arrow(row.ecart)]
        if row.code in rate
        else [_name(words, level, row.code), "?"]
        for row in table.itertuples()
    }
    entries: list[Patch | Line2D] = [
        Patch(facecolor=colour, label=words.label("classes_de_taux", kind))
        for kind, colour in RATE_COLOURS.items()
        if kind in kinds.values()
    ]
    entries += [unknown_entry(words)] * (len(rate) < len(table))
    wide = room(ax, height_of(level, shapes))
    with style():
        ax = new_axes(ax, height_of(level, shapes))
        marks = {row.code: _arrow(row.ecart) for row in table.itertuples()}
        titles = {row.code: _count_title(row, words) for row in table.itertuples()}
        draw_map(ax, level, colours, texts, marks, words, shapes, focus, wide, titles)
        draw_legend(ax, entries, words.label("axes", "beside_common_rate"), level, shapes, wide)
        return finish(ax, text)


def _kind(verdict: str, times: float) -> str:
    """Return the class of a territory: what the test says of it, and how many times the common rate it has."""
    if verdict == "au_dessus":
        return "double" if times >= DOUBLE else "au_dessus"
    if verdict == "en_dessous":
        return "moitie" if times <= 1 / DOUBLE else "en_dessous"
    return "indistinct"


def _name(words: Words, level: str, code: str) -> str:
    return words.label("regions_courtes", code) if level == "region" else code


def _count_title(row: Any, words: Words) -> str:
    """Return the name of a territory with its count and its rate, or that they are unknown."""
    if row.taux_lisse_pour_100k != row.taux_lisse_pour_100k:
        return f"{row.nom}{words.colon}{words.label('words', 'unknown')}"
    return words.label("words", "count_and_rate").format(
        name=row.nom, n=words.number(row.nb_lieux), rate=words.number(row.taux_pour_100k, 1)
    )


def _arrow(verdict: object) -> str:
    return ARROWS.get(str(verdict), "")


@chart
def plot_access(
    table: pd.DataFrame,
    *,
    radius: int = 10,
    ax: Axes | None = None,
    lang: str = "fr",
    focus: str = "FR",
    shapes: str = "outlines",
    **options: Unpack[Look],
) -> Axes:
    """Draw the share of the population within a distance of the nearest place; hatched where it is not known.

    Parameters
    ----------
    table : DataFrame
        From `access`, by région or by département.
    radius : int
        Distance in km, one of the table's.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.
    shapes : {"outlines", "tiles"}
        The real outlines, or one square per territory.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_access(tl.access("fabriques_de_territoire"), lang="en")
    """
    check_text(table)
    shapes = drawn_as(shapes)
    words = Words(lang)
    sides = [f"part_{radius}_km_{side}" for side in ("bas", "haut")]
    if lacking := [name for name in sides if name not in table]:
        raise BadInput(f"this table has no column {lacking[0]}: no share was computed for {radius} km.")
    low, high = (table[name].to_numpy(float) for name in sides)
    unknown = high - low > UNSURE
    level, people = fact(table, "niveau"), table["population"].to_numpy(float)
    known = table.assign(part=(low + high) / 2)[~unknown].sort_values(["part", "code"])
    worst, best = known.iloc[0], known.iloc[-1]
    values: dict[str, Any] = {
        "type": words.label("types", fact(table, "type")),
        "level": words.label("niveaux", level),
        "radius": words.number(radius),
        "share": _share_with_error(table, radius, people, words)
        or words.span(*(words.percent((side @ people) / people.sum(), 1) for side in (low, high))),
        "at_points": words.span(*(words.percent((side @ people) / people.sum(), 1) for side in (low, high))),
        "n": words.number(len(table)),
        "half": words.number((known["part"] < 0.5).sum()),
        "worst": worst["nom"],
        "worst_span": words.span(words.percent(worst[sides[0]]), words.percent(worst[sides[1]])),
        "best": best["nom"],
        "best_span": words.span(words.percent(best[sides[0]]), words.percent(best[sides[1]])),
        "lost": words.number(table["population"].sum() - table["population_situee"].sum()),
        "unknown_names": words.join(list(table.loc[unknown, "nom"])),
    }
    text = caption.write("acces-carte", table, lang, fallback=not unknown.any(), **values)
    bounds = [0.0, 0.25, 0.5, 0.75, 1.0]
    share = dict(zip(known["code"], known["part"], strict=True))
    colours = {code: colour_of(share[code], bounds) if code in share else None for code in table["code"]}
    texts = {
        code: [_name(words, level, code), words.percent(share[code]) if code in share else "?"]
        for code in table["code"]
    }
    unknown_of = dict(table.loc[unknown, ["code", "nom"]].itertuples(index=False, name=None))
    entries = _class_entries(words, bounds, words.percent) + [unknown_entry(words)] * bool(unknown.any())
    wide = room(ax, height_of(level, shapes))
    with style():
        ax = new_axes(ax, height_of(level, shapes))
        titles = {row.code: f"{row.nom}{words.colon}{texts[row.code][1]}" for row in table.itertuples()}
        titles |= {code: f"{name}{words.colon}{words.label('words', 'unknown')}" for code, name in unknown_of.items()}
        draw_map(ax, level, colours, texts, {}, words, shapes, focus, wide, titles)
        title = words.label("axes", "share_within").format(radius=values["radius"])
        draw_legend(ax, entries, title, level, shapes, wide)
        return finish(ax, text)


def _share_with_error(table: pd.DataFrame, radius: int, people: Any, words: Words) -> str:
    """Return the share if the points of communes are off by 1 km either way; empty where it was not measured."""
    nearer, further = f"part_{radius - 1}_km_bas", f"part_{radius + 1}_km_haut"
    if nearer not in table or further not in table:
        return ""
    ends = [words.percent((table[name].to_numpy(float) @ people) / people.sum(), 1) for name in (nearer, further)]
    return words.span(*ends)


@chart
def plot_local_moran(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "fr",
    focus: str = "FR",
    shapes: str = "outlines",
    **options: Unpack[Look],
) -> Axes:
    """Draw the départements that are like their neighbours, or unlike them, beyond chance.

    Parameters
    ----------
    table : DataFrame
        From `local_moran`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.
    shapes : {"outlines", "tiles"}
        The real outlines, or one square per territory.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_local_moran(tl.local_moran(tl.rates("tiers_lieux"), permutations=99), lang="en")
    """
    check_text(table)
    shapes = drawn_as(shapes)
    words = Words(lang)
    groups = table["groupe"].fillna("inconnu")
    count = groups.value_counts()
    alike = table[groups.isin(list(CLUSTER_MARKS))].sort_values(["p_valeur", "code"])
    first = alike.iloc[0] if len(alike) else None
    measure = words.label("mesures", table.attrs.get("type") or fact(table, "mesure"))
    values: dict[str, Any] = {
        "measure": measure[0].upper() + measure[1:],
        "n": words.number(groups.isin([*CLUSTER_MARKS, "indistinct"]).sum()),
        "n_alike": words.number(len(alike)),
        "fdr": words.percent(fact(table, "fdr")),
        "i": words.number(fact(table, "i"), 2),
        "i_low": words.number(fact(table, "i_hasard_bas"), 2),
        "i_high": words.number(fact(table, "i_hasard_haut"), 2),
        "alone": words.number(fact(table, "nb_sans_voisin")),
        "unknown": words.number(fact(table, "nb_inconnus")),
        "first": "" if first is None else first["nom"],
        "group": "" if first is None else words.label("groupes", first["groupe"]),
        "p": "" if first is None else words.p_value(first["p_ajustee"]),
    }
    text = caption.write("voisinage-carte", table, lang, fallback=first is None, **values)
    looks: dict[str, str | None] = CLUSTER_COLOURS | {"inconnu": None}
    colours = {code: looks[group] for code, group in zip(table["code"], groups, strict=True)}
    texts = {
        code: [code, "?" if group == "inconnu" else CLUSTER_MARKS.get(group, "")]
        for code, group in zip(table["code"], groups, strict=True)
    }
    entries: list[Patch | Line2D] = [
        Patch(
            facecolor=colour,
            edgecolor="#8c8c8c",
            linewidth=0.6,
            label=f"{CLUSTER_MARKS.get(name, '')} {words.label('groupes', name)}".strip(),
        )
        for name, colour in CLUSTER_COLOURS.items()
        if count.get(name)
    ]
    entries += [unknown_entry(words)] * bool(count.get("inconnu"))
    wide = room(ax, height_of("departement", shapes))
    with style():
        ax = new_axes(ax, height_of("departement", shapes))
        marks = {code: CLUSTER_MARKS.get(group, "") for code, group in zip(table["code"], groups, strict=True)}
        said = {name: words.label("groupes", name) for name in CLUSTER_COLOURS} | {
            "inconnu": words.label("words", "unknown")
        }
        titles = {
            code: f"{name}{words.colon}{said[group]}"
            for code, name, group in zip(table["code"], table["nom"], groups, strict=True)
        }
        draw_map(ax, "departement", colours, texts, marks, words, shapes, focus, wide, titles)
        for patch in ax.patches:
            if patch.get_fill() and patch.get_facecolor()[:3] == (1.0, 1.0, 1.0):
                patch.set(edgecolor="#8c8c8c", linewidth=0.7)
        draw_legend(ax, entries, words.label("axes", "neighbours"), "departement", shapes, wide)
        return finish(ax, text)


def _class_entries(words: Words, bounds: Sequence[float], said: Any) -> list[Patch | Line2D]:
    return [
        Patch(facecolor=colour_of(low, bounds), label=words.span(said(low), said(high)))
        for low, high in pairwise(bounds)
    ]
