"""A proposal lists every column, and used unchanged gives what cleaning gives or asks."""

from __future__ import annotations

import re
import tomllib

import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.preparation import propose_mapping
from tlanalysis.lists.readers.base import ReadingOptions

NAMES = ["Le Grand Atelier", "Fabrique du Port", "La Cantine", "Le Hangar", "Café des Halles", "Le Quai"]
HOURS = ["Lu-Ve, 06 12 34 56 78", *["Lu-Ve"] * 5]
ROWS = [
    ["Nom", "CP", "Contact", "Statut", "Horaires", "result_score", "result_label", "Nom"],
    *(
        [name, "75011", "a@lieu.example", "Association", hours, "0.9", "Paris", "Ville"]
        for name, hours in zip(NAMES, HOURS, strict=True)
    ),
]


def _proposed(tmp_path, rows, name="liste.csv", **options):
    path = write(tmp_path / name, rows)
    (tmp_path / "m.toml").write_text(propose_mapping(path, ReadingOptions(**options)), encoding="utf-8")
    return path, tmp_path / "m.toml"


def test_every_column_stands_in_the_proposal_with_values_and_a_reason(tmp_path):
    _, proposal = _proposed(tmp_path, ROWS)
    text = proposal.read_text(encoding="utf-8")
    assert tomllib.loads(text)["colonnes"] == {"nom": "Nom#1", "code_postal": "CP"}
    assert 'nom = "Nom#1"' in text and "'Le Grand Atelier', 'Fabrique du Port', 'La Cantine'" in text
    assert re.search(r'^# etat = "Statut"  # the header says etat, the values do not', text, re.MULTILINE)
    assert re.search(r'^# "Contact": personal data: never read$', text, re.MULTILINE)
    assert re.search(r'^# \? = "result_label"  # answer of a geocoder', text, re.MULTILINE)
    assert re.search(r'^# \? = "Horaires"  # no field goes with it ; ', text, re.MULTILINE)
    assert '"Nom#2"' in text
    assert "lieu.example" not in text and "06 12" not in text


def test_used_unchanged_it_gives_what_cleaning_gives(tmp_path):
    path, proposal = _proposed(tmp_path, ROWS)
    assert tl.clean(path, proposal).places.equals(tl.clean(path).places)


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([["id", "Nom", "Nom", "CP"], ["1", "A", "B", "75011"], ["2", "C", "D", "75012"]], "nom"),
        ([["truc", "CP"], ["A", "75011"], ["B", "75012"]], "nom"),
        ([["nom", "couleur"], ["Le Lieu", "bleu"], ["Autre Lieu", "vert"]], "commune"),
    ],
)
def test_used_unchanged_it_asks_where_cleaning_asks(tmp_path, rows, field):
    path, proposal = _proposed(tmp_path, rows)
    with pytest.raises(BadInput):
        tl.clean(path)
    with pytest.raises(BadInput, match=f'{field} = "" is to be completed'):
        tl.clean(path, proposal)


def test_a_known_list_keeps_its_name_in_the_proposal(tmp_path):
    rows = [["id_fs", "lib_fs", "code_postal"], ["f-1", "France services de Tende", "06430"]]
    path, proposal = _proposed(tmp_path, rows)
    assert tl.clean(path, proposal).ledger["liste_reconnue"] == "france_services_matricules"


def test_a_list_that_no_publisher_has_is_refused_by_name(tmp_path):
    path = write(tmp_path / "liste.csv", [["nom", "cp"], ["A", "75011"]])
    (tmp_path / "m.toml").write_text('liste = "cget_2018"\n[colonnes]\nnom = "nom"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="'cget_2018' that is not known"):
        tl.clean(path, tmp_path / "m.toml")


def test_a_list_without_header_gets_a_proposal_to_complete(tmp_path):
    rows = [[name, f"7501{at}", "48.85", "2.35"] for at, name in enumerate(NAMES)]
    path, proposal = _proposed(tmp_path, rows, header=0)
    text = proposal.read_text(encoding="utf-8")
    assert 'nom = ""' in text
    assert "\"colonne_1\"  # no field goes with it ; 'Le Grand Atelier'" in text
    completed = text.replace('nom = ""', 'nom = "colonne_1"')
    if "code_postal" not in tomllib.loads(text)["colonnes"]:
        completed = completed.replace("[colonnes]\n", '[colonnes]\ncode_postal = "colonne_2"\n')
    proposal.write_text(completed, encoding="utf-8")
    assert tl.clean(path, proposal, header=0).places["nom"].tolist() == NAMES
