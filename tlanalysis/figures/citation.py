"""How to cite a figure, a chart, a table or a dataset, and the documents behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tlanalysis import __version__
from tlanalysis.charts.kit import caption as captions
from tlanalysis.charts.kit.drawings import drawing_of, rows_drawn
from tlanalysis.core import files, paths
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.own_list import own_list
from tlanalysis.core.provenance import sources_of
from tlanalysis.data import embedded
from tlanalysis.data.documents import cited
from tlanalysis.data.evidence import COLLECTED_ON
from tlanalysis.figures import about, trace
from tlanalysis.figures.publishing import Published
from tlanalysis.figures.reference_styles import WORDS, Reference, written

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_DATA = {"fr": "données", "en": "data"}


def cite(thing: str | pd.DataFrame | Axes | Published, style: str = "text", *, lang: str = "fr") -> str:
    """Return a citation, ready to paste, of a published figure, a chart, a result table or a dataset.

    On the command line: `tlanalysis cite`.

    Parameters
    ----------
    thing : str, DataFrame, Axes or Published
        A figure id (``"formation-part"``, or with its run key ``"formation-part--R75"``) that has been published under
        `reports/`; an id of `sources()`; a chart; a table that a function returned.
    style : {"text", "bibtex", "csl"}
        A sentence, an entry for BibTeX, or CSL-JSON for Zotero and Pandoc.
    lang : {"fr", "en"}
        Language of the words between.

    Returns
    -------
    str
        Publishers, title, date, and the version and fingerprint that make it findable.

    Raises
    ------
    BadInput
        When nothing of that name is published or held, or the table says no source.

    See Also
    --------
    bibliography : Every document behind tables, charts and figures.

    Examples
    --------
    >>> cite("regions").startswith("INSEE, « Les 18 régions »")
    True
    """
    return written([_reference(thing, lang)], style, lang)


def bibliography(*things: str | pd.DataFrame | Axes | Published, style: str = "bibtex", lang: str = "fr") -> str:
    """Return every document behind tables, charts and figures, each once, most recent last.

    On the command line: `tlanalysis cite --bib`.

    Parameters
    ----------
    *things : str, DataFrame, Axes or Published
        As for `cite`; for an id of `sources()`, the dataset itself.
    style : {"bibtex", "text", "csl"}
        For a `.bib` file, to read, or for Zotero and Pandoc.
    lang : {"fr", "en"}
        Language of the words between.

    Returns
    -------
    str

    Raises
    ------
    BadInput
        As for `cite`, or when nothing is given.

    See Also
    --------
    cite : One citation.

    Examples
    --------
    >>> from tlanalysis import people_trained
    >>> bibliography(people_trained()).count("@misc{") > 5
    True
    """
    if not things:
        raise BadInput("bibliography() has nothing to list: give tables, charts, figures or ids of tl.sources().")
    found = dict.fromkeys(document for thing in things for document in _documents(thing, lang))
    return written(sorted(found, key=lambda one: (one.date or "9999", one.author, one.title)), style, lang)


def _documents(thing: Any, lang: str) -> Iterator[Reference]:
    if isinstance(thing, str) and _is_dataset(thing):
        yield _reference(thing, lang)
        return
    for source in _sources(thing):
        yield Reference(source["editeur"], source["titre"], source["date_publication"], source["source"])


def _sources(thing: Any) -> list[dict[str, str]]:
    """Return the documents behind a thing, as readers see them."""
    if isinstance(thing, str):
        return _published(thing)["sources"]
    if isinstance(thing, Published):
        return thing.facts["sources"]
    if captions.held(thing) is not None:
        return cited(captions.of(thing).sources)
    return cited(_sources_of_table(thing))


def _sources_of_table(table: Any) -> list[Any]:
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise BadInput(
            f"a {type(table).__name__} cannot be cited: give a figure id, an id of tl.sources(), a table or a chart."
        )
    if not (found := sources_of(table)):
        raise BadInput(
            "this table says no source, which pandas drops in a merge and in a CSV: cite the table it was made from."
        )
    return found


def _reference(thing: Any, lang: str) -> Reference:
    if isinstance(thing, str):
        return _dataset(thing, lang) if _is_dataset(thing) else _figure(_published(thing), lang)
    if isinstance(thing, Published):
        return _figure(thing.facts, lang)
    if captions.held(thing) is not None:
        return _chart(thing, lang)
    return _table(thing, lang)


def _is_dataset(name: str) -> bool:
    return name in embedded.names() or name in embedded.remote()


def _dataset(name: str, lang: str) -> Reference:
    card = embedded.card(name)
    digest = str(card.get("sha256", ""))[:12]
    marks = [card["licence"], f"sha256 {digest}" if digest else "", f"tlanalysis {__version__}"]
    if name in embedded.names():
        marks[0] = " ; ".join(licence["title"] for licence in embedded.resource(name)["licenses"])
    return Reference(
        card["publisher"],
        card["title"],
        card["vintage"],
        card.get("landing", ""),
        ", ".join(filter(None, marks)),
        "dataset",
    )


def _figure(facts: dict[str, Any], lang: str) -> Reference:
    mark = f"{facts['id']}--{facts['run_key']}, {_DATA[lang]} {facts['fingerprint']}. {facts['source']}"
    return Reference(f"tlanalysis {facts['version']}", facts["title"], _day(facts), "", mark.rstrip("."), "graphic")


def _day(facts: dict[str, Any]) -> str:
    return str(facts["params"].get("as_of", COLLECTED_ON.isoformat()))


def _chart(ax: Axes, lang: str) -> Reference:
    drawing, text = drawing_of(ax), captions.of(ax)
    digest = about.digest_of(files.to_csv(rows_drawn(drawing))) if drawing else ""
    mark = f"{_DATA[lang]} {digest}. {text.source_line}" if digest else text.source_line
    day = COLLECTED_ON.isoformat()
    return Reference(f"tlanalysis {__version__}", text.title, day, "", mark.rstrip("."), "graphic")


def _table(table: Any, lang: str) -> Reference:
    found = _sources_of_table(table)
    publishers = " ; ".join(dict.fromkeys(str(source["editeur"]) for source in found))
    inputs = ", ".join(str(own_list(name) or name) for name in table.attrs.get("inputs", []))
    inputs = inputs or WORDS[lang]["untitled"]
    years = sorted({source["date_publication"][:4] for source in found} - {""})
    span = years[-1] if years else ""
    mark = f"{_DATA[lang]} {about.digest_of(files.to_csv(table))}, tlanalysis {__version__}"
    return Reference(
        publishers, f"tlanalysis : {inputs}" if lang == "fr" else f"tlanalysis: {inputs}", span, "", mark, "dataset"
    )


def _published(name: str) -> dict[str, Any]:
    folder = paths.reports() / "figures"
    path = folder / f"{name if '--' in name else f'{name}--FR'}.json"
    if not path.is_file():
        figures = sorted({found.stem.split("--")[0] for found in folder.glob("*.json")})
        known = [*embedded.names(), *embedded.remote(), *figures]
        raise BadInput(f"nothing called {name!r} is published or held{did_you_mean(name, known)}.")
    return trace.read_facts(path)
