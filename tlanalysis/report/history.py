"""Find the changes in the data of figures: each site keeps its tables, and the next site compares with them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tlanalysis.core import files
from tlanalysis.report.html_tables import Table, read
from tlanalysis.report.results import Figure

INDEX = "history/index.json"
SHOWN = 20

Row = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """The change of a figure's table: its former fingerprint, the rows and the columns that are gone or new."""

    before: str
    gone: tuple[Row, ...]
    new: tuple[Row, ...]
    columns: tuple[str, ...]
    columns_gone: tuple[str, ...]
    columns_new: tuple[str, ...]

    @property
    def shown(self) -> Table:
        """The first new rows, with the cells of the CSV."""
        return Table(self.columns, self.new[:SHOWN], (False,) * len(self.columns))


class History:
    """The tables of the present site, and the tables that they replaced."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._known: dict[str, dict[str, str]] = {}
        index = site / INDEX
        if index.is_file():
            try:
                self._known = json.loads(index.read_text(encoding="utf-8"))
            except ValueError:  # the index is damaged: each figure then starts without a former table
                self._known = {}

    def next(self, figures: list[Figure]) -> dict[str, bytes]:
        """Return the history files of the next site, by path inside the site."""
        contents: dict[str, bytes] = {}
        index: dict[str, dict[str, str]] = {}
        for figure in figures:
            if figure.facts is None or "csv" not in figure.kinds:
                continue
            now = figure.facts["fingerprint"]
            known = self._known.get(figure.name, {})
            source = "before" if known.get("now") == now else "now"
            former = known.get(source, "")
            index[figure.name] = {"now": now, "before": former}
            contents[f"history/now/{figure.name}.csv"] = figure.path("csv").read_bytes()
            old = self._site / "history" / source / f"{figure.name}.csv"
            if former and old.is_file():
                contents[f"history/before/{figure.name}.csv"] = old.read_bytes()
            else:
                index[figure.name]["before"] = ""
        contents[INDEX] = files.to_json(dict(sorted(index.items()))).encode()
        return contents


def change(name: str, contents: dict[str, bytes]) -> Change | None:
    """Return the change of a figure, from the history files of its site; None when there is no former table."""
    before = contents.get(f"history/before/{name}.csv")
    if before is None:
        return None
    now_header, now = _read(contents[f"history/now/{name}.csv"])
    old_header, old = _read(before)
    return Change(
        before=json.loads(contents[INDEX])[name]["before"],
        gone=tuple((old - now).elements()),
        new=tuple((now - old).elements()),
        columns=now_header,
        columns_gone=tuple(name for name in old_header if name not in now_header),
        columns_new=tuple(name for name in now_header if name not in old_header),
    )


def _read(data: bytes) -> tuple[Row, Counter[Row]]:
    header, *rows = read(data)
    return header, Counter(rows)
