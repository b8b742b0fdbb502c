"""Parameters of a run: validated the same way whoever injected them."""

from __future__ import annotations

import re
from typing import Any

import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import COLLECTED_ON
from tlanalysis.data.parameters import SHARED, Params, from_text, run_key, split


def test_a_shared_parameter_that_was_not_given_reads_as_its_default() -> None:
    assert [getattr(tl.params(), name) for name in SHARED] == ["FR", "fr", "2026-11-21", 0, 2030]
    assert Params.as_of == COLLECTED_ON.isoformat()


def test_only_what_was_given_is_recorded() -> None:
    assert tl.params().as_dict() == {}
    given = {"territory": "D2A", "lang": "en", "as_of": "2023-12", "seed": 7, "horizon": 2040}
    assert tl.params(**given).as_dict() == given
    assert tl.params(seed=0, rayon=10).as_dict() == {"seed": 0, "rayon": 10}


@pytest.mark.parametrize("value", ["ftl_2023", 10, 0.5, True])
def test_a_parameter_of_the_notebook_s_own_is_an_attribute(value: object) -> None:
    given = tl.params(territory="R75", choix=value)
    assert (given.territory, given.choix) == ("R75", value)
    with pytest.raises(AttributeError):
        given.rayon  # noqa: B018 - reading it is the test


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"territory": "75"}, "R75"),
        ({"territory": 75}, "in quotes"),
        ({"territory": "R99"}, "R99"),
        ({"territory": "D20"}, "D20"),
        ({"territory": ""}, "''"),
        ({"lang": "xx"}, "fr, en"),
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
        ({"langue": "fr"}, "territory, lang, as_of, seed, horizon"),
        ({"rayon": [10, 20]}, "rayon is [10, 20]"),
        ({"rayon": None}, "rayon is None"),
        ({"rayon": float("nan")}, "rayon is nan"),
        ({"rayon": max}, "rayon is the Python function max"),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_used_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        tl.params(**given)


def test_every_mistake_is_in_one_message() -> None:
    with pytest.raises(BadInput) as caught:
        tl.params(territory="R00", lang="xx", seed=-3, colour=["red"])
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
        ({"rayon": 10}, "FR-rayon10"),
        ({"rayon": 20, "lang": "en"}, "FR-en-rayon20"),
        ({"b": 1, "a": 2}, "FR-a2-b1"),
        ({"perimetre": "ftl_2023", "age_min": 0.5}, "FR-age_min0p5-perimetreftl_2023"),
        ({"seuil": -1}, "FR-seuilm1"),
        ({"tout": True}, "FR-toutTrue"),
        # printf 'a b' | sha256sum | head -c 8
        ({"nom": "a b"}, "FR-nomabxc8687a08"),
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
        {"rayon": 1},
        {"rayon": -1},
        {"rayon": 1.0},
        {"rayon": "a b"},
        {"rayon": "a-b"},
        {"rayon": "ab"},
        {"rayon": "é"},
        {"rayon": ""},
        {"rayon": "a" * 41},
        {"rayon": "a" * 42},
    ]
    keys = {run_key(tl.params(**values)) for values in given}
    assert len(keys) == len(given)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{2,70}", key) for key in keys)


@pytest.mark.parametrize(
    ("text", "default", "expected"),
    [
        ("territory=R75", "FR", "R75"),
        ("territory=01", "FR", "01"),
        ("seed=3", 0, 3),
        ("horizon=2035", 2030, 2035),
        ("as_of=2026", "2026-11-21", "2026"),
        ("lang=a=b", "fr", "a=b"),
        ("lang=", "fr", ""),
        ("seuil=1", 0.5, 1.0),
        ("tout=false", True, False),
        ("tout=True", False, True),
        ("code=20", "10", "20"),
    ],
)
def test_a_typed_parameter_takes_the_type_of_its_default(text: str, default: object, expected: object) -> None:
    name, typed = split(text)
    value = from_text(name, typed, default)
    assert (name, value) == (text.partition("=")[0], expected)
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("territory", "FR"),
        ("=R75", "FR"),
        ("", "FR"),
        ("seed=three", 0),
        ("horizon=2030.5", 2030),
        ("seuil=half", 0.5),
        ("tout=1", True),
    ],
)
def test_a_typed_parameter_of_another_form_is_refused(text: str, default: object) -> None:
    with pytest.raises(BadInput):
        from_text(*split(text), default)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("territory = all", 'territory is the Python function all: the value was given without quotes, write "all"'),
        ("lang = min", "lang is the Python function min"),
        ("as_of = max", "as_of is the Python function max"),
        ("territory = 75", "territory is 75, not text: write"),
        ("territory = 1", 'e.g. "R01"'),
        ("territory = None", "territory is None, not text: write"),
        ("seed = '3'", "seed is '3': it is a whole number"),
        ("seed = True", "seed is True"),
    ],
)
def test_a_value_written_without_quotes_is_refused_in_words(cell: str, said: str) -> None:
    given: dict[str, object] = {}
    exec(cell, {}, given)
    with pytest.raises(BadInput) as caught:
        tl.params(**given)
    assert said in str(caught.value)
