"""Write sidecars, pictures and outcomes of an invented reports folder, without a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tlanalysis.core.figure_places import KINDS
from tlanalysis.runs.manifest import Outcome

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title id="titre">t</title><text>{}</text></svg>'
CSV = "territoire,valeur,part\nFR,12,0.123456\nR75,,0.5\n"


def given(key: str) -> dict[str, str]:
    """Return the parameters that belong to a run key."""
    parts = key.split("-")
    return {"territory": parts[0], "lang": "en" if "en" in parts else "fr"}


def facts(name: str, **changed: Any) -> dict[str, Any]:
    """Return the sidecar of a figure."""
    figure, run_key = name.split("--")
    source = {"editeur": "ANCT", "source": "https://example.org/etude", "date_publication": "2021-08-27"}
    return {
        "id": figure,
        "run_key": run_key,
        "title": f"Titre de {name}",
        "subtitle": "Sous-titre",
        "lecture": "un point est un lieu.",
        "champ": f"champ de {name}",
        "note": f"note de {name}",
        "alt": f"Description de {name}",
        "source": "Source : ANCT (2021).",
        "lang": "fr",
        "params": given(run_key),
        "sources": [source, source | {"editeur": "CGET", "source": "document 4", "date_publication": ""}],
        "licence": "etalab-2.0",
        "inputs": {"observations": "0" * 64},
        "fingerprint": "0123456789abcdef",
        "version": "0.1.0",
        "commit": "a" * 40,
    } | changed


def publish(out: Path, name: str, *, csv: str = CSV, svg: str = SVG, narrow: str | None = None, **changed: Any) -> None:
    """Write the four files of a figure, and its drawing for narrow screens when one is given."""
    (out / "figures").mkdir(parents=True, exist_ok=True)
    written = {"svg": svg.format(name), "png": "x", "csv": csv, "json": json.dumps(facts(name, **changed))}
    for kind in KINDS:
        (out / "figures" / f"{name}.{kind}").write_text(written[kind], encoding="utf-8")
    if narrow is not None:
        (out / "figures" / "phone").mkdir(exist_ok=True)
        (out / "figures" / "phone" / f"{name}.svg").write_text(narrow, encoding="utf-8")


def ran(notebook: str, *figures: str, key: str = "FR", status: str = "ok", error: str = "") -> Outcome:
    """Return the outcome of a run."""
    return Outcome(f"{notebook}--{key}", notebook, given(key), status, 1.0, "kernel", {}, list(figures), error)
