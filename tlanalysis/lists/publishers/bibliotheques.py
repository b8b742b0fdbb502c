"""Addresses of public libraries (ministère de la Culture): one row per library.

`Statut` is the kind of library, not a state; `Libellé 2` completes the name of a few.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList

# Publisher's column -> ours.
RAW_TO_CLEAN = {
    "code_bib": "id_source",
    "Libellé 1": "nom",
    "Adresse": "adresse",
    "Code postal": "code_postal",
    "Ville": "commune",
    "Code INSEE commune": "code_commune",
    "Département": "departement",
    "Région": "region",
    "Statut": "typologie",
    "Latitude": "latitude",
    "Longitude": "longitude",
}

LIST = PublishedList(RAW_TO_CLEAN, frozenset({"Libellé 1", "Statut", "Code INSEE commune", "Ville"}))
