"""The sentence about a missing library names its extra and the command, for each library the core does not install."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tlanalysis.core.errors import BadInput
from tlanalysis.core.extras import EXTRA_OF, named

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {name: needs for name, needs in PROJECT["optional-dependencies"].items() if name not in {"all", "dev"}}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed_by(requirements: list[str]) -> set[str]:
    """Return the distributions that requirements bring, those of requirements included."""
    found, waiting = set[str](), [Requirement(text) for text in requirements]
    while waiting:
        one = waiting.pop()
        name = _canonical(one.name)
        if name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        waiting += [Requirement(text) for text in metadata.requires(name) or []]
    return found


def _imported() -> set[str]:
    """Return the modules of other projects that the package imports, inside functions too."""
    found = set()
    for path in (ROOT / "tlanalysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"tlanalysis"}


DISTRIBUTIONS = metadata.packages_distributions()  # it reads the files of every package: once is enough
MODULES = {
    _canonical(name): [module for module, held in DISTRIBUTIONS.items() if name in held]
    for names in DISTRIBUTIONS.values()
    for name in names
}


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_library_of_an_extra_is_named_with_it(extra: str) -> None:
    for text in EXTRAS[extra]:
        modules = [module for module in MODULES[_canonical(Requirement(text).name)] if module in EXTRA_OF]
        assert modules, f"{text} of [{extra}] has no module in EXTRA_OF"
        assert {EXTRA_OF[module] for module in modules} == {extra}


def test_each_import_that_the_core_does_not_install_has_its_extra() -> None:
    core = _installed_by(PROJECT["dependencies"])
    of_extras = {name for name in _imported() if not {_canonical(held) for held in DISTRIBUTIONS[name]} & core}
    assert "papermill" in of_extras
    assert "pandas" not in of_extras
    assert of_extras - EXTRA_OF.keys() == set()


def test_each_module_comes_with_its_extra_and_not_with_the_core_alone() -> None:
    for module, extra in EXTRA_OF.items():
        assert {_canonical(name) for name in DISTRIBUTIONS[module]} & _installed_by(EXTRAS[extra]), module


def test_an_unknown_library_stays_an_import_error() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_library"), named():
        import no_such_library  # noqa: F401


def test_a_library_of_an_extra_is_named_with_its_command() -> None:
    with pytest.raises(BadInput, match=r"^nh3 is not installed: pip install 'tlanalysis\[runs\]'\.$"), named():
        raise ModuleNotFoundError("No module named 'nh3'", name="nh3")


def test_the_benchmark_of_the_site_names_the_extra_of_a_missing_library() -> None:
    code = "import sys; sys.modules['nh3'] = None; import benchmarks.site"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("nh3 is not installed: pip install 'tlanalysis[runs]'.")
