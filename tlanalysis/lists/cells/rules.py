"""The rules a list is held to: each with its severity and its reason in each language (`rules.toml`).

Severity says what happens: `reparation` (the value is put right; counted in the ledger, nothing is lost), `cellule`
(the cell becomes null), `ligne` (the row is rejected), `arret` (the file is refused). Everything but a repair has a
row in `rejects.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tlanalysis.core.languages import read_texts

REPAIR, CELL, ROW = "reparation", "cellule", "ligne"


@dataclass(frozen=True)
class Rule:
    """One rule: `gravite` is `reparation`, `cellule` or `ligne`; `motifs` gives the reason in each language."""

    gravite: str
    motifs: dict[str, str]

    def motif(self, lang: str) -> str:
        """Return the reason in a language."""
        return self.motifs[lang]


def _read() -> dict[str, Rule]:
    written = read_texts(Path(__file__).with_suffix(".toml"))
    return {name: Rule(rule.pop("gravite"), rule) for name, rule in written.items()}


RULES = _read()
IDS = tuple(RULES)
