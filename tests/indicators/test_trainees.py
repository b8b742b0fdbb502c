"""Trainees declared by région, worked out by hand on the invented list of tests/data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.tables.build import build


@pytest.fixture
def table(fetched: Path) -> pd.DataFrame:
    build()
    return tl.trainees_declared().set_index("territoire")


def test_every_declaration_is_in_one_row_and_france_in_all(table: pd.DataFrame) -> None:
    assert table.index[0] == "FR"
    assert table.index[1:19].tolist() == ["R" + code for code in tl.regions()["code_region"]]
    assert table.index[19:].tolist() == ["hors_des_18_regions", "non_renseignee"]
    parts = table.drop(index="FR")
    for name in ("nb_declarations", "nb_stagiaires", "nb_stagiaires_confies", "nb_sans_effectif", "nb_effectif_nul"):
        assert parts[name].sum() == table.loc["FR", name], name
    assert table.loc["FR", "nb_declarations"] == 9


def test_a_region_worked_out_by_hand(table: pd.DataFrame) -> None:
    # Bretagne: 100 and 0 by one body, one declaration without a number. Île-de-France: 9000, 40, one refused number.
    facts = ["nb_declarations", "nb_organismes", "nb_qualiopi", "nb_qualiopi_inconnu", "nb_stagiaires"]
    facts += ["nb_stagiaires_confies", "nb_sans_effectif", "nb_effectif_nul", "nb_premiers"]
    assert table.loc["R53", facts].tolist() == [3, 2, 1, 2, 100, 10, 1, 1, 1]
    assert table.loc["R53", ["quartile_1", "mediane", "quartile_3"]].tolist() == [25, 50, 75]
    assert table.loc["R11", facts].tolist() == [3, 2, 1, 2, 9040, 500, 1, 0, 1]
    assert table.loc["R11", "part_premiers"] == pytest.approx(9000 / 9040)
    assert table.loc["FR", ["nb_stagiaires", "nb_organismes"]].tolist() == [9182, 7]
    assert table.loc["FR", ["exercice", "part_exercice"]].tolist() == ["2024", 1]


def test_a_region_without_declarations_counts_zero_and_an_empty_number_is_missing(fetched: Path) -> None:
    from tlanalysis.indicators.trainees import _totals_and_quartiles

    build()
    rows = tl.load("lpof_declarations")
    nobody, silent = _totals_and_quartiles(rows.iloc[:0]), _totals_and_quartiles(rows[rows["nb_stagiaires"].isna()])
    assert (nobody["nb_declarations"], nobody["nb_stagiaires"]) == (0, 0)
    assert (silent["nb_declarations"], silent["nb_sans_effectif"]) == (2, 2)
    assert pd.isna(silent["nb_stagiaires"])


def test_the_largest_hundredth_is_rounded_up(fetched: Path) -> None:
    from tlanalysis.indicators.trainees import _totals_and_quartiles

    build()
    rows = pd.concat([tl.load("lpof_declarations").iloc[[0]]] * 101, ignore_index=True)
    rows["nb_stagiaires"] = pd.array([*range(100), 5050], dtype="Int64")
    assert _totals_and_quartiles(rows)["nb_premiers"] == 2
    assert _totals_and_quartiles(rows)["part_premiers"] == pytest.approx((5050 + 99) / 10_000)
    assert _totals_and_quartiles(rows.iloc[:100])["nb_premiers"] == 1


def test_the_date_of_the_table_is_its_latest_declaration(fetched: Path) -> None:
    build()
    assert tl.trainees_declared(as_of="2025-05-11").empty
    table = tl.trainees_declared(as_of="2025-05-12")
    assert len(table) == 21
    assert [source["date_publication"] for source in table.attrs["sources"]] == ["2025-05-12"]
