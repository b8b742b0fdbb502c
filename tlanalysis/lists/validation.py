"""Hold a list of tiers-lieux to the public Table Schema, `tiers-lieux.schema.json`, through frictionless.

The schema is also `docs/schema/tiers-lieux.schema.json`, the copy that other publishers refer to.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import BadInput
from tlanalysis.core.extras import missing
from tlanalysis.core.languages import LANGS
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.mapping import personal_columns

SCHEMA = Path(__file__).with_name("tiers-lieux.schema.json")
MAX_HEADER = 1_000_000  # characters
SHOWN = 200  # sentences of one report

# Kind of problem -> sentence in each language.
_SENTENCES = {
    "absent": {
        "fr": "la colonne {field} manque ; le schéma l'exige.",
        "en": "the column {field} is missing; the schema requires it.",
    },
    "unknown": {
        "fr": "la colonne {field} n'est pas du schéma : renommez-la ou retirez-la.",
        "en": "the column {field} is not in the schema: rename it or take it out.",
    },
    "personal": {
        "fr": "la colonne {field} nomme des personnes ou leurs moyens de contact : retirez-la.",
        "en": "the column {field} holds people or how to reach them: take it out.",
    },
    "twice": {"fr": "la colonne {field} figure deux fois.", "en": "the column {field} stands twice."},
    "empty": {
        "fr": "ligne {line}, {field} : la valeur manque ; le schéma l'exige.",
        "en": "line {line}, {field}: the value is missing; the schema requires it.",
    },
    "repeated": {
        "fr": "ligne {line}, {field} : {value} figure déjà plus haut.",
        "en": "line {line}, {field}: {value} already stands above.",
    },
    "value": {
        "fr": "ligne {line}, {field} : {value} n'est pas admis ; attendu : {wanted}, par exemple {example}.",
        "en": "line {line}, {field}: {value} is not accepted; expected: {wanted}, for instance {example}.",
    },
    "row": {
        "fr": "ligne {line} : le nombre de cellules n'est pas celui de l'en-tête.",
        "en": "line {line}: the number of cells is not that of the header.",
    },
    "blank": {"fr": "ligne {line} : la ligne est vide.", "en": "line {line}: the row is empty."},
}
_WANTED = {
    "string": {"fr": "un texte de la forme décrite", "en": "a text of the form described"},
    "number": {"fr": "un nombre", "en": "a number"},
    "integer": {"fr": "un nombre entier", "en": "a whole number"},
    "boolean": {"fr": "true ou false", "en": "true or false"},
    "year": {"fr": "une année", "en": "a year"},
}


@dataclass(frozen=True)
class Report:
    """What the schema says of one list.

    Attributes
    ----------
    rows : int
        Rows read.
    problems : list of str
        One sentence per problem, in the language asked for, in the order of the file; at most `SHOWN`.
    count : int
        All problems.
    """

    rows: int
    problems: list[str]
    count: int


def schema() -> dict[str, Any]:
    """Return the Table Schema of a list of tiers-lieux.

    Examples
    --------
    >>> schema()["fields"][2]["name"]
    'nom'
    """
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def validate(file: str | Path, lang: str = "fr") -> Report:
    """Return the problems of a list against the schema, in sentences.

    Parameters
    ----------
    file : str or Path
        A CSV file, comma or semicolon, UTF-8, header on the first line.
    lang : {"fr", "en"}
        Language of the sentences.

    Raises
    ------
    BadInput
        The file does not exist, or cannot be read as a table; frictionless is not installed; an unknown language.
    """
    if lang not in LANGS:
        raise BadInput(f"no sentences in {lang!r}: lang is one of {', '.join(LANGS)}.")
    path = Path(file)
    if not path.is_file():
        raise BadInput(f"{file} does not exist: name a CSV file.")
    labels = _header(path)
    doubled = list(dict.fromkeys(label for label in labels if labels.count(label) > 1))
    if doubled:  # no cell can be told to be of one of two columns
        sentences = [_SENTENCES["twice"][lang].format(field=without_personal(label, "[…]")) for label in doubled]
        return Report(0, sentences, len(sentences))
    try:
        from frictionless import Checklist, Resource, Schema, system
    except ModuleNotFoundError as error:
        raise missing(error) from None
    with system.use_context(trusted=True):
        resource = Resource(
            path=str(path.absolute()),
            format="csv",
            schema=Schema.from_descriptor(schema()),
            detector=_detector(),
        )
        report = resource.validate(Checklist(), limit_errors=100_000)
    task = report.tasks[0]
    broken = [error for error in task.errors if error.type.endswith(("source-error", "encoding-error", "scheme-error"))]
    if broken:
        raise BadInput(f"{path.name} cannot be read as a table: {broken[0].message}")
    problems = [*_problems_of_header(labels, lang), *(_sentence(error, lang) for error in _of_rows(task.errors))]
    return Report(int(task.stats.get("rows") or 0), problems[:SHOWN], len(problems))


def _header(path: Path) -> list[str]:
    """Return the cells of the first line of a CSV file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(MAX_HEADER)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read as UTF-8 text: {error}.") from None
    separator = ";" if first.count(";") > first.count(",") else ","
    return next(csv.reader([first], delimiter=separator), [])


def _detector() -> Any:
    from frictionless import Detector

    return Detector(schema_sync=True)


def _problems_of_header(labels: list[str], lang: str) -> Iterator[str]:
    fields = {field["name"]: field for field in schema()["fields"]}
    people = set(personal_columns(labels, {}))
    for name, field in fields.items():
        if field.get("constraints", {}).get("required") and name not in labels:
            yield _SENTENCES["absent"][lang].format(field=name)
    for label in labels:
        shown = without_personal(label, "[…]")
        if label in people:
            yield _SENTENCES["personal"][lang].format(field=shown)
        elif label not in fields:
            yield _SENTENCES["unknown"][lang].format(field=shown)


def _of_rows(errors: list[Any]) -> list[Any]:
    return [error for error in errors if hasattr(error, "row_number")]


def _sentence(error: Any, lang: str) -> str:
    line = error.row_number
    if error.type in {"extra-cell", "missing-cell"}:
        return _SENTENCES["row"][lang].format(line=line)
    if error.type == "blank-row":
        return _SENTENCES["blank"][lang].format(line=line)
    field = next(field for field in schema()["fields"] if field["name"] == error.field_name)
    value = repr(without_personal(str(error.cell), "[…]"))
    if error.type == "constraint-error" and '"required"' in error.note:
        return _SENTENCES["empty"][lang].format(line=line, field=error.field_name)
    if error.type == "unique-error" or '"unique"' in error.note:
        return _SENTENCES["repeated"][lang].format(line=line, field=error.field_name, value=value)
    return _SENTENCES["value"][lang].format(
        line=line, field=error.field_name, value=value, wanted=_wanted(field, lang), example=field["example"]
    )


def _wanted(field: dict[str, Any], lang: str) -> str:
    limits = field.get("constraints", {})
    if "enum" in limits:
        return ", ".join(limits["enum"])
    if "minimum" in limits and "maximum" in limits:
        return f"{limits['minimum']} – {limits['maximum']}"
    if "minimum" in limits:
        return f"{_WANTED[field['type']][lang]} ≥ {limits['minimum']}"
    return _WANTED[field["type"]][lang]
