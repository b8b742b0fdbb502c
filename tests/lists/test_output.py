"""Writing a clean list: all files or none, safe in a spreadsheet, the same bytes for any batches."""

from __future__ import annotations

import csv
import errno
import os
import stat
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists import cleaning, output
from tlanalysis.lists.batch import PLACE_SCHEMA, REJECT_SCHEMA
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.output import FILES, BatchWriter, guard_formulas, staged

ROWS = [
    ["nom", "code_postal", "commune"],
    ["Le Lieu", "75011", "Paris"],
    ["-5 degrés", "13001", "@Marseille"],
    ["", "69001", "=1+1"],
    ["Autre", "99999", "+33"],
]


@pytest.fixture
def out(tmp_path):
    tl.clean(write(tmp_path / "liste.csv", ROWS), out=tmp_path / "propre")
    return tmp_path / "propre"


def test_six_files_and_nothing_else(out, tmp_path):
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["liste.csv", "propre"]
    assert stat.S_IMODE(out.stat().st_mode) & 0o700 == 0o700


def test_no_cell_begins_like_a_formula(out):
    for name in ("places.csv", "rejects.csv", "duplicates.csv"):
        with (out / name).open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
    assert "'=1+1" in (out / "rejects.csv").read_text(encoding="utf-8")
    assert pd.read_parquet(out / "places.parquet")["nom"].tolist() == [
        "Le Lieu",
        "-5 degrés",
        "Autre",
    ]  # a table needs no guard


def test_longitudes_west_of_greenwich_stay_numbers():
    table = pa.table({"nom": ["-a", "b"], "longitude": [-1.5, 2.0]})
    assert guard_formulas(table).to_pydict() == {"nom": ["'-a", "b"], "longitude": [-1.5, 2.0]}


READ = ("id_source", "nom", "code_commune", "commune", "code_postal", "departement", "region", "typologie", "site_web")


@pytest.mark.parametrize("field", [*READ, "date_ouverture", "etat"])
def test_no_cell_of_the_csv_begins_as_a_formula_does(field, tmp_path):
    """A column is guarded, or the cleaning lets nothing like a formula into it."""
    rows = [{"nom": f"Lieu {n}", "commune": "Rennes", "code_postal": "35000"} for n in range(20)]
    rows += [
        {"nom": "Un", "commune": "Brest", "code_postal": "29200"} | {field: text} for text in ("-1+2", "+33", "@x")
    ]
    given = pd.DataFrame(rows).fillna("")
    tl.clean(given, Mapping({name: name for name in given.columns}), out=tmp_path)
    with (tmp_path / "places.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.DictReader(file) for name, cell in row.items() if name != "longitude"]
    assert "Brest" in cells or field == "commune"
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_same_rows_give_the_same_bytes_whatever_the_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(output, "_GROUP", 10)
    columns = {name: pa.nulls(47, PLACE_SCHEMA.field(name).type) for name in PLACE_SCHEMA.names}
    table = pa.table(
        columns | {"nom": pa.array([f"Lieu {rank}" for rank in range(47)]), "ligne_source": pa.array(range(47))},
        schema=PLACE_SCHEMA,
    )
    for step in (1, 7, 10, 47):
        (tmp_path / str(step)).mkdir()
        with BatchWriter(tmp_path / str(step)) as writer:
            for start in range(0, 47, step):
                writer.write(table.slice(start, step), REJECT_SCHEMA.empty_table())
    for name in ("places.parquet", "places.csv", "rejects.csv"):
        assert len({(tmp_path / str(step) / name).read_bytes() for step in (1, 7, 10, 47)}) == 1
    assert pq.ParquetFile(tmp_path / "7" / "places.parquet").metadata.num_row_groups == 5
    assert pq.read_table(tmp_path / "7" / "places.parquet").equals(table)


def test_a_run_that_fails_leaves_the_last_one_as_it_was(out):
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(RuntimeError, match="midway"), staged(out) as staging:
        (staging / "places.csv").write_text("half", encoding="utf-8")
        raise RuntimeError("midway")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_output_that_is_the_list_or_the_mapping_is_refused(out, tmp_path):
    """D2: `clean places.csv --out .` replaced the list that it cleaned."""
    path = write(tmp_path / "places.csv", ROWS)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="is read, and would be overwritten"):
        tl.clean(path, out=tmp_path)
    with pytest.raises(BadInput, match="is read, and would be overwritten"):
        tl.clean(path, out / "mapping.toml", out=out)
    (tmp_path / "places.csv").rename(tmp_path / "liste.csv")
    (tmp_path / "rejects.csv").symlink_to(tmp_path / "liste.csv")
    with pytest.raises(BadInput, match="is read, and would be overwritten"):
        tl.clean(tmp_path / "liste.csv", out=tmp_path)
    assert (tmp_path / "liste.csv").read_bytes() == before


def test_a_file_that_clean_did_not_write_is_not_replaced(tmp_path):
    path, out = write(tmp_path / "liste.csv", ROWS), tmp_path / "propre"
    out.mkdir()
    (out / "places.csv").write_text("à moi", encoding="utf-8")
    with pytest.raises(BadInput, match="this command did not write it"):
        tl.clean(path, out=out)
    assert [path.name for path in out.iterdir()] == ["places.csv"]
    assert (out / "places.csv").read_text(encoding="utf-8") == "à moi"


def test_an_error_between_two_moves_puts_the_former_files_back(out, tmp_path, monkeypatch):
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    real = Path.replace

    def fail(self, target):
        if self.name == "duplicates.csv" and self.parent.name.startswith(".tlanalysis"):
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        tl.clean(write(tmp_path / "liste.csv", ROWS[:2]), out=out)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_new_run_replaces_the_six_files_and_leaves_the_others(out, tmp_path):
    (out / "notes.txt").write_text("à garder", encoding="utf-8")
    tl.clean(write(tmp_path / "liste.csv", ROWS[:2]), out=out)
    assert len(pd.read_csv(out / "places.csv")) == 1
    assert (out / "notes.txt").read_text(encoding="utf-8") == "à garder"


def test_an_out_that_is_a_file_or_not_utf8(tmp_path):
    path = write(tmp_path / "liste.csv", ROWS)
    with pytest.raises(BadInput, match="is a file: --out takes a folder"):
        tl.clean(path, out=path)
    with pytest.raises(BadInput, match="is not a name in UTF-8"):
        tl.clean(path, out=tmp_path / "l\udce9")
    with pytest.raises(BadInput, match="cannot be written"):
        tl.clean(path, out=path / "propre")
    assert [entry.name for entry in tmp_path.iterdir()] == ["liste.csv"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("moved", ["away", "into place"])
def test_a_move_that_fails_leaves_the_former_list(
    name: str, moved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in FILES:
        (tmp_path / each).write_text("former", encoding="utf-8")
    replace, failing = Path.replace, []

    def fail_once(path: Path, target: Path) -> Path:
        if path.name == name and (path.parent == tmp_path) == (moved == "away") and not failing:
            failing.append(path)
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail_once)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), staged(tmp_path) as folder:
        for each in FILES:
            (folder / each).write_text("new", encoding="utf-8")
    assert failing
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == dict.fromkeys(
        FILES, "former"
    )


def test_a_list_that_cannot_be_read_a_second_time_is_the_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.csv"):
        cleaning._digest(tmp_path / "gone.csv")()
