"""help(): the docstring of every public name is complete, and has an example that the doctests of the suite run."""

from __future__ import annotations

import doctest
import inspect
import re
from typing import Any

import pytest

import tlanalysis as tl
from tlanalysis.core.public_names import HOME_OF

# Examples that no test runs: they read files that a user fetches, take minutes, or write into the folder of the user.
FETCHED = {
    "places",
    "communes",
    "census_questions",
    "share_themes",
    "share_audiences",
    "trainees_declared",
    "plot_themes",
    "plot_audiences",
    "plot_trainees_declared",
}
MINUTES = {"sensitivity", "backtest", "backtests", "backtest_summary", "plot_backtest", "plot_sensitivity"}
WRITES = {"run", "publish", "save"}


def _sections(name: str) -> dict[str, str]:
    """Return the sections of a docstring by title; the description has none."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.getdoc(getattr(tl, name)) or "", flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def _documented(section: str) -> list[str]:
    """Return the parameters that a section explains."""
    terms = re.findall(r"^(\*{0,2}\w[\w, *]*?)(?: :.*)?$", section, flags=re.MULTILINE)
    return [name.strip().lstrip("*") for term in terms for name in term.split(",")]


@pytest.mark.parametrize("name", HOME_OF)
def test_a_docstring_says_what_it_does_takes_and_returns_and_where_to_look_next(name: str) -> None:
    thing: Any = getattr(tl, name)
    sections = _sections(name)
    first = sections[""].split("\n\n")[0]
    assert re.fullmatch(r"[A-Z].*[.]", first, re.DOTALL)
    own = list(inspect.signature(thing).parameters)
    assert sorted(_documented(sections.get("Parameters") or sections.get("Attributes", ""))) == sorted(own)
    assert inspect.isclass(thing) or sections["Returns"].strip()
    assert re.match(r"[\w, ]+ : [A-Z].*[.]", sections["See Also"].strip())


@pytest.mark.parametrize("name", HOME_OF)
def test_see_also_names_public_functions(name: str) -> None:
    terms = re.findall(r"^(\S.*?) : ", _sections(name)["See Also"], flags=re.MULTILINE)
    assert terms
    assert {one.strip() for term in terms for one in term.split(",")} <= set(HOME_OF) - {name}


@pytest.mark.parametrize("name", HOME_OF)
def test_a_docstring_has_an_example_that_runs(name: str) -> None:
    examples = doctest.DocTestParser().get_examples(_sections(name)["Examples"])
    calls = [one for one in examples if re.search(rf"\b{name}\(", one.source)]
    assert calls, "no line of the example calls it"
    skipped = all(one.options.get(doctest.SKIP) for one in calls)
    assert skipped == (name in FETCHED | MINUTES | WRITES)
