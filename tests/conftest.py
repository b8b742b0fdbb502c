"""What the tests share: the open files of the mirror, and a copy of the project that may be altered."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "agg")

ROOT = Path(__file__).resolve().parents[1]

# Same examples on every machine, no deadline: a slow machine is not a failure.
settings.register_profile("tlanalysis", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("tlanalysis")


@pytest.fixture(scope="session")
def raw() -> Path:
    """Return `data/raw` of the project, to be read only."""
    return ROOT / "data" / "raw"


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Return the folder of the open files, or skip."""
    named = os.environ.get("TLANALYSIS_MIRROR")
    if not named:
        pytest.skip("TLANALYSIS_MIRROR is not set: it names the folder that holds the open files")
    return Path(named)


@pytest.fixture
def project_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project folder with a copy of `data/raw`, and make it the home of the library."""
    folder = tmp_path / "projet"
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    monkeypatch.setenv("TLANALYSIS_HOME", str(folder))
    return folder


@pytest.fixture
def raw_copy(project_copy: Path) -> Path:
    """Return `data/raw` of the project copy."""
    return project_copy / "data" / "raw"
