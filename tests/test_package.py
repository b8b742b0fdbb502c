"""The package as it is installed: light to import, its names, its dependencies written the same everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import FunctionType

import pytest

import tlanalysis as tl
from tests.conftest import ROOT


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_costs_nothing_heavy() -> None:
    loaded = set(_python("import sys, tlanalysis; print(*{name.split('.')[0] for name in sys.modules})").split())
    heavy = {"pandas", "numpy", "matplotlib", "scipy", "seaborn", "papermill", "nbformat", "pyarrow", "babel", "typer"}
    assert "tlanalysis" in loaded
    assert loaded & heavy == set()


def test_parsing_the_command_line_costs_no_table_and_no_notebook() -> None:
    code = "import sys, tlanalysis.cli; print(*{name.split('.')[0] for name in sys.modules})"
    assert set(_python(code).split()) & {"pandas", "matplotlib", "scipy", "papermill", "nbformat"} == set()


@pytest.mark.parametrize("name", tl.__all__)
def test_a_public_name_resolves_and_is_documented(name: str) -> None:
    value = getattr(tl, name)
    assert isinstance(value, FunctionType | type)
    assert value.__name__ == name
    assert value.__module__.startswith("tlanalysis.")
    assert len((value.__doc__ or "").strip()) > 20


def test_names_of_the_design_are_public() -> None:
    asked = {"sources", "load", "describe", "observations", "contradictions", "cite", "publish", "params", "forecast"}
    assert asked <= set(tl.__all__)
    assert asked <= set(dir(tl))
    assert len(tl.__all__) == len(set(tl.__all__))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="plot_everything"):
        tl.plot_everything  # noqa: B018


@pytest.mark.parametrize(
    "code",
    [
        "import tlanalysis as tl; import tlanalysis.data.evidence; print(tl.observations.__name__)",
        "import tlanalysis as tl; tl.observations; import tlanalysis.data.evidence; print(tl.observations.__name__)",
        "import tlanalysis.data.evidence; import tlanalysis as tl; print(tl.observations.__name__)",
        "from tlanalysis.data.evidence import observations; import tlanalysis as tl; print(tl.observations.__name__)",
        "from tlanalysis import observations; print(observations.__name__)",
    ],
    ids=["module after", "used before", "module before", "from module", "from package"],
)
def test_observations_stays_a_function(code: str) -> None:
    assert _python(code) == "observations"


def test_no_module_or_room_bears_the_name_of_a_public_function() -> None:
    package = Path(tl.__file__).parent
    names = {path.stem for path in package.rglob("*.py")} | {path.name for path in package.rglob("*") if path.is_dir()}
    assert names & set(tl.__all__) == set()


def test_dir_lists_public_names_only() -> None:
    assert [name for name in dir(tl) if name not in tl.__all__] == ["__version__"]


# ---------------------------------------------------------------- dependencies

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def _bounds(lines: list[str]) -> dict[str, frozenset[str]]:
    """Return package -> its bounds, whatever their order."""
    found = {}
    for line in lines:
        name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", line.replace(" ", "")).groups()  # type: ignore[union-attr]
        found[_normal(name)] = frozenset(filter(None, bounds.split(",")))
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared() -> dict[str, frozenset[str]]:
    extras = {name: listed for name, listed in PROJECT["optional-dependencies"].items() if name != "all"}
    return _bounds([*PROJECT["dependencies"], *(name for extra in extras.values() for name in extra)])


# What conda-forge calls otherwise. Three are not there: they stand in the pip section.
ON_CONDA_FORGE = {"python-build": "build", "playwright-python": "playwright"}
ONLY_FROM_PIP = {"axe-playwright-python", "font-source-sans-pro", "resvg"}


def _conda() -> dict[str, frozenset[str]]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8").split("dependencies:")[1]
    plain = re.sub(r" *#.*", "", text)
    conda = _bounds([line for line in re.findall(r"^  - (.+)$", plain, re.MULTILINE) if line != "pip:"])
    pip = _bounds(re.findall(r"^      - (.+)$", plain, re.MULTILINE))
    assert set(pip) == ONLY_FROM_PIP
    return {ON_CONDA_FORGE.get(name, name): bounds for name, bounds in conda.items()} | pip


def _locked() -> dict[str, tuple[str, str]]:
    """Return package -> version and the rest of its entry."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip())
    pairs = [re.match(r"([A-Za-z0-9_.-]+)==([^\s;\\]+)", entry) for entry in entries]
    assert all(pairs)
    return {_normal(pair[1]): (pair[2], entry) for pair, entry in zip(pairs, entries, strict=True) if pair}


def test_environment_yml_names_the_same_packages_and_bounds() -> None:
    conda = _conda()
    assert conda.pop("python") == frozenset(PROJECT["requires-python"].split(","))
    assert conda.pop("pip") == frozenset()
    assert conda == _declared()
    assert set(ON_CONDA_FORGE.values()) <= set(_declared())
    assert len(conda) > 20


def test_all_brings_every_extra_but_the_developers_tools() -> None:
    extras = PROJECT["optional-dependencies"]
    assert extras["all"] == [f"tlanalysis[{','.join(name for name in extras if name not in {'all', 'dev'})}]"]


def test_every_dependency_has_a_lower_bound() -> None:
    assert [name for name, bounds in _declared().items() if not any(bound.startswith(">=") for bound in bounds)] == []


def test_the_lock_pins_every_dependency_within_its_bounds() -> None:
    locked = _locked()
    assert sorted(set(_declared()) - set(locked)) == []
    for name, bounds in _declared().items():
        for bound in bounds:
            relation, limit = re.fullmatch(r"(>=|<)([\d.]+)", bound).groups()  # type: ignore[union-attr]
            newer = _release(locked[name][0]) >= _release(limit)
            assert newer == (relation == ">="), (name, locked[name][0], bound)


def _release(text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d+", text.split("rc")[0].split("b")[0])]
    return tuple([*numbers, 0, 0, 0][:4])


def test_every_entry_of_the_lock_has_its_hashes() -> None:
    locked = _locked()
    assert len(locked) > 100
    assert [name for name, (_, entry) in locked.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


def test_the_lock_holds_no_address() -> None:
    for address in ("http:", "https", "://", "--index-url", "--extra-index-url", "--find-links", "file:"):
        assert address not in LOCK


def test_the_version_is_said_once() -> None:
    assert tl.__version__ == PROJECT["version"] == version("tlanalysis")
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: ['\"]?{re.escape(tl.__version__)}['\"]?$", cff, re.MULTILINE)


def test_classifiers_name_the_versions_of_python_that_ci_tries() -> None:
    classifiers = PROJECT["classifiers"]
    named = [text.rpartition(":: ")[2] for text in classifiers if re.search(r"Python :: \d\.\d+$", text)]
    tried = re.search(r"python: \[(.+)\]", (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert tried
    assert named == re.findall(r'"([\d.]+)"', tried[1])


def test_a_name_that_tlanalysis_does_not_have_says_which_one_is_near() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'plot_funel' \(did you mean 'plot_funnel'\?\)"):
        tl.plot_funel  # noqa: B018
    assert not hasattr(tl, "__wrapped__")
