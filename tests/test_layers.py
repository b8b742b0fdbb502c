"""Data flows one way: a room imports only from rooms before it in `ROOMS`, and no imports go in a circle.

Lazy imports count; imports under `TYPE_CHECKING` do not: they name types and run nothing.
"""

from __future__ import annotations

import graphlib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tlanalysis.maintain import draw_rooms
from tlanalysis.maintain.draw_rooms import PACKAGE, ROOMS, arrows

TOP = len(ROOMS)  # `cli` and `__main__` stand above the rooms; `__init__` names only


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


def test_page_of_the_rooms_is_what_the_script_writes() -> None:
    """When this fails: python -m tlanalysis.maintain.draw_rooms."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert page == draw_rooms.with_table(page)
    assert (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8") == draw_rooms.picture()


def test_imports_between_rooms_are_counted_by_pair_of_modules(tmp_path: Path) -> None:
    """Of `runs`, one module imports two of `core`, another imports one; an import inside a room does not count."""
    texts = {
        "core/__init__.py": "",
        "core/files.py": "",
        "core/paths.py": "from toy.core import files",
        "runs/plan.py": "from toy.core import files, paths\nimport toy.core.files",
        "runs/due.py": "def f():\n    import toy.core.paths\n    from toy.runs import plan",
        "cli.py": "from toy.runs import due",
    }
    for name, text in texts.items():
        path = tmp_path / "toy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert draw_rooms.between_rooms(tmp_path / "toy") == {("runs", "core"): 3, ("cli", "runs"): 1}
