"""List the choices of the exploring panel and return the rows and the chart of each; no widget is needed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import tlanalysis as tl
from tlanalysis.charts.kit.wording import Words
from tlanalysis.data import territories
from tlanalysis.lab.values_chart import placed, values_chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

EVERY = ""  # the value of a list that keeps every row
UNDATED = "?"

Options = list[tuple[str, str]]  # the label shown in a list, and its value


@dataclass(frozen=True)
class Chart:
    """How an indicator is drawn: the function that makes its table, its arguments, and the function that draws it.

    `{territory}` in an argument is replaced by the chosen territory.
    """

    table: str
    arguments: tuple[str, ...]
    plot: str


CHARTS = {
    "tiers_lieux": Chart("places_over_time", ("{territory}",), "plot_places_over_time"),
    "fabriques_de_territoire": Chart("rank_among_peers", ("{territory}", "fabriques_de_territoire"), "plot_rank"),
    "personnes_formees": Chart("people_trained", ("{territory}",), "plot_people_trained"),
    "part_formation": Chart("share_training", ("{territory}",), "plot_share_training"),
}
LISTED = [code for code, chart in CHARTS.items() if chart.table == "rank_among_peers"]


@dataclass(frozen=True)
class Choice:
    """A choice: a territory, one of its indicators, a perimeter and a year (`EVERY`, or `UNDATED` figures)."""

    territory: str = "FR"
    indicator: str = "tiers_lieux"
    perimeter: str = EVERY
    year: str = EVERY

    @property
    def _filters(self) -> list[str]:
        lines = [f'rows["indicateur"] == "{self.indicator}"']
        if self.perimeter != EVERY:
            lines.append(f'rows["perimetre"] == "{self.perimeter}"')
        if self.year == UNDATED:
            lines.append('rows["periode"].isna()')
        elif self.year != EVERY:
            lines.append(f'rows["periode"].str.contains("{self.year}", na=False)')
        return lines

    def typed(self, lang: str) -> str:
        """Return the Python that gives the same rows and the same chart."""
        lines = ["import tlanalysis as tl", "", f'rows = tl.known_figures("{self.territory}")']
        lines += [f"rows = rows[{condition}]" for condition in self._filters]
        if chart := chart_of(self):
            arguments = ", ".join(f'"{argument.format(territory=self.territory)}"' for argument in chart.arguments)
            lines += [f"table = tl.{chart.table}({arguments})", f'ax = tl.{chart.plot}(table, lang="{lang}")']
        elif len(placed(rows_of(self))):
            lines.insert(1, "from tlanalysis.lab.values_chart import values_chart")
            lines.append(f'ax = values_chart(rows, "{self.territory}", lang="{lang}")')
        return "\n".join(lines)


def beside(choice: Choice, territory: str) -> Choice:
    """Return the same choice for another territory."""
    return replace(choice, territory=territory)


def rows_of(choice: Choice) -> pd.DataFrame:
    """Return the published figures of a choice: columns of `known_figures`, one row per figure."""
    rows = tl.known_figures(choice.territory)
    facts = dict(rows.attrs)
    kept = rows["indicateur"] == choice.indicator
    if choice.perimeter != EVERY:
        kept &= rows["perimetre"] == choice.perimeter
    if choice.year == UNDATED:
        kept &= rows["periode"].isna()
    elif choice.year != EVERY:
        kept &= rows["periode"].str.contains(choice.year, na=False)
    found = rows[kept].reset_index(drop=True)
    found.attrs = facts
    return found


def chart_of(choice: Choice) -> Chart | None:
    """Return how the indicator of a choice is drawn for its territory; None when it has no chart of its own.

    Shares and people trained have a chart for France only; counts and ranks have one for every territory.
    """
    chart = CHARTS.get(choice.indicator)
    if chart and chart.table in {"people_trained", "share_training"} and choice.territory != territories.FRANCE:
        return None
    return chart


def drawn(choice: Choice, lang: str) -> Axes | None:
    """Draw the chart of a choice, its values by date when it has none of its own; None when no figure has a value."""
    if not (chart := chart_of(choice)):
        rows = rows_of(choice)
        return values_chart(rows, choice.territory, lang=lang) if len(placed(rows)) else None
    table = getattr(tl, chart.table)(*(argument.format(territory=choice.territory) for argument in chart.arguments))
    return getattr(tl, chart.plot)(table, lang=lang)


def territory_options() -> Options:
    """Return every territory, France first, then régions and départements by name, each with its code."""
    options = [("France (FR)", territories.FRANCE)]
    for level in territories.LEVELS:
        named = territories.table(level).sort_values("nom")
        pairs = zip(named["nom"], named["territoire"], strict=True)
        options += [(f"{name} ({code})", code) for name, code in pairs]
    return options


def indicator_options(territory: str, lang: str, template: str) -> Options:
    """Return the indicators of a territory's published figures, those with most figures first.

    An indicator that an open list counts in every territory is always offered, even without a published figure.
    """
    words = Words(lang)
    counts = dict.fromkeys(LISTED, 0) | tl.known_figures(territory)["indicateur"].value_counts().to_dict()
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(template.format(name=words.label("indicateurs", code), n=words.number(n)), code) for code, n in ordered]


def perimeter_options(choice: Choice, lang: str, every: str) -> Options:
    """Return the perimeters under which the indicator of a choice was published, after the option that keeps all."""
    words = Words(lang)
    codes = rows_of(Choice(choice.territory, choice.indicator))["perimetre"].dropna().unique()
    return [(every, EVERY), *sorted((words.label("perimetres", code), str(code)) for code in codes)]


def year_options(choice: Choice, every: str, undated: str) -> Options:
    """Return the years in the periods of a choice, newest first, after the option that keeps all."""
    periods = rows_of(Choice(choice.territory, choice.indicator, choice.perimeter))["periode"]
    years = sorted({year for text in periods.dropna() for year in re.findall(r"\d{4}", text)}, reverse=True)
    options = [(every, EVERY), *((year, year) for year in years)]
    return [*options, (undated, UNDATED)] if periods.isna().any() else options
