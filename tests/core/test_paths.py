from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.core.provenance import commit
from tlanalysis.data import embedded


def test_the_folder_of_the_environment_variable_is_the_project_folder(project_copy):
    assert paths.home() == project_copy
    assert paths.raw() == project_copy / "data" / "raw"


def test_a_folder_of_the_environment_variable_without_data_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TLANALYSIS_HOME", str(tmp_path))
    with pytest.raises(SourceError, match="TLANALYSIS_HOME"):
        paths.home()


def test_the_search_goes_from_the_working_folder_up_to_its_parents(project_copy, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_HOME")
    below = project_copy / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert paths.home() == project_copy


def test_the_environment_variable_of_a_run_names_the_reports_folder(project_copy, tmp_path, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_OUT", raising=False)
    assert paths.reports() == project_copy / "reports"
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path / "run"))
    assert paths.reports() == tmp_path / "run"


def test_mirror_is_none_when_the_variable_is_unset(monkeypatch):
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    assert paths.mirror() is None


@pytest.fixture
def carried(project_copy, tmp_path, monkeypatch):
    """Return an empty working folder; the only project folder is the copy inside the installed package."""
    monkeypatch.delenv("TLANALYSIS_HOME")
    monkeypatch.delenv("TLANALYSIS_OUT", raising=False)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "site-packages" / "tlanalysis")
    monkeypatch.setattr(paths, "CARRIED", project_copy)
    empty = tmp_path / "ailleurs"
    empty.mkdir()
    monkeypatch.chdir(empty)
    return empty


def test_an_installed_package_reads_its_own_copy_and_writes_to_the_working_folder(carried, project_copy):
    assert paths.raw() == project_copy / "data" / "raw"
    assert paths.notebooks() == project_copy / "notebooks"
    assert paths.processed() == carried / "data" / "processed"
    assert paths.downloads() == carried / "data" / "raw" / "downloads"
    assert paths.reports() == carried / "reports"


def test_downloads_in_the_working_folder_do_not_make_it_a_project(carried, project_copy):
    paths.downloads().mkdir(parents=True)
    assert paths.home() == project_copy


def test_a_kernel_whose_project_folder_is_the_copy_writes_to_the_working_folder(carried, project_copy, monkeypatch):
    monkeypatch.setenv("TLANALYSIS_HOME", str(project_copy))
    assert paths.work() == carried


def test_seal_refuses_to_change_the_copy_inside_the_package(carried, project_copy):
    with pytest.raises(BadInput, match="installed package"):
        embedded.seal()


def test_commit_is_empty_for_an_installed_package_inside_a_git_repository(carried, monkeypatch):
    monkeypatch.setattr(paths, "CARRIED", ROOT)
    monkeypatch.setenv("TLANALYSIS_HOME", str(ROOT))
    assert commit() == ""


def test_outputs_of_a_checkout_go_to_the_project_folder(project_copy):
    paths.check_own()
    assert paths.work() == project_copy
    assert paths.downloads() == project_copy / "data" / "raw" / "downloads"
