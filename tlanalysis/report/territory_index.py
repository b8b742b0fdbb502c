"""The territories that the search box finds by name, code or postal code."""

from __future__ import annotations

import json
from typing import Any

from tlanalysis.data import territories

# The postal codes of Corse start with 20; elsewhere a postal code starts with the code of its département.
_CORSE = {"2A": ("200", "201"), "2B": ("202", "206")}


def searchable() -> list[dict[str, Any]]:
    """Return France, the 18 régions and the 101 départements in the form that the search box uses.

    Returns
    -------
    list of dict
        `code` (R75), `insee`, `name`, `level`, `region` (name, of a département), `postal` (first digits).
    """
    frame = territories.departements()
    names = dict(zip(territories.regions()["code_region"], territories.regions()["nom_region"], strict=True))
    region = {row.code_departement: names[row.code_region] for row in frame.itertuples()}
    found = [{"code": territories.FRANCE, "insee": "", "name": "France", "level": "france", "region": "", "postal": []}]
    for level in territories.LEVELS:
        for row in territories.table(level).itertuples():
            of_departement = level == "departement"
            found.append(
                {
                    "code": row.territoire,
                    "insee": row.code,
                    "name": row.nom,
                    "level": level,
                    "region": region[row.code] if of_departement else "",
                    "postal": list(_CORSE.get(row.code, (row.code,))) if of_departement else [],
                }
            )
    return found


def as_script(listed: list[dict[str, Any]]) -> str:
    """Return the list as a script, because a page opened from a disk may load a script but not a JSON file."""
    rows = ",\n".join(json.dumps(territory, ensure_ascii=True, separators=(",", ":")) for territory in listed)
    return f"window.tlTerritories = [\n{rows}\n];\n"
