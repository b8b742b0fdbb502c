"""The ids of the reference files stand in one module: a new year of the territories of France edits that one."""

from __future__ import annotations

import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tlanalysis.data.reference_files import CENTRES, COMMUNES, OUTLINES, POPULATIONS
from tlanalysis.data.remote_files import remote

IDS = (COMMUNES, POPULATIONS, CENTRES, *OUTLINES.values())


@pytest.mark.parametrize("name", IDS)
def test_a_reference_file_is_in_the_catalog_and_its_columns_are_described(name):
    assert name in remote()
    assert tl.describe(name)["colonne_source"].notna().all()


def test_no_other_module_names_a_reference_file():
    named = {
        path.name
        for path in (ROOT / "tlanalysis").rglob("*.py")
        if any(name in path.read_text(encoding="utf-8") for name in IDS)
    }
    assert named == {"reference_files.py"}
