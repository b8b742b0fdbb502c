"""The censuses of France Tiers-Lieux, 2023 and 2026: the identity files, one row per place.

The two editions share an identifier and little else: 2023 has an INSEE code and no coordinates, 2026 the reverse, with
a decimal comma. E-mail, telephone and accounts are never read. The thematic files, joined on `ID_UNIQUE`, are read by
`themes`.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList

# Publisher's column -> ours.
RAW_TO_CLEAN_2023 = {
    "ID_UNIQUE": "id_source",
    "NOM": "nom",
    "Insee": "code_commune",
    "VILLE": "commune",
    "CODPOST": "code_postal",
    "ADRESSE": "adresse",
    "INTERNET": "site_web",
}

RAW_TO_CLEAN_2026 = {
    "ID_UNIQUE": "id_source",
    "NOM": "nom",
    "VILLE": "commune",
    "CODPOST": "code_postal",
    "DEPARTEMENT_TL": "departement",
    "REGION_TL": "region",
    "ADRESSE": "adresse",
    "LATITUDE": "latitude",
    "LONGITUDE": "longitude",
    "familles_tiers_lieux": "typologie",
    "INTERNET": "site_web",
    "DATE_OUV": "date_ouverture",
    "état du projet": "etat",
}

LIST_2023 = PublishedList(
    RAW_TO_CLEAN_2023,
    frozenset({"ID_UNIQUE", "NOM", "Insee", "CODPOST", "VILLE"}),
    files=("recensement_2023_fiche_identite",),
)

LIST_2026 = PublishedList(
    RAW_TO_CLEAN_2026,
    frozenset({"ID_UNIQUE", "NOM", "DEPARTEMENT_TL", "LATITUDE", "LONGITUDE"}),
    files=("recensement_2026_fiche_identite",),
)
