"""Clean the thematic modules of the censuses of France Tiers-Lieux: one row per respondent, question and box.

Publisher's columns: `ID_UNIQUE` is `id_source`; the column of a selection names the `question`, the column of a box is
the `reponse`. Other columns are not kept, free text included, and personal columns are never read.

Someone who wrote no selection and ticked no box did not answer the question: `coche` is missing in all its rows, never
false. In an answer, the cell of a box states whether it is ticked. Where the cell is empty, the selection decides;
where there is neither, `coche` is missing, except in a question that has only ticks: there an empty cell is a box that
is not ticked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.rules import RULES
from tlanalysis.lists.cells.text import clean_identifier, is_missing, key
from tlanalysis.lists.mapping import personal_columns
from tlanalysis.lists.readers.base import Reading, ReadingOptions
from tlanalysis.lists.readers.open_list import open_list
from tlanalysis.tables.question_boxes import Question, as_tick, find_questions, items_of

if TYPE_CHECKING:
    import pandas as pd

RAW_TO_CLEAN = {"ID_UNIQUE": "id_source"}
ANSWERS = pa.schema(
    [
        ("id_source", pa.string()),
        ("question", pa.string()),
        ("reponse", pa.string()),
        ("libelle", pa.string()),
        ("coche", pa.bool_()),
        ("ecart", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Module:
    """A thematic module, cleaned.

    Attributes
    ----------
    answers : DataFrame
        One row per respondent, question and box: `id_source`; `question` and `reponse`, the publisher's columns;
        `libelle`, the box in words; `coche`, ticked or not, missing where unknown; `ecart`, whether box and selection
        contradict each other.
    rejects : DataFrame
        One row per refused row of the file, without any of its text: `ligne_source, champ, valeur, regle, gravite,
        motif`.
    ledger : dict
        Rows read = accepted + rejected; per question its boxes, answers and contradictions; the columns left aside.
    """

    answers: pd.DataFrame
    rejects: pd.DataFrame
    ledger: dict[str, Any]


def clean_module(path: Path) -> Module:
    """Return a thematic module as a long table, which is empty when no question has boxes.

    Parameters
    ----------
    path : Path
        `bdftl-2023-NN-<theme>.csv` or `bdftl-2026-NN-<theme>.csv`, as published.

    Raises
    ------
    BadInput
        The file is not a list, or has no column `ID_UNIQUE`.
    """
    import pandas as pd

    reading = open_list(path, ReadingOptions(header=1))
    ranks, never_read = _columns(reading)
    read, ids, cells, malformed = _cells(reading, ranks)
    kept, refused = _respondents(ids)
    rejected = sorted([*refused, *((row, "nombre_de_colonnes") for row in malformed)])
    keep = sorted(kept)
    columns = [[column[row] for row in keep] for column in cells]
    questions, orphans = find_questions([reading.headers[rank] for rank in ranks], columns)
    people = [kept[row] for row in keep]
    answered = [_answers(question, people, columns) for question in questions]
    answers = pa.concat_tables([ANSWERS.empty_table(), *(table for table, _ in answered)]).to_pandas()
    if read != len(keep) + len(rejected):
        raise AssertionError(f"{path.name}: {read} rows read, {len(keep)} accepted, {len(rejected)} rejected")
    used = {*orphans, *(rank for question in questions for rank in question.ranks)}
    ledger = {
        "fichier": path.name,
        "lecture": reading.detected,
        "lignes_lues": read,
        "lignes_acceptees": len(keep),
        "lignes_rejetees": len(rejected),
        "regles": dict(sorted(Counter(rule for _, rule in rejected).items())),
        "questions": [account for _, account in answered],
        "cases_sans_question": [reading.headers[ranks[at]] for at in orphans],
        "colonnes_personnelles_ecartees": never_read,
        "colonnes_non_retenues": [reading.headers[rank] for at, rank in enumerate(ranks) if at not in used],
    }
    rejects = pd.DataFrame([_reject(*row) for row in rejected], columns=list(_REJECT))
    return Module(answers.astype({"coche": "boolean", "ecart": "bool"}), rejects, ledger)


_REJECT = ("ligne_source", "champ", "valeur", "regle", "gravite", "motif")


def _reject(row: int, rule: str) -> tuple[object, ...]:
    field = "" if rule == "nombre_de_colonnes" else "id_source"
    return (row, field, "", rule, RULES[rule].gravite, RULES[rule].motif("fr"))


def _columns(reading: Reading) -> tuple[list[int], list[str]]:
    """Return the positions of the columns to read, and the names of the personal columns, which are not read.

    A box may be called "Téléphone"; a column of yes and no holds no telephone number.
    """
    if "ID_UNIQUE" not in reading.headers:
        raise BadInput(f"{reading.path.name} has no column ID_UNIQUE: it is not a module of the census.")
    boxes = {
        name
        for name, values in reading.sample.items()
        if {as_tick(value) for value in values if value.strip()} in ({True}, {False}, {True, False})
    }
    personal = [name for name in personal_columns(reading.headers, reading.sample) if name not in boxes]
    return [rank for rank, name in enumerate(reading.headers) if name not in {*personal, "ID_UNIQUE"}], list(
        dict.fromkeys(personal)
    )


def _cells(reading: Reading, ranks: list[int]) -> tuple[int, dict[int, str], list[dict[int, str]], list[int]]:
    """Return how many rows were read, the identifiers, the cells of each column, and the rows with wrong columns."""
    ids: dict[int, str] = {}
    cells: list[dict[int, str]] = [{} for _ in ranks]
    malformed: list[int] = []
    for rows in reading.batches([reading.headers.index("ID_UNIQUE"), *ranks]):
        numbers = rows.numbers.tolist()
        ids.update(zip(numbers, _texts(rows.table, 0), strict=True))
        for at, column in enumerate(cells, 1):
            column.update(zip(numbers, _texts(rows.table, at), strict=True))
        malformed += [row.number for row in rows.malformed]
    return len(ids) + len(malformed), ids, cells, malformed


def _texts(table: pa.Table, at: int) -> list[str]:
    return [cell or "" for cell in table.column(at).to_pylist()]


def _respondents(ids: dict[int, str]) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """Return the kept rows with their identifiers, and the refused rows with the rule."""
    kept: dict[int, str] = {}
    refused: list[tuple[int, str]] = []
    seen: set[str] = set()
    for row, cell in ids.items():
        name = clean_identifier(cell)[0]
        if name is None:
            refused.append((row, "identifiant_absent"))
        elif name in seen:
            refused.append((row, "identifiant_repete"))
        else:
            seen.add(name)
            kept[row] = name
    return kept, refused


def _answers(question: Question, people: list[str], columns: list[list[str]]) -> tuple[pa.Table, dict[str, Any]]:
    """Return the rows of one question, and its counts."""
    labels = [box.libelle for box in question.boxes]
    by_key = {key(label): at for at, label in enumerate(labels)}
    texts = columns[question.text] if question.text is not None else [""] * len(people)
    said = [[by_key.get(key(item)) for item in items_of(text, labels)] for text in texts]
    readable = any(at is not None for row in said for at in row)
    ticks = [[as_tick(cell) for cell in columns[box.rank]] for box in question.boxes]
    only_ticks = not any(tick is False for column in ticks for tick in column)
    wrote = [any(at is not None for at in said[row]) or not is_missing(text) for row, text in enumerate(texts)]
    answered = [wrote[row] or any(column[row] for column in ticks) for row in range(len(people))]
    rows: dict[str, list[Any]] = {name: [] for name in ANSWERS.names}
    for row, person in enumerate(people):
        named = set(said[row]) if readable and wrote[row] else None
        for at, box in enumerate(question.boxes):
            tick = ticks[at][row]
            # A box with a code of 2023 and no known words cannot be found in the selection.
            word = None if named is None or not _has_words(box.libelle, box.reponse, question) else at in named
            contradicted = tick is not None and word is not None and tick != word
            value = tick if tick is not None else word if word is not None else False if only_ticks else None
            rows["coche"].append(value if answered[row] else None)
            rows["ecart"].append(contradicted)
            rows["libelle"].append(box.libelle)
            rows["reponse"].append(box.reponse)
            rows["question"].append(question.name)
            rows["id_source"].append(person)
    account = {
        "question": question.name,
        "cases": len(question.boxes),
        "reponses": sum(answered),
        "sans_reponse": len(people) - sum(answered),
        "cases_cochees": sum(bool(value) for value in rows["coche"]),
        "ecarts": sum(rows["ecart"]),
        "cochees_sans_texte": sum(answered) - sum(wrote) if question.text is not None else 0,
        "mentions_sans_case": sum(at is None for row, text in zip(said, wrote, strict=True) if text for at in row),
    }
    return pa.table(rows, schema=ANSWERS), account


def _has_words(label: str, name: str, question: Question) -> bool:
    return name != f"{question.name}_{label}"
