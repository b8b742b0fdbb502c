"""Recognition of a list: evidence of headers, values and other columns, one assignment, a confidence per column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tlanalysis.lists.cells.text import key
from tlanalysis.lists.fields import INPUT
from tlanalysis.lists.recognition import context
from tlanalysis.lists.recognition.assignment import assign
from tlanalysis.lists.recognition.evidence import NEVER, odds_alone, value_odds
from tlanalysis.lists.recognition.header import header_odds, says_kind_of_place, says_label_of_unknown, says_only_code
from tlanalysis.lists.recognition.values import Profile

# The confidence from which 99.5 % of the columns of the corpus are right (`benchmarks.recognition`).
THRESHOLD = 0.9
# Log-odds to confidence: logit = SLOPE * odds + SHIFT. The slope is fitted on the distinct columns of the corpus, the
# shift keeps `THRESHOLD` at the log-odds from which all were right (`benchmarks.recognition` prints how it fits).
SLOPE, SHIFT = 3.2, -5.73

_NAMES = ("nom", "id_source")
_PLACES = (
    "code_commune", "commune", "code_postal", "departement", "region", "latitude", "longitude", "coordonnees",
    "x_lambert93", "y_lambert93", "adresse", "cp_commune", "pays",
)  # fmt: skip
# Fields of which two columns may rightly be there: the other is left, and nobody needs to choose.
_EITHER = {"departement", "region", "commune", "adresse", "latitude", "longitude", "coordonnees", "pays", "site_web",
"id_source", "siret", "siren", "x_lambert93", "y_lambert93", "code_postal", "code_commune"}  # fmt: skip
_PAIRS = (("latitude", "longitude"), ("y_lambert93", "x_lambert93"))
# What it costs a date to be that of a record.
_OF_RECORD = 4.0
# A rival this many log-odds behind does not make a choice doubtful.
_CLEAR = 1.2


@dataclass(frozen=True)
class Candidate:
    """One column as one field.

    Attributes
    ----------
    name, column : str
        The field, and the column.
    odds : float
        Log-odds of the column by itself; `header` is the part of the header.
    judged : float
        Log-odds after its rivals; they give the confidence.
    """

    name: str
    column: str
    odds: float
    header: float
    judged: float = 0.0

    @property
    def confidence(self) -> float:
        """Return how surely the column is the field, between 0 and 1."""
        return confidence_of(self.judged)


@dataclass(frozen=True)
class Recognition:
    """Which column holds which field, and for every other column the field it might have held and why it does not.

    Attributes
    ----------
    chosen : dict of Candidate
        Field -> column, at `THRESHOLD` or above.
    doubtful : dict of Candidate
        Field -> the best column below it.
    rivals : dict of tuple of str
        Field -> other columns between which the evidence does not choose.
    unread : dict of (str, str)
        Column -> (reason, field it comes nearest to), of the columns with an evident role that no field takes.
    flags : dict of str
        Column that answers yes or no -> the kind of place it names.
    personal : tuple of str
        Columns that are never read.
    """

    chosen: dict[str, Candidate]
    doubtful: dict[str, Candidate]
    rivals: dict[str, tuple[str, ...]]
    unread: dict[str, tuple[str, str]]
    flags: dict[str, str]
    personal: tuple[str, ...]
    profiles: Mapping[str, Profile] = field(repr=False)

    @cached_property
    def columns(self) -> dict[str, str]:
        """Return field -> column in the order of the fields."""
        return {name: self.chosen[name].column for name in INPUT if name in self.chosen}


def recognise(headers: Sequence[str], sample: Mapping[str, Sequence[str]], personal: Sequence[str] = ()) -> Recognition:
    """Decide which column holds which field.

    Parameters
    ----------
    headers : sequence of str
        Columns of the list, each once.
    sample : mapping
        Header -> some of its values, the empty string for missing.
    personal : sequence of str
        Columns that hold personal data and are never read.
    """
    headers = list(dict.fromkeys(headers))
    people = context.people_columns(headers) | set(personal)
    profiles = {header: Profile(sample.get(header, ())) for header in headers}
    candidates = [header for header in headers if header not in people]
    flags = context.flags(candidates, profiles)
    derived = context.derived_columns(headers)
    odds = {
        (name, header): pair
        for header in candidates
        if header not in flags
        for name in INPUT
        if (pair := _odds(name, header, profiles[header])) is not None
    }
    publishers = {pair: value for pair, value in odds.items() if pair[1] not in derived}
    found = _best(_with_context(publishers, candidates, profiles))
    located = found.keys() & {*_PLACES} - {"pays", "region", "adresse"}
    taken = publishers
    if derived and not located:
        extra = {pair: value for pair, value in odds.items() if pair[1] in derived and pair[0] in _PLACES}
        taken = publishers | extra
        found = _best(_with_context(taken, candidates, profiles))
    return _judged(found, taken, odds, derived, flags, headers, people, profiles)


def _odds(name: str, header: str, profile: Profile) -> tuple[float, float] | None:
    """Return the log-odds of a column as a field, with the part of the header; None when the header says nothing."""
    said = header_odds(header).get(name, 0.0)
    if said <= 0.0:
        alone = odds_alone(name, profile)
        return (alone, 0.0) if alone else None
    odds = said + value_odds(name, profile)
    if name == "typologie" and not profile.empty and profile.share("kind") < _KINDS and not says_kind_of_place(header):
        odds -= _ANY_KIND
    if name == "nom" and says_label_of_unknown(header) and profile.share("kind") >= _KINDS:
        odds -= _LABEL_OF_KINDS
    if name == "id_source" and says_only_code(header) and profile.share("five") >= _CODES:
        odds -= _ANY_KIND
    return odds, said


# Numbers of five digits under `code` may be codes of communes: this share of them lowers an identifier.
_CODES = 0.9
# `type` may be the type of anything: unless this share of the values names kinds of place, it says less.
_KINDS, _ANY_KIND = 0.3, 2.0
# The labels of an unknown code that name kinds of place are no names.
_LABEL_OF_KINDS = 1.2


Odds = dict[tuple[str, str], tuple[float, float]]


def _with_context(odds: Odds, headers: Sequence[str], profiles: Mapping[str, Profile]) -> Odds:
    """Return the log-odds after the columns beside have spoken."""
    place = dict(odds)
    for header in context.dates_of_records(headers):
        if ("date_ouverture", header) in place:
            dated, named = place["date_ouverture", header]
            place["date_ouverture", header] = (dated - _OF_RECORD, named)
    for one, other in _PAIRS:
        for name, partner in ((one, other), (other, one)):
            if not any(field_ == partner and value[0] > 0 for (field_, _), value in odds.items()):
                place = {
                    pair: (value[0] - 6.0, value[1]) if pair[0] == name else value for pair, value in place.items()
                }
    communes = [column for (name, column), value in odds.items() if name == "commune" and value[0] > 2]
    for (name, column), value in odds.items():
        if name == "nom" and any(
            _same(profiles[column], profiles[commune]) for commune in communes if commune != column
        ):
            place[name, column] = (value[0] - 4.0, value[1])
    return place


def _same(one: Profile, other: Profile) -> bool:
    """Return whether two columns hold the same values, but for case."""
    mine = {value.casefold() for value in one.counts}
    return bool(mine) and len(mine & {value.casefold() for value in other.counts}) >= 0.6 * len(mine)


def _best(odds: Odds) -> dict[str, Candidate]:
    positive = {pair: value for pair, value in odds.items() if value[0] > 0}
    fields = [name for name in INPUT if any(pair[0] == name for pair in positive)]
    columns = list(dict.fromkeys(column for _, column in positive))
    gain = np.zeros((len(fields), len(columns)))
    for (name, column), (value, _) in positive.items():
        gain[fields.index(name), columns.index(column)] = value
    return {
        fields[row]: Candidate(fields[row], columns[at], float(gain[row, at]), positive[fields[row], columns[at]][1])
        for row, at in assign(gain)
    }


def confidence_of(odds: float) -> float:
    """Return the confidence of a column from its log-odds."""
    return round(1 / (1 + math.exp(-(SLOPE * odds + SHIFT))), 3)


def _judged(
    found: dict[str, Candidate],
    odds: Odds,
    all_odds: Odds,
    derived: set[str],
    flags: dict[str, str],
    headers: Sequence[str],
    people: set[str],
    profiles: Mapping[str, Profile],
) -> Recognition:
    odds = _with_context(odds, headers, profiles)
    used = {entry.column for entry in found.values()}
    chosen: dict[str, Candidate] = {}
    doubtful: dict[str, Candidate] = {}
    rivals: dict[str, tuple[str, ...]] = {}
    for name, entry in found.items():
        others = {
            column: value[0]
            for (field_, column), value in odds.items()
            if field_ == name and column not in used and value[0] > entry.odds - _CLEAR
        }
        others = {column: value for column, value in others.items() if not _same_values(profiles, entry.column, column)}
        value = entry.odds
        if others and name not in _EITHER:
            value = min(value, entry.odds - _CLEAR + entry.odds - max(others.values()))
            value = min(value, 1.0 + entry.odds - max(others.values()))
            rivals[name] = tuple(others)
        sure = Candidate(name, entry.column, entry.odds, entry.header, float(value))
        (chosen if sure.confidence >= THRESHOLD else doubtful)[name] = sure
    for one, other in _PAIRS:
        for name, partner in ((one, other), (other, one)):
            if name in chosen and partner not in chosen:
                doubtful[name] = chosen.pop(name)
    if flags and "typologie" in chosen:
        flags = {}
    taken = {entry.column for entry in chosen.values()} | set(flags)
    unread = _unread(headers, taken, people, derived, all_odds, chosen, doubtful)
    return Recognition(chosen, doubtful, rivals, unread, flags, tuple(h for h in headers if h in people), profiles)


def _same_values(profiles: Mapping[str, Profile], one: str, other: str) -> bool:
    """Return whether two columns say the same in each row, or one says nothing."""
    if profiles[other].empty:
        return True
    return list(map(key, profiles[one].filled)) == list(map(key, profiles[other].filled))


def _unread(
    headers: Sequence[str],
    taken: set[str],
    people: set[str],
    derived: set[str],
    odds: Odds,
    chosen: Mapping[str, Candidate],
    doubtful: Mapping[str, Candidate],
) -> dict[str, tuple[str, str]]:
    """Return why each column with an evident role is not read: derived, second, refused by its values, or unsure."""
    found: dict[str, tuple[str, str]] = {}
    for header in headers:
        if header in taken or header in people:
            continue
        roles = {name: value for (name, column), value in odds.items() if column == header}
        if header in derived:
            found[header] = ("derived", "")
        elif roles:
            name = max(roles, key=lambda role: (roles[role][0], roles[role][1]))
            likely = max(roles, key=lambda role: roles[role][1])
            value, said = roles[name]
            if any(entry.column == header for entry in doubtful.values()):
                unsure = next(entry.name for entry in doubtful.values() if entry.column == header)
                found[header] = ("unsure", unsure)
            elif value <= 0 and said >= 1.4:
                found[header] = ("values", likely)
            elif name in chosen:
                found[header] = ("second", name)
            elif said >= 1.4 or value > 0:
                found[header] = ("unsure", name)
    return found


__all__ = ["NEVER", "THRESHOLD", "Candidate", "Recognition", "confidence_of", "recognise"]
