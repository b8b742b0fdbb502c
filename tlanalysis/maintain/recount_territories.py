"""Recompute `regions` and `departements` from the open files (part of `tlanalysis count`).

The code officiel géographique says which départements a région holds, INSEE's populations how many people live there,
the outlines their names and which of them share a border. No open file of ours holds the ISO code and the chef-lieu of
a région, so they stay as they are in `regions.csv`. `departements_emploi.csv` is not recomputed: the tables of the
census that it comes from are not among the open files.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tlanalysis.core.errors import SourceError
from tlanalysis.data import embedded, territories
from tlanalysis.data.reference_files import COMMUNES, OUTLINES, POPULATIONS

if TYPE_CHECKING:
    import pandas as pd

# INSEE counts Mayotte in a census of its own, which the populations of the communes leave out; it estimates about
# 310,000 inhabitants on 1 January 2023.
MAYOTTE = {
    "population": 256518,
    "population_bas": 256518,
    "population_haut": 310000,
    "annee_population": "2017",
    "source": "https://www.insee.fr/fr/statistiques/3291775",
}
CODE_OF_MAYOTTE = "976"
FIRST_OF_METROPOLE = "11"  # codes of régions below are overseas


def departements_and_regions() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `departements` and `regions` as text: one row per département and per région, ordered by code.

    Raises
    ------
    SourceError
        When an open file is not on this machine or not the recorded one, or when one of them leaves a territory out.
    """
    departements = _departements()
    return departements, _regions(departements)


def _departements() -> pd.DataFrame:
    import pandas as pd

    communes = _text(COMMUNES, ",", ["TYPECOM", "REG", "DEP"]).query("TYPECOM == 'COM' and DEP != ''")
    regions = communes.drop_duplicates("DEP").set_index("DEP")["REG"].sort_index()
    people = _text(POPULATIONS, ";", ["DEP", "PMUN"]).astype({"PMUN": int}).groupby("DEP")["PMUN"].sum()
    outlines = embedded.read_remote(OUTLINES["departement"])
    names, borders = names_in(outlines, "dep"), neighbours_in(outlines, "dep")
    entry = embedded.remote()[POPULATIONS]
    rows = []
    for code, region in regions.items():
        counted = MAYOTTE
        if code != CODE_OF_MAYOTTE:
            _check_held(code, people.index, POPULATIONS)
            counted = dict.fromkeys(territories.POPULATION, people[code])
            counted |= {"annee_population": entry["vintage"], "source": entry["landing"]}
        _check_held(code, names, OUTLINES["departement"])
        neighbours = ";".join(sorted(borders[str(code)]))
        rows.append(counted | {"code_departement": code, "code_region": region, "nom_departement": names[str(code)]})
        rows[-1] |= {"voisins": neighbours, "editeur": "INSEE"}
    return pd.DataFrame(rows)[_columns("departements")]


def _regions(departements: pd.DataFrame) -> pd.DataFrame:
    """Return the régions that départements belong to; one with Mayotte's census takes its year and source."""
    import pandas as pd

    outlines = embedded.read_remote(OUTLINES["region"])
    names, borders = names_in(outlines, "reg"), neighbours_in(outlines, "reg")
    kept = embedded.load("regions").set_index("code_region")[["code_iso_3166_2", "chef_lieu"]]
    rows = []
    for code, group in departements.groupby("code_region"):
        _check_held(code, names, OUTLINES["region"])
        _check_held(code, kept.index, "regions.csv: write its ISO code and chef-lieu there first")
        rows.append(
            group.iloc[0][["annee_population", "editeur", "source"]].to_dict()
            | kept.loc[code].to_dict()
            | {
                "code_region": code,
                "nom_region": names[str(code)],
                **group[list(territories.POPULATION)].sum().to_dict(),
                "est_metropole": "true" if str(code) >= FIRST_OF_METROPOLE else "false",
                "voisins": ";".join(sorted(borders[str(code)])),
            }
        )
    return pd.DataFrame(rows)[_columns("regions")]


def _text(name: str, separator: str, columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    data = io.BytesIO(embedded.read_remote(name))
    return pd.read_csv(data, sep=separator, dtype=str, usecols=columns, keep_default_na=False)


def _columns(name: str) -> list[str]:
    return [field["name"] for field in embedded.resource(name)["schema"]["fields"]]


def _check_held(code: object, held: Any, where: str) -> None:
    if code not in held:
        raise SourceError(f"the code {code} of the code officiel géographique is not in {where}.")


def names_in(outlines: bytes, level: str) -> dict[str, str]:
    """Return the name of each territory of a GeoJSON file of outlines, by INSEE code; `level` is `reg` or `dep`."""
    properties = [feature["properties"] for feature in json.loads(outlines)["features"]]
    return {each[f"insee_{level}"]: each[f"lib_{level}"] for each in properties}


def neighbours_in(outlines: bytes, level: str) -> dict[str, set[str]]:
    """Return, for each territory of a GeoJSON file of outlines, those whose outline has a segment of its own in common.

    Two territories that meet in one point only are no neighbours.
    """
    owners: dict[frozenset[tuple[float, ...]], set[str]] = defaultdict(set)
    for feature in json.loads(outlines)["features"]:
        for ring in _rings(feature["geometry"]):
            for start, end in pairwise(ring):
                owners[frozenset((tuple(start), tuple(end)))].add(feature["properties"][f"insee_{level}"])
    found: dict[str, set[str]] = defaultdict(set)
    for codes in owners.values():
        for code in codes:
            found[code] |= codes - {code}
    return found


def _rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon
