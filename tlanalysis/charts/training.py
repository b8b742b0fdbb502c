"""Charts of training reach: people trained, places that train, what the change is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.facts import check_text
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, value_axis, value_label
from tlanalysis.charts.kit.style import ACCENT, CONTRAST, INK, RULE, SMALL, SOFT, mark, style
from tlanalysis.charts.kit.wording import Words

if TYPE_CHECKING:
    import pandas as pd

# Definitions of a place under which the question was any training, then vocational training.
QUESTIONS = ("ftl_2021", "ftl_2023")
BELOW = 0.2  # of a row: where a figure without a year stands when the same figure has one


@chart
def plot_people_trained(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the claims on people trained, one row per definition of a place; a figure that has no year is grey.

    A figure printed several times is one mark, with all its years, and one more below it, grey, when it is also printed
    without a year; the table keeps a row for each.

    Parameters
    ----------
    table : DataFrame
        From `people_trained`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_people_trained(tl.people_trained(), lang="en")
    """
    check_text(table)
    words = Words(lang)
    dated = table[table["periode"].notna()]
    before, after = (dated[dated["perimetre"] == name] for name in QUESTIONS)
    holds = len(before) > 0 and len(after) > 0
    last_year = after["periode"].min() if holds else ""
    values: dict[str, Any] = {
        "first": words.number(before["valeur"].iloc[0]) if holds else "",
        "first_year": before["periode"].min() if holds else "",
        "last_year": last_year,
        "low": words.number(dated.loc[dated["periode"] == last_year, "valeur"].min()) if holds else "",
        "high": words.number(dated.loc[dated["periode"] == last_year, "valeur"].max()) if holds else "",
        "n_claims": words.number(len(table)),
        "n_sources": words.number(table["nb_sources"].sum()),
        "n_undated": words.number(len(table) - len(dated)),
        "repeats": _one_claim(table.loc[table["perimetre"] == "ftl_2023", "valeur"], words),
    }
    text = caption.write("formation-personnes", table, lang, fallback=not holds, **values)
    with style():
        rows = dict(list(table.groupby("perimetre", sort=False)))
        ax = new_axes(ax, 0.75 + 2.6 * ROW * len(rows))
        top = table["valeur"].max()
        for rank, claims in enumerate(rows.values()):
            ax.plot([0, claims["valeur"].max()], [rank, rank], color=RULE, linewidth=1, zorder=1)
            for (value, nature), same in claims.groupby(["valeur", "nature"], sort=False):
                undated = same["periode"].isna()
                if not undated.all():
                    ax.plot(value, rank, zorder=2, **mark(nature, ACCENT))
                if undated.any():
                    ax.plot(value, rank + (0 if undated.all() else BELOW), zorder=2, **mark(nature, SOFT))
            said = ", ".join(words.number(value) for value in sorted(set(claims["valeur"])))
            n = int(claims["nb_sources"].sum())
            printed = words.label("words", "one_source" if n == 1 else "sources").format(n=words.number(n))
            value_label(ax, claims["valeur"].max() + top * 0.012, rank, f"{said}\n({printed})")
        labels = [f"{words.label('perimetres', name)}\n{_years(claims, words)}" for name, claims in rows.items()]
        label_rows(ax, labels)
        ax.set_xlim(0, top * 1.32)
        value_axis(ax, words.label("axes", "people"), words.number)
        return finish(ax, text)


def _years(claims: pd.DataFrame, words: Words) -> str:
    """Return the years of some claims, each once, and whether one has none."""
    years = list(dict.fromkeys(claims["periode"].dropna()))
    return ", ".join(years + [words.label("words", "undated")] * bool(claims["periode"].isna().any()))


def _one_claim(claims: pd.Series, words: Words) -> str:
    """Return the sentence that claims are one figure, when each is the most precise one, rounded; or nothing."""
    said = sorted(set(claims), key=lambda v: (len(f"{v:.0f}".rstrip("0")), v))
    roundings = {round(said[-1], -digits) for digits in range(7)} if said else set()
    if len(said) < 2 or not set(said) <= roundings:
        return ""
    return words.label("words", "one_claim").format(same=words.join([words.number(v) for v in sorted(said)]))


@chart
def plot_share_training(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw the shares of places that train, one row per question; bars only where the respondents are known.

    A share printed several times is one mark, with all its years; the table keeps a row for each.

    Parameters
    ----------
    table : DataFrame
        From `share_training`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_share_training(tl.share_training(), lang="en")
    """
    check_text(table)
    words = Words(lang)
    known = table[table["ic_bas"].notna()]
    one = known.iloc[0] if len(known) else None
    values: dict[str, Any] = {
        "low": words.percent(table["part"].min()),
        "high": words.percent(table["part"].max()),
        "n": words.number(len(table)),
        "n_known": words.number(len(known)),
        "n_unknown": words.number(len(table) - len(known)),
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
        rows = dict(list(table.groupby(["indicateur", "part"], sort=False)))
        ax = new_axes(ax, 0.75 + 2.2 * ROW * len(rows))
        for rank, ((_, share), same) in enumerate(rows.items()):
            end = share + 0.1  # clear of the percentage above the mark
            answers = _respondents(same, words)
            for row in same[same["ic_bas"].notna()].itertuples():
                ends, thin = [row.borne_bas, row.borne_haut], 1.6
                ax.plot(ends, [rank, rank], color="#9db8c9", linewidth=thin, solid_capstyle="butt", zorder=1)
                bar_between(ax, rank, row.ic_bas, row.ic_haut, "#8fbbdb")
                end = row.borne_haut
            value_label(ax, end, rank, answers, colour=SOFT)
            ax.plot(share, rank, zorder=3, **mark("declare"))
            ax.annotate(
                words.percent(share),
                (share, rank),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
        names = [f"{words.label('formations', name)}\n{_years(same, words)}" for (name, _), same in rows.items()]
        label_rows(ax, names)
        ax.set_xlim(0, 1)
        value_axis(ax, words.label("axes", "share_places"), words.percent)
        return finish(ax, text)


def _respondents(same: pd.DataFrame, words: Words) -> str:
    """Return how many answered, when some figures of one share say it, and how many figures do not."""
    found = same["effectif"].dropna()
    if found.empty:
        return words.label("words", "respondents_unknown")
    n = ", ".join(words.number(number) for number in sorted(set(found)))
    if len(found) == len(same):
        return words.label("words", "respondents").format(n=n)
    key = "one_figure" if len(found) == 1 else "some_figures"
    figures = words.label("words", key).format(n=words.number(len(found)))
    return words.label("words", "respondents_of_some").format(n=n, figures=figures, of=words.number(len(same)))


@chart
def plot_decomposition(
    table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]
) -> Axes:
    """Draw what each factor adds to the change in people trained, as intervals, one row per reading of the places.

    The title says that more places lead, or that people per place do, only when every reading says so.

    Parameters
    ----------
    table : DataFrame
        From `decompose_reach`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_decomposition(tl.decompose_reach("2019", "2023"), lang="en")
    """
    words = Words(lang)
    rows = table.set_index(["facteur", "lecture_perimetre"])
    readings = list(dict.fromkeys(table["lecture_perimetre"]))
    lead = {reading: _leader(rows.xs(reading, level=1)) for reading in readings}
    agree = len(set(lead.values())) == 1
    values: dict[str, Any] = {
        "total_low": _thousands(rows.loc["total", "contribution_bas"].min(), words),
        "total_high": _thousands(rows.loc["total", "contribution_haut"].max(), words),
        "leader": words.label("facteurs", lead[readings[0]]).replace("\n", " ") if agree and lead[readings[0]] else "",
    }
    for name in ("lieux", "personnes_par_lieu"):
        for reading in readings:
            row = rows.loc[(name, reading)]
            values |= {
                f"{name}_{reading}": words.span(words.percent(row["part_bas"]), words.percent(row["part_haut"])),
                f"{name}_{reading}_n": words.span(
                    _thousands(row["contribution_bas"], words), _thousands(row["contribution_haut"], words)
                ),
            }
        values |= {
            f"{name}_low": words.percent(rows.loc[name, "part_bas"].min()),
            f"{name}_high": words.percent(rows.loc[name, "part_haut"].max()),
        }
    text = caption.write("formation-decomposition", table, lang, fallback=not values["leader"], **values)
    drawn = [(name, reading) for name in ("lieux", "part_qui_forme", "personnes_par_lieu") for reading in readings]
    drawn.append(("total", readings[0]))
    with style():
        ax = new_axes(ax, 0.75 + 1.9 * ROW * len(drawn))
        labels = []
        for rank, (name, reading) in enumerate(drawn):
            row = rows.loc[(name, reading)]
            bar_between(
                ax,
                rank,
                row["contribution_bas"],
                row["contribution_haut"],
                SOFT if name == "total" else ACCENT if reading == readings[0] else CONTRAST,
                thick=0.42,
            )
            written = words.span(
                _thousands(row["contribution_bas"], words), _thousands(row["contribution_haut"], words)
            )
            value_label(ax, row["contribution_haut"], rank, written)
            factor = words.label("facteurs", name)
            labels.append(factor if name == "total" else f"{factor}\n{words.label('lectures_perimetre', reading)}")
        label_rows(ax, labels)
        ax.axvline(0, color=INK, linewidth=0.8)
        low, high = min(0, table["contribution_bas"].min()), table["contribution_haut"].max()
        ax.set_xlim(low - 0.02 * high, high * 1.32)
        value_axis(ax, words.label("axes", "people_added"), words.number)
        return finish(ax, text)


def _leader(rows: pd.DataFrame) -> str:
    """Return the factor whose least contribution is more than the most of every other; none leads: nothing."""
    factors = rows.drop(index="total")
    for name, row in factors.iterrows():
        if row["contribution_bas"] > factors.drop(index=name)["contribution_haut"].max():
            return str(name)
    return ""


def _thousands(people: float, words: Words) -> str:
    """Write a deduced number of people rounded to the thousand, which is as precise as it is known."""
    return words.number(round(people, -3))
