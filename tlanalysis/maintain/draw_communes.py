"""Write the embedded table `communes`: names, former codes, postal codes and a point of the communes.

Usage: python -m tlanalysis.maintain.draw_communes COMMUNES_JSON

The points come from the open file of centres (`reference_files.CENTRES`), to the nearest thousandth of a degree: they
move by 80 m or less.

COMMUNES_JSON is `data/communes.json` of the package `@etalab/decoupage-administratif` (6.0.0 for the communes of
2026).
A former code that is also a postal code is left out, because people type postal codes in the place of commune codes;
so are the codes of before 1976 in Corse and of before 1968 around Paris and Lyon, which no list holds and which damaged
codes may resemble. Saint-Barthélemy and Saint-Martin had a code of
Guadeloupe until 2007; the package does not hold these two, so they stand here, although 97123 and 97127 are postal
codes too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tlanalysis.core import files, paths
from tlanalysis.data import embedded
from tlanalysis.data.reference_files import CENTRES
from tlanalysis.lists.cells import commune_names
from tlanalysis.tables.commune_files import read_centres

if TYPE_CHECKING:
    import pandas as pd

DECIMALS = 3  # of a degree
_ANTILLES = {"97123": "97701", "97127": "97801"}


def draw_communes(source: bytes) -> pd.DataFrame:
    """Return the table: one row per commune, arrondissement, delegated or associated commune, and former code.

    Parameters
    ----------
    source : bytes
        The publisher's list of communes (JSON).

    Returns
    -------
    DataFrame
        `code_commune`, `nom_commune` (missing for a former code), `code_actuel` (missing for a commune of today) and
        `codes_postaux`, joined by `;`.
    """
    import pandas as pd

    listed = json.loads(source)
    today = [entry for entry in listed if entry["type"] in {"commune-actuelle", "arrondissement-municipal"}]
    within = [entry for entry in listed if "chefLieu" in entry]
    postal = {code for entry in listed for code in entry.get("codesPostaux", [])}
    codes = {entry["code"] for entry in today}
    former = {code: entry["code"] for entry in today for code in entry.get("anciensCodes", [])}
    former |= {entry["code"]: entry["chefLieu"] for entry in within}
    former = {code: now for code, now in former.items() if code not in codes | postal and not _is_ancient(code, now)}
    former |= _ANTILLES
    names = [(entry["code"], entry["nom"], None, ";".join(entry.get("codesPostaux", []))) for entry in today]
    names += [(entry["code"], entry["nom"], entry["chefLieu"], "") for entry in within]
    names += [(code, None, now, "") for code, now in former.items() if code not in {entry["code"] for entry in within}]
    columns = ["code_commune", "nom_commune", "code_actuel", "codes_postaux"]
    return pd.DataFrame(sorted(names, key=lambda row: (row[0], row[2] is not None, row[1] or "")), columns=columns)


def with_points(table: pd.DataFrame, centres: pd.DataFrame) -> pd.DataFrame:
    """Return the table with a point for each commune and arrondissement of today, where the file of centres has one.

    Parameters
    ----------
    table : DataFrame
        What `draw_communes` returns, or the embedded table.
    centres : DataFrame
        `code_commune, latitude, longitude`: see `commune_files.read_centres`.
    """
    held = centres.set_index("code_commune")
    today = table["code_commune"].where(table["code_actuel"].isna())
    points = {axis: today.map(held[axis], na_action="ignore").round(DECIMALS) for axis in ("latitude", "longitude")}
    return table.assign(**points)


def _is_ancient(code: str, now: str) -> bool:
    around_lyon = code[:2] in {"01", "38"} and now.startswith("69")
    return code.startswith("20") or around_lyon or (code[:2] in {"75", "78"} and code[:2] != now[:2])


def main() -> None:
    """Write `data/raw/communes.csv` and its checksum."""
    paths.check_own()
    table = with_points(draw_communes(Path(sys.argv[1]).read_bytes()), read_centres(embedded.read_remote(CENTRES)))
    files.write_text(paths.raw() / f"{commune_names.TABLE}.csv", table.to_csv(index=False, lineterminator="\n"))
    print(", ".join(embedded.seal()) or "nothing changed")


if __name__ == "__main__":
    main()
