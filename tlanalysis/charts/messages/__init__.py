"""The texts of the figures: one TOML file per module of `charts`, and `shared.toml` for what several figures write.

Braces are filled with values computed from the plotted table; no number is typed in a text. `title` states the finding;
`title_shown` says what the figure shows when the finding does not hold for this table (likewise `lecture_shown`,
`note_shown`, `alt_shown`). `[labels.*]` names the codes of a table.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tlanalysis.core.languages import read_texts


@cache
def load() -> dict[str, Any]:
    """Return the texts of all files as one mapping: figure -> language -> key, and `labels` -> group -> code."""
    found: dict[str, Any] = {"labels": {}}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        texts = read_texts(path)
        found["labels"] |= texts.pop("labels", {})
        found |= texts
    return found
