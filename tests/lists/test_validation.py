"""The public Table Schema of tiers-lieux: it accepts our own outputs and refuses wrong files in plain sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cleaning import clean, clean_to
from tlanalysis.lists.fields import OUTPUT
from tlanalysis.lists.preparation import prepare
from tlanalysis.lists.validation import SCHEMA, schema, validate

GOOD = "id_source,nom,code_commune,source\na,La Fabrique,33063,Une liste\nb,L'Atelier,2A004,Une liste\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "liste.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_page_of_the_schema_is_the_one_we_hold() -> None:
    assert (ROOT / "docs" / "schema" / "tiers-lieux.schema.json").read_bytes() == SCHEMA.read_bytes()


def test_the_schema_is_a_table_schema_and_holds_every_column_of_a_clean_list() -> None:
    from frictionless import Schema

    assert not list(Schema.metadata_validate(json.loads(SCHEMA.read_text(encoding="utf-8"))))
    assert [field["name"] for field in schema()["fields"]][: len(OUTPUT)] == list(OUTPUT)
    assert all(field["example"] != "" for field in schema()["fields"])


def test_a_good_list_has_no_problem(tmp_path: Path) -> None:
    report = validate(write(tmp_path, GOOD))
    assert (report.rows, report.count, report.problems) == (2, 0, [])


def test_every_example_of_the_schema_obeys_it(tmp_path: Path) -> None:
    fields = schema()["fields"]
    names = ",".join(field["name"] for field in fields)
    cells = ",".join(f'"{field["example"]}"' for field in fields)
    assert validate(write(tmp_path, f"{names}\n{cells}\n")).problems == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id_source,code_commune,source\na,33063,X\n", "the column nom is missing; the schema requires it."),
        ("nom,source\n,X\n", "line 2, nom: the value is missing; the schema requires it."),
        ("nom,source,code_commune\nAa,X,3363\n", "line 2, code_commune: '3363' is not accepted"),
        ("nom,source,code_postal\nAa,X,1000\n", "line 2, code_postal: '1000' is not accepted"),
        ("nom,source,code_region\nAa,X,99\n", "line 2, code_region: '99' is not accepted; expected: 01, 02, 03,"),
        ("nom,source,latitude\nAa,X,144\n", "line 2, latitude: '144' is not accepted; expected: -90 – 90"),
        ('nom,source,latitude\nAa,X,"44,8"\n', "line 2, latitude: '44,8' is not accepted"),
        ("nom,source,date_ouverture\nAa,X,06/2019\n", "line 2, date_ouverture: '06/2019' is not accepted"),
        (
            "nom,source,propose_formation\nAa,X,parfois\n",
            "propose_formation: 'parfois' is not accepted; expected: true",
        ),
        ("nom,source,nb_personnes_formees\nAa,X,-3\n", "a whole number ≥ 0, for instance 120."),
        ("id_source,nom,source\na,Aa,X\na,Bb,X\n", "line 3, id_source: 'a' already stands above."),
        ("nom,source,email\nAa,X,a@b.fr\n", "the column email holds people or how to reach them: take it out."),
        ("nom,source,couleur\nAa,X,bleu\n", "the column couleur is not in the schema"),
        ("nom,nom,source\nAa,Bb,X\n", "the column nom stands twice."),
    ],
)
def test_a_wrong_list_is_refused_in_one_sentence(text: str, said: str, tmp_path: Path) -> None:
    assert any(said in problem for problem in validate(write(tmp_path, text), "en").problems)


def test_an_address_in_a_cell_is_not_repeated(tmp_path: Path) -> None:
    report = validate(write(tmp_path, "nom,source,code_postal\nAa,X,jean@exemple.fr\n"))
    assert "jean" not in " ".join(report.problems)


def test_a_missing_file_and_an_unknown_language_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        validate(tmp_path / "rien.csv")
    with pytest.raises(BadInput, match="no sentences in 'de'"):
        validate(write(tmp_path, GOOD), "de")


@pytest.mark.mirror
@pytest.mark.parametrize("name", ["cget_2019.csv", "fabriques_de_territoire_2024.geojson"])
def test_what_clean_writes_obeys_the_schema(name: str, mirror: Path, tmp_path: Path) -> None:
    job = prepare(mirror / name)
    clean_to(job, tmp_path / "out")
    report = validate(tmp_path / "out" / "places.csv")
    assert report.problems == []
    assert report.rows == len(clean(mirror / name).places)
