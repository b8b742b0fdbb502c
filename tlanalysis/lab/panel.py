"""Show the exploring panel: four lists, and the chart, table and code of the choice (needs `tlanalysis[lab]`)."""

from __future__ import annotations

import base64
import io
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import itables
from ipywidgets import HTML, Dropdown, Layout, Output, VBox

from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.layout import figure_of
from tlanalysis.charts.kit.style import SAVED_DPI, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.languages import Texts, read_texts
from tlanalysis.data.territories import territory as territory_of
from tlanalysis.lab import choices
from tlanalysis.lab.choices import Choice

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LISTS = ("territory", "indicator", "perimeter", "year")


@cache
def texts(lang: str) -> Texts:
    """Return the texts of the panel in a language."""
    return read_texts(Path(__file__).with_name("texts.toml"))[lang]


class Panel(VBox):
    """The lists to choose from, then a sentence, the chart, the table and the calls that give them.

    Attributes
    ----------
    choice : Choice
        The present choice.
    rows : DataFrame
        The figures of that choice, as in the table shown: columns of `known_figures`.
    """

    def __init__(self, territory: str, lang: str) -> None:
        # The notebook page holds DataTables itself, so that tables can be sorted and searched without a network.
        itables.init_notebook_mode(all_interactive=False, connected=False)
        self._lang, self._texts = lang, texts(lang)
        wide = {"layout": Layout(width="36em"), "style": {"description_width": "7em"}}
        self.lists = {name: Dropdown(description=self._texts[name], **wide) for name in _LISTS}
        self._sentence_html, self._chart, self._table, self._code = HTML(), HTML(), Output(), HTML()
        super().__init__([*self.lists.values(), self._sentence_html, self._chart, self._table, self._code])
        self.lists["territory"].options = choices.territory_options()
        self.lists["territory"].value = territory
        self._busy = False
        for number, one in enumerate(self.lists.values()):
            one.observe(lambda _, number=number: self._follow(number), names="value")
        self._follow(0)

    @property
    def choice(self) -> Choice:
        """Return the present choice."""
        return Choice(*(one.value or choices.EVERY for one in self.lists.values()))

    @property
    def rows(self) -> pd.DataFrame:
        """Return the figures of the present choice."""
        return choices.rows_of(self.choice)

    def _follow(self, moved: int) -> None:
        """Update the lists below the one that changed, then show the choice."""
        if self._busy:  # this method itself changes the lists below, which calls it again
            return
        self._busy = True
        try:
            for name in _LISTS[moved + 1 :]:
                _offer(self.lists[name], self._options(name))
        finally:
            self._busy = False
        self._show()

    def _options(self, name: str) -> choices.Options:
        text = self._texts
        if name == "indicator":
            return choices.indicator_options(self.choice.territory, self._lang, text["option"])
        if name == "perimeter":
            return choices.perimeter_options(self.choice, self._lang, text["every_perimeter"])
        return choices.year_options(self.choice, text["every_year"], text["undated"])

    def _show(self) -> None:
        choice, rows = self.choice, self.rows
        ax = choices.drawn(choice, self._lang)
        self._sentence_html.value = f"<p role='status'>{escape(self._sentence(choice, rows))}</p>"
        self._chart.value = picture(ax) if ax else f"<p>{escape(self._texts['no_chart'])}</p>"
        self._table.outputs = _table(rows) if len(rows) else ()
        self._code.value = f"<p>{escape(self._texts['typed'])}</p><pre>{escape(choice.typed(self._lang))}</pre>"

    def _sentence(self, choice: Choice, rows: pd.DataFrame) -> str:
        words = Words(self._lang)
        return self._texts[("nothing", "found_one")[len(rows)] if len(rows) < 2 else "found"].format(
            place=territory_of(choice.territory).name,
            indicator=words.label("indicateurs", choice.indicator),
            n=words.number(len(rows)),
            publishers=words.number(rows["editeur"].nunique()),
            documents=caption.documents_read(words),
        )


def _offer(one: Dropdown, options: choices.Options) -> None:
    """Change the options of a list; keep its value if it is still an option, else take the first."""
    values, before = [value for _, value in options], one.value
    one.options = options
    one.value = before if before in values else next(iter(values), None)


def picture(ax: Axes) -> str:
    """Return a chart as an HTML `img`, with the title and the description of its caption."""
    text, png = caption.of(ax), io.BytesIO()
    with style():
        figure_of(ax).savefig(png, format="png", dpi=SAVED_DPI)
    data = base64.b64encode(png.getvalue()).decode("ascii")
    alt = escape(f"{text.title}. {text.alt}", quote=True)
    return f'<img alt="{alt}" style="max-width: 100%; width: 54em" src="data:image/png;base64,{data}">'


def _table(rows: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return the table as one output of a cell, without the chosen indicator's column and without empty columns."""
    shown = rows.drop(columns=["indicateur"]).dropna(axis="columns", how="all")
    data = {"text/html": itables.to_html_datatable(shown), "text/plain": shown.to_string()}
    return ({"output_type": "display_data", "data": data, "metadata": {}},)
