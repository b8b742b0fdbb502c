"""The wheel, installed in an environment of its own that holds nothing but what the package says it needs."""

from __future__ import annotations

import hashlib
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

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tlanalysis
from tests.conftest import ROOT

SHIPPED = ["pyproject.toml", "README.md", "LICENSE", ".gitignore", "tlanalysis", "data", "notebooks"]
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
    """Return a new environment with the wheel and, linked from the one of the tests, what the wheel requires."""
    environment = tmp_path_factory.mktemp("environment")
    _succeeds([sys.executable, "-m", "venv", "--without-pip", environment])
    library = _library(environment)
    for name in _required("tlanalysis") - {"tlanalysis"}:
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
    assert ours == {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in there if path.is_file()}
    assert "notebooks/plan.toml" in ours


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
