"""What holds for any list whatsoever."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.lists.lists import write
from tlanalysis.lists import accounts, cleaning, preparation, row_cleaning
from tlanalysis.lists.cells import text
from tlanalysis.lists.columns import clean_column
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.row_cleaning import clean_batch

SLOW = settings(max_examples=8, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])

FIELDS = (
    "id_source",
    "nom",
    "code_commune",
    "commune",
    "code_postal",
    "departement",
    "region",
    "adresse",
    "latitude",
    "longitude",
    "typologie",
    "site_web",
    "date_ouverture",
    "etat",
    "pays",
)
MAPPING = Mapping({name: name for name in FIELDS})

# Cells: what people write, what programs write, and anything at all.
USUAL = st.sampled_from(
    [
        "", " ", "0", "NR", "n.c.", "-", "Le Lieu", "LE LIEU", '"Le 97"', "''Nid''", "Escale &amp; CO", "a&#124;b",
        "L'Atelier\ndu Port", "=1+1", "'=1+1", "-5", "@robase", "+33", "75011",
        "75 011", "1000", "29600.0", "75111", "2A004", "20200", "97133", "97418", "13001", "Paris 12",
        "MARSEILLE 1ER ARRONDISSEMENT", "FOIX CEDEX", '"Lyon" CEDEX', "NR CEDEX", "75", "Ain",
        "974", "1", "11", "84", "Aquitaine", "905", "48.853", "2,3499", "-20.89", "55.55", "652000", "6862000", "1e99",
        "-0.0", "nan", "12/05/2019", "2019", "2019-5", "31/02/2019",
        "Fablab;Bar", "Bureau ;\nBar ;\n", "x|x", "lieu.example.org", "-lieu.fr", "Lieu ouvert", "On ne sait pas",
        "France", "Belgique", "a@lieu.example.org", "06 12 34 56 78",
        "Le Lieu 06.12.34.56.78", "3 rue Rêvée 75 011 Paris", "a" * 2001, "\ufb2c" * 700, "\u037e",
        "\u202eLe\u200bLieu", "nom", "true",
    ]
)  # fmt: skip
ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
CELL = st.one_of(USUAL, USUAL, ANYTHING, st.tuples(USUAL, USUAL).map(" ".join), st.tuples(USUAL, ANYTHING).map("".join))
FEWER = settings(max_examples=30)
ROW = st.lists(CELL, min_size=len(FIELDS), max_size=len(FIELDS))
ROWS = st.lists(ROW, min_size=1, max_size=12)


def _table(rows):
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(FIELDS)})


def _cleaned(rows, first=1):
    return clean_batch(_table(rows), np.arange(first, first + len(rows)), MAPPING, source="essai")


@FEWER
@given(ROWS)
def test_no_row_is_lost(rows):
    done = _cleaned(rows)
    kept = done.places["ligne_source"].to_pylist()
    refused = {row["ligne_source"] for row in done.rejects.to_pylist() if row["gravite"] == "ligne"}
    assert done.read == len(rows) == len(kept) + done.rejected
    assert set(kept) | refused == set(range(1, len(rows) + 1))
    assert not set(kept) & refused


@FEWER
@given(ROWS)
def test_nobody_can_be_reached(rows):
    done = _cleaned(rows)
    written = "\n".join(
        str(value)
        for table in (done.places, done.rejects)
        for column in table.columns
        for value in column.to_pylist()
        if value
    )
    assert not re.search(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", written)
    assert not re.search(r"(?<!\d)0[1-9](?:[ .-]?\d\d){4}(?!\d)", written)


@FEWER
@given(ROWS, st.data())
def test_where_the_batches_end_changes_nothing(rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    whole, parts = _cleaned(rows), [_cleaned(rows[:cut]), _cleaned(rows[cut:], cut + 1)]
    assert pa.concat_tables([part.places for part in parts]).equals(whole.places)
    assert pa.concat_tables([part.rejects for part in parts]).equals(whole.rejects)
    assert parts[0].applied + parts[1].applied == whole.applied


@FEWER
@given(ROWS)
def test_cleaning_again_changes_nothing_in_memory(rows):
    once = _cleaned(rows).places
    assume(len(once))
    raw = pa.table(
        {
            name: pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
            for name, column in zip(once.column_names, once.columns, strict=True)
        }
    )
    again = Mapping(
        {name: name for name in once.column_names if name not in {"code_departement", "code_region"}}
        | {"departement": "code_departement", "region": "code_region"}
    )
    twice = clean_batch(raw, np.arange(1, len(once) + 1), again, source="autre")
    assert twice.places.equals(once)
    assert twice.rejects.num_rows == 0
    assert not twice.applied


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
@SLOW
@given(rows=ROWS)
def test_cleaning_the_file_again_gives_the_same_bytes(tmp_path_factory, ending, rows):
    folder = tmp_path_factory.mktemp("f")
    if ending in {"xlsx", "ods"}:  # what their writers do not take
        rows = [[re.sub(r"[^\n\x20-\ud7ff\ue000-\ufffd]", "", cell).lstrip("=") for cell in row] for row in rows]
    if ending in {"csv", "tsv"}:
        rows = [[cell.replace("\r", " ") for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    assume(rows)
    path = write(folder / f"liste.{ending}", [list(FIELDS), *rows])
    if ending in {"csv", "tsv"}:  # a file of more than 2 % of control characters is refused as binary: another test
        head = path.read_bytes()[:4096]
        assume(sum(byte < 9 or 13 < byte < 32 for byte in head) <= 0.02 * len(head))
    once = cleaning.clean_to(preparation.prepare(path, MAPPING), folder / "once")
    assert once["lignes_lues"] == len(rows) == once["lignes_acceptees"] + once["lignes_rejetees"]
    if once["lignes_acceptees"]:
        for name in ("places.csv", "places.parquet"):
            again = cleaning.clean_to(preparation.prepare(folder / "once" / name), folder / name)
            assert (again["regles"], again["reparations"]) == ({}, {})
            for written in ("places.csv", "places.parquet"):
                assert (folder / name / written).read_bytes() == (folder / "once" / written).read_bytes()


@given(st.lists(CELL, max_size=30))
def test_what_is_in_order_is_what_the_function_returns(cells):
    for name, cleaner in row_cleaning._CLEANERS.items():
        column = pa.array(cells, pa.string())
        for cell, in_order in zip(cells, cleaner.in_order(column).to_pylist(), strict=True):
            if in_order and cell:
                assert cleaner.clean(cell) == (cell, ()), (name, cell)


@FEWER
@given(st.lists(CELL, max_size=30))
def test_a_column_is_cleaned_as_its_cells_are(cells):
    for cleaner in row_cleaning._CLEANERS.values():
        column = clean_column(pa.array(cells, pa.string()), cleaner)
        alone = [cleaner.clean(cell) for cell in cells]
        assert column.values.to_pylist() == [  # noqa: PD011
            value for value, _ in alone
        ]
        found = {(rule, int(row)) for rule, rows in column.applied.items() for row in rows}
        assert found == {(rule, row) for row, (_, rules) in enumerate(alone) for rule in rules if cells[row]}


@given(CELL)
def test_each_function_of_text_is_idempotent(cell):
    for cleaner in row_cleaning._CLEANERS.values():
        value, _ = cleaner.clean(cell)
        if value is not None:
            assert cleaner.clean(value) == (value, ())


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(name):
    assert text.key(text.key(name)) == text.key(name)


def test_the_number_of_threads_changes_nothing(tmp_path, monkeypatch):
    from tlanalysis.lists.readers import csv_rows

    monkeypatch.setattr(csv_rows, "BLOCK", 2_000)
    rows = [
        ["nom", "code_postal", "site_web"],
        *([f"Lieu {rank}", f"{rank % 90 + 1:02}000", "x" if rank % 50 == 0 else ""] for rank in range(2_000)),
    ]
    job = preparation.prepare(write(tmp_path / "liste.csv", rows))
    tables = []
    for threads in (1, 2, 7):
        totals = accounts.Totals()
        parts = list(cleaning.clean_batches(job, totals, number=threads))
        assert len(parts) > 3
        tables.append(
            (
                pa.concat_tables([part.places for part in parts]),
                pa.concat_tables([part.rejects for part in parts]),
                totals.applied,
            )
        )
    for places, rejects, applied in tables[1:]:
        assert places.equals(tables[0][0])
        assert rejects.equals(tables[0][1])
        assert applied == tables[0][2]
    assert isinstance(tables[0][0].to_pandas(), pd.DataFrame)
