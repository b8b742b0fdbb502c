"""Programmes of the ANCT: points of communes (GeoJSON, commit of September 2024) and the ANCT's own CSV files.

One point is one commune, not one place: the script that wrote these files joins the identifiers and the names of all
the places of a commune with "; ". Fabriques: 382 places in 342 communes (their source is dated January 2024). France
services: 2,720 sites in 2,519 communes. `manuprox` lists the 111 applications of the first two waves of the
Manufactures de proximité (98 communes, source dated January 2022), laureates or not. Points are commune centroids,
not addresses; the commune code places each row. One Fabrique lies in Saint-Martin (97801), outside the régions and
the 101 départements, with an empty geometry: it is kept, under département "978" and no région.

The CSV files are known from the ANCT's public code; nobody of this project has opened them.
"""

from __future__ import annotations

from tlanalysis.lists.joined_rows import Joined
from tlanalysis.lists.publishers.published_list import PublishedList

# Publisher's property -> ours; the geometry gives the coordinates.
RAW_TO_CLEAN = {
    "id_territoire": "id_source",
    "lib_territoire": "nom",
    "id_geo": "code_commune",
    "lib_geo": "commune",
    "geometry.latitude": "latitude",
    "geometry.longitude": "longitude",
}

LIST = PublishedList(
    RAW_TO_CLEAN,
    frozenset({"id_territoire", "lib_territoire", "id_geo"}),
    files=("fabriques_de_territoire_2024", "candidatures_manufactures_2022", "france_services_2024"),
    joined=Joined("id_territoire", "lib_territoire"),
)

# Programme -> publisher's column -> ours, in the ANCT's own CSV files: one row per commune and label.
RAW_TO_CLEAN_CSV = {
    "anct_fabriques_de_territoire": {"id_fabt": "id_source", "insee_com": "code_commune"},
    "anct_manufactures_de_proximite": {"id_manup": "id_source", "insee_com": "code_commune"},
    "anct_france_services": {"id_fs": "id_source", "insee_com": "code_commune"},
    "anct_petites_villes_de_demain": {"id_pvd": "id_source", "insee_com": "code_commune", "lib_com": "commune"},
}

LISTS_CSV = {
    name: PublishedList(columns, frozenset(columns), files=(name,), joined=Joined(next(iter(columns))))
    for name, columns in RAW_TO_CLEAN_CSV.items()
}
