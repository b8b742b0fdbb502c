"""Data flows one way: a room imports only from rooms before it in `ROOMS`, and no imports go in a circle.

Lazy imports count; imports under `TYPE_CHECKING` do not: they name types and run nothing.
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tlanalysis as tl

PACKAGE = Path(tl.__file__).parent
# From the ground up; what lies beside the rooms (`cli`, `__main__`) stands above them all, and `__init__` names only.
ROOMS = (
    *("core", "data", "fetch", "lists", "tables", "indicators", "forecasting"),
    *("charts", "figures", "runs", "report", "lab", "maintain"),
)
TOP = len(ROOMS)


def modules(package: Path) -> dict[str, Path]:
    """Return dotted name -> file for every module below a folder."""
    names = {path: path.relative_to(package.parent).with_suffix("").parts for path in package.rglob("*.py")}
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
            assert not node.level, f"{path}: relative import, write the whole name"
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ({*full, str(node.module)} & {*known})


def arrows(package: Path) -> dict[str, set[str]]:
    known = modules(package)
    root = package.name
    return {name: {to for to in imported(path, known) if to not in (name, root)} for name, path in known.items()}


def upward(graph: dict[str, set[str]]) -> list[str]:
    """Return the arrows that go from a room to one above it."""

    def floor(name: str) -> int:
        room = name.split(".")[1]
        return ROOMS.index(room) if room in ROOMS else TOP

    named = {name: arrows for name, arrows in graph.items() if "." in name}
    return [
        f"{name} -> {to}" for name, heads in sorted(named.items()) for to in sorted(heads) if floor(to) > floor(name)
    ]


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return one circle of imports, or nothing."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_no_module_imports_from_a_room_above_it() -> None:
    assert upward(arrows(PACKAGE)) == []


def test_no_import_goes_in_a_circle() -> None:
    assert circle(arrows(PACKAGE)) == []


def test_every_folder_of_the_package_is_a_room() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/*.py")}
    assert folders == set(ROOMS)


@pytest.mark.parametrize(
    "line", ["from toy.runs import plan", "def f():\n    from toy.runs.plan import grid", "import toy.runs.plan"]
)
def test_an_arrow_up_is_named(tmp_path: Path, line: str) -> None:
    for name, text in {"core/files.py": line, "runs/plan.py": "import toy.core.files"}.items():
        path = tmp_path / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    graph = arrows(tmp_path / "toy")
    assert upward(graph) == ["toy.core.files -> toy.runs.plan"]
    assert set(circle(graph)) == {"toy.core.files", "toy.runs.plan"}
