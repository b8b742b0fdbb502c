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
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells import privacy
from tlanalysis.lists.cells.text import LONGEST, is_bare_number
from tlanalysis.lists.fields import INPUT
from tlanalysis.lists.messages import did_you_mean, say
from tlanalysis.lists.recognition.context import people_columns
from tlanalysis.lists.recognition.header import header_odds


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
    fallbacks : dict of tuple of str
        Field -> columns that are read, in this order, where the column of the field is empty.
    flags : dict of str
        Column that answers yes or no -> the kind of place that a yes adds to `typologie`.
    """

    columns: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    name: str = ""
    known: str = ""
    confidence: dict[str, float] = field(default_factory=dict)
    fallbacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)

    @property
    def read(self) -> list[str]:
        """Return every column that is read, each once."""
        more = [column for columns in self.fallbacks.values() for column in columns]
        return list(dict.fromkeys([*self.columns.values(), *more, *self.flags]))

    def to_toml(self) -> str:
        """Return the text of `mapping.toml`."""
        lines = [f"nom = {quoted(self.name)}"] if self.name else []
        lines += [f"liste = {quoted(self.known)}"] if self.known else []
        lines += ["", "[colonnes]"] if lines else ["[colonnes]"]
        for ours, theirs in self.columns.items():
            sure = self.confidence.get(ours, 1.0)
            more = self.fallbacks.get(ours, ())
            cells = f"[{', '.join(map(quoted, (theirs, *more)))}]" if more else quoted(theirs)
            lines.append(f"{ours} = {cells}" + (f"  # {sure:.2f}" if sure < 1 else ""))
        if self.flags:
            lines += ["", "[drapeaux]", *(f"{quoted(column)} = {quoted(kind)}" for column, kind in self.flags.items())]
        for name, pairs in self.values.items():
            lines += [
                "",
                f"[valeurs.{name}]",
                *(f"{quoted(theirs)} = {quoted(ours)}" for theirs, ours in pairs.items()),
            ]
        return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
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
        raise BadInput(say("no_mapping", path=path)) from None
    except OSError as error:
        raise BadInput(say("mapping_unreadable", path=path, why=error.strerror)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(say("mapping_no_toml", path=path, why=error)) from error
    if odd := sorted(set(content) - {"nom", "liste", "colonnes", "drapeaux", "valeurs"}):
        raise BadInput(say("mapping_odd", path=path, odd=repr(odd[0])))
    columns, values, flags = (content.get(name, {}) for name in ("colonnes", "valeurs", "drapeaux"))
    if not all(isinstance(table, dict) for table in (columns, values, flags)):
        raise BadInput(say("mapping_tables", path=path))
    for name in (*columns, *values):
        if name not in INPUT:
            raise BadInput(
                say(
                    "mapping_no_field",
                    path=path,
                    name=repr(name),
                    hint=did_you_mean(name, INPUT),
                    fields=", ".join(INPUT),
                )
            )
    lists = {name: cells if isinstance(cells, list) else [cells] for name, cells in columns.items()}
    texts = [
        *(cell for cells in lists.values() for cell in cells or [None]),
        *flags.values(),
        *(word for pairs in values.values() if isinstance(pairs, dict) for word in pairs.values()),
    ]
    if (
        not columns
        or not all(isinstance(text, str) for text in texts)
        or not all(isinstance(p, dict) for p in values.values())
    ):
        raise BadInput(say("mapping_lines", path=path))
    for name, cells in lists.items():
        if not cells[0] and name in {"nom", "commune", "id_source"}:
            raise BadInput(say("mapping_to_complete", path=path, field=name))
    return Mapping(
        {name: cells[0] for name, cells in lists.items()},
        values,
        str(content.get("nom", "")),
        known=str(content.get("liste", "")),
        fallbacks={name: tuple(cells[1:]) for name, cells in lists.items() if len(cells) > 1},
        flags=flags,
    )


def labels_of(headers: Sequence[str]) -> list[str]:
    """Return the name of each column: its header, followed by its rank where several columns have that header.

    Examples
    --------
    >>> labels_of(["nom", "code_postal", "nom"])
    ['nom#1', 'code_postal', 'nom#2']
    """
    times = Counter(headers)
    seen: Counter[str] = Counter()
    labels: list[str] = []
    for header in headers:
        seen[header] += 1
        label = f"{header}#{seen[header]}" if times[header] > 1 else header
        while label in labels or (times[header] > 1 and label in times):
            label += "#"
        labels.append(label)
    return labels


def check_columns(mapping: Mapping, headers: Sequence[str], where: str) -> Mapping:
    """Return the mapping after checking that each of its columns is in the list.

    Parameters
    ----------
    headers : sequence of str
        The names of the columns, as `labels_of` returns them.

    Raises
    ------
    BadInput
        A column is missing, or stands twice and the mapping does not say which is meant.
    """
    named = [
        (ours, theirs)
        for ours, first in mapping.columns.items()
        for theirs in (first, *mapping.fallbacks.get(ours, ()))
    ]
    for ours, theirs in [*named, *(("typologie", column) for column in mapping.flags)]:
        if theirs in headers:
            continue
        if times := sum(label.startswith(f"{theirs}#") for label in headers):
            raise BadInput(say("mapping_twice", where=where, times=times, column=repr(theirs)))
        hint = did_you_mean(theirs, headers)
        raise BadInput(say("mapping_unknown_column", where=where, column=repr(theirs), hint=hint, field=ours))
    return mapping


def personal_columns(headers: Sequence[str], sample: dict[str, list[str]]) -> list[str]:
    """Return the columns that are never read, because the header or the values are personal data."""
    people = people_columns(headers)
    return [header for header in headers if header in people or _mostly_personal(header, sample.get(header, []))]


def _mostly_personal(header: str, values: Sequence[str]) -> bool:
    seen = list(islice((value[:LONGEST] for value in values if value.strip()), _JUDGED))
    said = header_odds(header)
    numbered = any(said.get(name, 0.0) >= _SURE for name in ("id_source", "siret", "siren"))
    people = [value for value in seen if privacy.holds_personal(value) and not (numbered and is_bare_number(value))]
    return bool(seen) and len(people) >= 0.3 * len(seen)


# From these log-odds a header names an identifier, whose digits are no telephone number. `numero` stays below.
_SURE = 4.0
# How many values of a column are checked for personal data.
_JUDGED = 200
