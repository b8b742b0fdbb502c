"""The documents that print our figures: one row of `sources.csv` is one document.

A table that cites has a column `source`, the key of a document: an address, or the name of the copy that we keep.
A copy and the page it copies are one document (`copie_de`). Readers see the publisher, the title and the date, never
the key of a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from tlanalysis.core.errors import SourceError
from tlanalysis.core.own_list import own_list
from tlanalysis.data import embedded

if TYPE_CHECKING:
    import pandas as pd

# Tables of data/raw whose rows cite a document.
CITING = (
    "observations",
    "financements",
    "previsions_publiees",
    "deffinov_appels",
    "deffinov_projets",
    "dispositifs_voisins",
)
# What makes two rows of `observations` the same figure.
FIGURE = (
    "territoire",
    "territoires",
    "indicateur",
    "valeur",
    "valeur_bas",
    "valeur_haut",
    "unite",
    "periode",
    "nature",
    "perimetre",
    "effectif",
)

Document = dict[str, str]


def documents() -> dict[str, Document]:
    """Return key -> document: `source, titre, editeur, date_publication, adresse, licence, cote, copie_de`.

    A value that we do not know is an empty string.
    """
    return _by_key(embedded.read_raw("sources"))


@lru_cache(maxsize=2)
def _by_key(_data: bytes) -> dict[str, Document]:
    rows = embedded.load("sources").fillna("").to_dict("records")
    return {row["source"]: {str(name): str(value) for name, value in row.items()} for row in rows}


def original(source: str) -> str:
    """Return the key of the document itself: that of the page when `source` is a copy of it.

    Raises
    ------
    SourceError
        No row of `sources.csv` explains `source`.

    Examples
    --------
    >>> original("002_97f59b7054f7983e.txt")
    'https://francetierslieux.fr/tiers-lieux-de-formation'
    """
    return document(source)["copie_de"] or source


def document(source: str) -> Document:
    """Return the document of a key.

    Raises
    ------
    SourceError
        No row of `sources.csv` explains `source`.
    """
    try:
        return documents()[source]
    except KeyError:
        raise SourceError(
            f"no row of data/raw/sources.csv explains the source {source!r}: add it, then seal."
        ) from None


def nb_documents(sources: Iterable[str]) -> int:
    """Return how many distinct documents some keys name; a copy and its page count once, an unknown key for itself."""
    held = documents()
    return len({held[source]["copie_de"] or source if source in held else source for source in sources})


def cited(sources: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return sources as readers see them: `editeur, titre, date_publication, source`.

    `source` is the address of the document, or of the page that a kept copy is a copy of; it is empty for a copy
    without an address, whose name no reader needs.

    Parameters
    ----------
    sources : iterable of mapping
        `editeur, source, date_publication`, as in the `attrs` of a table; `source` may be no key of `sources.csv`.

    Examples
    --------
    >>> kept = {"editeur": "Cap Métiers", "source": "000_fd5d903f810a6107.txt", "date_publication": ""}
    >>> seen = cited([kept])[0]
    >>> seen["titre"], seen["source"]
    ('60 % des tiers lieux investis dans des activités de formation professionnelle', '')
    """
    held = documents()
    return [_cited(source, held) for source in sources]


def _cited(source: Mapping[str, str], held: dict[str, Document]) -> dict[str, str]:
    if signed := own_list(source["source"]):
        title = f"sha256 {signed.digest}" if signed.sha256 else ""
        return {"editeur": signed.name, "titre": title, "date_publication": "", "source": ""}
    row = held.get(source["source"], {})
    key = row.get("copie_de") or source["source"]
    address = key if key.startswith("https://") or key.startswith("http://") else row.get("adresse", "")
    title = held.get(key, row).get("titre") or row.get("titre", "")
    return {
        "editeur": source["editeur"],
        "titre": title,
        "date_publication": source["date_publication"] or row.get("date_publication", ""),
        "source": address,
    }


def key_of(title: str) -> str:
    """Return the key of the document of a title; empty when no document, or more than one, has it."""
    found = [key for key, row in documents().items() if title and row["titre"] == title]
    return found[0] if len(found) == 1 else ""


def citation_problems() -> Iterator[str]:
    """Yield one sentence per source that no document explains, and per figure that one document gives twice."""
    held = documents()
    for source, row in held.items():
        if row["copie_de"] and row["copie_de"] not in held:
            yield f"data/raw/sources.csv: {source} is a copy of {row['copie_de']!r}, which has no row."
    for table in CITING:
        rows = embedded.load(table)
        for source, citing in rows[~rows["source"].isin(held)].groupby("source"):
            yield f"data/raw/{table}.csv: no row of sources.csv explains {source!r} ({_named(citing)})."
    rows = embedded.load("observations")
    twice = rows[rows.duplicated([*FIGURE, "source"], keep=False)]
    for _, same in twice.groupby([*FIGURE, "source"], dropna=False):
        yield (
            f"data/raw/observations.csv: {_named(same)} are one figure of one document: keep one row, and say the rest "
            "in its note."
        )


def check_citations() -> None:
    """Check that every row cites a document we know, once.

    Raises
    ------
    SourceError
        Naming the file and the rows.
    """
    if problems := list(citation_problems()):
        raise SourceError(" ".join(problems))


def _named(rows: pd.DataFrame) -> str:
    """Return the identifiers of rows, the first three of them."""
    names = rows.iloc[:, 0].astype(str).tolist()
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
