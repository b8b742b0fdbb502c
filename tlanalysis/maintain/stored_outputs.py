"""`tlanalysis check --stored`: execute the notebooks, and say in words which stored outputs differ.

nbval compares the texts of outputs. It tells where two texts of HTML differ. This module tells which row and column of
which table differ, and whether the data or the picture of a figure did.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.core.errors import TlanalysisError
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.plan import grid, notebooks
from tlanalysis.runs.table_changes import Row, compare_tables

_FIGURE = re.compile(r"([\w-]+--[\w-]+)  ([0-9a-f]{16})(?:  ([0-9a-f]{16}))?")
_LONGEST = 100  # characters of a text that a sentence shows


def check_stored(jobs: int = 2) -> list[str]:
    """Return one sentence per stored output that differs from the output of an execution now.

    Parameters
    ----------
    jobs : int
        Notebooks at a time.
    """
    before = os.environ.get("TLANALYSIS_PROCESSED")
    with tempfile.TemporaryDirectory() as scratch:
        # Outputs are stored as a fresh clone gives them: without built tables.
        os.environ["TLANALYSIS_PROCESSED"] = str(Path(scratch) / "processed")
        try:
            runs = [run for name in notebooks() for run in grid(name, {})]
            outcomes = execute(runs, Path(scratch) / "out", RunOptions(jobs=jobs, history=0))
        finally:
            os.environ.pop("TLANALYSIS_PROCESSED")
            os.environ |= {"TLANALYSIS_PROCESSED": before} if before is not None else {}
        problems = []
        for outcome in outcomes:
            if outcome.status != "ok":
                problems.append(f"{outcome.notebook}.ipynb: {outcome.error}")
                continue
            executed = Path(scratch) / "out" / "notebooks" / f"{outcome.name}.ipynb"
            problems += differences(paths.notebooks() / f"{outcome.notebook}.ipynb", executed)
    return problems


def differences(stored: Path, executed: Path) -> list[str]:
    """Return one sentence per output that differs between a stored notebook and an execution of it.

    Parameters
    ----------
    stored, executed : Path
        Two `.ipynb` files with the same cells.
    """
    old, new = (_code_cells(path) for path in (stored, executed))
    if len(old) != len(new):
        return [f"{stored.name}: {len(old)} code cells are stored, {len(new)} were executed."]
    found = []
    for number, (before, after) in enumerate(zip(old, new, strict=True), start=1):
        if "nbval-ignore-output" not in before["metadata"].get("tags", []):
            pairs = zip_longest(_shown(before), _shown(after))
            found += [f"{stored.name}, cell {number}: {words}" for pair in pairs for words in _compare(*pair)]
    return found


def _code_cells(path: Path) -> list[dict[str, Any]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        raise TlanalysisError(f"{path.name} is not a notebook.") from None
    return [cell for cell in cells if cell["cell_type"] == "code"]


def _shown(cell: dict[str, Any]) -> list[tuple[str, str]]:
    """Return kind and text of each output that nbval compares: tables, printed text and other texts."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            found.append(("html", "".join(data["text/html"])))
        elif output["output_type"] == "stream":
            found.append(("text", "".join(output["text"])))
        elif "image/png" not in data:  # the line that `publish` prints tells a picture
            found.append(("text", "".join(data.get("text/plain", ""))))
    return found


def _compare(old: tuple[str, str] | None, new: tuple[str, str] | None) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None or old[0] != new[0]:
        yield "an output is gone, or of another kind." if new is None else "an output is new, or of another kind."
        return
    tables = [_tables(text) for _, text in (old, new)]
    if old[0] == "text" or not tables[0] or len(tables[0]) != len(tables[1]):
        yield from _compare_lines(old[1], new[1])
        return
    changes = [compare_tables(*before, *after) for before, after in zip(*tables, strict=True) if before != after]
    if not changes:
        yield "the HTML around its table changed."
    for change in changes:
        # pandas writes a column with as many decimals as its longest value: the other cells hold the same numbers.
        moved = tuple(cell for cell in change.cells if cell.share != 0)
        yield f"table: {(replace(change, cells=moved) if moved else change).sentence}."


def _compare_lines(old: str, new: str) -> Iterator[str]:
    for before, after in zip_longest(old.splitlines(), new.splitlines(), fillvalue=""):
        if before == after:
            continue
        was, now = (_FIGURE.fullmatch(line.strip()) for line in (before, after))
        if was and now and was[1] == now[1]:
            what = "its data changed" if was[2] != now[2] else "its picture changed, its data did not"
            yield f"figure {now[1]}: {what}."
        else:
            yield f"{_short(before)!r} → {_short(after)!r}."


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class _Tables(HTMLParser):
    """The cells of the tables of some HTML, by table and row."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.tables[-1][-1][-1] += data.strip()


def _tables(html: str) -> list[tuple[list[str], list[Row]]]:
    """Return the columns and rows of each table; the first row holds the names, and numbers of rows are left out."""
    parser = _Tables()
    parser.feed(html)
    parser.close()
    found = []
    for header, *body in (table for table in parser.tables if table):
        columns = [name for name in header if name]
        start = len(header) - len(columns)
        rows = [dict(zip_longest(columns, row[start : start + len(columns)], fillvalue="")) for row in body]
        found.append((columns, rows))
    return found
