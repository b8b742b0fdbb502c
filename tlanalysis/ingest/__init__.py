"""From a publisher's list of places to a clean frame: one small module per publisher."""

from __future__ import annotations

from tlanalysis.ingest import anct, cget

_MAPS = {
    "cget_2019": cget.RAW_TO_CLEAN,
    "fabriques_de_territoire_2024": anct.RAW_TO_CLEAN,
    "manufactures_de_proximite_2024": anct.RAW_TO_CLEAN,
    "communes_centres_2024": {name: name for name in ("code_commune", "latitude", "longitude")},
    "populations_communes_2023": {"COM": "code_commune", "Commune": "nom_commune", "PMUN": "population"},
    "communes_2026": {"COM": "code_commune", "LIBELLE": "nom_commune", "DEP": "code_departement", "REG": "code_region"},
    "contours_regions_2022": {"insee_reg": "code_region", "lib_reg": "nom_region"},
    "contours_departements_2022": {"insee_dep": "code_departement", "lib_dep": "nom_departement"},
}


def raw_to_clean(name: str) -> dict[str, str]:
    """Return publisher's column -> ours for an open file the library cleans."""
    return _MAPS[name]
