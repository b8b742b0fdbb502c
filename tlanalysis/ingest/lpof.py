"""The public list of training bodies (LPOF, DGEFP): one row per declaration of activity, not per company.

`denomination` is not read: natural persons declare under their own name. Half the rows have no postal code, so the région is
often all that is known. Trainees are declared by the bodies themselves, and those who are entrusted to another body are
counted by both.
"""

from __future__ import annotations

_ADDRESS = "adressePhysiqueOrganismeFormation"

# Publisher's column -> ours.
RAW_TO_CLEAN = {
    "numeroDeclarationActivite": "id_source",
    "siren": "siren",
    "siretEtablissementDeclarant": "siret",
    f"{_ADDRESS}.voie": "adresse",
    f"{_ADDRESS}.codePostal": "code_postal",
    f"{_ADDRESS}.ville": "commune",
    f"{_ADDRESS}.codeRegion": "region",
}
