"""Charts of DEFFINOV coverage: attested, probable, unknown; amounts and projects where known; bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text, fact
from tlanalysis.charts.kit.layout import finish, new_axes, room
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.outlines import draw_outlines
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, unknown_row, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, RULE, SOFT, mark, style
from tlanalysis.charts.kit.territory_map import drawn_as
from tlanalysis.charts.kit.tiles import draw_tiles, legend
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data.territories import within
from tlanalysis.indicators.deffinov import STATUSES

if TYPE_CHECKING:
    import pandas as pd

STATUS_COLOURS = {"atteste": ACCENT, "probable": "#8fbbdb", "partage": "#f0c9a4", "inconnu": None}


@chart
def plot_deffinov_regions(
    table: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "fr",
    focus: str = "FR",
    shapes: str = "outlines",
    **options: Unpack[Look],
) -> Axes:
    """Draw which régions are attested, probable, named in a group or unknown, on a map.

    Parameters
    ----------
    table : DataFrame
        From `deffinov_regions`.
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
    >>> ax = tl.plot_deffinov_regions(tl.deffinov_regions(), lang="en")
    """
    check_text(table)
    words = Words(lang)
    count = table["statut"].value_counts().reindex(list(STATUSES), fill_value=0)
    attested, announced = int(count["atteste"]), fact(table, "nb_repondantes")
    values: dict[str, Any] = {name: words.number(n) for name, n in count.items()} | {
        "total": words.number(len(table)),
        "others": words.number(len(table) - attested),
        "unknown_names": ", ".join(table.loc[table["statut"] == "inconnu", "nom_region"]),
    }
    if announced is not None:
        values |= {
            "took_part": words.number(announced),
            "others_in": words.number(announced - attested),
            "others_out": words.number(len(table) - announced),
        }
    text = caption.write("deffinov-regions", table, lang, fallback=announced is None, **values)
    shapes = drawn_as(shapes)
    wide = room(ax, 5.4)
    codes, names = table["code_region"], table["nom_region"]
    with style():
        ax = new_axes(ax, 5.4)
        said = {row.code_region: words.label("statuts", row.statut) for row in table.itertuples()}
        colours = {row.code_region: STATUS_COLOURS[row.statut] for row in table.itertuples()}
        titles = {code: f"{name}{words.colon}{said[code]}" for code, name in zip(codes, names, strict=True)}
        if shapes == "tuiles":
            texts = {code: [words.label("regions_courtes", code), said[code]] for code in codes}
            draw_tiles(ax, "region", colours, texts, width=wide, focus=within(focus, "region"), titles=titles)
        else:
            framed = within(focus, "region")
            inside = {code: words.label("regions_en_lignes", code) for code in codes if code >= "11"}
            draw_outlines(
                ax, "region", colours, inside, words, focus=framed, titles=titles, legend=False, width=wide, apart=0.0
            )
        entries = [
            (STATUS_COLOURS[name], f"{words.label('statuts_longs', name)} ({words.number(n)})")
            for name, n in count.items()
        ]
        legend(ax, entries, loc="upper left", bbox_to_anchor=(0.0, 0.0), ncols=1)
        return finish(ax, text)


@chart
def plot_deffinov_amounts(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", focus: str = "FR", **options: Unpack[Look]
) -> Axes:
    """Draw the published regional envelopes, largest first; the régions without a figure are one hatched row.

    A région in focus without a figure has a hatched row of its own. The table keeps a row for each région.

    Parameters
    ----------
    table : DataFrame
        From `deffinov_regions`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.
    focus : str
        Code of the territory to set off (``"R75"``, ``"D33"``); ``"FR"`` sets off none.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_deffinov_amounts(tl.deffinov_regions(), lang="en")
    """
    check_text(table)
    words = Words(lang)
    amounts = {"amount": table["enveloppe_eur"], "of_state": table["enveloppe_etat_eur"]}
    rows = table.assign(**{name: column.astype("float64") for name, column in amounts.items()}).sort_values(
        ["amount", "population"], ascending=False, na_position="last", ignore_index=True
    )
    known = rows[rows["amount"].notna()]
    values: dict[str, Any] = {
        "n_known": words.number(len(known)),
        "n_unknown": words.number(len(rows) - len(known)),
        "total": words.number(len(rows)),
        "national": words.euros(fact(table, "enveloppe_nationale_eur")),
        "first": known["nom_region"].iloc[0] if len(known) else "",
        "first_amount": words.euros(float(known["amount"].iloc[0])) if len(known) else "",
        "state": words.euros(_surely_of_the_state(rows)),
        "unknown_names": ", ".join(rows.loc[rows["amount"].isna(), "nom_region"]),
    }
    text = caption.write("deffinov-montants", table, lang, fallback=known.empty, **values)
    chosen = within(focus, "region")
    unknown = rows[rows["amount"].isna()]
    apart = unknown[unknown["code_region"].isin(list(chosen))]  # a région set off has a row of its own
    names = [*known["nom_region"], *apart["nom_region"]]
    if others := len(unknown) - len(apart):
        names.append(words.label("words", "some_regions").format(n=words.number(others)))
    with style():
        ax = new_axes(ax, 0.75 + 1.3 * ROW * len(names))
        top = float(known["amount"].max()) if len(known) else 1.0
        for rank, row in enumerate(known.itertuples()):
            ax.plot([0, row.amount], [rank, rank], color=RULE, linewidth=1, zorder=1)
            ax.plot(row.amount, rank, zorder=2, **mark("objectif", CONTRAST))
            remarks = [words.label("words", "of_the_state" if row.of_state == row.amount else "state_unknown")]
            if row.statut != "atteste":
                remarks.append(words.label("statuts", row.statut))
            value_label(ax, row.amount + top * 0.01, rank, f"{words.euros(row.amount)} ({', '.join(remarks)})")
        for rank in range(len(known), len(names)):
            unknown_row(ax, rank, words.label("words", "unknown"), left=0, width=top)
        bold = [*known["code_region"].isin(list(chosen)), *[True] * len(apart)]
        label_rows(ax, names, [rank for rank, one in enumerate(bold) if one])
        ax.set_xlim(0, top * 1.5)
        value_axis(ax, words.label("axes", "envelope"), words.euros)
        return finish(ax, text)


def _surely_of_the_state(table: pd.DataFrame) -> float:
    """Return the euros that a source calls money of the State for a call that it names DEFFINOV."""
    return float(table.loc[table["statut"] == "atteste", "enveloppe_etat_eur"].fillna(0).sum())


@chart
def plot_deffinov_projects(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw projects per million inhabitants with exact Poisson intervals.

    The remainder out of the national total is a row.

    Parameters
    ----------
    table : DataFrame
        From `deffinov_projects`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_deffinov_projects(tl.deffinov_projects(), lang="en")
    """
    words = Words(lang)
    rows = table.set_index("territoire")
    left, total = rows.loc["reste"], rows.loc["FR"]
    named = table[~table["territoire"].isin(["reste", "FR"])]
    fewer = int(sum(_less(row.nb_projets, row.nature_nombre) for row in named.itertuples()))
    values: dict[str, Any] = {
        "total": words.number(total["nb_projets"]),
        "rest": words.span(words.number(left["nb_projets"]), words.number(left["nb_projets"] + fewer)),
        "known": words.number(named.loc[named["nature_nombre"] == "exact", "nb_projets"].sum()),
        "n_about": words.number(named.loc[named["nature_nombre"] == "environ", "nb_projets"].sum()),
        "n_regions": words.number(sum(len(code.split(";")) for code in named["territoire"])),
        "n_left": words.number(18 - sum(len(code.split(";")) for code in named["territoire"])),
        "rate": words.number(total["taux_pour_million"], 1),
        "about": ", ".join(
            f"{row.nom} ({_projects(row.nb_projets, row.nature_nombre, words)})"
            for row in named.itertuples()
            if row.nature_nombre == "environ"
        ),
        "first": named["nom"].iloc[0],
        "first_n": _projects(named["nb_projets"].iloc[0], named["nature_nombre"].iloc[0], words),
        "first_rate": words.span(*(words.number(rate, 1) for rate in _rates(named.iloc[0]))),
        "first_low": words.number(named["taux_bas_pour_million"].iloc[0], 1),
        "first_high": words.number(named["taux_haut_pour_million"].iloc[0], 1),
    }
    declared = words.join([rows.loc[code, "nom"] for code in fact(table, "declares")])
    more_than = words.label("words", "more_than_total").format(total=values["total"])
    values |= {
        "declared": words.label("words", "declared_by_a_winner").format(names=declared) if declared else "",
        "minimum": more_than if fact(table, "est_minimum") else "",
    }
    text = caption.write("deffinov-projets", table, lang, **values)
    with style():
        ax = new_axes(ax, 0.75 + 1.7 * ROW * len(table))
        ax.axvline(total["taux_pour_million"], color=SOFT, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        names = []
        for rank, row in enumerate(table.itertuples()):
            special = row.territoire in {"reste", "FR"}
            colour = SOFT if special else ACCENT
            ax.plot(
                [row.taux_bas_pour_million, row.taux_haut_pour_million],
                [rank, rank],
                color=colour,
                linewidth=4,
                alpha=0.35,
                solid_capstyle="butt",
            )
            ax.plot(
                row.taux_pour_million,
                rank,
                **mark("estime" if row.nature_nombre != "exact" else "compte", colour),
            )
            value_label(
                ax,
                row.taux_haut_pour_million,
                rank,
                words.label("words", "projects").format(
                    n=values["rest"]
                    if row.territoire == "reste"
                    else _projects(row.nb_projets, row.nature_nombre, words)
                ),
            )
            name = words.label("words", "rest") if row.territoire == "reste" else row.nom
            names.append(name.replace(", ", ",\n") if len(name) > 28 else name)
        label_rows(ax, names)
        ax.set_xlim(0, table["taux_haut_pour_million"].max() * 1.25)
        value_axis(ax, words.label("axes", "per_million"), words.number)
        return finish(ax, text)


def _projects(n: int, nature: str, words: Words) -> str:
    """Return a number of projects; "nearly 40" is 35 to 40, half a unit of its last digit that is not zero."""
    return words.span(words.number(n - _less(n, nature)), words.number(n))


def _less(n: int, nature: str) -> float:
    """Return how many projects fewer than the printed number there may be: half a unit of a rounded one."""
    return 10 ** (len(str(n)) - len(str(n).rstrip("0"))) / 2 if nature == "environ" else 0


def _rates(row: pd.Series) -> tuple[float, float]:
    """Return the rate of the least number of projects that a row stands for, and that of the printed number."""
    n, rate = row["nb_projets"], row["taux_pour_million"]
    return rate * (n - _less(n, row["nature_nombre"])) / n, rate


def _other_page(table: pd.DataFrame, words: Words) -> str:
    """Return what another page says of the number of départements, or nothing when no page says another."""
    most = fact(table, "nb_couverts_max")
    if most == fact(table, "nb_couverts"):
        return ""
    said = "every_departement" if most == fact(table, "nb_departements") else "other_departements"
    return words.label("words", said).format(n=words.number(most))


@chart
def plot_deffinov_population(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the population in three parts: covered at least, covered or not by the list, not covered at least.

    The first part is the least share over all lists of that many départements, not inhabitants that every list covers.
    The parts are those that the number of départements and the attested ones leave; the table has them also for the
    number alone and with the probable ones.

    Parameters
    ----------
    table : DataFrame
        From `deffinov_population`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_deffinov_population(tl.deffinov_population(), lang="en")
    """
    words = Words(lang)
    known = table.set_index("connaissance")
    best = known.loc["atteste"]
    values: dict[str, Any] = {
        "low": words.percent(best["part_bas"]),
        "high": words.percent(best["part_haut"]),
        "low_m": words.number(best["population_bas"] / 1e6, 1),
        "high_m": words.number(best["population_haut"] / 1e6, 1),
        "named": words.number(best["nb_nommes"]),
        "gap": words.number((best["part_haut"] - best["part_bas"]) * 100),
        "size": words.number(fact(table, "nb_couverts")),
        "all": words.number(fact(table, "nb_departements")),
    }
    values["other_page"] = _other_page(table, words)
    for name in ("nombre", "probable"):
        bounds = (words.percent(known.loc[name, f"part_{end}"], 1) for end in ("bas", "haut"))
        values[f"{name}_span"] = words.span(*bounds)
    text = caption.write("deffinov-population", table, lang, **values)
    low, high = float(best["part_bas"]), float(best["part_haut"])
    groups = {"couverte": (0.0, low), "selon_la_liste": (low, high), "hors": (high, 1.0)}
    with style():
        ax = new_axes(ax, 0.75 + 2.1 * ROW * len(groups))
        for rank, (name, (start, end)) in enumerate(groups.items()):
            ax.barh(rank, 1, height=0.5, color="#f4f4f4", linewidth=0, zorder=0)
            if name == "selon_la_liste":
                unknown_row(ax, rank, words.label("words", "unknown"), left=start, width=end - start, thick=0.5)
            else:
                bar_between(ax, rank, start, end, ACCENT if name == "couverte" else SOFT, thick=0.5)
            said = words.percent(end - start, 1)
            value_label(ax, start if end == 1 else end, rank, said, left=end == 1)
        label_rows(ax, [words.label("parts_couvertes", name) for name in groups])
        ax.set_xlim(0, 1)
        value_axis(ax, words.label("axes", "share_population"), words.percent)
        return finish(ax, text)
