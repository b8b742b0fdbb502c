"""Words that claim more than one number, and every text that readers see, cut into what the table of words holds."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tlanalysis.charts import messages
from tlanalysis.core.languages import LANGS

# A text that prints one of them has an entry in `words_of_certainty.toml`. "Du plus haut au plus bas" is an order.
WORDS = {
    "fr": re.compile(
        r"\b(sûrement|aucune?s?|nulle part|tous|toutes?|connue?s?|publiée?s?|comptée?s?|(?<!plus )au moins"
        r"|(?<!moins )au plus(?! (?:bas|petite?|grande?|peuplés?)\b)|tenue?s?|chaque|jamais"
        r"|quel(?:le)? que soit|personne n|seule?s?)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(surely|none|nobody|nowhere|all|every|known|published|counted|at least|at most|met|never|always|only"
        r"|whatever)\b",
        re.IGNORECASE,
    ),
}
SITE_TEXTS = {
    "site": "tlanalysis/report/texts.toml",
    "portrait": "tlanalysis/report/portrait_texts.toml",
    "lab": "tlanalysis/lab/texts.toml",
}
# Documents on what was found; the others describe commands and code, which their own tests hold.
DOCUMENTS = ("README.md", "README.fr.md", "docs/coverage.md", "docs/forecasting.md")


def words_in(text: str, lang: str) -> list[str]:
    """Return the words of certainty of a text, its placeholders aside, each once, sorted."""
    return sorted({word.lower() for word in WORDS[lang].findall(re.sub(r"\{[^}]*\}", "{}", text))})


@cache
def table() -> dict[str, Any]:
    """Return the table of words: `texts` (key -> entry) and `prose` (entries of sentences)."""
    return tomllib.loads((Path(__file__).parent / "words_of_certainty.toml").read_text(encoding="utf-8"))


def texts() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the key and the languages of every text of figures, site, exploring panel and plan."""
    for figure, held in messages.load().items():
        if figure == "labels":
            for group, codes in held.items():
                yield from ((f"labels.{group}.{code}", names) for code, names in codes.items())
        else:
            yield from ((f"{figure}.{key}", {lang: held[lang][key] for lang in LANGS}) for key in held[LANGS[0]])
    for prefix, name in SITE_TEXTS.items():
        held = tomllib.loads((ROOT / name).read_text(encoding="utf-8"))
        flat = {lang: dict(_flat(held[lang])) for lang in LANGS}
        yield from ((f"{prefix}.{key}", {lang: flat[lang][key] for lang in LANGS}) for key in flat[LANGS[0]])
    plan = tomllib.loads((ROOT / "notebooks" / "plan.toml").read_text(encoding="utf-8"))
    yield from ((f"plan.{name}", shown["title"]) for name, shown in plan["notebook"].items())


def _flat(held: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in held.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def sentences() -> Iterator[tuple[str, str, str]]:
    """Yield file, language and sentence of the documents and of the prose of notebooks; code is left out."""
    for name in DOCUMENTS:
        lang = "fr" if ".fr." in name else "en"
        yield from ((name, lang, said) for said in _cut((ROOT / name).read_text(encoding="utf-8")))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = [
            cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "markdown"
        ]
        prose = {
            "fr": "\n\n".join("".join(cell["source"]) for cell in cells),
            "en": "\n\n".join(cell["metadata"].get("tlanalysis", {}).get("en", "") for cell in cells),
        }
        for lang in LANGS:
            yield from ((f"notebooks/{path.name}", lang, said) for said in _cut(prose[lang]))


def _cut(text: str) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "", text))
    for block in re.split(r"\n\s*\n|\n(?=[-#|] ?)|\n(?=\d\. )", text):
        yield from re.split(r"(?<=[.;:!?])\s+", " ".join(block.split()))
