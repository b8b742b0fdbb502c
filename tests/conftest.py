"""What the tests share: the open files of the mirror, and a copy of the project that may be altered."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

os.environ.setdefault("MPLBACKEND", "agg")

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

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


# Open files that tests/data holds in the shape of the published ones (id -> file); places and bodies are invented.
OPEN_FILES = {
    "recensement_2023_fiche_identite": "bdftl-2023-01-fiche-identite.csv",
    "recensement_2023_activites": "bdftl-2023-04-activites.csv",
    "recensement_2026_fiche_identite": "bdftl-2026-01-fiche-identite.csv",
    "recensement_2026_activites": "bdftl-2026-04-activites.csv",
    "recensement_2026_publics": "bdftl-2026-05-publics.csv",
    "lpof": "lpof.csv",
}


@pytest.fixture
def fetched(project_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project copy in which the open files of `OPEN_FILES` lie as if they had been fetched."""
    from tlanalysis import fetch

    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    for name, file in OPEN_FILES.items():
        folder = project_copy / "data" / "raw" / "downloads" / name
        folder.mkdir(parents=True)
        shutil.copy(DATA / file, folder / file)
    assert {outcome.status for outcome in fetch.fetch(list(OPEN_FILES))} == {"recorded"}
    return project_copy


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium as the system provides it; its absence is a failure where everything is to be tested."""
    if CHROMIUM is None:
        reason = "no chromium on this machine: apt-get install chromium, or name one in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
