"""What `tl.clean` returns: a clean list in memory, which shows itself in a notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tlanalysis.core.own_list import OwnList

if TYPE_CHECKING:
    import pandas as pd

    from tlanalysis.lists.mapping import Mapping

_SHOWN_REJECTS = 5


@dataclass(frozen=True)
class Cleaned:
    """A clean list in memory.

    Attributes
    ----------
    places : DataFrame
        One row per accepted place; the fifteen columns of `fields.OUTPUT`.
    rejects : DataFrame
        One row per refused cell or row: `ligne_source`, `champ`, `valeur`, `regle`, `gravite`, `motif`.
    duplicates : DataFrame
        Groups of rows that describe the same place; see `duplicates.find_duplicates`.
    ledger : dict
        How many rows were read, accepted and rejected, and how the file was read; the content of `ledger.json`.
    mapping : Mapping
        Which column holds which field.
    """

    places: pd.DataFrame
    rejects: pd.DataFrame
    duplicates: pd.DataFrame
    ledger: dict[str, Any]
    mapping: Mapping

    def __repr__(self) -> str:
        counts = {name: self.ledger[name] for name in ("lignes_lues", "lignes_acceptees", "lignes_rejetees")}
        return f"Cleaned({', '.join(f'{name}={number}' for name, number in counts.items())})"

    @property
    def signature(self) -> str:
        """Return the name of the list with the start of its sha256, by which a figure of it is signed."""
        return str(OwnList(self.ledger["fichier"], self.ledger["sha256"]))

    def _repr_html_(self) -> str:
        """Return what a notebook shows: counts, columns read and not read, the first rejects."""
        ledger = self.ledger
        read = ", ".join(f"{ours} = {theirs}" for ours, theirs in ledger["mapping"].items())
        unread = [*ledger["colonnes_non_lues"], *ledger["colonnes_personnelles_ecartees"]]
        lines = [
            self.signature,
            f"{ledger['lignes_lues']} lignes lues = {ledger['lignes_acceptees']} acceptées + "
            f"{ledger['lignes_rejetees']} rejetées",
            f"colonnes lues : {read}",
            f"colonnes non lues : {', '.join(unread) or 'aucune'}",
        ]
        shown = self.rejects.head(_SHOWN_REJECTS)
        table = shown.to_html(index=False, border=0) if len(shown) else ""
        return "".join(f"<p>{html.escape(line)}</p>" for line in lines) + table
