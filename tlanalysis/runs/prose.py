"""The texts of a notebook in the language of its run: a text cell keeps its translations in its metadata.

The source of a text cell is in the language that the parameters cell has by default; its metadata hold the other
languages, as `{"tlanalysis": {"en": "## People trained"}}`.
"""

from __future__ import annotations

from typing import Any

from tlanalysis.core.errors import TlanalysisError
from tlanalysis.data.parameters import Params
from tlanalysis.runs.parameters_cell import TAG, defaults_in

KEY = "tlanalysis"

Cells = list[dict[str, Any]]


def speak(cells: Cells, lang: str) -> None:
    """Write the text cells of an executed notebook in a language; a cell without a translation stays as it is.

    Parameters
    ----------
    cells : list of dict
        The cells of the notebook, changed in place; the translations are removed from their metadata.
    lang : str
        Language of the run.
    """
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        translated = _translations(cell).get(lang)
        if translated is not None:
            cell["source"] = translated.splitlines(keepends=True)
        cell["metadata"].pop(KEY, None)


def untranslated(cells: Cells, lang: str) -> list[int]:
    """Return the positions, from 1, of the cells whose text is not written in a language.

    Parameters
    ----------
    cells : list of dict
        The cells of a notebook of the project.
    lang : str
        Language of a run.
    """
    if lang == own_language(cells):
        return []
    return [
        number
        for number, cell in enumerate(cells, start=1)
        if cell["cell_type"] == "markdown" and "".join(cell["source"]).strip()
        if not _translations(cell).get(lang, "").strip()
    ]


def languages(cells: Cells) -> list[str]:
    """Return the languages in which at least one text cell has a translation.

    Parameters
    ----------
    cells : list of dict
        The cells of a notebook of the project.
    """
    return sorted({lang for cell in cells if cell["cell_type"] == "markdown" for lang in _translations(cell)})


def own_language(cells: Cells) -> str:
    """Return the language that the parameters cell has by default; that of the library when it names none."""
    for cell in cells:
        if TAG in cell["metadata"].get("tags", []):
            try:
                found = defaults_in("".join(cell["source"])).get("lang")
            except TlanalysisError:
                found = None
            return found if isinstance(found, str) else Params.lang
    return Params.lang


def _translations(cell: dict[str, Any]) -> dict[str, str]:
    """Return language -> text of a cell; empty when its metadata hold none, or something else."""
    held = cell["metadata"].get(KEY)
    if not isinstance(held, dict):
        return {}
    return {lang: text for lang, text in held.items() if isinstance(text, str)}
