"""A whole list at a time: what a row becomes, what is refused and why, and an account that adds up."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS
from tlanalysis.lists import cleaning, preparation
from tlanalysis.lists.batch import Batch
from tlanalysis.lists.cells.rules import REPAIR, RULES
from tlanalysis.lists.fields import OUTPUT
from tlanalysis.lists.mapping import Mapping

HEADER = [
    "id",
    "nom",
    "code_commune",
    "commune",
    "code_postal",
    "adresse",
    "latitude",
    "longitude",
    "typologie",
    "site_web",
    "date_ouverture",
    "etat",
    "pays",
]


def _clean(tmp_path, *rows, **options):
    full = [HEADER, *([row.get(name, "") for name in HEADER] for row in rows)]
    return tl.clean(
        write(tmp_path / "liste.csv", full),
        Mapping({name: name for name in ("nom", *HEADER[2:])} | {"id_source": "id"}),
        **options,
    )


def test_one_row_from_end_to_end(tmp_path):
    done = _clean(
        tmp_path,
        {
            "id": "L1", "nom": " Le &quot;Lieu&quot;  Inventé ", "commune": "PARIS 11",
            "adresse": "3 rue Imaginaire 75 011 Paris", "latitude": "2,3799", "longitude": "48,8590",
            "typologie": "Fablab;Bar", "site_web": "lieu.example.org", "date_ouverture": "12/05/2019",
            "etat": "Lieu ouvert", "pays": "France",
        },
    )  # fmt: skip
    assert list(done.places) == list(OUTPUT)
    assert done.places.iloc[0].dropna().to_dict() == {
        "id_source": "L1", "nom": 'Le "Lieu" Inventé', "commune": "Paris 11e Arrondissement", "code_postal": "75011",
        "code_departement": "75", "code_region": "11",
        "latitude": 48.8590, "longitude": 2.3799, "typologie": "Fablab|Bar", "site_web": "lieu.example.org",
        "date_ouverture": "2019-05-12", "etat": "ouvert", "source": "liste",
        "ligne_source": 1,
    }  # fmt: skip
    assert done.ledger["reparations"] == {
        "blancs": 1, "entites_html": 1, "arrondissement": 1, "code_postal_de_l_adresse": 1, "coordonnees_inversees": 1,
        "date_normalisee": 1,
    }  # fmt: skip
    assert done.ledger["regles"] == {}


@pytest.mark.parametrize(
    ("row", "field", "rule", "shown"),
    [
        ({"code_postal": "99999"}, "code_postal", "code_postal_illisible", "99999"),
        ({"code_commune": "abc"}, "code_commune", "code_commune_illisible", "abc"),
        ({"latitude": "nord", "longitude": "2"}, "latitude", "nombre_illisible", "nord"),
        ({"latitude": "50.85", "longitude": "4.35"}, "coordonnees", "coordonnees_hors_de_france", "50.85, 4.35"),
        ({"latitude": "48.85"}, "coordonnees", "coordonnees_incompletes", "48.85, "),
        ({"date_ouverture": "31/02/2019"}, "date_ouverture", "date_illisible", "31/02/2019"),
        ({"site_web": "Madame Inventée"}, "site_web", "site_web_illisible", "[…]"),  # words may be a name
        ({"site_web": "http://x..y"}, "site_web", "site_web_illisible", "http://x..y"),
        ({"etat": "=1+1"}, "etat", "formule", "=1+1"),
        ({"typologie": "a" * 2001}, "typologie", "texte_trop_long", "a" * 200),
        ({"code_postal": "13001", "code_commune": "75111", "latitude": "48.859", "longitude": "2.3799"}, "code_postal",
        "preuve_contredite", "13001"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_kept_is_null_and_recorded(tmp_path, row, field, rule, shown):
    done = _clean(tmp_path, {"id": "L1", "nom": "Le Lieu", "code_postal": "75011"} | row)
    assert len(done.places) == 1
    reject = done.rejects.set_index("regle").loc[rule]
    assert (reject["ligne_source"], reject["champ"], reject["valeur"], reject["gravite"]) == (
        1,
        field,
        shown,
        "cellule",
    )
    assert reject["motif"] == RULES[rule].motif("fr")
    if field in OUTPUT:
        assert pd.isna(done.places.loc[0, field])


def test_rows_that_cannot_be_kept(tmp_path):
    done = _clean(
        tmp_path,
        {"nom": "Le Lieu", "code_postal": "75011"},
        {},
        {"code_postal": "75011", "commune": "Paris"},
        {"nom": "Bruxelles-sur-Rêve", "pays": "Belgique"},
        dict(zip(HEADER, HEADER, strict=True)),
        {"nom": "NR", "pays": "Suisse"},
    )
    assert done.places["nom"].tolist() == ["Le Lieu"]
    refused = done.rejects.loc[done.rejects["gravite"] == "ligne", ["ligne_source", "regle"]]
    assert list(refused.itertuples(index=False, name=None)) == [
        (2, "ligne_vide"), (3, "sans_nom_ni_identifiant"), (4, "hors_de_france"), (5, "entete_repetee"), (5,
        "hors_de_france"), (6, "sans_nom_ni_identifiant"), (6, "hors_de_france"),
    ]  # fmt: skip
    ledger = done.ledger
    assert (ledger["lignes_lues"], ledger["lignes_acceptees"], ledger["lignes_rejetees"]) == (
        6,
        1,
        5,
    )  # a row refused twice counts once


def test_a_value_shown_among_the_rejects_holds_no_half_of_an_address(tmp_path):
    done = _clean(
        tmp_path,
        {
            "nom": "Le Lieu",
            "code_postal": "75011",
            "date_ouverture": "2" + "x" * 189 + " jeanne.inventee@lieu.example.org",
        },
    )
    assert done.rejects["valeur"].tolist() == ["2" + "x" * 189 + " […]"]


def test_the_ledger_says_how_the_list_was_read(tmp_path):
    rows = [["nom", "code_postal", "email", "couleur"], ["Le Lieu", "1000", "a@lieu.example.org", "bleu"]]
    done = tl.clean(write(tmp_path / "liste.csv", rows), out=tmp_path / "propre")
    entry = json.loads((tmp_path / "propre" / "ledger.json").read_text(encoding="utf-8"))
    assert entry == done.ledger
    assert entry["fichier"] == "liste.csv"
    assert entry["mapping"] == {"nom": "nom", "code_postal": "code_postal"}
    assert entry["colonnes_personnelles_ecartees"] == ["email"]
    assert entry["colonnes_non_lues"] == ["couleur"]
    assert entry["reparations"] == {"zero_initial": 1}
    assert entry["sha256"] == hashlib.sha256((tmp_path / "liste.csv").read_bytes()).hexdigest()


def test_reasons_are_given_in_the_language_asked_for(tmp_path):
    row = {"nom": "Le Lieu", "code_postal": "99999"}
    assert _clean(tmp_path, row, lang="en").rejects["motif"].tolist() == ["not a French postal code"]
    with pytest.raises(BadInput, match="no language 'xx': fr or en"):
        _clean(tmp_path, row, lang="xx")


def test_a_reason_that_a_language_lacks_is_named_with_its_file():
    with pytest.raises(BadInput, match=r"tlanalysis/lists/cells/rules\.toml has no text 'blancs\.xx'"):
        RULES["blancs"].motif("xx")


def test_every_rule_has_a_severity_and_a_reason_of_its_own_in_every_language():
    for name, rule in RULES.items():
        assert rule.gravite in {REPAIR, "cellule", "ligne"}
        assert set(rule.motifs) == set(LANGS), name
        assert all(rule.motifs.values()), name
        assert len(set(rule.motifs.values())) == len(LANGS), name


@pytest.mark.parametrize(
    "name", ["jeanne@lieu.example.org liste.csv", "06 12 34 56 78.csv", "  deux   mots.csv", "'.csv", "=1+1.csv"]
)
def test_the_name_of_the_file_is_cleaned_like_any_text(tmp_path, name):
    write(tmp_path / name, [["nom", "code_postal"], ["Le Lieu", "75011"]])
    done = tl.clean(tmp_path / name, out=tmp_path / "propre")
    again = tl.clean(tmp_path / "propre" / "places.csv", out=tmp_path / "encore")
    assert done.places["source"].tolist() == again.places["source"].tolist()
    assert "jeanne" not in json.dumps(done.ledger) + done.places.to_csv()
    assert "34 56" not in json.dumps(done.ledger) + done.places.to_csv()


def test_a_file_whose_name_is_not_utf8(tmp_path):
    for ending in ("csv", "parquet", "json", "xlsx"):
        path = write(tmp_path / f"lieux.{ending}", [["nom", "code_postal"], ["Le Lieu", "75011"]])
        odd = path.rename(tmp_path / f"l\udce9.{ending}")
        assert tl.clean(odd).places["source"].tolist() == ["l\ufffd"]


def test_a_list_without_an_accepted_row_is_accounted_for(tmp_path):
    path = write(tmp_path / "liste.csv", [["nom", "code_postal"], ["", "75011"], ["NR", "75012"]])
    entry = cleaning.clean_to(preparation.prepare(path), tmp_path / "propre")
    assert (entry["lignes_lues"], entry["lignes_acceptees"], entry["lignes_rejetees"]) == (2, 0, 2)
    assert len(pd.read_parquet(tmp_path / "propre" / "places.parquet")) == 0
    assert tl.clean(path).ledger["lignes_rejetees"] == 2


def test_a_lost_row_is_our_error_and_is_never_written(tmp_path, monkeypatch):
    path = write(tmp_path / "liste.csv", [["nom", "code_postal"], ["Le Lieu", "75011"], ["Un Autre", "75012"]])
    honest = preparation.clean_batch

    def careless(*args, **options):
        batch = honest(*args, **options)
        return Batch(batch.places.slice(1), batch.rejects, batch.applied, batch.read, batch.rejected)

    monkeypatch.setattr(preparation, "clean_batch", careless)
    with pytest.raises(AssertionError, match="2 rows read, 1 accepted, 0 rejected: a row is lost"):
        cleaning.clean_to(preparation.prepare(path), tmp_path / "propre")
    assert not (tmp_path / "propre").exists()
