from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import embedded
from tlanalysis.figures.publishing import commit


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


@pytest.fixture
def carried(project_copy, tmp_path, monkeypatch):
    """Return an empty working folder, with a project folder that only the installed package holds."""
    monkeypatch.delenv("TLANALYSIS_HOME")
    monkeypatch.delenv("TLANALYSIS_OUT", raising=False)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "site-packages" / "tlanalysis")
    monkeypatch.setattr(paths, "CARRIED", project_copy)
    empty = tmp_path / "ailleurs"
    empty.mkdir()
    monkeypatch.chdir(empty)
    return empty


def test_a_package_outside_a_checkout_reads_what_it_carries_and_writes_where_it_is_run(carried, project_copy):
    assert paths.raw() == project_copy / "data" / "raw"
    assert paths.notebooks() == project_copy / "notebooks"
    assert paths.processed() == carried / "data" / "processed"
    assert paths.downloads() == carried / "data" / "raw" / "downloads"
    assert paths.reports() == carried / "reports"


def test_downloads_in_the_working_folder_do_not_make_it_a_project(carried, project_copy):
    paths.downloads().mkdir(parents=True)
    assert paths.home() == project_copy


def test_a_kernel_that_is_told_the_carried_home_still_writes_where_it_is_run(carried, project_copy, monkeypatch):
    monkeypatch.setenv("TLANALYSIS_HOME", str(project_copy))
    assert paths.work() == carried


def test_what_a_package_carries_is_not_altered(carried, project_copy):
    with pytest.raises(BadInput, match="installed package"):
        embedded.seal()


def test_a_figure_of_an_installed_package_names_no_commit_of_the_repository_around_it(carried, monkeypatch):
    monkeypatch.setattr(paths, "CARRIED", ROOT)
    monkeypatch.setenv("TLANALYSIS_HOME", str(ROOT))
    assert commit() == ""


def test_a_project_folder_is_written_in(project_copy):
    paths.check_own()
    assert paths.work() == project_copy
    assert paths.downloads() == project_copy / "data" / "raw" / "downloads"
