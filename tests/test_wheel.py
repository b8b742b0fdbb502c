"""The wheel, installed in an environment of its own that holds nothing but what the package says it needs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tlanalysis
from tests.conftest import ROOT

SHIPPED = ["pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore", "tlanalysis", "data", "notebooks"]
LITTER = ["data/raw/downloads/liste/liste.csv", "notebooks/.ipynb_checkpoints/00.ipynb", "reports/manifest.json"]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an sdist made of a littered checkout, and of the wheel made of that sdist."""
    checkout, built = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("dist")
    for name in SHIPPED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, checkout / name)
    for name in LITTER:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("not ours to ship\n")
    _succeeds([sys.executable, "-m", "build", "--no-isolation", "--outdir", built, checkout])
    return built


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new environment with the wheel and what it needs to run the notebooks, check them and write the site."""
    return _environment(wheel, tmp_path_factory.mktemp("environment"), frozenset({"runs", "spatial", "check"}))


@pytest.fixture(scope="module")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new environment with the wheel and its core dependencies alone."""
    return _environment(wheel, tmp_path_factory.mktemp("core"), frozenset())


def _environment(wheel: Path, environment: Path, extras: frozenset[str]) -> Path:
    """Install the wheel; what it requires is linked from the environment of the tests."""
    _succeeds([sys.executable, "-m", "venv", "--without-pip", environment])
    library = _library(environment)
    for name in _required("tlanalysis", extras) - {"tlanalysis"}:
        for top in {file.parts[0] for file in distribution(name).files or []} - {"..", "__pycache__"}:
            if not (library / top).exists():
                (library / top).symlink_to(distribution(name).locate_file(top))
    (environment / "share").symlink_to(Path(sysconfig.get_path("data")) / "share")
    pip = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--disable-pip-version-check"]
    _succeeds([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel])
    return environment


def _required(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Return a distribution and all that it requires, read from the metadata of what is installed here."""
    found, waiting = set(), [(canonicalize_name(name), extras)]
    while waiting:
        if (one := waiting.pop()) in found:
            continue
        found.add(one)
        for requirement in map(Requirement, distribution(one[0]).requires or []):
            if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *one[1]}):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return {name for name, _ in found}


def _library(environment: Path) -> Path:
    (found,) = (environment / "lib").glob("python3*/site-packages")
    return found


def _succeeds(command: list[str | Path], **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _tlanalysis(environment: Path, folder: Path, *words: str) -> CompletedProcess[str]:
    """Run the installed command as a user would, in a shell that knows nothing of this checkout."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("TLANALYSIS_", "PYTHON"))}
    command = [environment / "bin" / "tlanalysis", *words]
    return subprocess.run(
        command, cwd=folder, env=quiet | {"MPLBACKEND": "agg"}, capture_output=True, text=True, check=False
    )


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_tables_notebooks_and_plan_travel_in_the_wheel_and_nothing_else_of_their_folders(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = [name for name in archive.namelist() if name.startswith("tlanalysis/_project/")]
        ours = {name.removeprefix("tlanalysis/_project/"): archive.read(name) for name in carried}
        assert "tlanalysis/py.typed" in archive.namelist()
        assert {name.split("/")[0] for name in archive.namelist()} == {
            "tlanalysis",
            f"tlanalysis-{tlanalysis.__version__}.dist-info",
        }
    there = [*(ROOT / "data" / "raw").iterdir(), *(ROOT / "notebooks").iterdir()]
    expected = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in there if path.is_file()}
    assert set(ours) == set(expected)
    written = {name for name in ours if name.endswith(".ipynb")}
    assert {name for name in ours if ours[name] != expected[name]} <= written
    for name in written:
        _same_without_outputs(json.loads(ours[name]), json.loads(expected[name]))


def _same_without_outputs(stripped: dict[str, Any], notebook: dict[str, Any]) -> None:
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        cell["outputs"], cell["execution_count"] = [], None
    assert code
    assert stripped == notebook


def test_the_wheel_is_under_1_8_megabytes(wheel: Path) -> None:
    # Names, former codes and points of 34,875 communes take 0.55 MB, the landmarks of their maps and outlines 0.13 MB.
    assert wheel.stat().st_size < 1_800_000


def test_the_sdist_carries_the_checkout_without_what_was_fetched_or_made(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "notebooks/plan.toml", "data/raw/datapackage.json", "tlanalysis/cli.py"} <= names
    assert names & set(LITTER) == set()


def test_an_installed_package_works_in_an_empty_folder_and_writes_nowhere_else(installed: Path, tmp_path: Path) -> None:
    before = _digests(_library(installed) / "tlanalysis")
    checked = _tlanalysis(installed, tmp_path, "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "obey the rules" in checked.stdout
    listed = _tlanalysis(installed, tmp_path, "sources")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "observations" in listed.stdout
    assert "embarque" in listed.stdout
    for words in (["build"], ["run", "02_deffinov_coverage", "--jobs", "1"], ["report"]):
        done = _tlanalysis(installed, tmp_path, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"data", "reports"}
    assert (tmp_path / "data" / "processed" / "observations.parquet").is_file()
    assert (tmp_path / "reports" / "notebooks" / "02_deffinov_coverage--FR.ipynb").is_file()
    assert list((tmp_path / "reports" / "figures").glob("*.svg"))
    assert (tmp_path / "reports" / "index.html").is_file()
    assert _digests(_library(installed) / "tlanalysis") == before


def test_the_tables_of_an_installed_package_are_not_altered(installed: Path, tmp_path: Path) -> None:
    done = _tlanalysis(installed, tmp_path, "seal")
    assert done.returncode == 2
    assert "came with the installed package" in done.stderr


def test_the_command_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert _tlanalysis(installed, tmp_path, "--version").stdout == f"tlanalysis {tlanalysis.__version__}\n"


# ---------------------------------------------------------------- the core, without the extras

WITHOUT_EXTRAS = """
import tlanalysis as tl

rates = tl.rates("fabriques_de_territoire", "region")
print(tl.publish(tl.plot_rates(rates, lang="en"), rates, id="essai", params={"lang": "en"}))
print(tl.cite("essai--FR-en"))
print(len(tl.clean("liste.csv").places))
print(tl.forecast(tl.observations("tiers_lieux", "FR"), horizon=2030).table().shape)
"""


def _python(environment: Path, folder: Path, code: str) -> CompletedProcess[str]:
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("TLANALYSIS_", "PYTHON"))}
    command = [environment / "bin" / "python", "-c", code]
    return subprocess.run(
        command, cwd=folder, env=quiet | {"MPLBACKEND": "agg"}, capture_output=True, text=True, check=False
    )


def test_the_core_alone_reads_computes_draws_publishes_cleans_and_forecasts(core: Path, tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text("nom,code_postal,commune\nLe Lieu,35000,Rennes\n", encoding="utf-8")
    done = _python(core, tmp_path, WITHOUT_EXTRAS)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "reports" / "figures" / "essai--FR-en.svg").is_file()


@pytest.mark.parametrize(
    ("code", "extra"),
    [
        ("import tlanalysis as tl; tl.moran(tl.need_and_supply(), ['distance_mediane_km'])", "spatial"),
        ("import tlanalysis as tl; tl.explore()", "lab"),
        ("import sys; sys.argv = ['tlanalysis', 'report']; from tlanalysis.cli import main; main()", "runs"),
        ("import sys; sys.argv = ['tlanalysis', 'run']; from tlanalysis.cli import main; main()", "runs"),
        ("import sys; sys.argv = ['tlanalysis', 'check']; from tlanalysis.cli import main; main()", "check"),
    ],
    ids=["moran", "explore", "report", "run", "check"],
)
def test_a_missing_extra_is_named_with_its_command(core: Path, tmp_path: Path, code: str, extra: str) -> None:
    done = _python(core, tmp_path, code)
    assert done.returncode != 0
    assert f"pip install 'tlanalysis[{extra}]'" in done.stderr.splitlines()[-1]
