"""Where does a figure come from? Read the facts a picture carries, even one that travelled alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import BadInput
from tlanalysis.data.documents import key_of

_EPS = re.compile(rb"^%tlanalysis (.*)$", re.MULTILINE)
_PDF = re.compile(rb"/Keywords \(tlanalysis ((?:[^()\\]|\\.)*)\)", re.DOTALL)
_METADATA = re.compile(r'<metadata id="tlanalysis">(.*?)</metadata>', re.DOTALL)


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts of a published or saved SVG, PNG, PDF, EPS, of a JSON sidecar, or of the sidecar beside a CSV.

    Raises
    ------
    BadInput
        When there is no such file, or it carries no facts of ours.
    """
    if not path.is_file():
        raise BadInput(f"{path} is not a file.")
    if path.suffix == ".csv":
        path = path.with_suffix(".json")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path.name}: only .svg, .png, .pdf, .eps, .csv and .json files can be traced.")
    try:
        facts = reader(path)
    except (OSError, ValueError):
        facts = None
    if not isinstance(facts, dict) or "fingerprint" not in facts:
        raise BadInput(
            f"{path.name} carries no trace of tlanalysis: "
            "it was not published by it, or was saved again by another program."
        )
    return facts


def _from_svg(path: Path) -> dict[str, Any] | None:
    found = _METADATA.search(path.read_text(encoding="utf-8"))
    return json.loads(unescape(found[1])) if found else None


def _from_png(path: Path) -> dict[str, Any] | None:
    from PIL import Image

    with Image.open(path) as image:
        image.load()
        held = image.info.get("tlanalysis")
    return json.loads(held) if held else None


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
        f"tlanalysis   {facts['version']}, commit {facts['commit'] or 'unknown'}",
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
