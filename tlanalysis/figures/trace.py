"""Where does a figure come from? Read the facts a picture carries, even one that travelled alone."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any, TypeGuard

from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data.documents import key_of

_EPS = re.compile(rb"^%tlanalysis (.*)$", re.MULTILINE)
_PDF = re.compile(rb"/Keywords \(tlanalysis ((?:[^()\\]|\\.)*)\)", re.DOTALL)
_TEXTS = ("id", "run_key", "title", "subtitle", "lecture", "champ", "note", "alt", "source")
_FACTS = (*_TEXTS, "licence", "fingerprint", "version")
_SOURCE = ("editeur", "source", "date_publication")
_METADATA = re.compile(r'<metadata id="tlanalysis">(.*?)</metadata>', re.DOTALL)


def read_facts(path: Path, *, compare: bool = True) -> dict[str, Any]:
    """Return the facts of a published or saved SVG, PNG, PDF, EPS, of a JSON sidecar, or of the sidecar beside a CSV.

    Parameters
    ----------
    path : Path
        A file of a figure.
    compare : bool
        Whether to compare the CSV with the fingerprint of its sidecar.

    Raises
    ------
    BadInput
        When there is no such file, or it carries no facts of ours.
    SourceError
        When the CSV is not the table that the sidecar describes.
    """
    if not path.is_file():
        raise BadInput(f"{path} is not a file.")
    given = path
    if path.suffix == ".csv":
        path = path.with_suffix(".json")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path.name}: only .svg, .png, .pdf, .eps, .csv and .json files can be traced.")
    try:
        facts = reader(path)
    except (OSError, ValueError, RecursionError):
        facts = None
    if not is_sidecar(facts):
        raise BadInput(
            f"{path.name} carries no trace of tlanalysis: "
            "it was not published by it, or was saved again by another program."
        )
    if compare:
        _compare_table(given, path, facts)
    return facts


def is_sidecar(facts: object) -> TypeGuard[dict[str, Any]]:
    """Return whether some facts have the fields of a figure, each of its type."""
    if not isinstance(facts, dict) or any(not isinstance(facts.get(name), str) for name in _FACTS):
        return False
    tables, sources = [facts.get(name) for name in ("params", "inputs")], facts.get("sources")
    if not all(isinstance(table, dict) for table in tables) or not isinstance(sources, list):
        return False
    return all(
        isinstance(source, dict) and all(isinstance(source.get(key), str) for key in _SOURCE) for source in sources
    ) and all(isinstance(digest, str) for digest in facts["inputs"].values())


def _compare_table(given: Path, sidecar: Path, facts: dict[str, Any]) -> None:
    """Refuse a CSV that is not the table of the sidecar beside it."""
    table = given if given.suffix == ".csv" else sidecar.with_suffix(".csv")
    if sidecar.suffix != ".json" or not table.is_file():
        return
    with table.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()[: len(facts["fingerprint"])]
    if found != facts["fingerprint"]:
        raise SourceError(
            f"{table.name} is not the table that was published: its data are {found}, the sidecar says "
            f"{facts['fingerprint']}; `tlanalysis run` makes it again."
        )


def _from_svg(path: Path) -> dict[str, Any] | None:
    found = _METADATA.search(path.read_text(encoding="utf-8"))
    return json.loads(unescape(found[1])) if found else None


def _from_png(path: Path) -> dict[str, Any] | None:
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as image:  # reads the texts before the pixels, which stay undecoded
            held = image.info.get("tlanalysis")
    except (SyntaxError, Image.DecompressionBombError, struct.error, zlib.error, IndexError, OverflowError):
        return None
    return json.loads(held) if isinstance(held, str) else None


def _from_json(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8"))


def _from_pdf(path: Path) -> dict[str, Any] | None:
    found = _PDF.search(path.read_bytes())
    if found is None:
        return None
    # In a PDF string, a backslash stands before brackets and backslashes.
    return json.loads(re.sub(rb"\\(.)", rb"\1", found[1], flags=re.DOTALL))


def _from_eps(path: Path) -> dict[str, Any] | None:
    lines = _EPS.findall(path.read_bytes())
    return json.loads(b"".join(lines)) if lines else None


_READERS: dict[str, Callable[[Path], dict[str, Any] | None]] = {
    ".svg": _from_svg,
    ".png": _from_png,
    ".pdf": _from_pdf,
    ".eps": _from_eps,
    ".json": _from_json,
}


def written(facts: dict[str, Any]) -> str:
    """Return the facts as lines for a person to read."""
    lines = [facts["title"], facts["subtitle"], "", f"figure       {facts['id']}--{facts['run_key']}"]
    lines += [f"parameters   {', '.join(f'{key}={value}' for key, value in facts['params'].items())}"]
    lines += [
        f"data         {facts['fingerprint']}",
        f"tlanalysis   {facts['version']}, commit {facts.get('commit') or 'in the JSON beside it, or unknown'}",
    ]
    if facts.get("command"):
        lines.append(f"made by      {facts['command']}")
    if facts.get("versions"):
        lines.append(f"with         {', '.join(f'{name} {number}' for name, number in facts['versions'].items())}")
    lines += ["", "inputs (sha256)"] + [f"  {name}  {digest}" for name, digest in facts["inputs"].items()]
    lines += ["", f"sources ({facts['licence']})"]
    for source in facts["sources"]:
        date = f", {source['date_publication']}" if source["date_publication"] else ""
        title = f"« {source['titre']} », " if source.get("titre") else ""
        lines.append(f"  {title}{source['editeur']}{date}: {source['source'] or key_of(source.get('titre', ''))}")
    return "\n".join(lines)
