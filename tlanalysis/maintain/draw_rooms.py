"""Write the table and the picture of `docs/architecture.md`: which room of the package imports from which.

Usage: python -m tlanalysis.maintain.draw_rooms

A room is a folder of the package. It may import only from rooms that come before it in `ROOMS`; `tests/test_layers.py`
holds this. Imports inside functions count, imports under `TYPE_CHECKING` do not: they name types and run nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tlanalysis.core import files, paths

PACKAGE = Path(__file__).parents[1]
ROOMS = (
    *("core", "data", "fetch", "lists", "tables", "indicators", "forecasting"),
    *("charts", "figures", "runs", "report", "lab", "maintain"),
)
_COMMANDS = "cli"  # it stands beside the rooms and may import from all of them
_HEADER = "| room | holds | imports from |\n|---|---|---|\n"
_CELL, _MARGIN = 44, 110  # pixels


def modules(package: Path) -> dict[str, Path]:
    """Return dotted name -> file for every module below a folder."""
    names = {path: path.relative_to(package.parent).with_suffix("").parts for path in sorted(package.rglob("*.py"))}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in names.items()}


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Yield the modules of the package that a module imports, at its head or in a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)]
    skipped = {id(inner) for block in blocks for inner in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise AssertionError(f"{path}: relative import, write the whole name")
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ({*full, str(node.module)} & {*known})


def arrows(package: Path) -> dict[str, set[str]]:
    """Return module -> modules of the package that it imports."""
    known = modules(package)
    root = package.name
    return {name: {to for to in imported(path, known) if to not in (name, root)} for name, path in known.items()}


def between_rooms(package: Path = PACKAGE) -> Counter[tuple[str, str]]:
    """Count the imports from one room (or `cli`) to another; a folder on the way to an imported module is not one."""
    ends = {
        name: [to for to in heads if not any(other.startswith(f"{to}.") for other in heads)]
        for name, heads in arrows(package).items()
    }
    found = Counter((_room(name), _room(to)) for name, heads in ends.items() for to in heads)
    return Counter({pair: count for pair, count in found.items() if pair[0] != pair[1] and "" not in pair})


def _room(name: str) -> str:
    second = [*name.split("."), ""][1]
    second = _COMMANDS if second.startswith(_COMMANDS) else second
    return second if second in (*ROOMS, _COMMANDS) else ""


def table() -> str:
    """Return one row per room: the first line of its docstring, and the rooms that it imports from."""
    counts = between_rooms()
    rows = []
    for room in ROOMS:
        docstring = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))) or ""
        used = ", ".join(other for other in ROOMS if counts[room, other])
        rows.append(f"| `{room}` | {docstring.splitlines()[0]} | {used or 'nothing'} |\n")
    return _HEADER + "".join(rows)


def picture() -> str:
    """Return an SVG: one line per room, one column per room that it may import from, the imports counted."""
    counts, lines = between_rooms(), (*ROOMS, _COMMANDS)
    size = _MARGIN + _CELL * len(lines)
    cells = [_cell(counts[line, column], x, y) for y, line in enumerate(lines) for x, column in enumerate(lines[:y])]
    names = [
        f'<text x="{_MARGIN - 8}" y="{_middle(at)}" text-anchor="end">{room}</text>'
        f'<text transform="translate({_middle(at)} {_MARGIN - 8}) rotate(-45)">{room}</text>'
        for at, room in enumerate(lines)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 40} {size}" role="img" '
            'font-family="sans-serif" font-size="14" dominant-baseline="middle">',
            "<title>Imports between the rooms of tlanalysis</title>",
            f'<rect width="{size + 40}" height="{size}" fill="#ffffff"/>',
            *names,
            *cells,
            "</svg>\n",
        ]
    )


def _cell(count: int, x: int, y: int) -> str:
    """Return the square of a line and a column: filled with the number of imports, or empty."""
    square = (
        f'<rect x="{_MARGIN + x * _CELL}" y="{_MARGIN + y * _CELL}" width="{_CELL - 2}" height="{_CELL - 2}" '
        f'fill="{"#cfe3f1" if count else "#f4f4f4"}"/>'
    )
    number = f'<text x="{_middle(x)}" y="{_middle(y)}" text-anchor="middle">{count}</text>' if count else ""
    return square + number


def _middle(at: int) -> int:
    return _MARGIN + at * _CELL + _CELL // 2 - 1


def with_table(page: str) -> str:
    """Return a page whose table of rooms is the present one.

    Raises
    ------
    ValueError
        When the page has no table of rooms.
    """
    before, _, after = page.partition(_HEADER)
    _, blank, rest = after.partition("\n\n")
    if not blank:
        raise ValueError(f"the page has no table that begins with {_HEADER.splitlines()[0]!r}")
    return f"{before}{table()}\n{rest}"


def main() -> None:
    """Rewrite the table of the page, and the picture beside it."""
    folder = paths.home() / "docs"
    page = folder / "architecture.md"
    files.write_text(page, with_table(page.read_text(encoding="utf-8")))
    files.write_text(folder / "architecture.svg", picture())


if __name__ == "__main__":
    main()
