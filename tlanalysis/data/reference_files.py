"""Open files that say what the territories of France are: one constant each, so that a new year changes one line.

Each constant is an id of `remote_files.toml`.
"""

COMMUNES = "communes_2026"  # code officiel géographique: région and département of each commune
POPULATIONS = "populations_communes_2023"
CENTRES = "communes_centres_2024"
OUTLINES = {"region": "contours_regions_2022", "departement": "contours_departements_2022"}
COMMUNES_WITH_QPV = "communes_avec_qpv_2024"
YEARS_OF_COMMUNES = (2025, 2026)  # editions of the code whose communes are those of COMMUNES
