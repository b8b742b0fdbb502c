"""Which columns make a question: headers and cells written here, answers worked out by hand."""

from __future__ import annotations

import pytest

from tlanalysis.tables.question_boxes import Question, as_tick, find_questions, items_of

Columns = list[tuple[str, list[str]]]


def found(columns: Columns) -> tuple[dict[str, list[str]], list[str]]:
    """Return question -> its boxes, and the boxes without a question, by name."""
    headers, cells = [name for name, _ in columns], [values for _, values in columns]
    questions, left = find_questions(headers, cells)
    return {question.name: [box.reponse for box in question.boxes] for question in questions}, [
        headers[rank] for rank in left
    ]


def test_boxes_follow_the_column_of_their_selection() -> None:
    columns: Columns = [
        ("NOM", ["A", "B"]),
        ("activites", ["Bar;Fablab", "Bar"]),
        ("Bar", ["1", "1"]),
        ("Fablab", ["1", "0"]),
        ("statut", ["Ouvert", "En projet"]),
        ("Ouvert", ["1", "0"]),
        ("En projet", ["0", "1"]),
    ]
    assert found(columns) == ({"activites": ["Bar", "Fablab"], "statut": ["Ouvert", "En projet"]}, [])


def test_two_questions_may_have_a_box_of_the_same_name() -> None:
    columns: Columns = [
        ("lieu", ["Bar;Autre", "Bar"]),
        ("Bar", ["1", "1"]),
        ("Autre", ["1", "0"]),
        ("public", ["Autre", "Jeunes"]),
        ("Jeunes", ["0", "1"]),
        ("Autre", ["1", "0"]),
    ]
    questions, _ = find_questions([name for name, _ in columns], [values for _, values in columns])
    assert [[box.rank for box in question.boxes] for question in questions] == [[1, 2], [4, 5]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param(
            [("q", ["Bar", "Bar"]), ("Bar", ["1", "1"]), ("Dojo", ["0", "0"])],
            ({"q": ["Bar", "Dojo"]}, []),
            id="a box nobody ticked stays with its question",
        ),
        pytest.param(
            [("q", ["Bar", "Bar"]), ("Bar", ["1", "1"]), ("accessible", ["1", "0"])],
            ({"q": ["Bar"]}, ["accessible"]),
            id="a yes or no that no selection ever names is not a box of the question before it",
        ),
        pytest.param(
            [("nb_salles", ["3", "12"]), ("accessible", ["1", "0"])],
            ({}, ["accessible"]),
            id="a number is no selection",
        ),
        pytest.param(
            [("q", ["Bar;Fablab", "Bar"]), ("Bar", ["1", "1"]), ("Dojo", ["", ""]), ("Fablab", ["1", "0"])],
            ({"q": ["Bar", "Dojo", "Fablab"]}, []),
            id="an empty column between boxes that are named is a box",
        ),
        pytest.param(
            [("q", ["Bar", ""]), ("Bar", ["1", "0"]), ("q2", ["", " "]), ("Oui", ["0", "0"]), ("Non", ["0", "0"])],
            ({"q": ["Bar"], "q2": ["Oui", "Non"]}, []),
            id="an empty column after the named boxes is the selection of a question nobody answered",
        ),
        pytest.param(
            [("q", ["Bar", ""]), ("Bar", ["1", "0"]), ("precision", ["", ""]), ("accessible", ["1", "0"])],
            ({"q": ["Bar"]}, ["accessible"]),
            id="what is ticked without any selection is not a question",
        ),
        pytest.param(
            [("nb", ["3", "4"]), ("precision", ["", ""]), ("jamais", ["0", "0"]), ("accessible", ["1", "0"])],
            ({}, ["jamais", "accessible"]),
            id="nor is the part of it that nobody ticked",
        ),
    ],
)
def test_evidence_ties_boxes_to_questions(columns: Columns, expected: tuple[dict[str, list[str]], list[str]]) -> None:
    assert found(columns) == expected


def test_coded_boxes_share_a_prefix() -> None:
    yes_no = ["true", "false"]
    columns: Columns = [
        ("TYPE_ACT", ["Bar ;\n", "Atelier ;\n"]),
        ("TYPE_ACT_COWORK_PRIVE", yes_no),
        ("TYPE_ACT_BAR", yes_no),
        ("THEME_FORM_NUMER", yes_no),
        ("THEME_FORM_INFOR", yes_no),
        ("EQPT_NUM", yes_no),
    ]
    assert found(columns)[0] == {
        "TYPE_ACT": ["TYPE_ACT_COWORK_PRIVE", "TYPE_ACT_BAR"],
        "THEME_FORM": ["THEME_FORM_NUMER", "THEME_FORM_INFOR"],
        "EQPT": ["EQPT_NUM"],
    }


def labels_of(texts: list[str], *boxes: list[bool]) -> list[str]:
    """Return the words found for coded boxes `Q_A`, `Q_B`... of a question with such selections."""
    names = [f"Q_{letter}" for letter, _ in zip("AB", boxes, strict=False)]
    cells = [texts, *([str(tick).lower() for tick in box] for box in boxes)]
    (question,), _ = find_questions(["Q", *names], cells)
    assert isinstance(question, Question)
    return [box.libelle for box in question.boxes]


def test_a_code_takes_the_words_that_the_same_respondents_wrote() -> None:
    first, second = [True] * 6 + [False] * 4, [True, False] * 5
    texts = [("Bar ;\n" if a else "") + ("Fablab ;\n" if b else "") for a, b in zip(first, second, strict=True)]
    assert labels_of(texts, first, second) == ["Bar", "Fablab"]


@pytest.mark.parametrize(
    ("texts", "box"),
    [
        pytest.param(["Bar"] * 4 + [""] * 4, [True] * 4 + [False] * 4, id="too few to tell"),
        pytest.param(["Bar"] * 6 + [""] * 4, [True] * 8 + [False] * 2, id="not alike: 6 in common of 8"),
        pytest.param(["Bar;Pub"] * 6 + [""] * 4, [True] * 6 + [False] * 4, id="two items would do"),
    ],
)
def test_a_code_keeps_its_name_when_no_words_are_sure(texts: list[str], box: list[bool]) -> None:
    assert labels_of(texts, box) == ["A"]


def test_two_codes_ticked_alike_share_no_words() -> None:
    ticks = [True] * 6 + [False] * 4
    assert labels_of(["Bar"] * 6 + [""] * 4, ticks, ticks) == ["A", "B"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1", True),
        ("1.0", True),
        (" Oui ", True),
        ("TRUE", True),
        ("0", False),
        ("non", False),
        ("", None),
        ("2", None),
    ],
)
def test_what_a_box_says(cell: str, said: bool | None) -> None:
    assert as_tick(cell) is said


def test_items_are_parted_by_semicolons_and_line_breaks() -> None:
    assert items_of("Bureau / Coworking;Bar / café") == ["Bureau / Coworking", "Bar / café"]
    assert items_of("Un ;\r\nDeux ;\r\n") == ["Un", "Deux"]
    assert items_of(" ; ") == []
