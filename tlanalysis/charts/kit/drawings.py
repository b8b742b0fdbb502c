"""What some Axes show, kept beside them: the chart, its table, its language, and what it draws besides its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Drawing:
    """One chart: `chart` (its function), `table`, `lang`, `arguments` (focus...), `others` (what else it draws)."""

    chart: str
    table: pd.DataFrame
    lang: str
    arguments: dict[str, Any] = field(default_factory=dict)
    others: dict[str, pd.DataFrame] = field(default_factory=dict)


def remember(ax: Axes, chart: str, arguments: Mapping[str, Any]) -> None:
    """Keep what a chart was drawn from on its Axes.

    The table is copied: a column that is changed afterwards changes no figure.
    """
    table: Any = next(iter(arguments.values()))
    if not hasattr(table, "columns"):  # a forecast
        table = table.table()
    kept = table.copy()
    kept.attrs = dict(table.attrs)
    others = {name: value for name, value in arguments.items() if name not in {"table", "ax", "lang"}}
    besides = ax.__dict__.pop("drawn_besides", {})  # not those of a chart drawn here before
    ax.drawing = Drawing(  # type: ignore[attr-defined]
        chart, kept, arguments.get("lang", "fr"), others, besides
    )


def also_drawn(ax: Axes, **series: Any) -> None:
    """Keep series (columns) that a chart draws and that its table does not hold, by their names in the CSV."""
    import pandas as pd

    ax.drawn_besides = {name: pd.DataFrame(columns) for name, columns in series.items()}  # type: ignore[attr-defined]


def drawing_of(ax: Axes) -> Drawing | None:
    """Return what these Axes show; None when no `plot_` function drew on them."""
    return getattr(ax, "drawing", None)


def rows_drawn(drawing: Drawing) -> pd.DataFrame:
    """Return everything a chart draws: its table, or, in long form with a column `serie`, its table and what is beside.

    The rows of the table come first, under the name of the chart (``"principale"``).
    """
    import pandas as pd

    if not drawing.others:
        return drawing.table
    parts = {"principale": drawing.table} | drawing.others
    long = pd.concat([part.assign(serie=name) for name, part in parts.items()], ignore_index=True)
    long.attrs = drawing.table.attrs
    return long
