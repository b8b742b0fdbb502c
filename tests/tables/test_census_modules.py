"""Modules of the census as tidy tables. The files of tests/data are invented, in the shape of the published ones."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import DATA
from tlanalysis.core.errors import BadInput
from tlanalysis.tables.census_modules import Module, clean_module

OF_2026, OF_2023 = "bdftl-2026-04-activites.csv", "bdftl-2023-04-activites.csv"


@pytest.fixture(scope="module")
def of_2026() -> Module:
    return clean_module(DATA / OF_2026)


@pytest.fixture(scope="module")
def of_2023() -> Module:
    return clean_module(DATA / OF_2023)


def ticks(module: Module, question: str, person: str) -> dict[str, bool | None]:
    rows = module.answers[(module.answers["question"] == question) & (module.answers["id_source"] == person)]
    return {row.libelle: None if row.coche is pd.NA else bool(row.coche) for row in rows.itertuples()}


def test_one_row_per_respondent_question_and_box(of_2026: Module) -> None:
    assert list(of_2026.answers) == ["id_source", "question", "reponse", "libelle", "coche", "ecart"]
    assert len(of_2026.answers) == 7 * (5 + 5)
    assert not of_2026.answers.duplicated(["id_source", "question", "reponse"]).any()


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("1", {"Numérique": True, "Artisanat ; bricolage": False, "Transition écologique": True, "Langues": False}),
        ("3", {"Numérique": False, "Artisanat ; bricolage": True, "Autre": True}),
        ("4", dict.fromkeys(("Numérique", "Artisanat ; bricolage", "Transition écologique", "Langues", "Autre"))),
        ("6", dict.fromkeys(("Numérique", "Artisanat ; bricolage", "Transition écologique", "Langues", "Autre"))),
        # Seven left the boxes empty and wrote the selection: it speaks for the boxes.
        ("7", {"Numérique": True, "Transition écologique": False, "Autre": False}),
    ],
)
def test_an_answer_and_a_silence_are_not_the_same(of_2026: Module, person: str, expected: dict[str, bool]) -> None:
    found = ticks(of_2026, "themes_formation", person)
    assert {label: found[label] for label in expected} == expected


def test_a_box_and_its_selection_that_disagree_are_marked_and_counted(of_2026: Module) -> None:
    apart = of_2026.answers[of_2026.answers["ecart"]]
    assert apart[["id_source", "libelle", "coche"]].to_numpy().tolist() == [
        ["5", "Bar / café", False],
        ["5", "Artisanat ; bricolage", False],
    ]
    assert [entry["ecarts"] for entry in of_2026.ledger["questions"]] == [1, 1]


def test_the_ledger_adds_up_and_names_what_was_left_aside(of_2026: Module) -> None:
    ledger = of_2026.ledger
    assert (ledger["lignes_lues"], ledger["lignes_acceptees"], ledger["lignes_rejetees"]) == (9, 7, 2)
    assert of_2026.rejects[["ligne_source", "regle"]].to_numpy().tolist() == [
        [8, "identifiant_repete"],
        [9, "identifiant_absent"],
    ]
    assert ledger["questions"][1] == {
        "question": "themes_formation",
        "cases": 5,
        "reponses": 5,
        "sans_reponse": 2,
        "cases_cochees": 7,
        "ecarts": 1,
        "cochees_sans_texte": 0,
        "mentions_sans_case": 0,
    }
    assert ledger["cases_sans_question"] == ["accueil_scolaires"]
    assert ledger["colonnes_non_retenues"] == ["NOM", "nb_salles"]
    assert ledger["colonnes_personnelles_ecartees"] == ["Mail", "theme_autre_precision"]


def test_nothing_that_was_written_freely_comes_out(of_2026: Module) -> None:
    everything = of_2026.answers.to_csv() + of_2026.rejects.to_csv() + str(of_2026.ledger)
    for text in ("example.org", "vannerie", "Le Lieu Un", "Sans identifiant"):
        assert text in (DATA / OF_2026).read_text(encoding="utf-8-sig")
        assert text not in everything


def test_the_module_of_2023_is_read_by_its_prefixes(of_2023: Module) -> None:
    # Seven of the twelve wrote "Activités numériques", one of them without ticking the box: 6 of 7 is not sure enough
    # to give the code its words; all six who ticked TYPE_ACT_COWORK wrote "Bureaux partagés", and nobody else did.
    labels = of_2023.answers.drop_duplicates("reponse").set_index("reponse")["libelle"].to_dict()
    assert labels == {
        "TYPE_ACT_COWORK": "Bureaux partagés",
        "TYPE_ACT_NUMER": "NUMER",
        "THEME_FORM_NUMER": "NUMER",
        "THEME_FORM_INFOR": "INFOR",
        "THEME_FORM_PROGRAM": "PROGRAM",
        "OFFRE_NUM_FABR": "FABR",
    }
    asked = {entry["question"]: (entry["reponses"], entry["cases_cochees"]) for entry in of_2023.ledger["questions"]}
    assert asked == {"TYPE_ACT": (9, 12), "THEME_FORM": (4, 6), "OFFRE_NUM": (1, 1)}
    assert ticks(of_2023, "THEME_FORM", "109") == {"NUMER": None, "INFOR": None, "PROGRAM": None}


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        pytest.param(["1", ""], [True, False], id="written with ticks alone, an empty box is one not ticked"),
        pytest.param(["1", "", "0"], [True, None, False], id="written with yes and no, an empty box is unknown"),
    ],
)
def test_an_empty_box_without_a_selection(tmp_path: Path, boxes: list[str], expected: list[bool | None]) -> None:
    path = tmp_path / "module.csv"
    names = [f"THEME_FORM_{letter}" for letter, _ in zip("ABC", boxes, strict=False)]
    lines = [["ID_UNIQUE", "NOM", *names], ["1", "Lieu", *boxes], ["2", "Autre", *("1" for _ in boxes)]]
    path.write_text("\n".join(";".join(line) for line in lines), encoding="utf-8")
    assert list(ticks(clean_module(path), "THEME_FORM", "1").values()) == expected


def test_what_is_no_module_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "module.csv"
    path.write_text("NOM;Bar\nA;1\nB;0\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"module.csv has no column ID_UNIQUE"):
        clean_module(path)


def test_a_module_without_boxes_is_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "module.csv"
    path.write_text("ID_UNIQUE;NOM;nb_salaries\n1;A;3\n2;B;12\n", encoding="utf-8")
    module = clean_module(path)
    assert module.answers.empty
    assert list(module.answers) == ["id_source", "question", "reponse", "libelle", "coche", "ecart"]
    assert (module.ledger["lignes_lues"], module.ledger["lignes_acceptees"], module.ledger["questions"]) == (2, 2, [])
    assert module.ledger["colonnes_non_retenues"] == ["NOM", "nb_salaries"]


BOXES = ["Bureau / Coworking", "Bar / café", "Jardin ; compost", "Autre"]
ANSWERS = st.lists(st.one_of(st.none(), st.sets(st.sampled_from(BOXES), min_size=1)), min_size=2, max_size=12)


@given(answers=ANSWERS.filter(lambda answers: any(answers)))
def test_whatever_was_ticked_is_found_again(tmp_path_factory: pytest.TempPathFactory, answers: list) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["ID_UNIQUE", "NOM", "activites", *BOXES])
    for number, ticked in enumerate(answers):
        selection = ";".join(box for box in BOXES if box in (ticked or ()))
        writer.writerow([f"id-{number}", f"Lieu {number}", selection, *(int(box in (ticked or ())) for box in BOXES)])
    path = tmp_path_factory.mktemp("module") / "module.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    module = clean_module(path)
    assert module.ledger["lignes_lues"] == len(answers) == module.ledger["lignes_acceptees"]
    assert module.ledger["questions"][0]["ecarts"] == 0
    for number, ticked in enumerate(answers):
        expected = {box: None if ticked is None else box in ticked for box in BOXES}
        assert ticks(module, "activites", f"id-{number}") == expected
