"""Horizontal rows with a label at the left: the frame that most of our charts share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from matplotlib.axes import Axes

from tlanalysis.charts.kit.decimals import same_decimals
from tlanalysis.charts.kit.style import INK, RULE, SMALL, SOFT, UNKNOWN

ROW = 0.27  # inches per row


def label_rows(ax: Axes, labels: Sequence[str], bold: Collection[int] = ()) -> None:
    """Name the rows 0, 1, 2... from the top, some of them in bold; no frame, no ticks at the left."""
    label_some_rows(ax, dict(enumerate(labels)), len(labels), bold)


def label_some_rows(ax: Axes, labels: Mapping[int, str], rows: int, bold: Collection[int] = ()) -> None:
    """Name some of the rows 0, 1, 2... from the top, some names in bold; no frame, no ticks at the left."""
    ax.set_yticks(list(labels), list(labels.values()))
    ax.rows = True  # type: ignore[attr-defined]
    for row, text in zip(labels, ax.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if row in bold else "normal")
    ax.set_ylim(rows - 0.4, -0.6)
    ax.spines["left"].set_visible(False)


def value_axis(ax: Axes, label: str, say: Callable[..., str], *, ticks: int = 5) -> None:
    """Give the horizontal axis few round ticks, a light grid and a unit.

    Parameters
    ----------
    ax : Axes
    label : str
        What the axis measures, and its unit.
    say : callable
        Writes a value: `Words.number`, `Words.percent` or `Words.euros`.
    ticks : int
        How many ticks at most.
    """
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(same_decimals(say))
    ax.grid(axis="x", color=RULE, linewidth=0.6)
    ax.set_xlabel(label, loc="left")


def bar_between(ax: Axes, row: float, low: float, high: float, colour: str, *, thick: float = 0.34) -> None:
    """Draw an interval: a bar whose ends are the bounds, with nothing in the middle."""
    ax.barh(row, high - low, left=low, height=thick, color=colour, linewidth=0)


def cut_bar(ax: Axes, row: float, end: float, colour: str, *, thick: float = 0.6) -> None:
    """Draw a bar from zero that goes on beyond the axis: it stops at `end` and a slanted gap marks the break."""
    ax.barh(row, end, height=thick, color=colour, linewidth=0)
    across = [row + 0.6 * thick, row - 0.6 * thick]
    for at in (0.86, 0.9):
        ax.plot([at * end, (at + 0.02) * end], across, color="white", linewidth=2.5, zorder=3)


def unknown_row(ax: Axes, row: float, text: str, *, left: float, width: float, thick: float = 0.6) -> None:
    """Hatch a row whose value is unknown, and write `text` on it."""
    ax.barh(row, width, left=left, height=thick, **UNKNOWN)
    box = {"facecolor": UNKNOWN["facecolor"], "edgecolor": "none", "pad": 1.0}
    ax.text(left + width / 2, row, text, ha="center", va="center", fontsize=SMALL, color=INK, bbox=box)


def value_label(ax: Axes, x: float, row: float, text: str, *, colour: str = INK, left: bool = False) -> None:
    """Write a value at the end of its mark."""
    ax.annotate(
        text,
        (x, row),
        xytext=(-5 if left else 5, 0),
        textcoords="offset points",
        va="center",
        ha="right" if left else "left",
        fontsize=SMALL,
        color=colour,
    )


def value_column(ax: Axes, texts: list[str], header: str) -> None:
    """Write one text per row at the right edge, under a header."""
    for row, text in [*enumerate(texts), (-0.75, header)]:
        ax.annotate(
            text,
            (1.0, row),
            xycoords=("axes fraction", "data"),
            va="bottom" if text is header else "center",
            ha="right",
            fontsize=SMALL,
            color=SOFT if text is header else INK,
        )
