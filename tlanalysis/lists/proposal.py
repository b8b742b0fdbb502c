"""What a user reads of a recognition: which columns are not read and why, what is asked, and a mapping to complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.fields import INPUT, LOCATES
from tlanalysis.lists.mapping import Mapping, quoted
from tlanalysis.lists.messages import say
from tlanalysis.lists.recognition.decision import THRESHOLD, Recognition
from tlanalysis.lists.recognition.values import Profile

# How many columns a refusal names, and how many characters of a value it shows.
_NAMED, _SHOWN = 40, 40


def proposed(found: Recognition) -> Mapping:
    """Return the mapping of what was recognised at the threshold."""
    columns = found.columns
    sure = {name: found.chosen[name].confidence for name in columns}
    if "id_source" not in columns and "siret" in columns and _names_each_row(found.profiles[columns["siret"]]):
        columns = {"id_source": columns["siret"], **{name: at for name, at in columns.items() if name != "siret"}}
        sure["id_source"] = sure.pop("siret")
    return Mapping(
        columns,
        confidence=sure,
        flags=dict(found.flags),
    )


def _names_each_row(profile: Profile) -> bool:
    """Return whether a column holds one value per row, each once: a SIRET then identifies the place."""
    return profile.fill >= 0.5 and profile.distinct == 1 and len(profile.filled) > 1


def lacking(found: Recognition) -> str:
    """Return the field that has to be asked for: `nom`, `commune` for any place, or empty when nothing is lacking.

    A list whose column of names is unsure has to be asked about, even when its identifiers are sure.
    """
    unsure = "nom" not in found.chosen and "nom" in found.doubtful
    if unsure or not {"nom", "id_source"} & proposed(found).columns.keys():
        return "nom"
    return "" if LOCATES & found.chosen.keys() else "commune"


def check_enough(found: Recognition, headers: Sequence[str], where: str) -> None:
    """Ask when no column holds a name, none a location, or two columns may hold one field.

    Raises
    ------
    BadInput
        The sentence names the candidates, with sample values.
    """
    lacks = lacking(found)
    if not lacks:
        return
    if lacks == "nom" and found.rivals.get("nom") and "nom" in found.doubtful:
        both = " / ".join(
            _with_samples(column, found) for column in (found.doubtful["nom"].column, *found.rivals["nom"])
        )
        raise BadInput(say("may_both", where=where, columns=both, field="nom"))
    wanted = {"nom", "id_source"} if lacks == "nom" else LOCATES
    sentence = say("no_name" if lacks == "nom" else "no_place", where=where, threshold=THRESHOLD)
    guesses = [
        f"{entry.column!r} = {name} ({entry.confidence:.2f}; {samples(found.profiles[entry.column])})"
        for name, entry in found.doubtful.items()
        if name in wanted
    ]
    if guesses:
        sentence += say("ask_candidates", candidates=", ".join(guesses))
    listed = ", ".join(repr(shown(header)) for header in headers[:_NAMED]) + (", …" if len(headers) > _NAMED else "")
    raise BadInput(sentence + say("ask_columns", columns=listed) + say("ask_how"))


def _with_samples(column: str, found: Recognition) -> str:
    return f"{column!r} ({samples(found.profiles[column])})"


def shown(text: str) -> str:
    """Return a header or a value as a message may show it."""
    return without_personal(text, "[…]")[:80]


def samples(profile: Profile, number: int = 3) -> str:
    """Return some distinct values of a column, cut, without e-mail addresses and telephone numbers."""
    values = list(dict.fromkeys(shown(" ".join(value.split()))[:_SHOWN] for value in profile.filled))[:number]
    return ", ".join(repr(value) for value in values) or say("empty")


def why_unread(found: Recognition) -> dict[str, str]:
    """Return column -> why it is not read, of the columns with an evident role."""
    return {column: _why(found, column) for column in found.unread}


def unknown_to(known: str, found: Recognition) -> dict[str, str]:
    """Return column -> why it is not read, of the columns that would have been read in a list that we do not know."""
    if not known:
        return {}
    return {entry.column: say("why_known", known=known, field=name) for name, entry in found.chosen.items()}


def _why(found: Recognition, column: str) -> str:
    reason, name = found.unread[column]
    profile = found.profiles[column]
    if reason == "derived":
        return say("why_derived")
    if reason == "second" and name in found.chosen:
        return say("why_second", field=name, other=repr(found.chosen[name].column))
    if reason == "values":
        if profile.empty:
            return say("why_values_empty", field=name)
        return say("why_values", field=name, samples=samples(profile))
    sure = found.doubtful.get(name)
    if sure is not None and sure.column == column and sure.confidence >= THRESHOLD:
        return say("why_alone", field=name, samples=samples(profile))
    confidence = f"{sure.confidence:.2f}" if sure is not None and sure.column == column else f"< {THRESHOLD}"
    return say("why_unsure", field=name, confidence=confidence, samples=samples(profile))


def to_toml(mapping: Mapping, found: Recognition, headers: Sequence[str], where: str) -> str:
    """Return a mapping to complete: what was recognised, and every other column as a comment with sample values."""
    return "\n".join(_lines(mapping, found, headers, where)) + "\n"


def _lines(mapping: Mapping, found: Recognition, headers: Sequence[str], where: str) -> Iterator[str]:
    yield f"# {_one_line(say('proposal_head', where=where))}"
    yield f"# {say('proposal_fields', fields=', '.join(INPUT))}"
    yield ""
    read = {column: name for name, column in mapping.columns.items()}
    body, _, tail = mapping.to_toml().partition("[colonnes]\n")
    table, _, rest = tail.partition("\n\n")
    if body:
        yield body.rstrip("\n")
    yield "[colonnes]"
    lacks = "" if mapping.known else lacking(found)
    if lacks and lacks not in mapping.columns:
        yield f'{lacks} = ""  # ! {say("proposal_missing_name" if lacks == "nom" else "proposal_missing_place")}'
    for line in table.rstrip("\n").split("\n"):
        if line:
            profile = _profile(found, mapping.columns[line.split(" = ")[0]])
            yield f"{line} {';' if '  # ' in line else ' #'} {_one_line(samples(profile))}"
    yield ""
    yield f"# {say('proposal_rest')}"
    used = set(read) | set(mapping.flags) | {column for more in mapping.fallbacks.values() for column in more}
    why = unknown_to(mapping.known, found) | why_unread(found)
    guesses = {entry.column: name for name, entry in found.doubtful.items()}
    for column in headers:
        if column in used:
            continue
        if column in found.personal:
            yield f"# {quoted(shown(column))}: {say('proposal_personal')}"
            continue
        guess = guesses.get(column) or (found.unread[column][1] if column in found.unread else "") or "?"
        values = samples(_profile(found, column))
        reason = why.get(column) or say("no_role")
        note = reason if values in reason else f"{reason} ; {values}"
        yield f"# {guess} = {quoted(column)}  # {_one_line(note)}"
    if rest.strip():
        yield ""
        yield rest.rstrip("\n")


def _profile(found: Recognition, column: str) -> Profile:
    return found.profiles.get(column) or Profile(())


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
