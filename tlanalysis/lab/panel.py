"""Show the exploring panel: lists to choose from, and the chart, table and code of the choice (`tlanalysis[lab]`)."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Any

import itables
from ipywidgets import HTML, Combobox, Dropdown, HBox, Layout, Output, VBox

import tlanalysis as tl
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.layout import figure_of
from tlanalysis.charts.kit.style import SAVED_DPI, style
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.data.territories import territory as territory_of
from tlanalysis.lab import choices, tables
from tlanalysis.lab.choices import Choice
from tlanalysis.lab.values_chart import texts as texts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LISTS = ("territory", "indicator", "perimeter", "year")


class Panel(VBox):
    """The lists to choose from, then a sentence, the chart, the table and the calls that give them.

    Territories are typed or chosen; a second one stands beside the first.

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
        wide = {"layout": Layout(width="30em"), "style": {"description_width": "6.5em"}}
        self._labels = {code: label for label, code in choices.territory_options()}
        typed = {"options": tuple(self._labels.values()), "continuous_update": False, "ensure_option": False}
        self.lists: dict[str, Any] = {
            "territory": Combobox(description=self._texts["territory"], **typed, **wide),
            **{name: Dropdown(description=self._texts[name], **wide) for name in _LISTS[1:]},
        }
        self.other = Combobox(description=self._texts["other"], placeholder="France (FR)", **typed, **wide)
        self._sentence_html, self._chart, self._table, self._code = HTML(), HTML(), Output(), HTML()
        self._exports, self._disagreeing = HTML(), Output()
        lists = HBox([VBox(list(self.lists.values())[:2]), VBox([*list(self.lists.values())[2:], self.other])])
        lists.layout.flex_flow = "row wrap"
        shown = [self._sentence_html, self._chart, self._exports, self._table, self._disagreeing, self._code]
        super().__init__([lists, *shown])
        self._place, self._busy = territory, False
        self.lists["territory"].value = self._labels[territory]
        for number, one in enumerate(self.lists.values()):
            one.observe(lambda _, number=number: self._follow(number), names="value")
        self.other.observe(lambda _: self._show(), names="value")
        self._follow(0)

    @property
    def choice(self) -> Choice:
        """Return the present choice."""
        return Choice(self._place, *(self.lists[name].value or choices.EVERY for name in _LISTS[1:]))

    @property
    def rows(self) -> pd.DataFrame:
        """Return the figures of the present choice."""
        return choices.rows_of(self.choice)

    def _follow(self, moved: int) -> None:
        """Update the lists below the one that changed, then show the choice."""
        if self._busy:  # this method itself changes the lists below, which calls it again
            return
        if moved == 0:
            typed = self.lists["territory"].value
            if (code := self._code_of(typed)) is None:
                self._sentence_html.value = f"<p role='status'>{escape(self._unknown(typed))}</p>"
                return
            self._place = code
        self._busy = True
        try:
            for name in _LISTS[moved + 1 :]:
                _offer(self.lists[name], self._options(name))
        finally:
            self._busy = False
        self._show()

    def _code_of(self, typed: str) -> str | None:
        """Return the territory that somebody chose or typed; None for a text that names none."""
        code = next((code for code, label in self._labels.items() if label == typed), None)
        try:
            return code or territory_of(typed.strip()).code
        except BadInput:
            return None

    def _unknown(self, typed: str) -> str:
        return self._texts["unknown_territory"].format(text=typed)

    def _options(self, name: str) -> choices.Options:
        text = self._texts
        if name == "indicator":
            return choices.indicator_options(self.choice.territory, self._lang, text["option"])
        if name == "perimeter":
            return choices.perimeter_options(self.choice, self._lang, text["every_perimeter"])
        return choices.year_options(self.choice, text["every_year"], text["undated"])

    def _show(self) -> None:
        choice, rows = self.choice, self.rows
        shown = [choice]
        said = [self._sentence(choice, rows)]
        if typed := self.other.value:
            code = self._code_of(typed)
            said.append(self._unknown(typed) if code is None else "")
            if code is not None:
                shown.append(choices.beside(choice, code))
                said[-1] = self._sentence(shown[1], choices.rows_of(shown[1]))
        drawn = [choices.drawn(one, self._lang) for one in shown]
        self._sentence_html.value = "".join(f"<p role='status'>{escape(one)}</p>" for one in said)
        self._chart.value = _side_by_side([picture(ax) if ax else self._no_chart() for ax in drawn])
        self._exports.value = self._links(drawn[0], rows)
        self._table.outputs = tables.shown([choices.rows_of(one) for one in shown], self._lang)
        self._disagreeing.outputs = self._contradictions(choice.territory)
        code_typed = "\n\n".join(one.typed(self._lang) for one in shown)
        self._code.value = f"<p>{escape(self._texts['typed'])}</p><pre>{escape(code_typed)}</pre>"

    def _no_chart(self) -> str:
        return f"<p>{escape(self._texts['no_chart'])}</p>"

    def _sentence(self, choice: Choice, rows: pd.DataFrame) -> str:
        words = Words(self._lang)
        return self._texts[("nothing", "found_one")[len(rows)] if len(rows) < 2 else "found"].format(
            place=territory_of(choice.territory).name,
            indicator=words.label("indicateurs", choice.indicator),
            n=words.number(len(rows)),
            publishers=words.number(rows["editeur"].nunique()),
            documents=caption.documents_read(words),
        )

    def _links(self, ax: Axes | None, rows: pd.DataFrame) -> str:
        """Return links that save the chart and the table, and the citation of the figures."""
        name = f"{self.choice.indicator}--{self.choice.territory}".replace("_", "-")
        links = [_saved(f"{name}.png", "image/png", _png(ax))] if ax else []
        if not len(rows):
            return ""
        links.append(_saved(f"{name}.csv", "text/csv", rows.to_csv(index=False).encode()))
        cited = escape(tl.cite(rows, lang=self._lang))
        text = self._texts
        return (
            f"<p>{escape(text['download'])}{Words(self._lang).colon}{' · '.join(links)}</p>"
            f"<details><summary>{escape(text['cite'])}</summary><p>{cited}</p></details>"
        )

    def _contradictions(self, territory: str) -> tuple[dict[str, Any], ...]:
        found, place = tl.contradictions(territory), territory_of(territory).name
        if found.empty:
            return (tables.paragraph(self._texts["no_contradiction"].format(place=place)),)
        said = self._texts["contradictions"].format(place=place, n=Words(self._lang).number(len(found)))
        return (tables.paragraph(said), *tables.shown([found], self._lang))


def _offer(one: Dropdown, options: choices.Options) -> None:
    """Change the options of a list; keep its value if it is still an option, else take the first."""
    values, before = [value for _, value in options], one.value
    one.options = options
    one.value = before if before in values else next(iter(values), None)


def _side_by_side(pictures: list[str]) -> str:
    width = "100%" if len(pictures) == 1 else "49%"
    cells = "".join(f'<div style="flex: 0 1 {width}; min-width: 20em">{one}</div>' for one in pictures)
    return f'<div style="display: flex; flex-wrap: wrap; gap: 1%">{cells}</div>'


def _saved(name: str, kind: str, data: bytes) -> str:
    """Return a link that saves some bytes as a file."""
    held = base64.b64encode(data).decode("ascii")
    return f'<a download="{escape(name)}" href="data:{kind};base64,{held}">{escape(name)}</a>'


def _png(ax: Axes) -> bytes:
    png = io.BytesIO()
    with style():
        figure_of(ax).savefig(png, format="png", dpi=SAVED_DPI)
    return png.getvalue()


def picture(ax: Axes) -> str:
    """Return a chart as an HTML `img`, with the title and the description of its caption."""
    text = caption.of(ax)
    data = base64.b64encode(_png(ax)).decode("ascii")
    alt = escape(f"{text.title}. {text.alt}", quote=True)
    return f'<img alt="{alt}" style="max-width: 100%; width: 54em" src="data:image/png;base64,{data}">'
