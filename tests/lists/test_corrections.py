"""Corrections: named rows are put right, and one that no longer matches stops the run."""

from __future__ import annotations

import pyarrow as pa
import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.corrections import Correction, check_hits, correct
from tlanalysis.lists.publishers.cget import RAW_TO_CLEAN

HERE = Correction({"CP": "0", "NOM": "Le Lieu"}, {"CP": "75011"}, 1, "Code oublié.")


def test_only_the_named_rows_are_put_right():
    table = pa.table({"NOM": ["Le Lieu", "Le Lieu", "Autre", None], "CP": ["0", "13001", "0", "0"]})
    right, hits = correct(table, [HERE])
    assert right["CP"].to_pylist() == ["75011", "13001", "0", "0"]
    assert hits == [1]
    assert table["CP"].to_pylist() == ["0", "13001", "0", "0"]  # the rows given are not touched


@pytest.mark.parametrize("found", [0, 2])
def test_a_correction_that_finds_another_number_of_rows_stops_the_run(found):
    with pytest.raises(BadInput, match=rf"liste\.csv: .*CP = '0', NOM = 'Le Lieu' finds {found} of them instead of 1"):
        check_hits([HERE], [found], "liste.csv")
    check_hits([HERE], [1], "liste.csv")


def test_a_list_that_changed_stops_and_leaves_nothing(tmp_path):
    headers = list(RAW_TO_CLEAN)
    write(tmp_path / "liste.csv", [headers, ["1", "Le Lieu Fictif", *[""] * (len(headers) - 2)]])
    with pytest.raises(BadInput, match=r"review its corrections in tlanalysis/lists/publishers"):
        tl.clean(tmp_path / "liste.csv", out=tmp_path / "propre")
    assert [path.name for path in tmp_path.iterdir()] == ["liste.csv"]


@pytest.mark.mirror
def test_the_corrections_of_the_cget_list_are_counted(mirror):
    ledger = tl.clean(mirror / "cget_2019.csv").ledger
    assert [entry["lignes"] for entry in ledger["corrections"]] == [1, 1, 1, 1]
    assert all(entry["motif"].endswith(".") for entry in ledger["corrections"])
