"""Compare two reports: the figures whose data changed, the changed values, and the inputs and code that changed."""

from __future__ import annotations

import csv
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.runs.due import changed_names
from tlanalysis.runs.manifest import Outcome

SHOWN = 3  # changed values written per figure; the others are counted


@dataclass
class Difference:
    """The differences between two reports, one line each, and the number of figures with the same data."""

    figures: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    same: int = 0

    @property
    def changed(self) -> bool:
        """True when the data of a figure changed, a figure or run is new or gone, or a run has another status."""
        return bool(self.figures or self.runs)


def compare(old: Path, new: Path) -> Difference:
    """Return the differences between two reports folders.

    Parameters
    ----------
    old, new : Path
        Folders, or their `manifest.json`. Without the tables of the figures, the sizes of the changes are unknown.

    Raises
    ------
    BadInput
        When a folder holds no manifest.
    """
    folders = [_folder(path) for path in (old, new)]
    before, after = (manifest.read(folder) for folder in folders)
    found = Difference()
    for name in sorted(before.keys() | after.keys()):
        _compare_run(name, before.get(name), after.get(name), folders, found)
    shared = [(before[name], after[name]) for name in sorted(before.keys() & after.keys())]
    found.causes = _causes(shared)
    return found


def _folder(path: Path) -> Path:
    folder = path.parent if path.name == manifest.FILE else path
    if not (folder / manifest.FILE).is_file():
        raise BadInput(f"{path} holds no {manifest.FILE}: give a folder that `tlanalysis run` wrote, or its manifest.")
    return folder


def _compare_run(
    name: str, before: Outcome | None, after: Outcome | None, folders: list[Path], found: Difference
) -> None:
    if before is None or after is None:
        found.runs.append(f"{name} {'is new' if before is None else 'is gone'}")
    elif before.status != after.status:
        why = f": {after.error}" if after.error else ""
        found.runs.append(f"{name} was {before.status}, is {after.status}{why}")
    old = before.fingerprints if before else {}
    new = after.fingerprints if after else {}
    for figure in sorted(old.keys() | new.keys()):
        if figure not in old or figure not in new:
            found.figures.append(f"{figure} {'is new' if figure not in old else 'is gone'}")
        elif old[figure] != new[figure]:
            found.figures.append(
                f"{figure}: {_changed_values(*(folder / 'figures' / f'{figure}.csv' for folder in folders))}"
            )
        else:
            found.same += 1


def _changed_values(old: Path, new: Path) -> str:
    """Return the differences between two tables as text; the cells that are not numbers identify a row."""
    if not (old.is_file() and new.is_file()):
        return "its data changed (a table is missing: the changed values are unknown)"
    (columns, before), (columns_now, after) = _read(old), _read(new)
    parts = []
    if columns != columns_now:
        odd = sorted({*columns} ^ {*columns_now})
        parts.append(f"columns changed ({', '.join(odd) or 'their order'})")
    common = [column for column in columns if column in columns_now]
    keys = _keys(common, [*before, *after])
    ours, theirs = _by_key(before, keys), _by_key(after, keys)
    if added := len(theirs.keys() - ours.keys()):
        parts.append(f"{added} row{'s' * (added > 1)} more")
    if removed := len(ours.keys() - theirs.keys()):
        parts.append(f"{removed} row{'s' * (removed > 1)} fewer")
    changes = [
        f"{_label(key)}{column} {_change(ours[key][column], theirs[key][column])}"
        for key in ours
        if key in theirs
        for column in common
        if ours[key][column] != theirs[key][column]
    ]
    parts += changes[:SHOWN]
    if len(changes) > SHOWN:
        parts.append(f"and {len(changes) - SHOWN} more values")
    return "; ".join(parts) or "its rows are in another order"


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    return list(reader.fieldnames or []), rows


def _keys(columns: list[str], rows: list[dict[str, str]]) -> list[str]:
    """Return the columns that hold text, because text identifies a row and numbers measure it."""
    return [column for column in columns if any(row[column] and _number(row[column]) is None for row in rows)]


def _by_key(rows: list[dict[str, str]], keys: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Return the rows by the texts of their key columns and a number that separates rows with the same texts."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for row in rows:
        words = tuple(row[key] for key in keys)
        seen[words] += 1
        found[(*words, str(seen[words]))] = row
    return found


def _label(key: tuple[str, ...]) -> str:
    """Return the first texts of a row, which help a reader to find it."""
    words = [word for word in key[:-1] if word]
    label = ", ".join(words[:3])
    return f"{label[:80]}: " if label else f"row {key[-1]}: "


def _change(old: str, new: str) -> str:
    before, after = _number(old), _number(new)
    if before is None or after is None:
        return f"{old or 'unknown'} → {new or 'unknown'}"
    if before == 0:
        return f"{old} → {new}"
    return f"{old} → {new} ({(after - before) / abs(before):+.1%})"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _causes(pairs: list[tuple[Outcome, Outcome]]) -> list[str]:
    """Return what changed for the runs that both reports hold: each cause once, with the number of runs."""
    causes: Counter[str] = Counter()
    for before, after in pairs:
        if before.source != after.source:
            causes[f"notebook {after.notebook} changed"] += 1
        for name in sorted(before.inputs.keys() & after.inputs.keys()):
            if before.inputs[name] != after.inputs[name]:
                causes[f"input {name} changed"] += 1
        causes.update(changed_names("code", before.code, after.code))
        causes.update(changed_names("library", before.libraries, after.libraries))
        if before.parameters != after.parameters:
            causes["parameters changed"] += 1
    return [f"{cause} (under {count} run{'s' * (count > 1)})" for cause, count in causes.items()]


def as_text(found: Difference) -> str:
    """Return the differences as lines of text."""
    lines = [*(f"run     {line}" for line in found.runs), *(f"figure  {line}" for line in found.figures)]
    lines += [f"cause   {line}" for line in found.causes]
    if not found.changed:
        lines.append(f"no figure and no run changed: {found.same} figures hold the same data")
    else:
        lines.append(f"{len(found.figures)} figures changed, are new or are gone; {found.same} hold the same data")
    return "\n".join(lines)
