"""The ledger of a cleaned list: rows read, accepted and rejected, how the file was read, and the summary in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tlanalysis import __version__
from tlanalysis.lists import duplicates
from tlanalysis.lists.batch import Batch, kept_as
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.cells.rules import REPAIR, RULES
from tlanalysis.lists.cells.text import printable
from tlanalysis.lists.messages import say
from tlanalysis.lists.preparation import Job


@dataclass
class Totals:
    """The running totals of a list."""

    read: int = 0
    rejected: int = 0
    file_rows: int = 0
    identifiers: list[pa.Table] = field(default_factory=list)
    applied: Counter[str] = field(default_factory=Counter)
    hits: list[int] = field(default_factory=list)
    seen: duplicates.Seen = field(default_factory=duplicates.Seen)

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.read += batch.read
        self.rejected += batch.rejected
        self.file_rows += batch.file_rows
        self.applied.update(batch.applied)
        self.seen.add(batch.places)


def ledger_of(job: Job, totals: Totals, twice: pa.Table, sha256: str) -> dict[str, Any]:
    """Return how many rows were read, accepted and rejected, and how the file was read.

    Raises
    ------
    AssertionError
        A row is neither accepted nor rejected: a fault of this library, not of the list.
    """
    accepted = len(totals.seen)
    if totals.read != accepted + totals.rejected:
        raise AssertionError(f"{totals.read} rows read, {accepted} accepted, {totals.rejected} rejected: a row is lost")
    applied = {rule: totals.applied[rule] for rule in RULES if totals.applied[rule]}
    reading = job.reading
    return {
        "version": __version__,
        "fichier": without_personal(printable(reading.path.name), "[…]"),
        "sha256": sha256,
        "lecture": {name: _unpersonal(value) for name, value in reading.detected.items()},
        "lignes_du_fichier": totals.file_rows,
        "lignes_lues": totals.read,
        "lignes_acceptees": accepted,
        "lignes_rejetees": totals.rejected,
        "regles": {rule: times for rule, times in applied.items() if RULES[rule].gravite != REPAIR},
        "reparations": {rule: times for rule, times in applied.items() if RULES[rule].gravite == REPAIR},
        "doublons": {
            "groupes": pc.sum(twice["retenue"]).as_py() or 0,
            "lignes": len(twice),
            "noms_proches_cherches": accepted <= duplicates.NEAR_UP_TO,
        },
        "liste_reconnue": job.mapping.known or None,
        "mapping": {
            name: [_unpersonal(one) for one in (column, *job.mapping.fallbacks[name])]
            if name in job.mapping.fallbacks
            else _unpersonal(column)
            for name, column in job.mapping.columns.items()
        },
        "drapeaux": job.mapping.flags,
        "confiance": job.mapping.confidence,
        "colonnes_personnelles_ecartees": [without_personal(name, "[…]") for name in job.never_read],
        "colonnes_gardees": [kept_as(name) for name in job.recipe.keep],
        "colonnes_non_lues": [
            without_personal(name, "[…]") for name in job.labels if name not in {*job.wanted, *job.never_read}
        ],
        "corrections": [
            {"motif": entry.reason, "lignes": hits}
            for entry, hits in zip(job.recipe.corrections, totals.hits, strict=True)
        ],
    }


def _unpersonal(value: Any) -> Any:
    return without_personal(value, "[…]") if isinstance(value, str) else value


def summary(job: Job, entry: dict[str, Any]) -> str:
    """Return a summary in words: how the list was read, and how many rows were accepted and rejected."""
    how = ", ".join(f"{name} {value!r}" if name != "format" else str(value) for name, value in entry["lecture"].items())
    columns = ", ".join(f"{ours} = {theirs}" for ours, theirs in entry["mapping"].items())
    lines = [
        f"{entry['fichier']}: {how}",
        say("columns", how=job.mapping.known or say("of_mapping"), columns=columns),
        say(
            "rows",
            read=entry["lignes_lues"],
            accepted=entry["lignes_acceptees"],
            rejected=entry["lignes_rejetees"],
            twice=entry["doublons"]["lignes"],
            groups=entry["doublons"]["groupes"],
        ),
    ]
    if above := entry["lecture"].get("lignes_au_dessus"):
        lines.append(say("rows_above", count=above))
    abroad = max(entry["regles"].get(rule, 0) for rule in ("coordonnees_hors_de_france", "hors_de_france"))
    if 2 * abroad > entry["lignes_lues"]:
        lines.append(say("mostly_abroad", count=abroad, read=entry["lignes_lues"]))
    for name, word in (("regles", "refused"), ("reparations", "repaired")):
        if entry[name]:
            lines.append(say(word, rules=", ".join(f"{rule} {times}" for rule, times in entry[name].items())))
    if entry["colonnes_personnelles_ecartees"]:
        lines.append(say("personal", columns=", ".join(entry["colonnes_personnelles_ecartees"])))
    lines += [say("unread", column=column, why=why) for column, why in job.unread.items()]
    return "\n".join(lines)
