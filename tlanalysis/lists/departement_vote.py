"""Decide which département a place lies in when its own columns contradict each other.

Each piece of evidence of a row names a département, with a weight (`WEIGHTS`): the postal code, the commune code, the
département that the publisher printed, the coordinates (see `cells.departement_grid`), the name of the commune, the
région. What is printed weighs more than what was repaired, and a code that exists more than one that nobody gives out.
A missing or impossible value names nothing. The département with the most weight wins. A tie goes to the first in the
order written here: people type the postal code from an envelope and copy the commune code with it, publishers derive
the département from another column, and a grid cell can cross a border. There is one exception: when only a postal code
and a commune code disagree, and their départements share a border, the commune code wins, because some postal codes
cross a border and no commune does.

The name of a commune gives its weight to every département that has or had a commune of that name, among those that the
row names otherwise; alone, it names a département when only one has that name, within the printed région. When one of
the postal codes of that commune is the printed one but for one digit, the name weighs more than the printed code.

Coordinates in no part of France are evidence of a place abroad. When they weigh more than all that points to France,
the row is refused; so is a row with coordinates in a neighbouring country and the name of a commune that France has
not. With nothing else in the row they name nothing. A point just across the border, beside such a name and codes of
which none is of the département on this side, is abroad too. A postal code of four digits, to which a zero was given,
names nothing when all that stands beside it is such a name: Belgium and Switzerland have codes of four digits.

Evidence that loses is recorded and removed from the clean table. Two cases are no contradiction and stay: a printed
postal code of a bordering département, and coordinates within two cells of the département that won. A place whose
evidence names nothing is kept without a département, with the printed région alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tlanalysis.data import embedded
from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES

EVIDENCE = ("code_postal", "code_commune", "departement", "coordonnees")

# What each piece of evidence weighs. `docs/lists.md` explains the table.
WEIGHTS = {
    "imprime": 4,  # a code or a point as printed
    "inconnu": 2,  # a code that no postal code or commune has, such as a CEDEX or a typing error
    "repare": 2,  # a code whose zero was restored, a point whose numbers were swapped
    "repare_inconnu": 1,  # a restored code that does not exist
    "commune": 3,  # the name of the commune
    "commune_code_proche": 5,  # the name of the commune, of which a postal code is the printed one but for one digit
    "region": 1,
    "point_voisin": 4,  # coordinates abroad, near France
    "point_lointain": 3,  # coordinates elsewhere in the world, or at sea: often a damaged number
    "commune_inconnue": 1,  # a name that no commune of France has, beside coordinates abroad
}
# What `_decide` returns for a place abroad.
_ABROAD = -2
# The neighbourhood of metropolitan France: south, north, west, east.
_NEAR = (40.0, 53.0, -6.0, 12.0)

Indices = NDArray[np.int16]
Weights = NDArray[np.int8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Placed:
    """The result of the vote, per row.

    `departement` is an index in `codes.DEPARTEMENT_CODES`, `region` one in `regions()`; -1 stands for none. `lost`
    holds the evidence that was outvoted, `abroad` tells the rows whose evidence lies outside France.
    """

    departement: Indices
    region: Indices
    lost: dict[str, Mask]
    abroad: Mask


@dataclass(frozen=True)
class Evidence:
    """What each row says of its place.

    Attributes
    ----------
    postal, commune, printed, seen : ndarray of int16
        Index in `codes.DEPARTEMENT_CODES` that the postal code, the commune code, the printed département and the
        coordinates name; -1 for none.
    region : ndarray of int16
        Index in `regions()` of the printed région; -1 for none.
    latitude, longitude : ndarray of float
        The coordinates behind `seen`.
    outside : ndarray of int8
        Weight of coordinates that lie in no part of France; 0 where there are none.
    has_name : ndarray of bool
        Whether the name of a commune is printed.
    restored : ndarray of bool
        Whether the postal code got a zero back that was not printed.
    weigh : callable
        Returns, for some rows, the weights of the four pieces of evidence, one row each.
    names : callable
        Returns, for some rows, the départements that have a commune of the printed name; None without a name.
    mistyped : callable
        Returns, for some rows, the one département with a commune of the printed name whose postal code is the printed
        one but for one digit; -1 for none.
    """

    postal: Indices
    commune: Indices
    printed: Indices
    seen: Indices
    region: Indices
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    outside: Weights
    has_name: Mask
    restored: Mask
    weigh: Callable[[NDArray[np.int64]], Weights]
    names: Callable[[NDArray[np.int64]], Sequence[frozenset[int] | None]]
    mistyped: Callable[[NDArray[np.int64]], Indices]


@cache
def regions() -> tuple[str, ...]:
    """Return the codes of the 18 régions, in the order `Placed.region` counts."""
    return tuple(embedded.read_texts("regions")["code_region"])


@cache
def region_of_departement() -> Indices:
    """Return the index of the région of each entry of `codes.DEPARTEMENT_CODES`; -1 for a collectivity.

    One more entry at the end, -1, stands for "no département".
    """
    table = embedded.read_texts("departements")
    of = dict(zip(table["code_departement"], table["code_region"], strict=True))
    return np.array([regions().index(of[code]) if code in of else -1 for code in (*DEPARTEMENT_CODES, None)], np.int16)


@cache
def _bordering() -> frozenset[tuple[int, int]]:
    table = embedded.read_texts("departements")
    return frozenset(
        (DEPARTEMENT_CODES.index(code), DEPARTEMENT_CODES.index(other))
        for code, listed in zip(table["code_departement"], table["voisins"], strict=True)
        for other in filter(None, listed.split(";"))
    )


def weight_of_point_outside(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> Weights:
    """Return the weight of coordinates that lie in no part of France: more in the countries around it."""
    south, north, west, east = _NEAR
    near = (latitude >= south) & (latitude <= north) & (longitude >= west) & (longitude <= east)
    return np.where(near, WEIGHTS["point_voisin"], WEIGHTS["point_lointain"]).astype(np.int8)


def vote(evidence: Evidence) -> Placed:
    """Return the département and the région that the evidence of each row names, and the evidence that lost."""
    named = np.stack([evidence.postal, evidence.commune, evidence.printed, evidence.seen])
    highest = named.max(axis=0)
    lowest = np.where(named == -1, np.int16(32_000), named).min(axis=0)
    decided = highest.copy()
    lost = {name: np.zeros(len(highest), bool) for name in (*EVIDENCE, "region")}
    abroad = np.zeros(len(highest), bool)
    alone = (named != -1).sum(axis=0, dtype=np.int8) <= 1
    disputed = np.flatnonzero(
        ((highest != -1) & (highest != lowest)) | (alone & evidence.has_name) | (evidence.outside > 0)
    )
    if len(disputed):
        verdicts = _verdicts(named[:, disputed], evidence, disputed)
        abroad[disputed] = verdicts == _ABROAD
        decided[disputed] = np.where(verdicts == _ABROAD, np.int16(-1), verdicts)
        for name, said in zip(EVIDENCE, named, strict=True):
            against = disputed[(said[disputed] != -1) & (said[disputed] != decided[disputed])]
            lost[name][against[~abroad[against]]] = True
        _tolerate(lost, evidence, decided)
    own_region = region_of_departement()[decided]
    lost["region"] = (evidence.region != -1) & (decided != -1) & (own_region != evidence.region)
    return Placed(decided, np.where(decided == -1, evidence.region, own_region), lost, abroad)


def _verdicts(named: Indices, evidence: Evidence, rows: NDArray[np.int64]) -> Indices:
    """Return the verdict of some rows, of which each distinct case is decided once."""
    names = evidence.names(rows)
    sets = {found: number for number, found in enumerate(dict.fromkeys(names))}
    across = departement_grid.across_the_border(evidence.latitude[rows], evidence.longitude[rows])
    columns = [
        *named, *evidence.weigh(rows), evidence.region[rows], evidence.outside[rows],
        evidence.restored[rows], across, evidence.mistyped(rows),
    ]  # fmt: skip
    facts = np.stack([np.asarray(column, np.int16) for column in columns] + [np.array([sets[n] for n in names])])
    cases, which = np.unique(facts, axis=1, return_inverse=True)
    by_number = list(sets)
    found = [
        _decide(
            case[:4],
            case[4:8],
            region=case[8],
            outside=case[9],
            restored=bool(case[10]),
            across=bool(case[11]),
            mistyped=case[12],
            names=by_number[case[13]],
        )
        for case in cases.T.tolist()
    ]
    return np.array(found, np.int16)[which.ravel()]


def _tolerate(lost: dict[str, Mask], evidence: Evidence, decided: Indices) -> None:
    """Keep what lost without a contradiction: a code of a bordering département, a point near the border."""
    rows = np.flatnonzero(lost["code_postal"])
    weights = evidence.weigh(rows)[0] if len(rows) else np.array([], np.int8)
    kept = [
        row
        for row, weight in zip(rows.tolist(), weights.tolist(), strict=True)
        if weight > WEIGHTS["repare_inconnu"] and (int(evidence.postal[row]), int(decided[row])) in _bordering()
    ]
    lost["code_postal"][kept] = False
    far = np.flatnonzero(lost["coordonnees"])
    lost["coordonnees"][far] = ~departement_grid.touches(evidence.latitude[far], evidence.longitude[far], decided[far])


def _decide(
    named: list[int],
    weights: list[int],
    *,
    region: int,
    outside: int,
    restored: bool,
    across: bool,
    mistyped: int,
    names: frozenset[int] | None,
) -> int:
    """Return the département that the evidence of a row names, -1 for none, -2 for a place abroad."""
    *codes, seen = named
    stranger = WEIGHTS["commune_inconnue"] if names is not None and not names else 0
    if across and stranger and max(codes) != -1 and seen not in codes:
        return _ABROAD
    if restored and stranger and region == -1 and named[1:] == [-1, -1, -1] and not outside:
        return -1
    weight: dict[int, int] = {}  # in the order of EVIDENCE
    for code, said in zip(named, weights, strict=True):
        if code != -1:
            weight[code] = weight.get(code, 0) + said
    for code in {mistyped} if mistyped != -1 else _by_name(names or frozenset(), set(weight), region):
        said = WEIGHTS["commune" if mistyped == -1 else "commune_code_proche"]
        weight[code] = weight.get(code, 0) + said
    for code in weight:
        if region != -1 and region_of_departement()[code] == region:
            weight[code] += WEIGHTS["region"]
    most = max(weight.values(), default=0)
    if outside + stranger > most and (weight or (stranger and outside == WEIGHTS["point_voisin"])) and outside:
        return _ABROAD
    tied = [code for code, total in weight.items() if total == most]
    postal, commune = named[0], named[1]
    if len(tied) == 2 and tied == [postal, commune] and named[2:] == [-1, -1] and (postal, commune) in _bordering():
        return commune
    return tied[0] if tied else -1


def _by_name(names: frozenset[int], named: set[int], region: int) -> frozenset[int]:
    """Return the départements to which the name of the commune gives its weight."""
    if names & named or not names:
        return names & named
    inside = frozenset(code for code in names if region != -1 and region_of_departement()[code] == region)
    candidates = inside or names
    return candidates if len(candidates) == 1 else frozenset()
