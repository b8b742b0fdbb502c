"""The refusals of one batch: which rows and cells, under which rule, and what of their values may be shown."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tlanalysis.lists.batch import REJECT_SCHEMA, Batch
from tlanalysis.lists.cells import privacy, text
from tlanalysis.lists.cells.rules import REPAIR, ROW, RULES
from tlanalysis.lists.columns import Column
from tlanalysis.lists.readers.base import Malformed

# A refused value is cut to this length in rejects.csv.
_SHOWN = 200

RowNumbers = NDArray[np.int64]


class Judge:
    """Collects the refusals of one batch: the rows, the rule and the value as printed."""

    def __init__(self, given: dict[str, pa.StringArray], numbers: RowNumbers, lang: str) -> None:
        self._given, self._numbers, self._lang = given, numbers, lang
        self.rejected = np.zeros(len(numbers), bool)
        self._found: list[tuple[str, str, RowNumbers, list[str]]] = []
        self.applied: Counter[str] = Counter()

    def take(self, name: str, column: Column) -> None:
        """Record the refusals and repairs of a cleaned column."""
        for rule, rows in column.applied.items():
            if RULES[rule].gravite == REPAIR:
                self.repaired(rule, len(rows))
            else:
                self.refuse(name, rule, rows)

    def refuse(self, name: str, rule: str, rows: RowNumbers, values: list[str] | None = None) -> None:
        """Record that a rule refuses a cell of some rows, or the rows themselves."""
        if not len(rows):
            return
        if values is None:
            values = self._given[name].take(pa.array(rows)).to_pylist() if name in self._given else [""] * len(rows)
        if RULES[rule].gravite == ROW:
            self.rejected[rows] = True
        self._found.append((name, rule, rows, [shown(value, rule) for value in values]))
        self.applied[rule] += len(rows)

    def repaired(self, rule: str, times: int) -> None:
        """Count a repair."""
        if times:
            self.applied[rule] += times

    def rejects(self) -> pa.Table:
        """Return the table of rejects, ordered by row, field and rule; no value holds personal data."""
        if not self._found:
            return REJECT_SCHEMA.empty_table()
        parts = [
            pa.table(
                [
                    pa.array(self._numbers[rows]),
                    pa.repeat(name, len(rows)),
                    pa.array(values, pa.string()),
                    pa.repeat(rule, len(rows)),
                    pa.repeat(RULES[rule].gravite, len(rows)),
                    pa.repeat(RULES[rule].motif(self._lang), len(rows)),
                ],
                schema=REJECT_SCHEMA,
            )
            for name, rule, rows, values in self._found
        ]
        return pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("ligne_source", "champ", "regle")])


# Refused values of these rules are codes, numbers and dates; several words may be a name in a shifted row.
_OF_DIGITS = {
    "code_postal_illisible", "code_commune_illisible", "nombre_illisible", "date_illisible", "siret_invalide",
    "siren_invalide",
}  # fmt: skip


def shown(value: str, rule: str) -> str:
    """Return a refused value as `rejects.csv` may show it: cut, and without e-mail addresses and telephone numbers.

    Several words in place of a web address, a code, a number or a date are often the name of a person ("Madame ..."),
    so they are not shown.
    """
    value = text.visible(value[: text.LONGEST])
    if rule == "site_web_illisible" and (" " in value.strip() or "." not in value):
        return "[…]"
    if rule in _OF_DIGITS and len(value.split()) > 1 and not re.search(r"\d", value):
        return "[…]"
    return privacy.without_personal(value, "[…]")[:_SHOWN]


def refused_rows(batch: Batch, malformed: list[Malformed], lang: str) -> Batch:
    """Return the batch with the rows without the right columns added to its rejects."""
    if not malformed:
        return batch
    rules = ["guillemet_non_ferme" if row.hides else "nombre_de_colonnes" for row in malformed]
    rows: list[dict[str, object]] = [
        {
            "ligne_source": row.number,
            "champ": "",
            "valeur": "" if row.hides else f"{row.cells} / {row.expected}",
            "regle": rule,
            "gravite": RULES[rule].gravite,
            "motif": RULES[rule].motif(lang),
        }
        for row, rule in zip(malformed, rules, strict=True)
    ]
    return replace(
        _with_rejects(batch, rows),
        read=batch.read + len(rows),
        rejected=batch.rejected + len(rows),
        file_rows=batch.file_rows + len(rows),
    )


def unpaired_names(batch: Batch, rows: list[tuple[int, str]], lang: str) -> Batch:
    """Return the batch with the names that could not be paired with identifiers among its rejects."""
    rule = "noms_non_apparies"
    refused: list[dict[str, object]] = [
        {
            "ligne_source": number,
            "champ": "nom",
            "valeur": shown(names, rule),
            "regle": rule,
            "gravite": RULES[rule].gravite,
            "motif": RULES[rule].motif(lang),
        }
        for number, names in rows
    ]
    return _with_rejects(batch, refused)


def _with_rejects(batch: Batch, rows: list[dict[str, object]]) -> Batch:
    if not rows:
        return batch
    rejects = pa.concat_tables([batch.rejects, pa.Table.from_pylist(rows, REJECT_SCHEMA)])
    return replace(
        batch,
        rejects=rejects.sort_by([(name, "ascending") for name in ("ligne_source", "champ", "regle")]),
        applied=batch.applied + Counter(str(row["regle"]) for row in rows),
    )
