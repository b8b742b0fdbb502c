"""What a figure says in words; the Axes carry it as `ax.caption`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlanalysis import __version__
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput
from tlanalysis.core.own_list import OwnList, own_list
from tlanalysis.core.provenance import sources_of
from tlanalysis.data.documents import documents, nb_documents

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Publishers named under the plot, and letters that their names may take; the sidecar names them all.
SHOWN_SOURCES, NAMED = 3, 66
# What comes after the name of a publisher: whom it repeats, or where it does so.
_BESIDE = re.compile(r" \(|, (?:citant|d.après)| / ")


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
    foot : str
        What a picture says under its plot: scope, and the caution that it needs most.
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
    foot: str
    alt: str
    sources: tuple[dict[str, str], ...]
    lang: str

    @property
    def source_line(self) -> str:
        """The lists of the user's own, signed, then the publishers, most frequent first, with their years."""
        words = Words(self.lang)
        signed = [found for source in self.sources if (found := own_list(source["source"]))]
        published = tuple(source for source in self.sources if not own_list(source["source"]))
        names = _publishers(published)
        own = [_signature(found, words) for found in signed]
        if not names and not own:
            return words.say("figure", "no_source", documents=documents_read(words))
        named = SHOWN_SOURCES
        while named > 1 and len(", ".join(names[:named])) > NAMED:
            named -= 1
        more = len(names) - named
        key = "one_more_source" if more == 1 else "more_sources"
        rest = words.say("figure", key, n=words.number(more)) if more > 0 else ""
        return words.say("figure", "source", names=", ".join(own + names[:named]) + rest)

    @property
    def footer(self) -> list[str]:
        """Everything that can stand under the plot: reading sentence, scope, note and source."""
        words = Words(self.lang)
        parts = [(key, getattr(self, key)) for key in ("lecture", "champ", "note")]
        return [words.say("figure", key, text=text) for key, text in parts if text] + [self.source_line]

    @property
    def short_footer(self) -> list[str]:
        """What a picture carries: the line of its own, then the source and the version of this package."""
        return [self.foot, f"{self.source_line} tlanalysis {__version__}."]


def _signature(signed: OwnList, words: Words) -> str:
    """Return a list of the user's own as the source line names it."""
    key = "own_list" if signed.sha256 else "own_list_unsigned"
    return words.say("figure", key, name=signed.name, digest=signed.digest)


def _publishers(sources: tuple[dict[str, str], ...]) -> list[str]:
    counts: dict[str, int] = {}
    years: dict[str, set[str]] = {}
    for source in sources:
        name = _BESIDE.split(source["editeur"])[0]
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
    keys = ("title", "subtitle", "lecture", "champ", "note", "foot", "alt")
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
