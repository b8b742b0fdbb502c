"""What is known of the communes: the départements that a name points to, former codes, and which postal codes exist.

The embedded table `communes` holds the communes of 2026 with those they absorbed, so that the name or the code of a
commune that merged still tells where it is. Names are compared without case, accents and punctuation.
"""

from __future__ import annotations

import io
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
from numpy.typing import NDArray

from tlanalysis.data import embedded
from tlanalysis.lists.cells.text import key

TABLE = "communes"
SPLIT_CITIES = {"13055": "132", "69123": "6938", "75056": "751"}  # commune -> first signs of its arrondissements


@cache
def _table() -> pa.Table:
    names = ("code_commune", "nom_commune", "code_actuel", "codes_postaux")
    text = dict.fromkeys(names, pa.string())
    options = pcsv.ConvertOptions(column_types=text, include_columns=list(names), strings_can_be_null=True)
    return pcsv.read_csv(io.BytesIO(embedded.read_raw(TABLE)), convert_options=options)


@cache
def present_codes() -> dict[str, str]:
    """Return former code -> code of today, for the communes that merged or changed their number."""
    table = _table()
    codes = zip(table["code_commune"].to_pylist(), table["code_actuel"].to_pylist(), strict=True)
    return {code: now for code, now in codes if now is not None and now != code}


@cache
def _cities() -> dict[str, str]:
    """Return arrondissement -> commune: Paris, Lyon and Marseille."""
    codes = _known_codes().to_pylist()
    return {code: city for city, prefix in SPLIT_CITIES.items() for code in codes if code.startswith(prefix)}


def today_code(code: str) -> str:
    """Return the commune of today for a former commune or an arrondissement; any other code unchanged.

    Examples
    --------
    >>> today_code("49069"), today_code("75104"), today_code("33063"), today_code("00000")
    ('49126', '75056', '33063', '00000')
    """
    now = present_codes().get(code, code)
    return _cities().get(now, now)


def present_communes() -> list[tuple[str, str, bool]]:
    """Return code and name of each commune of today and of each arrondissement, and whether it is an arrondissement."""
    table = _table().filter(pc.is_null(_table()["code_actuel"]))
    codes, names = table["code_commune"].to_pylist(), table["nom_commune"].to_pylist()
    return [(code, name, code in _cities()) for code, name in zip(codes, names, strict=True)]


def is_former(column: pa.StringArray) -> pa.BooleanArray:
    """Return which codes of a column are those of a former commune."""
    return pc.is_in(column, pa.array(list(present_codes()), pa.string()))


@cache
def _known_codes() -> pa.Array:
    return pc.unique(pc.drop_null(_table()["code_commune"].combine_chunks()))


@cache
def _known_postal_codes() -> pa.Array:
    joined = pc.drop_null(_table()["codes_postaux"].combine_chunks())
    return pc.unique(pc.list_flatten(pc.split_pattern(joined, ";")))


@cache
def _postal_codes() -> frozenset[str]:
    return frozenset(_known_postal_codes().to_pylist())


def _departements_of(codes: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the département of each commune code: its first two signs, or three when it lies overseas."""
    overseas = pc.is_in(pc.utf8_slice_codeunits(codes, 0, 2), pa.array(["97", "98"]))
    return pc.if_else(overseas, pc.utf8_slice_codeunits(codes, 0, 3), pc.utf8_slice_codeunits(codes, 0, 2))


@cache
def _departements_by_postal_code() -> dict[str, frozenset[str]]:
    table = _table().filter(_table()["codes_postaux"].is_valid())
    place = _departements_of(pc.coalesce(table["code_actuel"], table["code_commune"])).combine_chunks()
    codes = pc.split_pattern(table["codes_postaux"].combine_chunks(), ";")
    pairs = pa.table([pc.list_flatten(codes), place.take(pc.list_parent_indices(codes))], names=["postal", "place"])
    distinct = pairs.group_by(["postal", "place"]).aggregate([])
    found: dict[str, set[str]] = {}
    for postal, one in zip(distinct["postal"].to_pylist(), distinct["place"].to_pylist(), strict=True):
        found.setdefault(postal, set()).add(one)
    return {postal: frozenset(places) for postal, places in found.items()}


def departements_served(code: str) -> frozenset[str]:
    """Return the départements of the communes that have a postal code, a few of which cross a border.

    Examples
    --------
    >>> sorted(departements_served("01200")), sorted(departements_served("01410")), departements_served("00000")
    (['01', '74'], ['01', '39'], frozenset())
    """
    return _departements_by_postal_code().get(code, frozenset())


def is_postal_code(code: str) -> bool:
    """Return whether La Poste gives out this code (without CEDEX)."""
    return code in _postal_codes()


def exists(column: pa.StringArray, *, postal: bool) -> NDArray[np.bool_]:
    """Return which codes of a column are known: to La Poste (without CEDEX), or to the history of communes.

    Examples
    --------
    >>> exists(pa.array(["49500", "04900", None]), postal=True).tolist()
    [True, False, False]
    """
    known = _known_postal_codes() if postal else _known_codes()
    return pc.is_in(column, known).to_numpy(zero_copy_only=False)


def _folded(names: pa.Array) -> pa.Array:
    """Return names as `text.key` writes them, a whole column at once."""
    bare = pc.replace_substring_regex(pc.utf8_normalize(names, "NFKD"), r"\p{M}", "")
    bare = pc.replace_substring(pc.replace_substring(pc.utf8_lower(bare), "œ", "oe"), "æ", "ae")
    return pc.utf8_trim(pc.replace_substring_regex(bare, r"[^a-z0-9]+", " "), " ")


class _Communes(NamedTuple):
    """The communes of today and of the past, sorted by name: their names, départements and postal codes."""

    names: list[str]
    places: list[str]
    postal: list[str]


@cache
def _communes() -> _Communes:
    table = _table().filter(_table()["nom_commune"].is_valid())
    names = _folded(table["nom_commune"].combine_chunks())
    places = _departements_of(pc.coalesce(table["code_actuel"], table["code_commune"]))
    order = pc.sort_indices(names)
    columns = (names, places, pc.fill_null(table["codes_postaux"], ""))
    return _Communes(*(column.take(order).to_pylist() for column in columns))


_SHORT = {"st": "saint", "ste": "sainte"}


def departements_named(name: str) -> frozenset[str]:
    """Return the codes of the départements that have, or had, a commune of this name.

    Examples
    --------
    >>> sorted(departements_named("PARTINELLO")), sorted(departements_named("St Denis"))[-2:]
    (['2A'], ['93', '974'])
    >>> departements_named("Tournai")
    frozenset()
    """
    return frozenset(place for place, _ in _named(name))


def departements_mistyped(name: str, printed: str) -> frozenset[str]:
    """Return the départements with a commune of this name whose postal code is the printed one but for one mistake.

    Examples
    --------
    >>> [set(departements_mistyped("Brest", printed)) for printed in ("39200", "92200", "2920")]
    [{'29'}, {'29'}, {'29'}]
    >>> departements_mistyped("Brest", "35000")
    frozenset()
    """
    return frozenset(place for place, codes in _named(name) if any(_one_mistake(printed, code) for code in codes))


def _named(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the départements of the communes that have, or had, a name, each with their postal codes."""
    return _places_of(" ".join(_SHORT.get(word, word) for word in key(name).split()))


@lru_cache(maxsize=1 << 16)
def _places_of(folded: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    known = _communes()
    rows = range(bisect_left(known.names, folded), bisect_right(known.names, folded))
    return tuple((known.places[row], tuple(known.postal[row].split(";"))) for row in rows)


def _one_mistake(printed: str, code: str) -> bool:
    """Return whether a digit of a code was mistyped, swapped with the next one, or lost."""
    if len(printed) == len(code):
        odd = [at for at, (one, other) in enumerate(zip(printed, code, strict=True)) if one != other]
        if len(odd) == 2:
            return odd[1] == odd[0] + 1 and printed[odd[0]] == code[odd[1]] and printed[odd[1]] == code[odd[0]]
        return len(odd) == 1
    return len(printed) == len(code) - 1 and any(code[:at] + code[at + 1 :] == printed for at in range(len(code)))
