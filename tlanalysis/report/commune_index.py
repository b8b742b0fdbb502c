"""The communes that the search box finds: their names by first letter, each with the code of its département.

A page loads the file of a letter when a reader types it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

from tlanalysis.core import paths
from tlanalysis.data import embedded, territories


def scripts() -> dict[str, str]:
    """Return first letter -> script that gives the search box the communes of this letter, by name."""
    stamp = paths.raw() / embedded.PACKAGE_FILE
    return _scripts(str(stamp), stamp.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _scripts(_path: str, _mtime: int) -> dict[str, str]:
    known = {code.removeprefix("D") for code in territories.codes_of("departement")}
    by_letter: dict[str, list[str]] = defaultdict(list)
    table = embedded.load("communes")
    current = table[table["code_actuel"].isna()]
    for code, name in sorted(zip(current["code_commune"], current["nom_commune"], strict=True), key=lambda row: row[1]):
        departement = code[:3] if code.startswith("97") else code[:2]
        if departement in known:
            by_letter[plain(name[:3])[:1]].append(f"{name}|{departement}")
    return {
        letter: f"window.tlCommunes({json.dumps(letter)}, {json.dumps(chr(10).join(names))});\n"
        for letter, names in sorted(by_letter.items())
    }


def plain(name: str) -> str:
    """Return a name in lower case without accents, as the search box compares it.

    Examples
    --------
    >>> plain("L'Haÿ-les-Roses"), plain("Œuilly")
    ('l hay les roses', 'oeuilly')
    """
    letters = unicodedata.normalize("NFD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    return re.sub(r"[^a-z0-9]+", " ", "".join(one for one in letters if not unicodedata.combining(one))).strip()
