"""France services: the lists of sites in the editions that have been published, one row per site.

`lib_structure`, `groupe`, `Porteur` and `structure_porteuse` are the holder, which is never the name of the site.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList

# Edition -> publisher's column -> ours.
RAW_TO_CLEAN = {
    "france_services_matricules": {
        "id_fs": "id_source",
        "lib_fs": "nom",
        "adresse": "adresse",
        "code_postal": "code_postal",
        "commune": "commune",
        "insee_com": "code_commune",
        "latitude": "latitude",
        "longitude": "longitude",
    },
    "france_services_labellisees": {
        "Nom de la France services": "nom",
        "Adresse": "adresse",
        "Code postal": "code_postal",
        "Commune": "commune",
        "N° département": "departement",
        "Région": "region",
    },
    "france_services_msap": {
        "lib_france_services": "nom",
        "code_postal": "code_postal",
        "lib_com": "commune",
        "insee_com": "code_commune",
        "insee_dep": "departement",
        "x_wgs84": "longitude",
        "y_wgs84": "latitude",
    },
}
_SIGNATURES = {
    "france_services_matricules": frozenset({"id_fs", "lib_fs"}),
    "france_services_labellisees": frozenset({"Nom de la France services", "Commune"}),
    "france_services_msap": frozenset({"lib_structure", "lib_france_services"}),
}

LISTS = {name: PublishedList(columns, _SIGNATURES[name]) for name, columns in RAW_TO_CLEAN.items()}
