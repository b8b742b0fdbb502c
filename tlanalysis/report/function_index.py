"""Which public functions a figure uses, from the cells of its notebook."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tlanalysis.core.public_names import HOME_OF

_CALL = re.compile(r"\btl\.(\w+)\(")
_PUBLISHED = re.compile(r"""\bid=["']([a-z0-9-]+)["']""")
_WRITING = {"publish", "params", "save"}


def functions_of(notebook: Path) -> dict[str, tuple[str, ...]]:
    """Return figure id -> the public functions that its chart cell and the cells of its table call, in their order.

    A cell belongs to the figure of the next cell that publishes one. A file that is no notebook, or is not there, has
    none.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    called: list[str] = []
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        source = "".join(cell.get("source", ""))
        called += [name for name in _CALL.findall(source) if name in HOME_OF and name not in _WRITING]
        for figure in _PUBLISHED.findall(source):
            found[figure] = tuple(dict.fromkeys(called))
            called = []
    return found
