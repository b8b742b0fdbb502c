"""From a publisher's list of places to a clean frame: one small module per publisher."""

from __future__ import annotations

from tlanalysis.ingest import anct, cget

_MAPS = {
    "cget_2019": cget.RAW_TO_CLEAN,
    "fabriques_de_territoire_2024": anct.RAW_TO_CLEAN,
    "manufactures_de_proximite_2024": anct.RAW_TO_CLEAN,
    "communes_centres_2024": {name: name for name in ("code_commune", "latitude", "longitude")},
}


def raw_to_clean(name: str) -> dict[str, str]:
    """Return publisher's column -> ours for an open file the library cleans."""
    return _MAPS[name]
