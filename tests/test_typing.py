"""Type checkers know every public name, with its arguments, whatever else of the package is imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tests.test_how_to import script
from tlanalysis.core.public_names import HOMES

STUB = Path(tl.__file__).with_suffix(".pyi")
# mypy looks for the types of pandas in a package of its own, which a researcher need not have. Options are the same for
# all scripts: mypy then reads the package once.
_MYPY = ["--config-file=", "--disable-error-code=import-untyped", "--cache-dir", str(ROOT / ".mypy_cache" / "scripts")]
CHECKERS = {
    "mypy": [sys.executable, "-m", "mypy", *_MYPY],
    "basedpyright": [str(Path(sys.executable).parent / "basedpyright"), "--level", "error"],
}
# Ten functions, as a researcher calls them.
SCRIPT = """
import tlanalysis as tl
import tlanalysis.forecasting.model
import tlanalysis.figures.publishing

tl.sources()
rows = tl.observations("tiers_lieux", "FR")
table = tl.forecast(rows, horizon=2030, seed=0).table()
rates = tl.rates("fabriques_de_territoire", "region")
ax = tl.plot_rates(rates, lang="en")
tl.publish(ax, rates, id="essai")
parts = tl.share_training("FR", level=0.9)
bretagne = tl.territory("R53")
disagreeing = tl.contradictions()
print(tl.cite("observations"), parts, bretagne, table, disagreeing)
"""


def _check(checker: str, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    command = [*CHECKERS[checker], str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_stub_names_what_the_package_loads() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
    named = {(node.module, alias.name, alias.asname) for node in imports for alias in node.names}
    assert named == {(f"tlanalysis.{home}", name, name) for home, names in HOMES.items() for name in names}


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_script_of_ten_functions_passes(checker: str, tmp_path: Path) -> None:
    done = _check(checker, SCRIPT, tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [("tl.contradictions", "tl.contradiction"), ('lang="en"', 'langue="en"')],
    ids=["name", "argument"],
)
def test_a_misspelled_name_or_argument_fails(checker: str, right: str, wrong: str, tmp_path: Path) -> None:
    done = _check(checker, SCRIPT.replace(right, wrong), tmp_path)
    assert done.returncode == 1
    assert wrong.removeprefix("tl.").partition("=")[0] in done.stdout


@pytest.mark.parametrize("checker", CHECKERS)
def test_type_checkers_accept_the_how_to_page(checker: str, tmp_path: Path) -> None:
    path = tmp_path / "how_to.py"
    path.write_text(script(), encoding="utf-8")
    done = subprocess.run([*CHECKERS[checker], str(path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
