"""Find the code that a notebook depends on: the modules of this package that its cells import, and their imports.

The module reads source code and executes nothing. It follows the imports of every module, also those inside functions,
and the public names that a notebook takes from `tl`. The data files beside a module belong to it. A notebook that is
not plain Python (a magic) or uses `tl` in another way (`getattr`) depends on the whole package.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tlanalysis
from tlanalysis.core import files
from tlanalysis.core.public_names import HOME_OF

ROOT = Path(tlanalysis.__file__).resolve().parent
_CODE = {".py", ".pyc", ".pyi"}
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # of a module, a function, `if`, `try`, `match`...


def code_of(notebook: bytes) -> dict[str, str]:
    """Return the digests of the files of the package that a notebook depends on, by path inside the package.

    Parameters
    ----------
    notebook : bytes
        The bytes of the notebook file.
    """
    cells = json.loads(notebook)["cells"]
    found: set[str] = set()
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    try:
        waiting = _imports(ast.parse(source))
    except SyntaxError:
        waiting = set(_modules())
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= _imports_of(name) - found
    return _with_data_files({_modules()[name] for name in found})


def whole_package() -> dict[str, str]:
    """Return the digest of every file of the package, by path inside the package."""
    return _with_data_files(set(_modules().values()))


def _with_data_files(modules: set[Path]) -> dict[str, str]:
    """Return the digests of modules and of the data files beside them, by path inside the package."""
    beside = {data for folder in {path.parent for path in modules} for data in _data_in(folder)}
    return {path.relative_to(ROOT).as_posix(): _digest(path) for path in sorted(modules | beside)}


@cache
def _modules() -> dict[str, Path]:
    """Return the file of every module of the package, by dotted name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = [ROOT.name, *path.relative_to(ROOT).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def _data_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and path.suffix not in _CODE]


@cache
def _digest(path: Path) -> str:
    return files.sha256(path.read_bytes())[:16]


@cache
def _imports_of(module: str) -> frozenset[str]:
    path = _modules()[module]
    return frozenset(_imports(ast.parse(path.read_bytes()), module, is_package=path.name == "__init__.py"))


def _imports(tree: ast.Module, inside: str = "", *, is_package: bool = False) -> set[str]:
    """Return the modules of the package that some code imports, and the packages that contain them."""
    named: set[str] = set()
    aliases: set[str] = set()
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
            aliases |= {alias.asname or alias.name for alias in node.names if alias.name == ROOT.name}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, inside, is_package)
            named |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
            if base == ROOT.name:
                named |= {_module_of(alias.name) for alias in node.names}
    if aliases:
        named |= _taken_from(tree, aliases)
    known = _modules()
    return {name for imported in named for name in _with_parents(imported) if name in known}


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a block and of the blocks inside it: an import is one, and expressions hold none."""
    for name in _BLOCKS:
        for node in getattr(block, name, ()):
            yield node
            yield from _statements(node)


def _absolute(node: ast.ImportFrom, inside: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = inside.split(".")
    kept = parts[: len(parts) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _taken_from(tree: ast.Module, aliases: set[str]) -> set[str]:
    """Return the modules of the public names that code takes from the package; all modules for any other use of it."""
    named, plain = set(), 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in aliases:
            plain += 1
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            plain -= 1
            named.add(_module_of(node.attr))
    return set(_modules()) if plain else named


def _module_of(name: str) -> str:
    """Return the module that defines a public name; the name of a submodule stands for itself."""
    if name in HOME_OF:
        return f"{ROOT.name}.{HOME_OF[name]}"
    return f"{ROOT.name}.{name}"


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)] if parts[0] == ROOT.name else []
