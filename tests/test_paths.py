from __future__ import annotations

import pytest

from tlanalysis import paths
from tlanalysis.errors import SourceError


def test_the_named_home_wins(project_copy):
    assert paths.home() == project_copy
    assert paths.raw() == project_copy / "data" / "raw"


def test_a_named_home_without_data_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TLANALYSIS_HOME", str(tmp_path))
    with pytest.raises(SourceError, match="TLANALYSIS_HOME"):
        paths.home()


def test_the_search_climbs_from_the_working_folder(project_copy, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_HOME")
    below = project_copy / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert paths.home() == project_copy


def test_outputs_go_where_a_run_says(project_copy, tmp_path, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_OUT", raising=False)
    assert paths.reports() == project_copy / "reports"
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path / "run"))
    assert paths.reports() == tmp_path / "run"


def test_no_mirror_is_none(monkeypatch):
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    assert paths.mirror() is None
