"""Points published by the ANCT: Fabriques de territoire and Manufactures de proximité (GeoJSON, September 2024).

Points are commune centroids, not addresses; the commune code places each row. One Fabrique lies in
Saint-Martin (97801), outside the régions and the 101 départements, with an empty geometry: it is kept,
under département "978" and no région.
"""

from __future__ import annotations

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
    files=("fabriques_de_territoire_2024", "manufactures_de_proximite_2024"),
)
