"""Decide which département a place lies in when its own columns contradict each other.

Each piece of evidence of a row names a département, with a weight (`WEIGHTS`): the postal code, the commune code, the
département that the publisher printed, the coordinates (see `cells.departement_grid`), the name of the commune, the
région. What is printed weighs more than what was repaired, and a code that exists more than one that nobody gives out.
A missing or impossible value names nothing. The département with the most weight wins. When two have the same, the row
is left open: nothing in it says which of the two is damaged.

Three rules settle a tie. A point within two cells of the other département does not count against it. A postal code
that serves communes of the other département does not count against it. When a postal code and a commune code of
bordering départements are the only evidence, the commune code wins: some postal codes cross a border and no commune
does.

The name of a commune gives its weight to every département that has or had a commune of that name, among those that the
row names otherwise; alone, it names a département when only one has that name, within the printed région. When one of
the postal codes of that commune is the printed one but for one digit, the name weighs more than the printed code.

Coordinates in no part of France are evidence of a place abroad. When they weigh more than all that points to France,
the row is refused; so is a row with coordinates in a neighbouring country and the name of a commune that France has
not. With nothing else in the row they name nothing. A point just across the border, beside such a name and codes of
which none is of the département on this side, is abroad too; without codes, the row is left open. A postal code that
stands alone beside such a name is left open when it had four digits (Belgium and Switzerland have such codes) or when
no commune has it; so is one that had four digits beside the name of a commune of other départements.

Evidence that loses is recorded and removed from the clean table. Two cases are no contradiction and stay: a printed
postal code of a bordering département, and coordinates within two cells of the département that won. A row left open
keeps its evidence; it has the printed région, or when its evidence is level the one that all of it names.
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
    "inverse": 3,  # a point whose numbers were swapped
    "repare": 2,  # a code whose zero was restored
    "repare_inconnu": 1,  # a restored code that does not exist
    "commune": 3,  # the name of the commune
    "commune_code_proche": 5,  # the name of the commune, of which a postal code is the printed one but for one digit
    "region": 1,
    "point_voisin": 4,  # coordinates abroad, near France
    "point_lointain": 3,  # coordinates elsewhere in the world, or at sea: often a damaged number
    "commune_inconnue": 1,  # a name that no commune of France has, beside coordinates abroad
}
# What `_decide` returns for a place abroad, for a row whose evidence is level, and for one that may lie abroad.
_ABROAD, _LEVEL, _DOUBTFUL = -2, -3, -4
# The neighbourhood of metropolitan France: south, north, west, east.
_NEAR = (40.0, 53.0, -6.0, 12.0)

Indices = NDArray[np.int16]
Weights = NDArray[np.int8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Placed:
    """The result of the vote, per row.

    `departement` is an index in `codes.DEPARTEMENT_CODES`, `region` one in `regions()`; -1 stands for none. `lost`
    holds the evidence that was outvoted, `abroad` tells the rows whose evidence lies outside France, and `open` those
    whose evidence does not decide.
    """

    departement: Indices
    region: Indices
    lost: dict[str, Mask]
    abroad: Mask
    open: Mask


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
    cedex : ndarray of bool
        Whether the word CEDEX is printed.
    weigh, mended : callable
        Return, for some rows, the weights of the four pieces of evidence, one row each, and which of them are not as
        printed: codes that got a zero back, a point whose numbers were swapped.
    names : callable
        Returns, for some rows, the départements that have a commune of the printed name; None without a name.
    mistyped : callable
        Returns, for some rows, the one département with a commune of the printed name whose postal code is the printed
        one but for one digit; -1 for none.
    served : callable
        Returns, for some rows, the départements of the communes that the postal code serves.
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
    cedex: Mask
    weigh: Callable[[NDArray[np.int64]], Weights]
    mended: Callable[[NDArray[np.int64]], Mask]
    names: Callable[[NDArray[np.int64]], Sequence[frozenset[int] | None]]
    mistyped: Callable[[NDArray[np.int64]], Indices]
    served: Callable[[NDArray[np.int64]], Sequence[frozenset[int]]]


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
    """Return the département and the région that the evidence of each row names, and the evidence that lost.

    In a row that is left open, only what was put right is lost: a code always, a point when the evidence is level.
    """
    named = np.stack([evidence.postal, evidence.commune, evidence.printed, evidence.seen])
    highest = named.max(axis=0)
    lowest = np.where(named == -1, np.int16(32_000), named).min(axis=0)
    decided = highest.copy()
    lost = {name: np.zeros(len(highest), bool) for name in (*EVIDENCE, "region")}
    abroad, undecided, level = (np.zeros(len(highest), bool) for _ in range(3))
    alone = (named != -1).sum(axis=0, dtype=np.int8) <= 1
    disputed = np.flatnonzero(
        ((highest != -1) & (highest != lowest)) | (alone & evidence.has_name) | (evidence.outside > 0)
    )
    if len(disputed):
        verdicts = _verdicts(named[:, disputed], evidence, disputed)
        abroad[disputed], level[disputed] = verdicts == _ABROAD, verdicts == _LEVEL
        undecided[disputed] = verdicts <= _LEVEL
        decided[disputed] = np.maximum(verdicts, np.int16(-1))
        mended = evidence.mended(disputed)
        for at, (name, said) in enumerate(zip(EVIDENCE, named, strict=True)):
            against = (said[disputed] != -1) & (said[disputed] != decided[disputed]) & ~abroad[disputed]
            unsure = mended[at] & (at < 3 or level[disputed])
            gone = np.where(undecided[disputed], unsure, True)
            lost[name][disputed[against & gone]] = True
        _tolerate(lost, evidence, decided)
    own_region = region_of_departement()[decided]
    lost["region"] = (evidence.region != -1) & (decided != -1) & (own_region != evidence.region)
    region = np.where(decided == -1, evidence.region, own_region)
    unsaid = np.flatnonzero(level & (region == -1))
    region[unsaid] = _common_region(named[:, unsaid])
    return Placed(decided, region, lost, abroad, undecided)


def as_answered(placed: Placed, unplaced: Mask, region: Indices) -> Placed:
    """Return the result with some rows left without a département, as they are printed, and nothing against them."""
    return Placed(
        np.where(unplaced, np.int16(-1), placed.departement),
        np.where(unplaced, region, placed.region),
        {name: lost & ~unplaced for name, lost in placed.lost.items()},
        placed.abroad & ~unplaced,
        placed.open & ~unplaced,
    )


def _common_region(named: Indices) -> Indices:
    """Return the région that all the evidence of each row lies in; -1 where it lies in several, or in none."""
    of = np.where(named == -1, np.int16(-1), region_of_departement()[named])
    highest = of.max(axis=0, initial=-1)
    return np.where(((of == highest) | (named == -1)).all(axis=0), highest, np.int16(-1))


def _verdicts(named: Indices, evidence: Evidence, rows: NDArray[np.int64]) -> Indices:
    """Return the verdict of some rows, of which each distinct case is decided once."""
    names = evidence.names(rows)
    sets = {found: number for number, found in enumerate(dict.fromkeys(names))}
    across = departement_grid.across_the_border(evidence.latitude[rows], evidence.longitude[rows])
    served = evidence.served(rows)
    codes = {found: number for number, found in enumerate(dict.fromkeys(served))}
    seen = np.flatnonzero(~np.isnan(evidence.latitude[rows]))
    touched = np.zeros((3, len(rows)), bool)
    for at, said in enumerate(named[:3]):
        near = departement_grid.touches(evidence.latitude[rows[seen]], evidence.longitude[rows[seen]], said[seen])
        touched[at, seen] = near & (said[seen] != -1)
    columns = [
        *named, *evidence.weigh(rows), *evidence.mended(rows), *touched,
        evidence.region[rows], evidence.outside[rows], evidence.cedex[rows], across, evidence.mistyped(rows),
    ]  # fmt: skip
    numbers = [np.array([sets[n] for n in names]), np.array([codes[n] for n in served])]
    facts = np.stack([np.asarray(column, np.int16) for column in columns] + numbers)
    cases, which = np.unique(facts, axis=1, return_inverse=True)
    by_number, by_code = list(sets), list(codes)
    found = [
        _decide(
            case[:4],
            case[4:8],
            list(map(bool, case[8:12])),
            touched=frozenset(code for code, near in zip(case[:3], case[12:15], strict=True) if near),
            region=region,
            outside=outside,
            cedex=bool(cedex),
            across=bool(across),
            mistyped=mistyped,
            names=by_number[name],
            served=by_code[code],
        )
        for *case, region, outside, cedex, across, mistyped, name, code in cases.T.tolist()
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
    mended: list[bool],
    *,
    touched: frozenset[int],
    region: int,
    outside: int,
    cedex: bool,
    across: bool,
    mistyped: int,
    names: frozenset[int] | None,
    served: frozenset[int],
) -> int:
    """Return the département that the evidence of a row names, -1 for none, -2 abroad, -3 for level, -4 for doubt."""
    *codes, seen = named
    stranger = WEIGHTS["commune_inconnue"] if names is not None and not names else 0
    if across and stranger and seen not in codes:
        return _ABROAD if max(codes) != -1 else _DOUBTFUL
    alone = named[0] != -1 and named[1:] == [-1, -1, -1] and region == -1 and not outside and mistyped == -1
    if alone and stranger and weights[0] < WEIGHTS["imprime"] and not cedex:
        return _DOUBTFUL
    if alone and mended[0] and names and len(names) > 1 and named[0] not in names:
        return _DOUBTFUL

    def weighed(pieces: list[int]) -> dict[int, int]:
        weight: dict[int, int] = {}
        for at in pieces:
            if named[at] != -1:
                weight[named[at]] = weight.get(named[at], 0) + weights[at]
        for code in {mistyped} if mistyped != -1 else _by_name(names or frozenset(), set(weight), region):
            said = WEIGHTS["commune" if mistyped == -1 else "commune_code_proche"]
            weight[code] = weight.get(code, 0) + said
        for code in weight:
            if region != -1 and region_of_departement()[code] == region:
                weight[code] += WEIGHTS["region"]
        return weight

    weight = weighed([0, 1, 2, 3])
    most = max(weight.values(), default=0)
    if outside + stranger > most and (weight or (stranger and outside == WEIGHTS["point_voisin"])) and outside:
        return _ABROAD
    tied = [code for code, total in weight.items() if total == most]
    if len(tied) > 1 and any(mended):  # what is printed decides, without what was put right
        weight = weighed([at for at in range(4) if not mended[at]])
        most = max(weight.values(), default=0)
        tied = [code for code, total in weight.items() if total == most] or tied
    if len(tied) > 1:
        return _settled(tied, named, touched, served)
    return tied[0] if tied else -1


def _settled(tied: list[int], named: list[int], touched: frozenset[int], served: frozenset[int]) -> int:
    """Return the one of several départements of equal weight that nothing speaks against, -3 when there is none."""
    postal, commune, _, seen = named
    if postal in tied and (across := [code for code in tied if code != postal and code in served]):
        tied = across
    if seen in tied and (beside := [code for code in tied if code != seen and code in touched]):
        tied = beside
    if set(tied) == {postal, commune} and named[2:] == [-1, -1] and (postal, commune) in _bordering():
        return commune
    return tied[0] if len(tied) == 1 else _LEVEL


def _by_name(names: frozenset[int], named: set[int], region: int) -> frozenset[int]:
    """Return the départements to which the name of the commune gives its weight."""
    if names & named or not names:
        return names & named
    inside = frozenset(code for code in names if region != -1 and region_of_departement()[code] == region)
    candidates = inside or names
    return candidates if len(candidates) == 1 else frozenset()
