"""Small invented lists, written in any format, and the command line seen from a test."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd

Table = Sequence[Sequence[str]]


def delimited(rows: Table, separator: str = ";", end: str = "\n") -> str:
    """Return rows as delimited text, quoted where needed."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue()


def records(rows: Table) -> list[dict[str, str | None]]:
    """Return rows as records, an empty cell as null."""
    return [{name: cell or None for name, cell in zip(rows[0], row, strict=True)} for row in rows[1:]]


def _workbook(path: Path, rows: Table) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    book.save(path)


def _frame(rows: Table) -> pd.DataFrame:
    return pd.DataFrame(list(rows[1:]), columns=list(rows[0])).replace("", None)


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


# How a table of text is written, per ending.
WRITERS: dict[str, Callable[[Path, Table], object]] = {
    "csv": lambda path, rows: path.write_text(delimited(rows), encoding="utf-8"),
    "tsv": lambda path, rows: path.write_bytes(delimited(rows, "\t", "\r\n").encode("utf-16")),
    "xlsx": _workbook,
    "ods": lambda path, rows: _frame(rows).to_excel(path, engine="odf", index=False),
    "json": lambda path, rows: _json(path, records(rows)),
    "jsonl": lambda path, rows: path.write_text("\n".join(json.dumps(row) for row in records(rows)), encoding="utf-8"),
    "parquet": lambda path, rows: _frame(rows).to_parquet(path, index=False),
}


def write(path: Path, rows: Table) -> Path:
    """Write a table in the format its ending names."""
    WRITERS[path.suffix[1:]](path, rows)
    return path
