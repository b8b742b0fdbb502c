"""Any list of places, from bytes to a clean table with a ledger that adds up.

`reading` opens the file, `mapping` and `known` say which column is what, `batch` cleans (pure), `cleaning` runs it all,
`folder` writes it.
"""

from __future__ import annotations


def raw_to_clean(name: str) -> dict[str, str]:
    """Return publisher's column -> ours for an open file the library reads.

    Raises
    ------
    KeyError
        When the library has no map of that file.
    """
    from tlanalysis import processed
    from tlanalysis.ingest import lpof, themes
    from tlanalysis.ingest.known import LISTS

    if name == processed.DECLARATIONS:
        return lpof.DECLARED_TO_CLEAN
    if name in processed.open_file_of() and not name.endswith(processed.IDENTITY):
        return themes.RAW_TO_CLEAN
    others = {
        "communes_centres_2024": {column: column for column in ("code_commune", "latitude", "longitude")},
        "populations_communes_2023": {"COM": "code_commune", "Commune": "nom_commune", "PMUN": "population"},
        "communes_2026": {
            "COM": "code_commune",
            "LIBELLE": "nom_commune",
            "DEP": "code_departement",
            "REG": "code_region",
        },
        "contours_regions_2022": {"insee_reg": "code_region", "lib_reg": "nom_region"},
        "contours_departements_2022": {"insee_dep": "code_departement", "lib_dep": "nom_departement"},
    }
    alias = {
        "fabriques_de_territoire_2024": "labels_anct",
        "manufactures_de_proximite_2024": "labels_anct",
        "recensement_2023_fiche_identite": "recensement_2023",
        "recensement_2026_fiche_identite": "recensement_2026",
    }
    return others[name] if name in others else LISTS[alias.get(name, name)].raw_to_clean
