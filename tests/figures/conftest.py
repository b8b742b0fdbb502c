"""A reports folder for the tests that publish."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send what is published to a folder of the test."""
    folder = tmp_path / "reports"
    monkeypatch.setenv("TLANALYSIS_OUT", str(folder))
    return folder
