"""Columns about people are in no output of cleaning, whatever is kept, and however they are called."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.lists.lists import write
from tlanalysis.lists import accounts, cleaning, preparation
from tlanalysis.lists.cells.privacy import is_personal
from tlanalysis.lists.recognition.header import normalised

# Header -> cells of three made-up people, none of which may be found again.
PEOPLE = {
    "Nom animateur": ["Quatrepoint", "Vaubourdin", "Ostrelaud"],
    "Prénom": ["Zoéline", "Bastiende", "Marjolet"],
    "Nom de famille": ["Quatrepoint", "Vaubourdin", "Ostrelaud"],
    "Directrice": ["Zoéline Quatrepoint", "Bastiende Vaubourdin", "Marjolet Ostrelaud"],
    "Présidente de l'asso": ["Zoéline Quatrepoint", "Bastiende Vaubourdin", "Marjolet Ostrelaud"],
    "Référente": ["Zoéline Quatrepoint", "Bastiende Vaubourdin", "Marjolet Ostrelaud"],
    "Responsable": ["Zoéline Quatrepoint", "Bastiende Vaubourdin", "Marjolet Ostrelaud"],
    "Contact": ["Zoéline Quatrepoint", "0612345678", "marjolet@ostrelaud.example"],
    "Saisi par": ["zquatrepoint", "bvaubourdin", "mostrelaud"],
    "Courriel": ["zoeline@quatrepoint.example", "b@vaubourdin.example", "marjolet@ostrelaud.example"],
    "Tél. fixe": ["02 99 12 34 56", "0299123457", "+33 2 99 12 34 58"],
    "GSM": ["06 12 34 56 78", "0612345679", "+33 6 12 34 56 70"],
    "Joindre": ["zoeline@quatrepoint.example", "b@vaubourdin.example", "marjolet@ostrelaud.example"],
}
# Columns that are kept, with a way to reach somebody inside the text.
OTHERS = {
    "Horaires": ["9h-18h", "écrire à zoeline@quatrepoint.example", "appeler le 06 12 34 56 78"],
    "Description": ["Un café", "b (at) vaubourdin.example pour réserver", "10h ; 02.99.12.34.56"],
}
PLACES = {
    "Nom du lieu": ["La Cantine", "La Cantine", ""],  # two are one place; the third is refused
    "Code postal": ["35000", "35000", "4400X zoeline@quatrepoint.example"],
    "Ville": ["Rennes", "Rennes", "Nantes"],
}
FOUND = re.compile(
    r"quatrepoint|vaubourdin|ostrelaud|zo[ée]line|bastiende|marjolet|99.?12.?34|12.?34.?56", re.IGNORECASE
)


def _rows():
    table = PLACES | PEOPLE | OTHERS
    plain = [
        {"Nom du lieu": f"Lieu {at}", "Code postal": "29200", "Horaires": "9h", "Description": "x"} for at in range(6)
    ]
    rows = [*zip(*table.values(), strict=True), *([row.get(name, "") for name in table] for row in plain)]
    return [list(table), *map(list, rows)]


@pytest.fixture(scope="module", params=["csv", "xlsx", "parquet", "json"])
def written(request, tmp_path_factory):
    """Clean a list with everything kept and return the text of each thing it gives, and the places."""
    folder = tmp_path_factory.mktemp("personnes")
    path = write(folder / f"liste.{request.param}", _rows())
    job = preparation.prepare(path, keep="all")
    entry = cleaning.clean_to(job, folder / "propre")
    texts = {
        file.name: pd.read_parquet(file).to_csv() if file.suffix == ".parquet" else file.read_text(encoding="utf-8")
        for file in (folder / "propre").iterdir()
    }
    texts["summary"] = accounts.summary(job, entry)
    texts["proposal"] = preparation.propose_mapping(path)
    cleaned = cleaning.clean(path, keep="all")
    texts["in memory"] = cleaned.places.to_csv() + cleaned.rejects.to_csv() + cleaned.duplicates.to_csv()
    texts["in a notebook"] = repr(cleaned) + cleaned._repr_html_()
    return texts, cleaned


def test_no_name_and_no_way_to_reach_a_person_is_in_any_output(written):
    texts, _ = written
    assert {
        "places.csv",
        "places.parquet",
        "rejects.csv",
        "duplicates.csv",
        "ledger.json",
        "mapping.toml",
    } <= texts.keys()
    assert {name: FOUND.findall(text) for name, text in texts.items() if FOUND.search(text)} == {}


def test_the_other_columns_are_kept_and_the_rows_counted(written):
    _, cleaned = written
    assert {"Horaires", "Description"} <= set(cleaned.places)
    assert not set(PEOPLE) & set(cleaned.places)
    assert set(cleaned.ledger["colonnes_personnelles_ecartees"]) == set(PEOPLE)
    assert (cleaned.ledger["lignes_acceptees"], len(cleaned.rejects) > 0, len(cleaned.duplicates)) == (8, True, 2)


@pytest.mark.parametrize(
    "header", ["Structure animatrice", "Commune coordinatrice", "Nb animateurs", "Mairie", "Hôtel", "Médiathèque"]
)
def test_a_body_or_a_number_is_no_person(header):
    assert not is_personal(normalised(header))
