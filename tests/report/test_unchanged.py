"""When a site counts as up to date."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tlanalysis.report import gallery, unchanged


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


def test_a_report_with_nothing_to_do_deletes_the_former_site_that_an_earlier_one_could_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "is_up_to_date", lambda out, pages, address: True)
    former = tmp_path / ".site.old" / "fr" / "index.html"
    former.parent.mkdir(parents=True)
    former.write_bytes(b"1")
    gallery.report(tmp_path)
    assert former.is_file()  # without a site, the former one is what the next report puts back
    (tmp_path / "site").mkdir()
    gallery.report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
