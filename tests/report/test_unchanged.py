"""When a site counts as up to date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tlanalysis.report import unchanged


def test_a_table_built_again_with_the_same_bytes_leaves_the_site_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLANALYSIS_PROCESSED", str(tmp_path / "processed"))
    table = tmp_path / "processed" / "observations.parquet"
    table.parent.mkdir()
    table.write_bytes(b"one")
    before = unchanged.digest(tmp_path / "reports", [])
    os.utime(table, (1, 1))
    assert unchanged.digest(tmp_path / "reports", []) == before
    table.write_bytes(b"two")
    assert unchanged.digest(tmp_path / "reports", []) != before
