"""Write `reports/index.html` (French) and `reports/index.en.html` (English) from the manifest and the sidecars."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tlanalysis import __version__, files
from tlanalysis.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.territories import territory

KINDS = ("svg", "png", "csv", "json")
PAGES = {"fr": "index.html", "en": "index.en.html"}


def report(out: Path) -> list[Path]:
    """Write the gallery of a reports folder; return the pages.

    Everything from data is escaped. A run that failed is shown as such, with its last good figures if it has any.

    Parameters
    ----------
    out : Path
        Reports folder; the pages work from there without a network.

    Raises
    ------
    BadInput
        When nothing has run yet.
    """
    outcomes = manifest.read(out)
    if not outcomes:
        raise BadInput(f"nothing has run in {out.name}/ yet: start with `tlanalysis run`.")
    environment = Environment(
        loader=PackageLoader("tlanalysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
    template = environment.get_template("index.html.jinja")
    written = []
    for lang, page in PAGES.items():
        runs = [_run(outcome, out) for outcome in outcomes.values() if outcome.parameters["lang"] == lang]
        html = template.render(lang=lang, runs=runs, pages=PAGES, text=texts[lang], version=__version__)
        written.append(files.write_text(out / page, html))
    return written


def _run(outcome: manifest.Outcome, out: Path) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "notebook": outcome.notebook,
        "territory": outcome.parameters["territory"],
        "place": territory(outcome.parameters["territory"]).name,
        "status": outcome.status,
        "error": outcome.error,
        "seconds": outcome.seconds,
        "figures": [_figure(name, out) for name in outcome.figures],
        "executed": (out / "notebooks" / f"{outcome.name}.ipynb").exists(),
    }


def _figure(name: str, out: Path) -> dict[str, Any]:
    path = out / "figures" / f"{name}.json"
    facts = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    held = [kind for kind in KINDS if (out / "figures" / f"{name}.{kind}").exists()]
    return {"name": name, "facts": facts if "svg" in held else None, "kinds": held}
