"""Read a header: its words, and how surely they name each field, in log-odds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tlanalysis.lists.cells.text import key
from tlanalysis.lists.fields import SYNONYMS
from tlanalysis.lists.recognition import words

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_METRES = {"lambert", "lambert93", "l93", "l", "2154", "93", "rgf93", "rgf"}

# What the words of a header must be, once owners and little words are left out, to name a field; and how surely.
_PATTERNS: dict[str, tuple[tuple[str, float], ...]] = {
    "nom": (("NAME", 4.0),),
    "typologie": (("TYPE", 3.6), ("TYPE NAME", 3.0), ("TAG", 2.0)),
    "code_commune": (
        ("CODE INSEE", 4.2), ("INSEE", 4.0), ("CODE COMMUNE", 4.0), ("COMMUNE INSEE", 4.0), ("CODE COMMUNE INSEE", 4.2),
        ("ID COMMUNE", 2.0), ("REF INSEE", 3.5),
    ),
    "commune": (("COMMUNE", 4.0), ("NAME COMMUNE", 4.2)),
    "code_postal": (("CODE POSTAL", 4.5), ("POSTAL", 4.2), ("CODE POSTAL COMMUNE", 3.5), ("POSTAL COMMUNE", 3.0)),
    "cp_commune": (("CODE POSTAL COMMUNE", 3.8), ("CODE POSTAL", 2.2), ("POSTAL COMMUNE", 3.0), ("COMMUNE", 1.4)),
    "departement": (
        ("DEP", 3.8), ("CODE DEP", 4.2), ("NAME DEP", 4.0), ("INSEE DEP", 4.2), ("CODE DEP INSEE", 4.2),
    ),
    "region": (("REG", 3.8), ("CODE REG", 4.2), ("NAME REG", 4.0), ("INSEE REG", 4.2), ("CODE REG INSEE", 4.2)),
    "pays": (("COUNTRY", 4.0), ("CODE COUNTRY", 4.0), ("NAME COUNTRY", 4.0)),
    "adresse": (("ADDRESS", 4.0), ("ADDRESS POSTAL", 4.0), ("ADDRESS NAME", 3.0), ("ADDRESS CODE", 2.4)),
    "latitude": (("LAT", 4.2), ("LAT POINT", 4.2), ("Y", 2.6), ("POINT Y", 2.8)),
    "longitude": (("LON", 4.2), ("LON POINT", 4.2), ("X", 2.6), ("POINT X", 2.8)),
    "coordonnees": (("POINT", 3.2), ("LAT LON", 4.0), ("POINT X Y", 3.5), ("LAT LON POINT", 4.0)),
    "x_lambert93": (("XLAMBERT", 4.0), ("POINT XLAMBERT", 4.0), ("X", 2.6), ("POINT X", 2.6)),
    "y_lambert93": (("YLAMBERT", 4.0), ("POINT YLAMBERT", 4.0), ("Y", 2.6), ("POINT Y", 2.6)),
    "site_web": (("WEB", 4.0), ("ADDRESS WEB", 3.6)),
    "date_ouverture": (("DATE OPEN", 4.0), ("OPEN", 2.0)),
    "etat": (("STATE", 3.6),),
    "siret": (("SIRET", 4.2), ("CODE SIRET", 4.2), ("ID SIRET", 4.0), ("REF SIRET", 4.0), ("SIREN SIRET", 4.0)),
    "siren": (("SIREN", 4.2), ("CODE SIREN", 4.2), ("ID SIREN", 4.0)),
    "id_source": (("ID", 3.6), ("REF", 2.6), ("CODE", 2.4), ("CODE ID", 3.2),
                  ("REGISTER", 2.8), ("REGISTER ID", 3.6), ("REGISTER CODE", 3.2)),
}  # fmt: skip
_BY_CONCEPTS = {
    (name, frozenset(concepts.split())): odds for name, pairs in _PATTERNS.items() for concepts, odds in pairs
}
# What each word costs that the pattern does not have.
_UNKNOWN, _MOST_UNKNOWN = 0.9, 2.8
# What it costs to be of somebody else, to name another thing, to be of the organisation that runs the place.
_OTHER, _ELSE, _OF_ORGANISATION = 4.5, 7.0, 2.6
_HEAD_OFFICE = 1.2
# An `enseigne` names the place better than a `raison_sociale`, and less than a name.
_SHOP_SIGN = 1.2
# A `libelle` says in words what a code says: of something unknown (`lib_mod`), it is seldom the name of the place.
_LABELS, _LABEL_OF_UNKNOWN = {"lib", "libelle", "intitule"}, 1.2
# A header that is one of the synonyms of `fields`, and how much less the last of them says than the first.
_EXACT, _FALL = 4.8, 2.2


@dataclass(frozen=True)
class Header:
    """A header read: its words in order, its concepts, and the words that qualify it."""

    text: str
    tokens: tuple[str, ...]
    concepts: frozenset[str]
    place: bool  # names what one row is
    organisation: bool
    other: bool  # of somebody else
    elsewhere: tuple[str, ...]  # words that name another thing
    unknown: tuple[str, ...]


def tokens_of(header: str) -> tuple[str, ...]:
    """Return the words of a header in lower case, without accents.

    Examples
    --------
    >>> tokens_of("codePostalEtablissement"), tokens_of("address.addressCountry"), tokens_of("NOMCOM")
    (('code', 'postal', 'etablissement'), ('address', 'address', 'country'), ('nom', 'commune'))
    """
    split = key(_CAMEL.sub(" ", header)).split()
    found: list[str] = []
    for word in split:
        bare = word.rstrip("0123456789") if word not in _METRES else word
        found.extend(_unglued(bare or word))
    return tuple(found)


@lru_cache(4096)
def _unglued(word: str) -> tuple[str, ...]:
    if word in words.GLUED:
        return words.GLUED[word]
    if word in words.CONCEPT or word in words.STOP or len(word) < 7:
        return (word,)
    for cut in range(3, len(word) - 2):
        left, right = word[:cut], word[cut:]
        if left in words.CONCEPT and (right in words.CONCEPT or right in words.PLACE or right in words.ORGANISATION):
            return (left, right)
    return (word,)


def read_header(text: str) -> Header:
    """Return the words of a header and what each is to a list of places."""
    tokens = tuple(_joined(tokens_of(text)))
    concepts: list[str] = []
    place = organisation = other = False
    elsewhere: list[str] = []
    unknown: list[str] = []
    for word in tokens:
        if word in words.ELSEWHERE:
            elsewhere.append(word)
        if word in words.OTHERS:
            other = True
        elif word in words.CONCEPT:
            concepts.append(words.CONCEPT[word])
            organisation |= word == "raison_sociale"
        elif word in words.PLACE:
            place = True
        elif word in words.ORGANISATION:
            organisation = True
        elif not (word in words.STOP or word in words.ELSEWHERE or word[:1].isdigit() or len(word) == 1):
            unknown.append(word)
    return Header(
        text, tokens, _subject(concepts, tokens), place, organisation, other, tuple(elsewhere), tuple(unknown)
    )


# Concepts that may stand as context before the one that a column holds: `address.addressLocality`, `geo.latitude`.
_CONTEXT = ("ADDRESS", "POINT")
_AFTER_CONTEXT = {
    "ADDRESS": {"CP", "COMMUNE", "INSEE", "DEP", "REG", "COUNTRY", "LAT", "LON", "X", "Y"},
    "POINT": {
        "LAT",
        "LON",
        "X",
        "Y",
        "XLAMBERT",
        "YLAMBERT",
        "CP",
        "COMMUNE",
        "INSEE",
        "DEP",
        "REG",
        "COUNTRY",
        "ADDRESS",
    },
}


def _subject(concepts: list[str], tokens: tuple[str, ...]) -> frozenset[str]:
    """Return the concepts without the context, and with metres told from degrees."""
    found = set(concepts)
    for context in _CONTEXT:
        if context in found and (found & _AFTER_CONTEXT[context] - {context} or {"CODE", "POSTAL"} <= found):
            found.discard(context)
    if "REGISTER" in found and found - {"REGISTER", "ID", "CODE"}:  # `code_postal_uai`: of the one in the register
        found.discard("REGISTER")
    if "CP" in found:
        found = (found - {"CP"}) | {"CODE", "POSTAL"}
    if any(word in _METRES for word in tokens):
        for plain, metres in (("X", "XLAMBERT"), ("Y", "YLAMBERT")):
            if plain in found:
                found = (found - {plain}) | {metres}
    return frozenset(found)


@lru_cache(4096)
def header_odds(text: str) -> dict[str, float]:
    """Return field -> log-odds that a column with this header holds the field, from the header alone.

    A field that the header does not name is absent; a word that names another thing lowers all fields.

    Examples
    --------
    >>> odds = header_odds("Code postal du lieu")
    >>> max(odds, key=odds.get), "date_ouverture" in header_odds("Horaires d'ouverture")
    ('code_postal', False)
    """
    header = read_header(text)
    plain = "_".join(tokens_of(text))
    odds: dict[str, float] = {}
    concepts = [header.concepts]
    place = header.place
    if "site" in header.tokens and len(header.concepts - {"WEB"}):  # `site_id`: the site is the place
        concepts.append(header.concepts - {"WEB"})
        place = True
    for name, pattern in _BY_CONCEPTS:
        if pattern in concepts:
            odds[name] = _BY_CONCEPTS[name, pattern] - min(_MOST_UNKNOWN, _UNKNOWN * len(header.unknown))
    if not header.concepts and (header.place or header.organisation) and not header.unknown:
        odds["nom"] = 2.6 if header.place else 1.8
    if header.other:
        odds = {name: value - _OTHER for name, value in odds.items()}
    if "siege" in header.tokens:  # the head office is where the place is only when nothing else says it
        odds = {name: value - _HEAD_OFFICE for name, value in odds.items()}
    of_organisation = header.organisation and not place
    if of_organisation and header.concepts:
        for name in odds.keys() & {"nom", "typologie", "date_ouverture"}:
            odds[name] -= _OF_ORGANISATION
    if "nom" in odds and "enseigne" in header.tokens and not place:
        odds["nom"] -= _SHOP_SIGN
    if "nom" in odds and says_label_of_unknown(text):
        odds["nom"] -= _LABEL_OF_UNKNOWN
    if "typologie" in odds and not place and header.unknown:
        odds["typologie"] -= 1.0
    if "site_web" in odds:  # `lien_osm`, `url_fiche` are other pages; `adresse_site` may be where the site lies
        odds["site_web"] -= 3.0 if header.unknown else 0.0
        odds["site_web"] -= 2.0 if "ADDRESS" in header.concepts and "site" in header.tokens else 0.0
    if header.elsewhere:
        odds = {name: value - _ELSE for name, value in odds.items()}
    for name, known in SYNONYMS.items():
        for spelling in (plain, normalised(text)):
            if spelling in known:
                exact = _EXACT - _FALL * known.index(spelling) / len(known)
                exact -= _OF_ORGANISATION if of_organisation and name == "nom" else 0.0
                exact -= _SHOP_SIGN if spelling == "enseigne" else 0.0
                odds[name] = max(odds.get(name, 0.0), exact)
    return {name: value for name, value in odds.items() if value > 0}


def says_kind_of_place(text: str) -> bool:
    """Return whether a header speaks of a kind of place: `typologie`, `type_de_lieu`, `famille`; not `type`."""
    header = read_header(text)
    return (
        header.place or "site" in header.tokens or bool({"typologie", "typo", "familles", "famille"} & {*header.tokens})
    )


def says_label_of_unknown(text: str) -> bool:
    """Return whether a header is a label of something we do not know: `lib_mod`, `uo_lib`; not `lib_fs`."""
    header = read_header(text)
    return bool(header.unknown and _LABELS & {*header.tokens}) and not (header.place or "site" in header.tokens)


def says_only_code(text: str) -> bool:
    """Return whether a header says "code" or "number" and not of what kind."""
    return read_header(text).concepts == {"CODE"}


def normalised(header: str) -> str:
    """Return a header as the synonyms write it.

    Examples
    --------
    >>> [normalised(h) for h in ("Code Postal", " état du projet", "geo.latitude", "adresse.codePostal", "NOM_TL")]
    ['code_postal', 'etat_du_projet', 'geo_latitude', 'adresse_code_postal', 'nom_tl']
    """
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header)
    return key(split).replace(" ", "_")


def _joined(raw: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    at = 0
    bare = [word for word in raw if word not in {"de", "du", "d", "l", "la", "le", "en", "des"}]
    while at < len(bare):
        for phrase, word in words.PHRASES:
            if tuple(bare[at : at + len(phrase)]) == phrase:
                found.append(word)
                at += len(phrase)
                break
        else:
            found.append(bare[at])
            at += 1
    return found
