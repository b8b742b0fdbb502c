"""The département a place lies in, when its own columns contradict each other.

The rule. Up to four pieces of evidence each name a département: the postal code, the commune code, the coordinates
(nearest commune centre) and the département the publisher printed. A missing or impossible value names nothing. The
département named most often wins; a tie goes to the first in the order written here: the postal code is what people
type from an envelope; a commune code is copied with it; a printed département was derived from one of the others; and a
nearest centre is not a border. A place whose evidence names nothing at all is kept, without a département.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

EVIDENCE = ("code_postal", "code_commune", "departement_imprime", "coordonnees")


def departement_of_postal_code(code: str | None) -> str | None:
    """Return the département a French postal code points to; None when it is not one.

    Corse is split at 202 (2A: 200, 201), overseas codes keep three digits.

    Examples
    --------
    >>> [departement_of_postal_code(c) for c in ("29770", "20200", "97418", "97133", "0")]
    ['29', '2B', '974', '977', None]
    """
    if not isinstance(code, str) or len(code) != 5 or not code.isdigit():
        return None
    if code in _ISLANDS:
        return _ISLANDS[code]
    if code.startswith("20"):
        return "2A" if code[:3] in {"200", "201"} else "2B"
    return _existing(code)


_COMMUNE = re.compile(r"(\d\d|2[AB])\d{3}")

# Départements, and the collectivities that have INSEE and postal codes of their own.
_EXISTING = {f"{n:02d}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
_EXISTING |= {f"97{n}" for n in range(1, 9)} | {"984", "986", "987", "988"}


def _existing(code: str) -> str | None:
    place = code[:3] if code[:2] in {"97", "98"} else code[:2]
    return place if place in _EXISTING else None


# Saint-Barthélemy and Saint-Martin have postal codes of the Guadeloupe series.
_ISLANDS = {"97133": "977", "97150": "978"}


def departement_of_commune(code: str | None) -> str | None:
    """Return the département of an INSEE commune code; None when it is not one.

    Examples
    --------
    >>> [departement_of_commune(c) for c in ("2A041", "97418", "0")]
    ['2A', '974', None]
    """
    if not isinstance(code, str) or not _COMMUNE.fullmatch(code):
        return None
    return _existing(code)


def nearest_commune(places: pd.DataFrame, centres: pd.DataFrame) -> pd.Series:
    """Return, per place, the code of the commune whose centre is nearest on the sphere; missing without coordinates.

    Parameters
    ----------
    places : DataFrame
        With `latitude`, `longitude` in degrees (WGS 84), possibly missing.
    centres : DataFrame
        With `code_commune`, `latitude`, `longitude`.
    """
    import pandas as pd
    from scipy.spatial import KDTree

    found = pd.Series(None, index=places.index, dtype="str")
    known = places["latitude"].notna() & places["longitude"].notna()
    if known.any():
        _, at = KDTree(_on_sphere(centres)).query(_on_sphere(places[known]))
        found[known] = centres["code_commune"].to_numpy()[at]
    return found


def _on_sphere(frame: pd.DataFrame) -> np.ndarray:
    lat, lon = np.radians(frame["latitude"].to_numpy(float)), np.radians(frame["longitude"].to_numpy(float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def place(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return, per row, the département that the evidence names, and which evidence lost.

    Parameters
    ----------
    evidence : DataFrame
        One column per piece of `EVIDENCE`, each a département code or missing.

    Returns
    -------
    DataFrame
        Same index; `code_departement` (missing when nothing was named) and `preuves_ecartees`, the overruled columns
        joined by `;` (empty when all agree).
    """
    import pandas as pd

    decided = [_decide(dict(zip(EVIDENCE, row, strict=True))) for row in evidence[list(EVIDENCE)].to_numpy(object)]
    return pd.DataFrame(decided, index=evidence.index, columns=["code_departement", "preuves_ecartees"])


def _decide(named: dict[str, object]) -> tuple[str | None, str]:
    said = {which: code for which, code in named.items() if isinstance(code, str) and code}
    if not said:
        return None, ""
    votes = Counter(said.values())
    best = max(said.values(), key=lambda code: votes[code])  # max keeps the first of a tie, in EVIDENCE order
    return best, ";".join(which for which, code in said.items() if code != best)
