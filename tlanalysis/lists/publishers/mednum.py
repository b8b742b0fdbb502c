"""Places of digital mediation, in the national schema (La Mednum): one row per place, lists joined by `|`.

`pivot` is a SIRET or an association's number (RNA); zeros stand for none. `telephone`, `courriels` and the people's
texts are never read.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList

# Publisher's column -> ours.
RAW_TO_CLEAN = {
    "id": "id_source",
    "nom": "nom",
    "pivot": "siret",
    "code_insee": "code_commune",
    "commune": "commune",
    "code_postal": "code_postal",
    "adresse": "adresse",
    "latitude": "latitude",
    "longitude": "longitude",
    "typologie": "typologie",
    "site_web": "site_web",
    "source": "source",
}

LIST = PublishedList(RAW_TO_CLEAN, frozenset({"id", "nom", "pivot", "code_insee", "services"}))
