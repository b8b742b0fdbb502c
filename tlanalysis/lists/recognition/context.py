"""What the other columns of a list say of one: derived families, people beside a first name, kinds as flags."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from tlanalysis.lists.cells import privacy
from tlanalysis.lists.recognition import words
from tlanalysis.lists.recognition.header import normalised, read_header, tokens_of
from tlanalysis.lists.recognition.values import Profile

# What a geocoder says of its answer: a family of columns without one of these is not a geocoder's.
_JUDGEMENTS = {"score", "type", "label", "status", "precision", "confidence", "quality"}
# The columns of a geocoder may lie in a record (`properties.result_score`) or stand twice (`result_score#2`).
_DERIVED = re.compile(
    rf"(?:[a-z]+_)?(?P<prefix>{'|'.join(words.DERIVED_PREFIXES)})(?P<rest>{'|'.join(sorted(words.DERIVED))})(?:_\d+)?$"
)
_AROUND_FLAG = words.STOP | {"type", "is", "est", "typologie", "categorie"}


def derived_columns(headers: Sequence[str]) -> set[str]:
    """Return the columns that a geocoder added, known by their prefix and by what comes with it.

    Examples
    --------
    >>> sorted(derived_columns(["nom", "result_name", "result_score", "result_type"]))
    ['result_name', 'result_score', 'result_type']
    """
    families: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for header in headers:
        if found := _DERIVED.match(normalised(header)):
            families[found["prefix"]][found["rest"]].append(header)
    return {
        header
        for prefix, members in families.items()
        if len(members) >= 2 and members.keys() & (_JUDGEMENTS if prefix != "geo_" else {"score"})
        for found in members.values()
        for header in found
    }


# `prenom1UniteLegale`, `prenomUsuelUniteLegale`: what is left says whose first name it is.
_OF_FIRST_NAMES = {
    "prenom",
    "prenoms",
    "usuel",
    "usuels",
    "first",
    "given",
    "firstname",
    "name",
    "nom",
    "de",
    "du",
    "d",
}
_KINDS_OF_NAMES = {"usage", "famille", "naissance", "patronymique", "marital", "de", "du", "d"}
_FIRST_NAME = re.compile(r"(?:^|_)(?:prenoms?\d?|first_?name|given_?name)(?:_|\d|$)")


def people_columns(headers: Sequence[str]) -> set[str]:
    """Return the columns that name people: those of a header that says so, and the name that goes with a first name.

    Examples
    --------
    >>> sorted(people_columns(["Nom", "Prénom", "Structure"]))
    ['Nom', 'Prénom']
    >>> sorted(people_columns(["nom", "adresse", "ct_prenom", "ct_nom"]))
    ['ct_nom', 'ct_prenom']
    """
    plain = [normalised(header) for header in headers]
    found = {header for header, name in zip(headers, plain, strict=True) if privacy.is_personal(name)}
    for at, name in enumerate(plain):
        if not _FIRST_NAME.search(name):
            continue
        twin = re.sub(r"prenoms?", "nom", re.sub(r"first_?name|given_?name", "last_name", name))
        for beside in (at - 1, at + 1):
            if 0 <= beside < len(plain) and (
                plain[beside] == twin or set(tokens_of(headers[beside])) <= {"nom", "name", "de", "famille", "usage"}
            ):
                found.add(headers[beside])
        if name not in {"prenom", "prenoms"}:
            found.update(header for header, other in zip(headers, plain, strict=True) if other == twin)
        if of := set(tokens_of(headers[at])) - _OF_FIRST_NAMES:
            found.update(header for header in headers if _is_family_name(set(tokens_of(header)), of))
    for header in headers:
        said = read_header(header)
        if "NAME" in said.concepts and set(said.tokens) & words.PERSONS:
            found.add(header)
    return found


def _is_family_name(tokens: set[str], of: set[str]) -> bool:
    """Return whether a header is a family name of whom another header gives the first name."""
    return "nom" in tokens and tokens - {"nom", *_KINDS_OF_NAMES} == of


_RECORD = re.compile(r"creat(?:ed|ion)|cree|ajout")
_CHANGES = ("modification", "derniere_modification", "maj", "mise_a_jour", "updated", "update", "modified", "modif")


def dates_of_records(headers: Sequence[str]) -> set[str]:
    """Return the columns that date the record, not the place: those with a twin that dates its last change.

    Examples
    --------
    >>> dates_of_records(["date_creation", "date_modification"]), dates_of_records(["date_creation", "date_maj_prix"])
    ({'date_creation'}, set())
    """
    plain = {normalised(header): header for header in headers}
    return {
        header
        for name, header in plain.items()
        if (found := _RECORD.search(name)) and any(name.replace(found[0], change) in plain for change in _CHANGES)
    }


def flags(headers: Sequence[str], profiles: Mapping[str, Profile]) -> dict[str, str]:
    """Return the columns that answer yes or no for one kind of place, with the kind; empty unless there are two.

    Examples
    --------
    >>> yes = Profile(["1", "0", "1"])
    >>> flags(["c_fablab", "c_coworking", "c_wifi"], {"c_fablab": yes, "c_coworking": yes, "c_wifi": yes})
    {'c_fablab': 'Fablab', 'c_coworking': 'Coworking'}
    """
    found = {}
    for header in headers:
        said = [word for word in normalised(header).split("_") if word not in _AROUND_FLAG]
        label = words.FLAGS.get(" ".join(said))
        column = profiles.get(header)
        if label and column is not None and not column.empty and column.share("boolean") >= 0.9:
            found[header] = label
    return found if len(found) >= 2 else {}
