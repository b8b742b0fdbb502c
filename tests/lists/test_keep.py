"""Columns that the user keeps: as text after ours, without anybody's address, and in the ledger."""

from __future__ import annotations

import pandas as pd
import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.fields import OUTPUT

ROWS = [
    ["nom", "code_postal", "courriel", "Horaires", "services", "services"],
    ["Le Lieu", "35000", "a@b.example", " 9h-18h, écrire à jean@b.example", "x", "y"],
    ["Un Autre", "44000", "", "=cmd()", "x", "y"],
    *[["Encore Un", "75011", "", "9h", "x", "y"]] * 3,
]


def test_a_kept_column_comes_after_ours(tmp_path):
    path = write(tmp_path / "l.csv", ROWS)
    cleaned = tl.clean(path, keep=["Horaires"], out=tmp_path / "propre")
    assert list(cleaned.places) == [*OUTPUT, "Horaires"]
    assert cleaned.places["Horaires"].fillna("").tolist() == ["9h-18h, écrire à", "", "9h", "9h", "9h"]
    assert cleaned.rejects[["champ", "regle"]].to_numpy().tolist() == [["Horaires", "formule"]]
    assert cleaned.ledger["colonnes_gardees"] == ["Horaires"]
    assert "Horaires" not in cleaned.ledger["colonnes_non_lues"]
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "propre" / "places.parquet"), cleaned.places)
    assert "jean@" not in (tmp_path / "propre" / "places.csv").read_text(encoding="utf-8")


def test_all_keeps_every_other_column_but_those_of_people(tmp_path):
    cleaned = tl.clean(write(tmp_path / "l.csv", ROWS), keep="all")
    assert list(cleaned.places) == [*OUTPUT, "Horaires", "services#1", "services#2"]
    assert (cleaned.places["services#1"] == "x").all() and (cleaned.places["services#2"] == "y").all()


def test_one_of_two_columns_of_one_name_is_kept_by_its_rank(tmp_path):
    cleaned = tl.clean(write(tmp_path / "l.csv", ROWS), keep=["services#2"])
    assert cleaned.places["services#2"].tolist() == ["y"] * 5


@pytest.mark.parametrize(
    ("name", "said"),
    [("courriel", "holds personal data"), ("Horaire", "did you mean 'Horaires'"), ("services", "has 2 columns called")],
)
def test_a_column_that_cannot_be_kept_is_named(tmp_path, name, said):
    with pytest.raises(BadInput, match=said):
        tl.clean(write(tmp_path / "l.csv", ROWS), keep=[name])


@pytest.mark.mirror
def test_all_of_the_cget_list_holds_no_way_to_reach_a_person(mirror):
    cleaned = tl.clean(mirror / "cget_2019.csv", keep="all")
    raw = pd.read_csv(mirror / "cget_2019.csv", dtype=str, keep_default_na=False)
    assert {"METRO", "POPCOM"} <= set(cleaned.places)
    assert not {"CONTACT", "MAIL"} & set(cleaned.places)
    text = cleaned.places.to_csv()
    assert not [mail for mail in raw["MAIL"].str.strip() if "@" in mail and mail in text]
