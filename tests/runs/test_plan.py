"""The plan: one message names all its mistakes before any run starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tlanalysis.core.errors import BadInput
from tlanalysis.maintain.check import check_plan
from tlanalysis.runs.plan import Subject, grid, parameters_of, read_plan, subjects, territories_for
from tlanalysis.runs.plan import notebooks as names_of_notebooks

GOOD = """
[[run]]
notebook = "00_essai"
parameters = { territory = ["FR", "R75"], lang = ["fr", "en"] }

[[run]]
notebook = "01_suite"
parameters = { horizon = 2035 }

[[run]]
notebook = "01_suite"
"""


def _plan(notebooks: Path, text: str) -> Path:
    path = notebooks / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _refusal(notebooks: Path, text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read_plan(_plan(notebooks, text))
    return str(caught.value).splitlines()


def test_lists_of_values_make_a_run_per_combination(notebooks: Path) -> None:
    runs = read_plan(_plan(notebooks, GOOD))
    assert [run.name for run in runs] == [
        "00_essai--FR",
        "00_essai--FR-en",
        "00_essai--R75",
        "00_essai--R75-en",
        "01_suite--FR-horizon2035",
        "01_suite--FR",
    ]
    assert runs[2].parameters.territory == "R75"
    assert runs[4].parameters.horizon == 2035


def test_only_given_parameters_are_injected(notebooks: Path) -> None:
    runs = read_plan(_plan(notebooks, GOOD))
    assert runs[3].injected == {"territory": "R75", "lang": "en"}
    assert runs[4].injected == {"horizon": 2035}
    assert runs[5].injected == {}


def test_the_default_plan_is_that_of_the_notebooks_folder(notebooks: Path) -> None:
    _plan(notebooks, '[[run]]\nnotebook = "00_essai"\n')
    assert [run.name for run in read_plan()] == ["00_essai--FR"]


def test_one_message_names_every_mistake(notebooks: Path) -> None:
    lines = _refusal(
        notebooks,
        """
        [[runs]]
        notebook = "00_essai"

        [[run]]
        notebok = "00_essai"

        [[run]]
        notebook = "00_esai"

        [[run]]
        notebook = "00_essai"
        parameters = { territoire = "FR" }

        [[run]]
        notebook = "00_essai"
        parameters = { territory = ["R75", "75", "R99"], lang = ["fr", "xx"] }
        """,
    )
    assert all(line.startswith("plan.toml: ") for line in lines)
    text = "\n".join(lines)
    for mistake in (
        "unknown table 'runs' (did you mean 'run'?)",
        "run 1: unknown key 'notebok' (did you mean 'notebook'?)",
        "run 1: it does not name a notebook",
        "run 2: no notebook called '00_esai' (did you mean '00_essai'?)",
        "run 3: 00_essai takes no parameter 'territoire' (did you mean 'territory'?): it takes territory, lang",
        "run 4: ",
        "R99",
        "lang is 'xx'",
    ):
        assert mistake in text
    assert text.count("R99") == 1
    assert text.count("'xx'") == 1


def test_a_parameter_of_another_notebook_is_refused(notebooks: Path) -> None:
    (line,) = _refusal(notebooks, '[[run]]\nnotebook = "00_essai"\nparameters = { horizon = 2035 }\n')
    assert "00_essai takes no parameter 'horizon'" in line


def test_a_run_planned_twice_is_refused(notebooks: Path) -> None:
    twice = """
    [[run]]
    notebook = "00_essai"
    parameters = { territory = ["R75", "FR"] }

    [[run]]
    notebook = "00_essai"
    """
    assert _refusal(notebooks, twice) == ["plan.toml: 00_essai--FR is planned twice."]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "run = []\n"])
def test_a_plan_without_a_run_is_refused(text: str, notebooks: Path) -> None:
    (line,) = _refusal(notebooks, text)
    assert "[[run]]" in line


@pytest.mark.parametrize(
    "text",
    [
        '[run]\nnotebook = "00_essai"\n',
        'run = "00_essai"\n',
        'run = ["00_essai"]\n',
        '[[run]]\nnotebook = ["00_essai"]\n',
        '[[run]]\nnotebook = "00_essai"\nparameters = "territory=R75"\n',
    ],
    ids=["one table", "a word", "a list of words", "two notebooks", "parameters as text"],
)
def test_a_plan_of_another_form_is_refused_with_a_message(text: str, notebooks: Path) -> None:
    assert all(line.startswith("plan.toml: ") for line in _refusal(notebooks, text))


def test_a_plan_that_is_not_toml_is_refused(notebooks: Path) -> None:
    (line,) = _refusal(notebooks, "[[run]\n")
    assert line.startswith("plan.toml is not valid TOML")


def test_a_missing_plan_is_named(notebooks: Path) -> None:
    with pytest.raises(BadInput, match=r"plan\.toml is missing"):
        read_plan(notebooks / "plan.toml")


def test_grid_without_values_is_one_run_of_defaults(notebooks: Path) -> None:
    (run,) = grid("01_suite", {})
    assert (run.name, run.injected) == ("01_suite--FR", {})


def test_an_empty_list_of_values_is_refused(notebooks: Path) -> None:
    with pytest.raises(BadInput):
        list(grid("00_essai", {"territory": []}))


def test_parameters_of_a_notebook_are_the_literals_of_its_parameters_cell(notebooks: Path) -> None:
    assert parameters_of("01_suite") == {"territory": "FR", "lang": "fr", "horizon": 2030}


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"cells": []}), "not json"])
def test_a_file_that_is_not_a_notebook_is_refused(content: str, notebooks: Path) -> None:
    (notebooks / "02_casse.ipynb").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match="02_casse"):
        parameters_of("02_casse")


def test_a_parameters_cell_that_is_not_python_is_refused(notebooks: Path) -> None:
    write_notebook(notebooks, "02_casse", parameters="territory = ")
    with pytest.raises(BadInput, match="02_casse"):
        parameters_of("02_casse")


def test_notebooks_are_the_files_whose_name_starts_with_a_number(notebooks: Path) -> None:
    write_notebook(notebooks, "brouillon")
    assert names_of_notebooks() == ["00_essai", "01_suite"]


def test_the_real_plan_covers_every_notebook_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_HOME", str(ROOT))
    runs = read_plan()
    assert {run.notebook for run in runs} == set(names_of_notebooks())
    assert {run.parameters.lang for run in runs} == {"fr", "en"}
    profiles = {run.parameters.territory for run in runs if run.notebook == "04_territory_profile"}
    assert {"FR", "R75", "D33"} <= profiles


@pytest.mark.parametrize(("which", "n", "first"), [("regions", 18, "R"), ("departements", 101, "D"), ("all", 120, "F")])
def test_for_selects_every_territory_of_a_level(which: str, n: int, first: str) -> None:
    codes = territories_for(which)
    assert len(codes) == len(set(codes)) == n
    assert codes[0].startswith(first)


def test_another_word_after_for_is_refused() -> None:
    with pytest.raises(BadInput, match="regions, departements, all"):
        territories_for("communes")


def test_a_value_of_the_plan_has_the_type_of_the_notebook_s_default(notebooks: Path) -> None:
    write_notebook(notebooks, "02_rayon", parameters="rayon = 10\nseuil = 0.5")
    run = '[[run]]\nnotebook = "02_rayon"\nparameters = { rayon = [20, 30], seuil = 1.0 }\n'
    runs = read_plan(_plan(notebooks, run))
    assert [run.name for run in runs] == ["02_rayon--FR-rayon20-seuil1p0", "02_rayon--FR-rayon30-seuil1p0"]
    assert [run.injected for run in runs] == [{"rayon": 20, "seuil": 1.0}, {"rayon": 30, "seuil": 1.0}]
    (line,) = _refusal(notebooks, run.replace("30", '"30"').replace("1.0", "1"))
    assert "rayon is '30', a str: it is a whole number." in line
    assert "seuil is 1, a int: it is a number with a decimal point." in line


TITLED = """
[notebook.01_suite]
title = { fr = "Suite", en = "Sequel" }

[notebook.00_essai]
title = { fr = "Essai", en = "Trial" }
leading_figure = "essai-regions"
annex = ["essai-indices", "essai-rangs"]
"""


def test_titles_and_leading_figures_are_read_in_the_order_of_the_plan(notebooks: Path) -> None:
    assert subjects() == {}
    _plan(notebooks, TITLED)
    assert list(subjects().items()) == [
        ("01_suite", Subject({"fr": "Suite", "en": "Sequel"})),
        ("00_essai", Subject({"fr": "Essai", "en": "Trial"}, "essai-regions", ("essai-indices", "essai-rangs"))),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[notebook.01_suite]\ntitle = { fr = "Suite" }\n', "notebook 01_suite: its title is not a table of texts in"),
        ('[notebook.01_suite]\ntitle = { fr = "Suite", en = "" }\n', "notebook 01_suite: its title is not a table"),
        ('[notebook.01_suite]\ntitle = "Suite"\n', "notebook 01_suite: its title is not a table"),
        ("[notebook.01_suite]\n", "notebook 01_suite: its title is not a table"),
        ('[notebook.01_suite]\ntitles = "x"\n', "unknown key 'titles' (did you mean 'title'?)"),
        ('[notebook.00_esai]\ntitle = { fr = "a", en = "a" }\n', "no notebook called '00_esai' (did"),
        ('[notebook.01_suite]\ntitle = { fr = "a", en = "a" }\nleading_figure = 3\n', "leading_figure is not the id"),
        ('[notebook.01_suite]\ntitle = { fr = "a", en = "a" }\nannex = "b"\n', "annex is not a list of ids"),
        ('[notebook.01_suite]\ntitle = { fr = "a", en = "a" }\nannex = [3]\n', "annex is not a list of ids"),
        ('notebook = "01_suite"\n', "its notebooks are not tables"),
        ('[[notebook]]\nname = "01_suite"\n', "its notebooks are not tables"),
    ],
)  # fmt: skip
def test_a_table_of_a_notebook_that_cannot_be_used_is_refused(text: str, expected: str, notebooks: Path) -> None:
    assert expected in "\n".join(_refusal(notebooks, text + GOOD if text.startswith("notebook") else GOOD + text))


def test_check_names_a_planned_notebook_without_a_title(notebooks: Path) -> None:
    _plan(notebooks, GOOD + TITLED)
    assert check_plan() == []
    _plan(notebooks, GOOD + TITLED.replace("01_suite", "00_suite"))
    assert len(check_plan()) == 1
    _plan(notebooks, GOOD + TITLED.partition("[notebook.00_essai]")[0])
    assert check_plan() == ["plan.toml: 00_essai has no title: write a table [notebook.00_essai]."]


@pytest.mark.parametrize(
    "cell",
    [
        {"source": "1"},
        {"cell_type": "code", "metadata": {}},
        {"cell_type": 1, "source": "", "metadata": {}},
        {"cell_type": "code", "source": 5, "metadata": {}},
        {"cell_type": "code", "source": "1", "metadata": None},
        None,
        "x",
    ],
)
def test_a_notebook_with_a_damaged_cell_is_refused_in_one_sentence(cell: object, notebooks: Path) -> None:
    path = notebooks / "00_essai.ipynb"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["cells"].append(cell)
    path.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(BadInput, match="is not a notebook"):
        parameters_of("00_essai")
