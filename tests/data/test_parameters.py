"""Parameters of a run: validated the same way whoever injected them."""

from __future__ import annotations

import re
from typing import Any

import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.data.parameters import Params, parse, run_key


def test_defaults_are_those_of_the_notebooks() -> None:
    assert tl.params().as_dict() == {
        "territory": "FR",
        "lang": "fr",
        "as_of": "2026-11-21",
        "seed": 0,
        "horizon": 2030,
    }


def test_what_is_given_replaces_the_default() -> None:
    given = {"territory": "D2A", "lang": "en", "as_of": "2023-12", "seed": 7, "horizon": 2040}
    assert tl.params(**given).as_dict() == given


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"territory": "75"}, "R75"),
        ({"territory": 75}, "in quotes"),
        ({"territory": "R99"}, "R99"),
        ({"territory": "D20"}, "D20"),
        ({"territory": ""}, "''"),
        ({"lang": "de"}, "fr, en"),
        ({"lang": ["fr"]}, "fr, en"),
        ({"as_of": "2026-13-01"}, "2026-13-01"),
        ({"as_of": "yesterday"}, "yesterday"),
        ({"as_of": 2026}, "in quotes"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": True}, "seed is True"),
        ({"seed": "0"}, "seed is '0'"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"horizon": 2000}, "horizon is 2000"),
        ({"horizon": 2101}, "horizon is 2101"),
        ({"horizon": "2030"}, "horizon is '2030'"),
        ({"horizon": True}, "horizon is True"),
        ({"horizon": None}, "horizon is None"),
        ({"territoire": "FR"}, "did you mean 'territory'?"),
        ({"xyz": 1}, "territory, lang, as_of, seed, horizon"),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_used_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        tl.params(**given)


def test_every_mistake_is_in_one_message() -> None:
    with pytest.raises(BadInput) as caught:
        tl.params(territory="R00", lang="xx", seed=-3, colour="red")
    for said in ("R00", "xx", "-3", "colour"):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({}, "FR"),
        ({"lang": "en"}, "FR-en"),
        ({"territory": "R75"}, "R75"),
        ({"territory": "R75", "lang": "en"}, "R75-en"),
        ({"territory": "D2A"}, "D2A"),
        ({"horizon": 2035}, "FR-horizon2035"),
        ({"seed": 3}, "FR-seed3"),
        ({"as_of": "2023-12-31"}, "FR-asof20231231"),
        ({"territory": "D33", "lang": "en", "as_of": "2023-12-31", "seed": 3, "horizon": 2040},
         "D33-en-asof20231231-seed3-horizon2040"),
    ],
)  # fmt: skip
def test_the_run_key_names_what_differs_from_the_defaults(given: dict[str, Any], key: str) -> None:
    assert run_key(Params(**given)) == key


def test_no_two_runs_share_a_key() -> None:
    given = [
        {},
        {"seed": 1},
        {"seed": 11},
        {"horizon": 2031},
        {"as_of": "2023"},
        {"as_of": "2023-01"},
        {"as_of": "2023-01-01"},
        {"lang": "en"},
        {"territory": "R75"},
        {"territory": "D75"},
    ]
    assert len({run_key(tl.params(**values)) for values in given}) == len(given)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("territory=R75", ("territory", "R75")),
        ("territory=01", ("territory", "01")),
        ("seed=3", ("seed", 3)),
        ("horizon=2035", ("horizon", 2035)),
        ("as_of=2026", ("as_of", "2026")),
        ("lang=a=b", ("lang", "a=b")),
        ("lang=", ("lang", "")),
    ],
)
def test_a_typed_parameter_is_text_unless_a_number_is_wanted(text: str, expected: tuple[str, Any]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["territory", "=R75", "", "seed=three", "horizon=2030.5"])
def test_a_typed_parameter_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("territory = all", 'territory is the Python function all: the value was given without quotes, write "all"'),
        ("lang = min", "lang is the Python function min"),
        ("as_of = max", "as_of is the Python function max"),
        ("territory = 75", "territory is 75, a int: write a code in quotes"),
        ("territory = 1", 'e.g. "R01"'),
        ("territory = None", "territory is None, a NoneType"),
        ("seed = '3'", "seed is '3': it is a whole number"),
        ("seed = True", "seed is True"),
    ],
)
def test_what_a_scheduler_writes_as_code_is_refused_in_words(cell: str, said: str) -> None:
    given: dict[str, object] = {}
    exec(cell, {}, given)
    with pytest.raises(BadInput) as caught:
        tl.params(**given)
    assert said in str(caught.value)
