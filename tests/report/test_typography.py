"""The French texts of the site keep the rules of French printing: no sign stands alone at the start of a line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT

FILES = ("report/texts.toml", "report/portrait_texts.toml")
MISTAKES = {
    "an ordinary space before a sign of two parts": r" [:;!?%»€]",
    "no space before a sign of two parts": r"[\w\d)][;!?%»](?!\w)",
    "an ordinary space after «": r"« |«(?=\w)",
    "an ordinary space inside a number": r"\d (?=\d{3}\b)",
    "an ordinary space before a unit": r"[\d}] (?:km|m|€|M€)\b",
    "a straight apostrophe": r"'",
}


def said(held: Any) -> Iterator[str]:
    """Yield every text of a table of texts."""
    if isinstance(held, dict):
        for each in held.values():
            yield from said(each)
    elif isinstance(held, str):
        yield held


def mistakes(text: str) -> list[str]:
    """Return the mistakes of one text."""
    return [name for name, pattern in MISTAKES.items() if re.search(pattern, text)]


def test_the_french_texts_of_the_site_break_at_no_sign() -> None:
    for name in FILES:
        french = list(said(tomllib.loads((ROOT / "tlanalysis" / name).read_text(encoding="utf-8"))["fr"]))
        assert len(french) > 50
        assert [(text, mistakes(text)) for text in french if mistakes(text)] == [], name


def test_the_french_texts_of_the_notebooks_break_at_no_sign() -> None:
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        plain = [re.sub(r"`[^`]*`", "x", text) for text in texts]
        assert [(text, mistakes(text)) for text in plain if mistakes(text)] == [], path.name


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Rien\u00a0: « 33\u00a0»", ["an ordinary space after «"]),
        ("5 % de fausses alertes", ["an ordinary space before a sign of two parts"]),
        ("pour 100 000 habitants", ["an ordinary space inside a number"]),
        ("à {n} km", ["an ordinary space before a unit"]),
        ("quoi?", ["no space before a sign of two parts"]),
        ("l'appel", ["a straight apostrophe"]),
        ("par exemple «\u00a033\u00a0» ou «\u00a033000\u00a0»\u202f; 5\u00a0%, 100\u00a0000", []),
    ],
)
def test_a_mistake_is_seen(text: str, wrong: list[str]) -> None:
    assert mistakes(text) == wrong
