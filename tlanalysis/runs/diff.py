"""Compare two reports: the figures whose data changed, the changed values, and the inputs and code that changed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest, snapshots
from tlanalysis.runs.due import changed_names
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.table_changes import Row, TableChange, compare_tables

UNKNOWN = "its data changed (a table is missing: the changed values are unknown)"


@dataclass(frozen=True)
class FigureChange:
    """A figure that is `new`, `gone` or `moved`; `table` holds the changes of its data when both tables are known."""

    figure: str
    state: str
    table: TableChange | None = None

    @property
    def sentence(self) -> str:
        """The change in one sentence."""
        if self.state != "moved":
            return f"{self.figure} is {self.state}"
        return f"{self.figure}: {self.table.sentence if self.table else UNKNOWN}"


@dataclass
class Difference:
    """The differences between two reports, and the number of figures with the same data."""

    changes: list[FigureChange] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    same: int = 0

    @property
    def figures(self) -> list[str]:
        """One sentence per figure that changed, is new or is gone."""
        return [change.sentence for change in self.changes]

    @property
    def changed(self) -> bool:
        """True when the data of a figure changed, a figure or run is new or gone, or a run has another status."""
        return bool(self.changes or self.runs)


def compare(old: Path, new: Path) -> Difference:
    """Return the differences between two reports folders.

    Parameters
    ----------
    old, new : Path
        Folders that hold a `manifest.json`, or these files: a reports folder, or a state in its `history/`. Without the
        tables of the figures, the sizes of the changes are unknown.

    Raises
    ------
    BadInput
        When a folder holds no manifest.
    """
    folders = [_folder(path) for path in (old, new)]
    before, after = (manifest.read(folder) for folder in folders)
    return compare_outcomes(before, after, *folders)


def compare_outcomes(before: Mapping[str, Outcome], after: Mapping[str, Outcome], old: Path, new: Path) -> Difference:
    """Return the differences between two sets of outcomes, by run name, with the folders that hold their tables.

    Parameters
    ----------
    before, after : mapping
        Run name -> outcome.
    old, new : Path
        Folders of the tables, as in `compare`.
    """
    found = Difference()
    for name in sorted(before.keys() | after.keys()):
        _compare_run(name, before.get(name), after.get(name), (old, new), found)
    found.causes = _causes([(before[name], after[name]) for name in sorted(before.keys() & after.keys())])
    return found


def _folder(path: Path) -> Path:
    folder = path.parent if path.name == manifest.FILE else path
    if not (folder / manifest.FILE).is_file():
        raise BadInput(f"{path} holds no {manifest.FILE}: give a folder that `tlanalysis run` wrote, or its manifest.")
    return folder


def _compare_run(
    name: str, before: Outcome | None, after: Outcome | None, folders: tuple[Path, Path], found: Difference
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
            found.changes.append(FigureChange(figure, "new" if figure not in old else "gone"))
        elif old[figure] != new[figure]:
            tables = (
                snapshots.table(folders[0], figure, old[figure]),
                snapshots.table(folders[1], figure, new[figure]),
            )
            found.changes.append(FigureChange(figure, "moved", _changed_values(*tables)))
        else:
            found.same += 1


def _changed_values(old: Path, new: Path) -> TableChange | None:
    if not (old.is_file() and new.is_file()):
        return None
    (columns, before), (columns_now, after) = _read(old), _read(new)
    return compare_tables(columns, before, columns_now, after)


def _read(path: Path) -> tuple[list[str], list[Row]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    return list(reader.fieldnames or []), rows


def _causes(pairs: list[tuple[Outcome, Outcome]]) -> list[str]:
    """Return what changed for the runs that both reports hold: each cause once, with the number of runs."""
    causes: Counter[str] = Counter()
    for before, after in pairs:
        if not (before.source and after.source):  # a run that failed has no record of its code
            continue
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
    return "\n".join([*lines, _count(found)])


def as_markdown(found: Difference) -> str:
    """Return the differences in Markdown: a table of changed values, and lists of runs, figures and causes."""
    lines = [f"**{_count(found)}**", ""]
    rows = [
        (change.figure, cell.row, cell.column, cell.old or "unknown", cell.new or "unknown", _percent(cell.share))
        for change in found.changes
        if change.table
        for cell in change.table.cells
    ]
    if rows:
        lines += ["| figure | row | column | old | new | change |", "|---|---|---|--:|--:|--:|"]
        lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
        lines.append("")
    others = [change.sentence for change in found.changes if not (change.table and change.table.cells)]
    for title, sentences in (("Runs", found.runs), ("Figures", others), ("Causes", found.causes)):
        if sentences:
            lines += [f"{title}:", "", *(f"- {_plain(sentence)}" for sentence in sentences), ""]
    return "\n".join(lines).rstrip("\n")


def as_dict(found: Difference) -> dict[str, Any]:
    """Return the differences, ready for JSON."""
    figures = [
        {"figure": change.figure, "state": change.state} | (change.table.as_dict() if change.table else {})
        for change in found.changes
    ]
    return {
        "changed": found.changed,
        "figures": figures,
        "runs": found.runs,
        "causes": found.causes,
        "same": found.same,
    }


def _count(found: Difference) -> str:
    if not found.changed:
        return f"no figure and no run changed: {found.same} figures hold the same data"
    return f"{len(found.changes)} figures changed, are new or are gone; {found.same} hold the same data"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:+.1%}"


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is: an error of a notebook may hold tags and stars."""
    return " ".join("".join(f"\\{each}" if each in "\\`*_<>[]" else each for each in text).split())
