"""Clean the public list of training bodies (LPOF, DGEFP): one row per declaration of activity, not per company.

`denomination` is not read, because natural persons declare under their own name. SIREN and declaration numbers are
read, to group the declarations of one body, and not kept, for the same reason. Half the rows have no postal code, so
often only the région is known. The bodies themselves declare their trainees. Trainees entrusted by another body have a
column of their own and are counted by both bodies, so the sum of the two columns is not a number of people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cells.codes import clean_region, clean_siren
from tlanalysis.lists.cells.dates import clean_date
from tlanalysis.lists.cells.rules import ROW, RULES
from tlanalysis.lists.cells.text import clean_text
from tlanalysis.lists.publishers.lpof import ADDRESS
from tlanalysis.lists.readers.base import RowBatch
from tlanalysis.lists.readers.open_list import open_list
from tlanalysis.tables.question_boxes import as_tick

if TYPE_CHECKING:
    import pandas as pd

_DECLARED = "informationsDeclarees"

# Publisher's column -> ours, for the list of declarations.
DECLARED_TO_CLEAN = {
    "numeroDeclarationActivite": "numero_declaration",
    "siren": "siren",
    f"{ADDRESS}.codeRegion": "code_region",
    "certifications.actionsDeFormation": "est_certifie_formation",
    "certifications.bilansDeCompetences": "est_certifie_bilan",
    "certifications.VAE": "est_certifie_vae",
    "certifications.actionsDeFormationParApprentissage": "est_certifie_apprentissage",
    f"{_DECLARED}.dateDerniereDeclaration": "date_derniere_declaration",
    f"{_DECLARED}.debutExercice": "debut_exercice",
    f"{_DECLARED}.finExercice": "fin_exercice",
    f"{_DECLARED}.specialitesDeFormation.codeSpecialite1": "code_specialite",
    f"{_DECLARED}.specialitesDeFormation.libelleSpecialite1": "libelle_specialite",
    f"{_DECLARED}.nbStagiaires": "nb_stagiaires",
    f"{_DECLARED}.nbStagiairesConfiesParUnAutreOF": "nb_stagiaires_confies",
    f"{_DECLARED}.effectifFormateurs": "nb_formateurs",
}
CERTIFIED = tuple(ours for ours in DECLARED_TO_CLEAN.values() if ours.startswith("est_certifie"))

_OVERSEAS = frozenset({"971", "972", "973", "974", "976"})
_TYPES = {"est": pa.bool_(), "nb": pa.int64(), "date": pa.string(), "debut": pa.string(), "fin": pa.string()}
DECLARATIONS = pa.schema(
    [
        ("ligne_source", pa.int64()),
        ("id_organisme", pa.int64()),
        ("code_region", pa.string()),
        ("est_hors_des_18_regions", pa.bool_()),
        *(
            (ours, _TYPES.get(ours.split("_")[0], pa.string()))
            for ours in DECLARED_TO_CLEAN.values()
            if ours not in {"numero_declaration", "siren", "code_region"}
        ),
        ("est_qualiopi", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Declarations:
    """The cleaned list: `declarations` (see `DECLARATIONS`), `rejects` (one row per refused cell or row), `ledger`."""

    declarations: pd.DataFrame
    rejects: pd.DataFrame
    ledger: dict[str, Any]


@dataclass
class _State:
    """The state that one batch passes to the next."""

    numbers: set[str] = field(default_factory=set)
    bodies: dict[str, int] = field(default_factory=dict)  # SIREN -> row of its first declaration
    rejects: list[tuple[Any, ...]] = field(default_factory=list)
    read: int = 0
    repaired: Counter[str] = field(default_factory=Counter)

    def refuse(self, row: int, column: str, value: str, rule: str) -> None:
        self.rejects.append((row, column, value[:200], rule, RULES[rule].gravite, RULES[rule].motif("fr")))


def clean_declarations(path: Path) -> Declarations:
    """Return the declarations of training bodies as typed columns, none of which identifies a body.

    `id_organisme` is the row of the first declaration under the same SIREN, so that declarations of one body can be
    grouped. `est_hors_des_18_regions` is true where the publisher's code is that of a collectivity (975, 977,
    978, 905...). `est_qualiopi` is true with at least one certification, and missing, not false, where the four cells
    are empty.

    Parameters
    ----------
    path : Path
        `lpof.csv`, as published.

    Raises
    ------
    BadInput
        Columns of the list are missing.
    """
    import pandas as pd

    reading = open_list(path)
    if absent := [name for name in DECLARED_TO_CLEAN if name not in reading.headers]:
        raise BadInput(f"{path.name} is not the list of training bodies: it has no column {absent[0]}.")
    state, tables = _State(), [DECLARATIONS.empty_table()]
    for rows in reading.batches(list(DECLARED_TO_CLEAN)):
        tables.append(_clean(rows, state))
    declarations = pa.concat_tables(tables)
    refused = {reject[0] for reject in state.rejects if reject[4] == ROW}
    if state.read != len(declarations) + len(refused):
        raise AssertionError(
            f"{path.name}: {state.read} rows read, {len(declarations)} accepted, {len(refused)} rejected"
        )
    ledger = {
        "fichier": path.name,
        "lecture": reading.detected,
        "lignes_lues": state.read,
        "lignes_acceptees": len(declarations),
        "lignes_rejetees": len(refused),
        "regles": dict(sorted(Counter(reject[3] for reject in state.rejects).items())),
        "reparations": dict(sorted(state.repaired.items())),
        "organismes": len(state.bodies),
        "colonnes_non_lues": [name for name in reading.headers if name not in DECLARED_TO_CLEAN],
    }
    columns = ["ligne_source", "champ", "valeur", "regle", "gravite", "motif"]
    nullable = {
        name: "boolean" if pa.types.is_boolean(kind) else "Int64"
        for name, kind in zip(DECLARATIONS.names, DECLARATIONS.types, strict=True)
        if not pa.types.is_string(kind)
    }
    return Declarations(
        declarations.to_pandas().astype(nullable), pd.DataFrame(sorted(state.rejects), columns=columns), ledger
    )


def _clean(rows: RowBatch, state: _State) -> pa.Table:
    """Return the accepted declarations of a batch."""
    state.read += len(rows.table) + len(rows.malformed)
    for row in rows.malformed:
        state.refuse(row.number, "", "", "nombre_de_colonnes")
    raw = {
        ours: [cell or "" for cell in column.to_pylist()]
        for ours, column in zip(DECLARED_TO_CLEAN.values(), rows.table.columns, strict=True)
    }
    numbers = rows.numbers.tolist()
    kept = [at for at, row in enumerate(numbers) if _is_new(raw["numero_declaration"][at], row, state)]
    cells = {ours: [column[at] for at in kept] for ours, column in raw.items()}
    where = [numbers[at] for at in kept]
    clean: dict[str, list[Any]] = {"ligne_source": where}
    sirens = _each(cells["siren"], "siren", where, state, clean_siren, shown=False)
    clean["id_organisme"] = [
        state.bodies.setdefault(siren, row) if siren else None for siren, row in zip(sirens, where, strict=True)
    ]
    clean["est_hors_des_18_regions"] = [_is_outside(cell) if cell.strip() else None for cell in cells["code_region"]]
    for name in DECLARATIONS.names:
        if name in cells:
            clean[name] = _each(cells[name], name, where, state, _CLEANERS[name.split("_")[0]])
    clean["code_region"] = _each(
        [cell if not _is_outside(cell) else "" for cell in cells["code_region"]],
        "code_region",
        where,
        state,
        clean_region,
    )
    clean["est_qualiopi"] = [
        True if any(held) else None if all(one is None for one in held) else False
        for held in zip(*(clean[name] for name in CERTIFIED), strict=True)
    ]
    return pa.table({name: clean[name] for name in DECLARATIONS.names}, schema=DECLARATIONS)


def _is_new(cell: str, row: int, state: _State) -> bool:
    number = "".join(cell.split())
    if not number or number not in state.numbers:
        state.numbers.update({number} - {""})
        return True
    state.refuse(row, "numero_declaration", "", "identifiant_repete")
    return False


def _is_outside(cell: str) -> bool:
    """Return whether a code means "outside the 18 régions": three digits, the first of them 9.

    The codes of the five overseas départements have the same form; they are not codes of a région and are refused.
    """
    bare = cell.strip()
    return len(bare) == 3 and bare.isdigit() and bare.startswith("9") and bare not in _OVERSEAS


Cleaner = Callable[[str], tuple[Any, tuple[str, ...]]]


def _each(
    cells: list[str], name: str, rows: list[int], state: _State, clean: Cleaner, *, shown: bool = True
) -> list[Any]:
    """Clean each distinct text once; refused cells go to the rejects, with their text only where it names nobody."""
    known = {cell: clean(cell) for cell in dict.fromkeys(cells)}
    for cell, row in zip(cells, rows, strict=True):
        for rule in known[cell][1]:
            if RULES[rule].gravite == "reparation":
                state.repaired[rule] += 1
            else:
                state.refuse(row, name, cell if shown else "", rule)
    return [known[cell][0] for cell in cells]


def clean_count(cell: str) -> tuple[int | None, tuple[str, ...]]:
    """Return a number of people; an empty cell is missing, never zero.

    Examples
    --------
    >>> clean_count("1240"), clean_count("12.0"), clean_count(" "), clean_count("-3"), clean_count("NR")
    ((1240, ()), (12, ('point_zero',)), (None, ()), (None, ('nombre_illisible',)), (None, ('nombre_illisible',)))
    """
    bare = cell.strip()
    if not bare:
        return None, ()
    whole = bare.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 16):
        return None, ("nombre_illisible",)
    return int(whole), () if whole == bare else ("point_zero",)


def clean_yes_no(cell: str) -> tuple[bool | None, tuple[str, ...]]:
    """Return true or false; an empty cell is missing, never false.

    Examples
    --------
    >>> clean_yes_no("true"), clean_yes_no("false"), clean_yes_no(""), clean_yes_no("peut-être")
    ((True, ()), (False, ()), (None, ()), (None, ('oui_non_illisible',)))
    """
    if not cell.strip():
        return None, ()
    said = as_tick(cell)
    return said, () if said is not None else ("oui_non_illisible",)


_CLEANERS: dict[str, Cleaner] = {
    "est": clean_yes_no,
    "nb": clean_count,
    "date": clean_date,
    "debut": clean_date,
    "fin": clean_date,
    "code": clean_text,
    "libelle": clean_text,
}
