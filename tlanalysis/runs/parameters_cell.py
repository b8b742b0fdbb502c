"""Read the parameters cell of a notebook: each assignment is a parameter, and its literal the default.

The names are those that `papermill --help-notebook` lists. This module does not import papermill: with JupyterLab
installed the import takes seconds, and each search for due runs reads the parameters cells.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any

from tlanalysis.core.errors import BadInput, did_you_mean

TAG = "parameters"


def cells_of(notebook: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook file.

    Raises
    ------
    ValueError
        When the file is not a notebook, or a cell has no kind, source or metadata.
    """
    try:
        return cells_in(json.loads(notebook.decode("utf-8")))
    except RecursionError as error:
        raise ValueError("not a notebook") from error


def cells_in(notebook: Any) -> list[dict[str, Any]]:
    """Return the cells of what a notebook file holds.

    Raises
    ------
    ValueError
        When it is not a notebook, or a cell has no kind, source or metadata.
    """
    try:
        cells = notebook["cells"]
        whole = all(isinstance(cell["cell_type"], str) and isinstance(cell["metadata"], dict) for cell in cells)
        for cell in cells:
            "".join(cell["source"])
    except (KeyError, TypeError) as error:
        raise ValueError("not a notebook") from error
    if not (whole and isinstance(cells, list)):
        raise ValueError("not a notebook")
    return cells


def defaults_in(source: str) -> dict[str, Any]:
    """Return name -> default of every assignment (`rayon = 10`, `rayon: int = 10`) of a parameters cell.

    Raises
    ------
    BadInput
        When the cell holds anything but assignments of literals, or a literal of another type than its annotation.
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise BadInput(f"the parameters cell is not Python ({error.msg}).") from None
    lines = source.splitlines()
    return dict(_assigned(statement, lines[statement.lineno - 1].strip()) for statement in statements)


def check_injected(cells: list[Any], given: Iterable[str]) -> None:
    """Refuse parameters that the parameters cell of a notebook does not hold, which papermill only warns about.

    Parameters
    ----------
    cells : list of dict
        Cells of a notebook. Without a tagged cell, or when that cell holds more than literals, any parameter passes.
    given : iterable of str
        Names of the injected parameters.

    Raises
    ------
    BadInput
        When a parameter is unknown; the message names each.
    """
    tagged = [cell for cell in cells if TAG in cell.get("metadata", {}).get("tags", [])]
    try:
        known = defaults_in("".join(tagged[0]["source"])) if tagged else None
    except BadInput:
        return
    if known is not None and (odd := [name for name in given if name not in known]):
        raise BadInput(
            " ".join(
                f"the notebook takes no parameter {name!r}{did_you_mean(name, known)}: it takes {', '.join(known)}."
                for name in odd
            )
        )


def _assigned(statement: ast.stmt, line: str) -> tuple[str, Any]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value):
            kind = ""
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            kind = ast.unparse(annotation).strip("'\"")
        case _:
            raise _not_plain(line)
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError):
        raise _not_plain(line) from None
    if kind not in ("", type(default).__name__):
        raise BadInput(f"{name} is {default!r} and its annotation is {kind}: write a default of that type.")
    return name, default


def _not_plain(line: str) -> BadInput:
    return BadInput(f"the parameters cell holds plain literals only, as rayon = 10: `{line}` is something else.")
