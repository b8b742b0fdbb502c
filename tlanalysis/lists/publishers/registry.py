"""The lists we know: whose columns they have, and what each column is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tlanalysis.lists.fields import OUTPUT
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.publishers import anct, cget, lpof, mednum, recensement


class Known(NamedTuple):
    """A publisher's list: its columns, and those by which it is recognised."""

    raw_to_clean: dict[str, str]
    signature: frozenset[str]


def _known(raw_to_clean: dict[str, str], *signature: str) -> Known:
    return Known(raw_to_clean, frozenset(signature))


# What we write ourselves: cleaning it again changes nothing.
CLEAN_TO_FIELD = {name: name for name in OUTPUT if name not in {"code_departement", "code_region"}} | {
    "code_departement": "departement",
    "code_region": "region",
}

# The more demanding signatures come first.
LISTS: dict[str, Known] = {
    "liste_propre": _known(CLEAN_TO_FIELD, *OUTPUT),
    "cget_2019": _known(cget.RAW_TO_CLEAN, "NOM_TL", "INSEECOM", "INSEEDEP", "TYPO"),
    "recensement_2026": _known(
        recensement.RAW_TO_CLEAN_2026, "ID_UNIQUE", "NOM", "DEPARTEMENT_TL", "LATITUDE", "LONGITUDE"
    ),
    "recensement_2023": _known(recensement.RAW_TO_CLEAN_2023, "ID_UNIQUE", "NOM", "Insee", "CODPOST", "VILLE"),
    "lpof": _known(
        lpof.RAW_TO_CLEAN, "numeroDeclarationActivite", "siren", "adressePhysiqueOrganismeFormation.codeRegion"
    ),
    "mediation_numerique": _known(mednum.RAW_TO_CLEAN, "id", "nom", "pivot", "code_insee", "services"),
    "labels_anct": _known(anct.RAW_TO_CLEAN, "id_territoire", "lib_territoire", "id_geo"),
}


def recognise(headers: Sequence[str]) -> Mapping | None:
    """Return the mapping of a list we know, from its columns; None for one we do not.

    Parameters
    ----------
    headers : sequence of str
        Columns of the list.
    """
    for known, entry in LISTS.items():
        if entry.signature <= set(headers):
            columns = {ours: theirs for theirs, ours in entry.raw_to_clean.items() if theirs in headers}
            return Mapping(columns, known=known)
    return None
