"""The public list of training bodies (LPOF, DGEFP), read as a list of places: one row per declaration of activity.

`denomination` is not read: natural persons declare under their own name.
"""

from __future__ import annotations

from tlanalysis.lists.publishers.published_list import PublishedList

ADDRESS = "adressePhysiqueOrganismeFormation"

# Publisher's column -> ours.
RAW_TO_CLEAN = {
    "numeroDeclarationActivite": "id_source",
    "siren": "siren",
    "siretEtablissementDeclarant": "siret",
    f"{ADDRESS}.voie": "adresse",
    f"{ADDRESS}.codePostal": "code_postal",
    f"{ADDRESS}.ville": "commune",
    f"{ADDRESS}.codeRegion": "region",
}

LIST = PublishedList(
    RAW_TO_CLEAN,
    frozenset({"numeroDeclarationActivite", "siren", f"{ADDRESS}.codeRegion"}),
    files=("lpof",),
)
