"""A notebook shows the tables of tlanalysis in words by itself; those of others, and scripts, see no difference."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

import tlanalysis as tl
from tlanalysis.charts import on_screen
from tlanalysis.core.notebook_tables import register


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell in which tlanalysis has been imported."""
    one = InteractiveShell()
    monkeypatch.setattr(on_screen, "running_shell", lambda: one)
    monkeypatch.setattr(on_screen, "_chosen", {})
    register(one, on_screen.as_html)
    yield one
    one.history_manager = None


def shown(shell: InteractiveShell, table: pd.DataFrame) -> str:
    """Return the HTML that the notebook gets."""
    data, _ = shell.display_formatter.format(table)
    return str(data["text/html"])


def test_tables_of_ours_are_in_words_in_the_language_of_the_notebook(shell: InteractiveShell) -> None:
    table = tl.observations("tiers_lieux", "FR")
    assert ">compté<" in shown(shell, table)
    assert "NaN" not in shown(shell, table)
    shell.user_ns["lang"] = "en"
    assert ">counted<" in shown(shell, table)
    shell.user_ns["lang"] = 3
    assert ">compté<" in shown(shell, table)


def test_what_the_caller_chose_goes_before_the_language_of_the_notebook(shell: InteractiveShell) -> None:
    table = tl.observations("tiers_lieux", "FR")
    assert ">compté<" in shown(shell, table)
    tl.show_words("en")
    assert ">counted<" in shown(shell, table)
    tl.show_words(None)
    assert shown(shell, table) == table._repr_html_()  # type: ignore[operator]
    tl.show_words("fr")
    assert ">compté<" in shown(shell, table)


def test_tables_of_others_look_as_pandas_shows_them(shell: InteractiveShell) -> None:
    theirs = pd.DataFrame({"nature": ["compte"], "x": [float("nan")], "y": [8.61e8]})
    assert shown(shell, theirs) == theirs._repr_html_()  # type: ignore[operator]


def test_embedded_tables_and_the_list_of_sources_are_in_words(shell: InteractiveShell) -> None:
    sources = tl.sources()
    assert ">embarqué<" in shown(shell, sources.head(3))
    assert ">déclaration<" in shown(shell, sources[sources["unite"] == "declaration"])
    assert "NaN" not in shown(shell, tl.load("regions"))
    assert ">384\u202f160<" in shown(shell, tl.regions())
    shell.user_ns["lang"] = "en"
    assert ">counted<" in shown(shell, tl.load("observations").query("nature == 'compte'"))


def test_numbers_of_a_column_have_the_decimals_that_it_needs_and_counts_have_none() -> None:
    table = pd.DataFrame(
        {"x": [2.1, 2.212, 7.0, 12.5, 679_344.0, 0.00123, float("nan")], "n": [2018.0, 5, 1, 1, 1, 1, 1]}
    )
    words = on_screen.as_text(table, "fr")
    assert words["x"].tolist() == ["2,100", "2,212", "7", "12,50", "679\u202f344", "0,00123", ""]
    assert words["n"].tolist()[:2] == ["2018", "5"]
    assert on_screen.as_text(table[["x"]].iloc[[0, 3]], "en")["x"].tolist() == ["2.1", "12.5"]
    years = pd.DataFrame({"annee": [2018.5, 2020.9167, 2021, float("nan")]})
    assert on_screen.as_text(years, "fr")["annee"].tolist() == ["2018,5", "2020,92", "2021", ""]


def test_a_notebook_that_wants_no_html_gets_none(shell: InteractiveShell) -> None:
    with pd.option_context("display.notebook_repr_html", False):
        assert "text/html" not in shell.display_formatter.format(tl.observations("tiers_lieux", "FR"))[0]


def test_a_formatter_that_somebody_has_set_stays() -> None:
    one = InteractiveShell()
    one.display_formatter.formatters["text/html"].for_type(pd.DataFrame, lambda _: "theirs")
    register(one, on_screen.as_html)
    assert shown(one, tl.observations("tiers_lieux", "FR")) == "theirs"


@pytest.mark.parametrize(
    ("lang", "size"), [("fr", "20\u202f000 lignes × 2 colonnes"), ("en", "20,000 rows × 2 columns")]
)
def test_a_long_table_shows_its_ends_and_its_size(lang: str, size: str) -> None:
    table = pd.DataFrame({"rang": range(20_000), "nature": "compte"})
    table.attrs = {"inputs": ["observations"]}
    html = on_screen.as_html(table, lang)
    assert html is not None
    assert [f"<th>{n}</th>" in html for n in (0, 4, 5, 19_994, 19_995, 19_999)] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
    assert size in html


@pytest.mark.parametrize(("in_ipython", "answer"), [(True, "True False"), (False, "absent False")])
def test_importing_registers_in_ipython_only_and_loads_nothing(in_ipython: bool, answer: str) -> None:
    start = (
        "from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance()"
        if in_ipython
        else "s = None"
    )
    code = f"""
import sys
{start}
import tlanalysis
html = s and s.display_formatter.formatters["text/html"].deferred_printers
held = "absent" if s is None else ("pandas", "DataFrame") in html
print(held, "pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-2] == answer
