"""The censuses of France Tiers-Lieux, 2023 and 2026: the identity files, one row per place.

The two editions share an identifier and little else: 2023 has an INSEE code and no coordinates, 2026 the reverse, with
a decimal comma. E-mail, telephone and accounts are never read. The thematic files, joined on `ID_UNIQUE`, are read by
`themes`.
"""

from __future__ import annotations

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
