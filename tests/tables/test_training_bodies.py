"""The list of training bodies: an invented file in the shape of the published one, its ugly rows included."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import DATA
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cleaning import clean
from tlanalysis.tables.training_bodies import Declarations, clean_count, clean_declarations, clean_yes_no

FILE = DATA / "lpof.csv"


@pytest.fixture(scope="module")
def cleaned() -> Declarations:
    return clean_declarations(FILE)


def column(cleaned: Declarations, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in cleaned.declarations[name]]


def test_every_row_is_kept_or_refused_with_a_reason(cleaned: Declarations) -> None:
    ledger = cleaned.ledger
    assert (ledger["lignes_lues"], ledger["lignes_acceptees"], ledger["lignes_rejetees"]) == (11, 9, 2)
    assert cleaned.rejects[["ligne_source", "champ", "regle", "gravite"]].to_numpy().tolist() == [
        [9, "date_derniere_declaration", "date_illisible", "cellule"],
        [9, "nb_stagiaires", "nombre_illisible", "cellule"],
        [9, "siren", "siren_invalide", "cellule"],
        [10, "numero_declaration", "identifiant_repete", "ligne"],
        [11, "", "nombre_de_colonnes", "ligne"],
    ]


def test_an_empty_number_is_unknown_and_zero_is_zero(cleaned: Declarations) -> None:
    assert column(cleaned, "nb_stagiaires") == [100, 0, None, 9000, 40, 30, 7, 5, None]
    assert column(cleaned, "nb_stagiaires_confies") == [10, None, None, 500, 0, 0, 0, 0, 0]


def test_an_empty_certification_is_not_a_refusal(cleaned: Declarations) -> None:
    assert column(cleaned, "est_certifie_bilan")[:2] == [False, None]
    assert column(cleaned, "est_qualiopi") == [True, None, None, True, None, True, None, None, None]


def test_regions_are_codes_and_collectivities_are_outside(cleaned: Declarations) -> None:
    assert column(cleaned, "code_region") == ["53", "53", "53", "11", "11", "01", None, None, "11"]
    assert column(cleaned, "est_hors_des_18_regions") == [*[False] * 6, True, None, False]


@pytest.mark.parametrize(
    ("code", "region", "outside"),
    [("11", "11", False), ("4", "04", False), ("905", None, True), ("977", None, True), ("971", None, False)],
)
def test_where_a_code_lies(tmp_path: Path, code: str, region: str | None, outside: bool) -> None:
    header, first, *_ = FILE.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "lpof.csv"
    path.write_text("\n".join([header, first.replace(";53;", f";{code};"), ""]), encoding="utf-8")
    row = clean_declarations(path).declarations.iloc[0]
    assert (None if pd.isna(row["code_region"]) else row["code_region"]) == region
    assert row["est_hors_des_18_regions"] == outside


def test_declarations_of_one_body_belong_together_and_nothing_names_it(cleaned: Declarations) -> None:
    assert column(cleaned, "id_organisme") == [1, 1, 3, 4, 5, 6, 7, 8, None]
    everything = cleaned.declarations.to_csv() + cleaned.rejects.to_csv() + str(cleaned.ledger)
    for text in ("DURAND", "ORGANISME", "UFORCA", "410000012", "123456789", "53290000129", "rue du Port"):
        assert text in FILE.read_text(encoding="utf-8")
        assert text not in everything


def test_dates_are_iso(cleaned: Declarations) -> None:
    assert column(cleaned, "date_derniere_declaration") == [*["2025-05-12"] * 8, None]
    assert set(column(cleaned, "fin_exercice")) == {"2024-12-31"}


def test_the_list_is_also_a_list_of_places() -> None:
    places = clean(FILE)
    assert places.mapping.known == "lpof"
    assert places.ledger["lignes_lues"] == places.ledger["lignes_acceptees"] + places.ledger["lignes_rejetees"]
    assert not places.places["nom"].notna().any()


def test_another_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("siren;denomination\n410000012;A\n410000020;B\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"liste.csv is not the list of training bodies: it has no column numeroDeclar"):
        clean_declarations(path)


@pytest.mark.parametrize(
    ("cell", "number"), [("12", 12), ("12.0", 12), ("0", 0), ("", None), ("-1", None), ("1,5", None), ("1e3", None)]
)
def test_counts(cell: str, number: int | None) -> None:
    assert clean_count(cell)[0] == number


@pytest.mark.parametrize(("cell", "said"), [("true", True), ("false", False), ("", None), ("n/a", None)])
def test_yes_and_no(cell: str, said: bool | None) -> None:
    assert clean_yes_no(cell)[0] is said
