"""Decide which département a place lies in when its own columns contradict each other.

Up to four pieces of evidence each name a département: the postal code, the commune code, the département that the
publisher printed, the coordinates (see `cells.departement_grid`). A missing or impossible value names nothing. The
département named most often wins. A tie goes to one inside the printed région, then to the first in the order written
here: people type the postal code from an envelope and copy the commune code with it, publishers derive the département
from another column, and a grid cell can cross a border. There is one exception: when only a postal code and a commune
code disagree, and their départements share a border, the commune code wins, because some postal codes cross a border
and no commune does.

Evidence that loses is recorded and removed from the clean table. Two cases are no contradiction and stay: a postal
code of a bordering département, and coordinates within two cells of the département that won. A place whose evidence
names nothing is kept without a département, with the printed région alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tlanalysis.data import territories
from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES

EVIDENCE = ("code_postal", "code_commune", "departement", "coordonnees")

Indices = NDArray[np.int16]


@dataclass(frozen=True)
class Placed:
    """The result of the vote, per row.

    `departement` is an index in `codes.DEPARTEMENT_CODES`, `region` one in `regions()`; -1 stands for none. `lost`
    holds the evidence that was outvoted.
    """

    departement: Indices
    region: Indices
    lost: dict[str, NDArray[np.bool_]]


@cache
def regions() -> tuple[str, ...]:
    """Return the codes of the 18 régions, in the order `Placed.region` counts."""
    return tuple(territories.regions()["code_region"])


@cache
def region_of_departement() -> Indices:
    """Return the index of the région of each entry of `codes.DEPARTEMENT_CODES`; -1 for a collectivity.

    One more entry at the end, -1, stands for "no département".
    """
    frame = territories.departements()
    of = dict(zip(frame["code_departement"], frame["code_region"], strict=True))
    return np.array([regions().index(of[code]) if code in of else -1 for code in (*DEPARTEMENT_CODES, None)], np.int16)


@cache
def _bordering() -> frozenset[tuple[int, int]]:
    frame = territories.departements()
    return frozenset(
        (DEPARTEMENT_CODES.index(code), DEPARTEMENT_CODES.index(other))
        for code, listed in zip(frame["code_departement"], frame["voisins"], strict=True)
        if isinstance(listed, str)
        for other in listed.split(";")
    )


def vote(
    postal: Indices,
    commune: Indices,
    printed: Indices,
    region: Indices,
    latitude: NDArray,
    longitude: NDArray,
    seen: Indices,
) -> Placed:
    """Return the département and the région that the evidence of each row names, and the evidence that lost.

    Parameters
    ----------
    postal, commune, printed, seen : ndarray of int16
        Index in `codes.DEPARTEMENT_CODES` that the postal code, the commune code, the printed département and the
        coordinates name; -1 for none.
    region : ndarray of int16
        Index in `regions()` of the printed région; -1 for none.
    latitude, longitude : ndarray of float
        The coordinates behind `seen`.
    """
    evidence = np.stack([postal, commune, printed, seen])
    highest = evidence.max(axis=0)
    lowest = np.where(evidence == -1, np.int16(32_000), evidence).min(axis=0)
    decided = highest.copy()
    lost = {name: np.zeros(len(postal), bool) for name in (*EVIDENCE, "region")}
    disputed = np.flatnonzero((highest != -1) & (highest != lowest))
    if len(disputed):
        cases, which = np.unique(np.vstack([evidence, region])[:, disputed], axis=1, return_inverse=True)
        winners = np.array([_decide(case[:4].tolist(), int(case[4])) for case in cases.T], np.int16)
        decided[disputed] = winners[which.ravel()]
        for name, named in zip(EVIDENCE, evidence, strict=True):
            against = disputed[(named[disputed] != -1) & (named[disputed] != decided[disputed])]
            lost[name][against] = True
        tolerated = [
            at for at in np.flatnonzero(lost["code_postal"]) if (int(postal[at]), int(decided[at])) in _bordering()
        ]
        lost["code_postal"][tolerated] = False
        far = np.flatnonzero(lost["coordonnees"])
        lost["coordonnees"][far] = ~departement_grid.touches(latitude[far], longitude[far], decided[far])
    own_region = region_of_departement()[decided]
    lost["region"] = (region != -1) & (decided != -1) & (own_region != region)
    return Placed(decided, np.where(decided == -1, region, own_region), lost)


def _decide(named: list[int], region: int) -> int:
    said = [code for code in named if code != -1]
    votes = Counter(said)
    most = max(votes.values())
    tied = [code for code in said if votes[code] == most]  # in the order of EVIDENCE
    inside = [code for code in tied if region != -1 and region_of_departement()[code] == region]
    postal, commune = named[0], named[1]
    alone = postal != -1 and commune != -1 and len(said) == 2
    if alone and len(inside) != 1 and (postal, commune) in _bordering():
        return commune
    return (inside or tied)[0]
