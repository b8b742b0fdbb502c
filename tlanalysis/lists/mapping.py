"""Map the columns of a list to our fields: by hand, by a publisher's known list, or by headers and values.

A mapping is a small TOML file (`mapping.toml`), printed and saved with every clean list, editable, reusable:

    nom = "cget_2019"                 # the `source` of each row (by default the name of the file)

    [colonnes]                        # our field = "the publisher's column"
    nom = "NOM_TL"
    code_postal = "CP"

    [valeurs.typologie]               # the list's word = "ours" (optional)
    "Tiers lieux à dominante coworking" = "coworking"
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.lists.cells import codes, privacy
from tlanalysis.lists.cells.coordinates import NUMBER, is_number
from tlanalysis.lists.cells.text import LONGEST, WEB_IN_ORDER, Cell, clean_date, clean_text, clean_web, is_missing, key
from tlanalysis.lists.fields import INPUT, SYNONYMS

# A column is mapped to a field at this confidence or above; below it, the user has to write the mapping.
CONFIDENCE = 0.6

_LOCATES = (
    "code_commune",
    "code_postal",
    "commune",
    "departement",
    "region",
    "latitude",
    "coordonnees",
    "x_lambert93",
    "adresse",
)


@dataclass(frozen=True)
class Mapping:
    """Which publisher's column holds which of our fields, and the publisher's words for some values.

    Attributes
    ----------
    columns : dict of str
        Our field (see `fields.INPUT`) -> header of the list.
    values : dict
        Field -> {publisher's word: ours}.
    name : str
        Value of `source` when the list has no such column; empty: the name of the file.
    known : str
        Name of the known list whose mapping this is, else empty.
    confidence : dict of float
        Field -> confidence of a proposal, between 0 and 1; empty when the mapping is certain.
    """

    columns: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    name: str = ""
    known: str = ""
    confidence: dict[str, float] = field(default_factory=dict)

    def to_toml(self) -> str:
        """Return the text of `mapping.toml`."""
        lines = [f"nom = {_quoted(self.name)}"] if self.name else []
        lines += ["", "[colonnes]"] if lines else ["[colonnes]"]
        for ours, theirs in self.columns.items():
            sure = self.confidence.get(ours, 1.0)
            lines.append(f"{ours} = {_quoted(theirs)}" + (f"  # {sure:.2f}" if sure < 1 else ""))
        for name, pairs in self.values.items():
            lines += [
                "",
                f"[valeurs.{name}]",
                *(f"{_quoted(theirs)} = {_quoted(ours)}" for theirs, ours in pairs.items()),
            ]
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(privacy.without_personal(text, "[…]"), ensure_ascii=False).replace("\x7f", "\\u007f")


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    BadInput
        The file cannot be read, or names an unknown field.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist: write a mapping there, or leave out --mapping.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read as a mapping ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{path} is not a TOML file: {error}.") from error
    if odd := sorted(set(content) - {"nom", "colonnes", "valeurs"}):
        raise BadInput(f"{path}: {odd[0]!r} is not one of nom, [colonnes], [valeurs.FIELD].")
    columns, values = content.get("colonnes", {}), content.get("valeurs", {})
    if not isinstance(columns, dict) or not isinstance(values, dict):
        raise BadInput(f"{path}: [colonnes] and [valeurs.FIELD] are tables, not values.")
    for name in (*columns, *values):
        if name not in INPUT:
            raise BadInput(
                f"{path}: no field called {name!r}{did_you_mean(name, INPUT)}: it is one of {', '.join(INPUT)}."
            )
    texts = [
        *columns.values(),
        *(word for pairs in values.values() if isinstance(pairs, dict) for word in pairs.values()),
    ]
    if (
        not columns
        or not all(isinstance(text, str) for text in texts)
        or not all(isinstance(p, dict) for p in values.values())
    ):
        raise BadInput(f'{path}: [colonnes] needs lines such as nom = "NOM_TL", and [valeurs.FIELD] lines of words.')
    return Mapping(columns, values, str(content.get("nom", "")))


def normalised(header: str) -> str:
    """Return a header as the synonyms write it.

    Examples
    --------
    >>> [normalised(h) for h in ("Code Postal", " état du projet", "geo.latitude", "adresse.codePostal", "NOM_TL")]
    ['code_postal', 'etat_du_projet', 'geo_latitude', 'adresse_code_postal', 'nom_tl']
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header)
    return key(split).replace(" ", "_")


def check_columns(mapping: Mapping, headers: Sequence[str], where: str) -> Mapping:
    """Return the mapping after checking that each of its columns is in the list once.

    Raises
    ------
    BadInput
        A column is missing, or is there twice.
    """
    for ours, theirs in mapping.columns.items():
        if headers.count(theirs) == 0:
            hint = did_you_mean(theirs, headers)
            raise BadInput(f"{where} has no column {theirs!r}{hint}, which the mapping takes for {ours}.")
        if headers.count(theirs) > 1:
            raise BadInput(
                f"{where} has {headers.count(theirs)} columns called {theirs!r}: rename the one that is {ours}."
            )
    return mapping


def propose(headers: Sequence[str], sample: dict[str, list[str]], where: str) -> Mapping:
    """Return the mapping that headers and values suggest.

    Parameters
    ----------
    headers : sequence of str
        Columns of the list, in its order.
    sample : dict of list
        Header -> some of its values, the empty string for missing.
    where : str
        Name of the list, for the messages.

    Raises
    ------
    BadInput
        Two columns are equally likely for a field, or at `CONFIDENCE` no column holds a name or none a location.
    """
    scores = _scores(headers, sample)
    found = _best(scores)
    columns, sure = found.columns, found.confidence
    for name, column in columns.items():
        rivals = [
            header
            for (rival, header), score in scores.items()
            if rival == name and header not in columns.values() and score == sure[name] >= CONFIDENCE
        ]
        if rivals:
            raise BadInput(
                f"{where}: {column!r} and {rivals[0]!r} may both be {name}: say which in a mapping (--mapping FILE)."
            )
    doubtful = {name for name, score in sure.items() if score < CONFIDENCE}
    kept = {name: columns[name] for name in INPUT if name in columns and name not in doubtful}
    if not {"nom", "id_source"} & kept.keys() or not set(_LOCATES) & kept.keys():
        lacks = "the name of a place" if not {"nom", "id_source"} & kept.keys() else "the location of a place"
        guesses = ", ".join(f"{name} = {columns[name]!r} ({sure[name]:.2f})" for name in INPUT if name in columns)
        raise BadInput(
            f"{where}: no column holds {lacks} with a confidence of {CONFIDENCE} or more; its columns are "
            f"{', '.join(repr(h) for h in list(headers)[:12])}{', …' if len(headers) > 12 else ''}; write a mapping "
            "and give it "
            f"with --mapping (`tlanalysis clean FILE --propose mapping.toml` starts one)"
            + (f"; guesses: {guesses}." if guesses else ".")
        )
    return Mapping(kept, confidence={name: sure[name] for name in kept})


def guess(headers: Sequence[str], sample: dict[str, list[str]]) -> Mapping:
    """Return the best column for every field, however unsure; each column is used once, surest pairs first."""
    return _best(_scores(headers, sample))


Scores = dict[tuple[str, str], float]


def _scores(headers: Sequence[str], sample: dict[str, list[str]]) -> Scores:
    """Return (field, header) -> confidence in the order of the headers, without columns of personal data."""
    return {
        (name, header): score
        for header in dict.fromkeys(headers)
        if not privacy.is_personal(normalised(header))
        for name in INPUT
        if (score := confidence(name, header, sample.get(header, []))) > 0
    }


def _best(scores: Scores) -> Mapping:
    columns: dict[str, str] = {}
    sure: dict[str, float] = {}
    for (name, header), score in sorted(scores.items(), key=lambda entry: (-entry[1], INPUT.index(entry[0][0]))):
        if name not in columns and header not in columns.values():
            columns[name], sure[name] = header, score
    kept = [name for name in INPUT if name in columns]
    return Mapping({name: columns[name] for name in kept}, confidence={name: sure[name] for name in kept})


# How many values of a column are checked to find its field.
_JUDGED = 200


def _filled(values: Sequence[str]) -> list[str]:
    return list(islice((value[:LONGEST] for value in values if value.strip()), _JUDGED))


def confidence(name: str, header: str, values: Sequence[str]) -> float:
    """Return how surely a column is a field, between 0 and 1: from its header, then from its values.

    A header that is a synonym gives 0.9, and less the later it comes among the synonyms; a header that ends with a
    synonym gives 0.7. Values that fit add up to 0.1; when most do not fit, the confidence is halved. Values alone give
    at most 0.65.
    """
    word = normalised(header)
    known = SYNONYMS[name]
    from_header = 0.0
    if word in known:
        from_header = 0.9 - 0.2 * known.index(word) / len(known)
    elif tail := next((w for w in known if len(w) > 3 and word.endswith("_" + w)), ""):
        from_header = 0.7 - 0.05 * known.index(tail) / len(known)
    seen = [value.strip() for value in _filled(values) if value.strip() != "0" and not is_missing(value)]
    if not seen:
        return round(from_header, 3)
    if from_header:
        share = _share(_READS_AS.get(name), seen)
        return round(
            from_header if share is None else min(1.0, from_header + 0.1 * share) if share >= 0.5 else from_header / 2,
            3,
        )
    if not _share(_LOOKS_LIKE.get(name), seen[:10]):
        return 0.0
    share = _share(_LOOKS_LIKE.get(name), seen) or 0.0
    return round(0.65 * share, 3) if share >= 0.9 and len(seen) >= 5 else 0.0


Test = Callable[[str], bool]


def _share(test: Test | None, seen: Sequence[str]) -> float | None:
    """Return the share of values that pass a test; None where there is no test."""
    return None if test is None else sum(times for value, times in Counter(seen).items() if test(value)) / len(seen)


def _passes(clean: Callable[[str], Cell]) -> Test:
    return lambda value: clean(value)[0] is not None


def _is_number(value: str) -> bool:
    return is_number(value)


def _between(*ranges: tuple[float, float]) -> Test:
    """Return a test of decimal numbers within one of some ranges."""

    def test(value: str) -> bool:
        if NUMBER.fullmatch(value) is None or not re.search("[.,]", value):
            return False
        number = float(value.replace(",", "."))
        return any(low <= number <= high for low, high in ranges)

    return test


def _is_metres(low: float, high: float) -> Test:
    def test(value: str) -> bool:
        bare = "".join(value.split()).replace(",", ".")
        return NUMBER.fullmatch(bare) is not None and low <= float(bare) <= high

    return test


def _looks_postal(value: str) -> bool:
    """Return whether a value looks like a postal code: most end in 0, except in three cities and overseas."""
    code, _ = codes.clean_postal_code(value)
    return code is not None and (code.endswith("0") or code[:2] in {"75", "69", "13", "97"})


def _looks_commune(value: str) -> bool:
    return codes.clean_commune_code(value)[0] is not None and not _looks_postal(value)


# Field -> a test that values under a matching header should pass.
_READS_AS: dict[str, Test] = {
    "code_postal": _passes(codes.clean_postal_code),
    "code_commune": _passes(codes.clean_commune_code),
    "departement": _passes(codes.clean_departement),
    "region": _passes(codes.clean_region),
    "pays": _passes(clean_text),
    "latitude": _is_number,
    "longitude": _is_number,
    "x_lambert93": _is_metres(1_000, 1_300_000),  # beyond any degree
    "y_lambert93": _is_metres(6_000_000, 7_200_000),
    "site_web": _passes(clean_web),
    "date_ouverture": _passes(clean_date),
    "siret": _passes(codes.clean_siret),
    "siren": _passes(codes.clean_siren),
}

# Field -> a test strict enough to find the field from values alone.
# Ranges: metropolitan France, Antilles, Guyane, La Réunion, Mayotte.
_LOOKS_LIKE: dict[str, Test] = {
    "code_postal": _looks_postal,
    "code_commune": _looks_commune,
    "latitude": _between((41.0, 51.6), (14.0, 18.3), (-21.5, -20.7), (-13.1, -12.5)),
    "longitude": _between((-5.6, 10.0), (-63.3, -60.7), (-55.0, -51.4), (55.1, 56.0), (44.9, 45.4)),
    "site_web": lambda value: re.match(WEB_IN_ORDER, value) is not None,
    "siret": _passes(codes.clean_siret),
}


def personal_columns(headers: Iterable[str], sample: dict[str, list[str]]) -> list[str]:
    """Return the columns that are never read, because the header or the values are personal data."""
    return [
        header
        for header in headers
        if privacy.is_personal(normalised(header)) or _mostly_personal(sample.get(header, []))
    ]


def _mostly_personal(values: Sequence[str]) -> bool:
    seen = _filled(values)
    return bool(seen) and sum(privacy.holds_personal(value) for value in seen) >= 0.3 * len(seen)
