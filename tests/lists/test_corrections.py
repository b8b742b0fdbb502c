"""Corrections: named rows are put right; in the recorded file, one that no longer matches stops the run."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.data import embedded
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


def test_another_file_of_the_list_is_cleaned_and_the_ledger_says_how_often_a_correction_applied(tmp_path):
    headers = list(RAW_TO_CLEAN)
    row = dict.fromkeys(headers, "") | {"NOM_TL": "Le Lieu Fictif", "WEB": "www.la-cordee.netla-cordee-opera"}
    write(tmp_path / "extrait.csv", [headers, *[[row[name] for name in headers]] * 2])
    cleaned = tl.clean(tmp_path / "extrait.csv")
    assert cleaned.mapping.known == "cget_2019"
    assert cleaned.places["site_web"].tolist() == ["www.la-cordee.net/la-cordee-opera"] * 2
    assert [entry["lignes"] for entry in cleaned.ledger["corrections"]] == [2, 0, 0, 0]


def test_a_list_without_the_column_of_a_correction_is_cleaned(tmp_path):
    headers = [name for name in RAW_TO_CLEAN if name != "WEB"]
    write(tmp_path / "extrait.csv", [headers, ["1", "Le Lieu Fictif", *[""] * (len(headers) - 2)]])
    cleaned = tl.clean(tmp_path / "extrait.csv")
    assert (cleaned.mapping.known, len(cleaned.places)) == ("cget_2019", 1)
    assert [entry["lignes"] for entry in cleaned.ledger["corrections"]] == [0, 0, 0, 0]


def test_the_recorded_bytes_of_a_list_have_to_match(tmp_path, monkeypatch):
    headers = list(RAW_TO_CLEAN)
    write(tmp_path / "liste.csv", [headers, ["1", "Le Lieu Fictif", *[""] * (len(headers) - 2)]])
    recorded = {"cget_2019": {"sha256": files.sha256((tmp_path / "liste.csv").read_bytes())}}
    monkeypatch.setattr(embedded, "remote", lambda: recorded)
    with pytest.raises(BadInput, match=r"review its corrections in tlanalysis/lists/publishers"):
        tl.clean(tmp_path / "liste.csv", out=tmp_path / "propre")
    assert [path.name for path in tmp_path.iterdir()] == ["liste.csv"]


@pytest.mark.mirror
def test_an_extract_of_one_region_is_cleaned(mirror, tmp_path):
    raw = pd.read_csv(mirror / "cget_2019.csv", dtype=str, keep_default_na=False)
    raw[raw["INSEEREG"] == "53"].to_csv(tmp_path / "bretagne.csv", index=False)
    cleaned = tl.clean(tmp_path / "bretagne.csv")
    assert cleaned.mapping.known == "cget_2019"
    assert len(cleaned.places) == (raw["INSEEREG"] == "53").sum() > 80
    assert set(cleaned.places["code_region"]) == {"53"}


@pytest.mark.mirror
def test_the_corrections_of_the_cget_list_are_counted(mirror):
    ledger = tl.clean(mirror / "cget_2019.csv").ledger
    assert [entry["lignes"] for entry in ledger["corrections"]] == [1, 1, 1, 1]
    assert all(entry["motif"].endswith(".") for entry in ledger["corrections"])
