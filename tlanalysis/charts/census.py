"""Charts of what the respondents of a census ticked: training themes, audiences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from matplotlib.axes import Axes

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.layout import finish, new_axes
from tlanalysis.charts.kit.letters import wrap
from tlanalysis.charts.kit.look import Look, chart
from tlanalysis.charts.kit.rows import ROW, bar_between, label_rows, unknown_row, value_axis, value_label
from tlanalysis.charts.kit.style import INK, LABEL, mark, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

# Rows a page holds, headings aside; a question shows no fewer than FEWEST of its boxes.
MOST, FEWEST = 24, 3
_LABEL_WIDTH = 2.9  # inches


@chart
def plot_themes(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the share of respondents that ticked each training theme, question by question, most ticked first.

    Parameters
    ----------
    table : DataFrame
        From `share_themes`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Raises
    ------
    BadInput
        When the table is empty: the module has not been built.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_themes(tl.share_themes("2026"))  # doctest: +SKIP
    """
    return _plot_ticked("formation-themes", table, ax, lang)


@chart
def plot_audiences(table: pd.DataFrame, *, ax: Axes | None = None, lang: str = "fr", **options: Unpack[Look]) -> Axes:
    """Draw the share of respondents that ticked each audience, question by question, most ticked first.

    Parameters
    ----------
    table : DataFrame
        From `share_audiences`.
    ax : Axes, optional
        Where to draw; a figure of its own by default.
    lang : {"fr", "en"}
        Language of the texts.

    Raises
    ------
    BadInput
        When the table is empty: the module has not been built.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_audiences(tl.share_audiences("2026"))  # doctest: +SKIP
    """
    return _plot_ticked("formation-publics", table, ax, lang)


class _Row(NamedTuple):
    """A row of the page: a box, or the heading of a question."""

    label: list[str]
    box: Any = None


def _plot_ticked(figure: str, table: pd.DataFrame, ax: Axes | None, lang: str) -> Axes:
    if table.empty:
        raise BadInput(f"{figure} has nothing to draw: tl.open_files() says which open files to fetch.")
    words = Words(lang)
    rows, hidden = _rows(table, words)
    known = table[table["effectif"] > 0]
    text = caption.write(figure, table, lang, fallback=not _has_a_first(known), **_values(table, known, hidden, words))
    lines = max(len(row.label) for row in rows)
    with style():
        ax = new_axes(ax, 0.75 + ROW * (0.6 + 0.6 * lines) * len(rows), least=5.6)
        for rank, row in enumerate(rows):
            if row.box is not None:
                _draw(ax, rank, row.box, words)
        label_rows(ax, ["\n".join(row.label) for row in rows], [i for i, row in enumerate(rows) if row.box is None])
        ax.tick_params(axis="y", pad=8)  # a mark at zero is wider than zero
        ax.set_xlim(0, 1.2)
        value_axis(ax, words.label("axes", "share_respondents"), words.percent)
        ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= 1])
        return finish(ax, text)


def _rows(table: pd.DataFrame, words: Words) -> tuple[list[_Row], int]:
    """Return the rows of the page, and how many boxes it leaves out."""
    questions = list(dict.fromkeys(table["question"]))[: MOST // FEWEST]
    room = max(FEWEST, MOST // len(questions))
    rows: list[_Row] = []
    for name in questions:
        ordered = table[table["question"] == name].sort_values(
            "part", ascending=False, kind="stable", na_position="last"
        )
        if len(questions) > 1:
            said = words.label("words", "question").format(name=name)
            rows.append(_Row(wrap(said, LABEL, bold=True, width=_LABEL_WIDTH)))
        rows += [_Row(wrap(box.libelle, LABEL, width=_LABEL_WIDTH), box) for box in ordered.head(room).itertuples()]
    return rows, len(table) - sum(row.box is not None for row in rows)


def _draw(ax: Axes, rank: int, box: Any, words: Words) -> None:
    if not box.effectif:
        unknown_row(ax, rank, words.label("words", "no_answer"), left=0, width=1)
        return
    bounds = [box.borne_bas, box.borne_haut]
    bar_between(ax, rank, box.ic_bas, box.ic_haut, "#8fbbdb")
    ax.plot(bounds, [rank, rank], color=INK, linewidth=1.0, solid_capstyle="butt", zorder=2)
    ax.plot(box.part, rank, zorder=3, **mark(box.nature))
    said = words.label("words", "ticked_of").format(n=words.number(box.nb_coches), of=words.number(box.effectif))
    value_label(ax, max(box.ic_haut, box.borne_haut), rank, f"{words.percent(box.part)} ({said})")


def _has_a_first(known: pd.DataFrame) -> bool:
    """Return whether one box was ticked by a larger share than any other."""
    return len(known) > 0 and bool((known["part"] == known["part"].max()).sum() == 1)


def _values(table: pd.DataFrame, known: pd.DataFrame, hidden: int, words: Words) -> dict[str, Any]:
    first = (known if len(known) else table).sort_values("part", ascending=False, kind="stable").iloc[0]
    unknown = words.label("words", "unknown")
    answers = known.groupby("question")["effectif"].max()
    return {
        "edition": str(first["perimetre"]).removeprefix("ftl_"),
        "top": first["libelle"],
        "ticked": words.number(first["nb_coches"]),
        "answers": words.number(first["effectif"]),
        "share": words.percent(first["part"]) if len(known) else unknown,
        "ci_low": words.percent(first["ic_bas"]) if len(known) else unknown,
        "ci_high": words.percent(first["ic_haut"]) if len(known) else unknown,
        "level": words.percent(table.attrs.get("level", 0.95)),
        "b_low": words.percent(first["borne_bas"]),
        "b_high": words.percent(first["borne_haut"]),
        "respondents": words.number(first["effectif"] + first["nb_sans_reponse"]),
        "answers_span": words.span(words.number(answers.min()), words.number(answers.max())) if len(known) else "0",
        "questions": ", ".join(dict.fromkeys(table["question"])),
        "boxes": words.number(len(table)),
        "hidden": words.number(hidden),
        "discord": words.number(table["nb_ecarts"].sum()),
    }
