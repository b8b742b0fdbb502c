"""The lists we know, in the order in which they are recognised."""

from __future__ import annotations

from collections.abc import Sequence

from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.publishers import (
    anct,
    bibliotheques,
    cget,
    france_services,
    liste_propre,
    lpof,
    mednum,
    recensement,
    shared_maps,
)
from tlanalysis.lists.publishers.published_list import PublishedList

# The more demanding signatures come first.
LISTS: dict[str, PublishedList] = {
    "liste_propre": liste_propre.LIST,
    "cget_2019": cget.LIST,
    "recensement_2026": recensement.LIST_2026,
    "recensement_2023": recensement.LIST_2023,
    "lpof": lpof.LIST,
    "mediation_numerique": mednum.LIST,
    "labels_anct": anct.LIST,
    **france_services.LISTS,
    "bibliotheques_publiques": bibliotheques.LIST,
    **shared_maps.LISTS,
    **anct.LISTS_CSV,
}

# The columns that a reader makes of the geometry of each feature.
_GEOMETRY = ("latitude", "longitude", "x_lambert93", "y_lambert93")


def recognise(headers: Sequence[str]) -> Mapping | None:
    """Return the mapping of a list we know, from its columns; None for one we do not.

    Parameters
    ----------
    headers : sequence of str
        Columns of the list.
    """
    for name, published in LISTS.items():
        if published.signature <= set(headers):
            columns: dict[str, list[str]] = {}
            for theirs, ours in published.raw_to_clean.items():
                if theirs in headers:
                    columns.setdefault(ours, []).append(theirs)
            fallbacks = {ours: tuple(theirs[1:]) for ours, theirs in columns.items() if len(theirs) > 1}
            first = {ours: theirs[0] for ours, theirs in columns.items()}
            return Mapping(first | _of_geometry(first, headers), known=name, fallbacks=fallbacks)
    return None


def _of_geometry(columns: dict[str, str], headers: Sequence[str]) -> dict[str, str]:
    """Return the columns that hold the points of a file, where the list itself has no coordinates in this format."""
    if {"latitude", "longitude", "coordonnees", "x_lambert93"} & columns.keys():
        return {}
    return {name: f"geometry.{name}" for name in _GEOMETRY if f"geometry.{name}" in headers}


def list_of_file(file: str) -> PublishedList | None:
    """Return the list that an open file holds; None for a file that is not a list we know."""
    return next((published for published in LISTS.values() if file in published.files), None)
