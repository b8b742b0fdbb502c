"""What a figure says in words; the Axes carry it as `ax.caption`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import sources_of
from tlanalysis.data.documents import documents, nb_documents

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Publishers named under the plot; the sidecar names them all.
SHOWN_SOURCES = 3


@dataclass(frozen=True)
class Caption:
    """The texts of one figure, in one language.

    Attributes
    ----------
    title : str
        The finding in one sentence, or what is shown when no finding holds.
    subtitle : str
        What is measured, unit, territory, date.
    lecture : str
        One sentence that says in words what one mark shows.
    champ : str
        Scope: what is in, what is out.
    note : str
        Change of perimeter, unknowns; may be empty.
    alt : str
        For readers who do not see the picture: the finding, the marks, the unknown.
    sources : tuple of dict
        Publisher, address and date of every source behind the marks.
    lang : str
        Language of the texts.
    """

    title: str
    subtitle: str
    lecture: str
    champ: str
    note: str
    alt: str
    sources: tuple[dict[str, str], ...]
    lang: str

    @property
    def source_line(self) -> str:
        """The publishers, most frequent first, with the years they published in."""
        words = Words(self.lang)
        names = _publishers(self.sources)
        if not names:
            return words.say("figure", "no_source", documents=documents_read(words))
        more = len(names) - SHOWN_SOURCES
        shown = ", ".join(names[: SHOWN_SOURCES if more > 1 else None])
        rest = words.say("figure", "more_sources", n=words.number(more)) if more > 1 else ""
        return words.say("figure", "source", names=shown + rest)

    @property
    def footer(self) -> list[str]:
        """The lines under the plot."""
        words = Words(self.lang)
        parts = [(key, getattr(self, key)) for key in ("lecture", "champ", "note")]
        return [words.say("figure", key, text=text) for key, text in parts if text] + [self.source_line]


def _publishers(sources: tuple[dict[str, str], ...]) -> list[str]:
    counts: dict[str, int] = {}
    years: dict[str, set[str]] = {}
    for source in sources:
        name = source["editeur"].split(" (")[0]
        counts[name] = counts.get(name, 0) + 1
        years.setdefault(name, set()).update({source["date_publication"][:4]} - {""})
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return [f"{name} ({_span(years[name])})" if years[name] else name for name in ordered]


def _span(years: set[str]) -> str:
    return min(years) if len(years) == 1 else f"{min(years)}-{max(years)}"


def write(figure: str, table: pd.DataFrame, lang: str, *, fallback: bool = False, **values: object) -> Caption:
    """Return the caption of a figure: its messages filled with values computed from the table.

    Parameters
    ----------
    figure : str
        Name of the figure in the files of `charts/messages`.
    table : DataFrame
        What is plotted; carries its sources.
    lang : str
        Language.
    fallback : bool
        True when the finding of the title does not hold for this table: the title says what is shown instead.
    **values
        What the messages name in braces, already written in the language; `documents`, the number of documents
        that print our figures, is filled for every message.
    """
    words = Words(lang)
    values.setdefault("documents", documents_read(words))
    keys = ("title", "subtitle", "lecture", "champ", "note", "alt")
    chosen = {key: f"{key}_shown" if fallback and words.has(figure, f"{key}_shown") else key for key in keys}
    texts = {key: words.say(figure, name, **values) for key, name in chosen.items()}
    title = texts.pop("title")
    texts["alt"] = f"{title}{'' if title.endswith('.') else '.'} {texts['alt']}".strip()
    return Caption(title=title, sources=tuple(sources_of(table)), lang=lang, **texts)


def documents_read(words: Words) -> str:
    """Return how many documents our figures were looked for in: what "we found no figure" rests on."""
    return words.number(nb_documents(documents()))


def attach(ax: Axes, caption: Caption) -> None:
    """Give the Axes their caption: `ax.caption`."""
    ax.caption = caption  # type: ignore[attr-defined]


def held(ax: Axes) -> Caption | None:
    """Return the caption of these Axes; None when no `plot_` function drew on them."""
    return getattr(ax, "caption", None)


def of(ax: Axes) -> Caption:
    """Return the caption of these Axes.

    Raises
    ------
    BadInput
        When no `plot_` function drew on them.
    """
    if (caption := held(ax)) is None:
        raise BadInput("these Axes have no caption: draw them with one of the plot_ functions.")
    return caption
