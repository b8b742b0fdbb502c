"""Identifiers of known kinds: which register or list an identifier comes from (`type_id_source`)."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from tlanalysis.lists.recognition.header import tokens_of

# Words of a header -> the kind of its identifiers; the first that fits counts.
_KINDS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(words.split()), kind)
    for words, kind in (
        ("siret", "siret"),
        ("pivot", "siret"),
        ("siren", "siren"),
        ("rna", "rna"),
        ("waldec", "rna"),
        ("uai", "uai"),
        ("finess", "finess"),
        ("nofinesset", "finess"),
        ("osm id", "osm"),
        ("full id", "osm"),
        ("id fs", "id_fs"),
        ("id fabt", "id_fabt"),
        ("id manup", "id_manup"),
        ("id pvd", "id_pvd"),
        ("numero declaration activite", "nda"),
    )
)
# Kinds whose identifiers are checked as a SIRET is: its check digits, or a number of the RNA.
CHECKED = "siret"
_RNA = r"^W[0-9]{9}$"


@lru_cache(256)
def kind_of(header: str) -> str:
    """Return the kind of the identifiers of a column, from its header; empty when it is not a known one.

    Examples
    --------
    >>> kind_of("id_fs"), kind_of("numero_siret"), kind_of("ID"), kind_of("ref:UAI")
    ('id_fs', 'siret', '', 'uai')
    """
    tokens = set(tokens_of(header))
    return next((kind for words, kind in _KINDS if words <= tokens), "")


def kinds(identifiers: pa.Array, kind: str) -> pa.Array:
    """Return the kind of each identifier; null without an identifier or without a kind.

    An association's number (W and nine digits) is one of the RNA wherever it stands.

    Examples
    --------
    >>> kinds(pa.array(["W123456789", "73282932000074", None]), "siret").to_pylist()
    ['rna', 'siret', None]
    >>> kinds(pa.array(["12", "W123456789"]), "").to_pylist()
    [None, 'rna']
    """
    stated = pa.scalar(kind or None, pa.string())
    named = pc.if_else(pc.fill_null(pc.match_substring_regex(identifiers, _RNA), False), pa.scalar("rna"), stated)
    return pc.if_else(pc.is_valid(identifiers), named, pa.scalar(None, pa.string()))
