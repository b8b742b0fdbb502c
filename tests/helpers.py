"""Reading and rewriting tables of a project copy without the code under test."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

Row = dict[str, str]


def read_rows(raw: Path, name: str) -> list[Row]:
    """Read a table as text, one dict per row, with the csv module only."""
    with (raw / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(raw: Path, name: str, rows: list[dict[str, Any]], columns: list[str] | None = None) -> None:
    """Replace the rows of a table (columns left out are empty) and record its bytes in the package."""
    header = columns or declared(raw, name)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode("utf-8")
    (raw / f"{name}.csv").write_bytes(data)
    record(raw, name, data)


def record(raw: Path, name: str, data: bytes) -> None:
    """Write the sha256 and the size of a table in datapackage.json."""
    package = json.loads((raw / "datapackage.json").read_text(encoding="utf-8"))
    for entry in package["resources"]:
        if entry["name"] == name:
            entry.update(hash=f"sha256:{hashlib.sha256(data).hexdigest()}", bytes=len(data))
    (raw / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def declared(raw: Path, name: str) -> list[str]:
    """Return the columns that the package declares for a table."""
    package = json.loads((raw / "datapackage.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in package["resources"] if entry["name"] == name)
    return [field["name"] for field in entry["schema"]["fields"]]


def observation(number: int, **values: Any) -> Row:
    """Return a row of `observations`: a national count of tiers-lieux in 2020, unless told otherwise."""
    usual = {
        "id_observation": f"essai-{number}",
        "territoire": "FR",
        "indicateur": "tiers_lieux",
        "unite": "nombre",
        "periode": "2020",
        "nature": "compte",
        "perimetre": "ftl_2023",
        "editeur": f"Éditeur {number}",
        "source": f"https://example.org/{number}",
    }
    return usual | {key: str(value) for key, value in values.items()}
