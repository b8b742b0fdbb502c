"""Write the embedded table `communes`: names, former codes and postal codes of the communes.

Usage: python -m tlanalysis.maintain.draw_communes COMMUNES_JSON

COMMUNES_JSON is `data/communes.json` of the package `@etalab/decoupage-administratif` (6.0.0 for the communes of 2026).
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
from tlanalysis.lists.cells import commune_names

if TYPE_CHECKING:
    import pandas as pd

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


def _is_ancient(code: str, now: str) -> bool:
    around_lyon = code[:2] in {"01", "38"} and now.startswith("69")
    return code.startswith("20") or around_lyon or (code[:2] in {"75", "78"} and code[:2] != now[:2])


def main() -> None:
    """Write `data/raw/communes.csv` and its checksum."""
    paths.check_own()
    table = draw_communes(Path(sys.argv[1]).read_bytes())
    files.write_text(paths.raw() / f"{commune_names.TABLE}.csv", table.to_csv(index=False, lineterminator="\n"))
    print(", ".join(embedded.seal()) or "nothing changed")


if __name__ == "__main__":
    main()
