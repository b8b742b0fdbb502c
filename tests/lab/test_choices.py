"""The exploring panel offers what the tables hold, and its code gives its rows and its chart."""

from __future__ import annotations

import tomllib
from string import Formatter
from typing import Any

import pandas as pd
import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tests.helpers import read_rows
from tlanalysis.charts.kit import caption
from tlanalysis.core.languages import LANGS
from tlanalysis.data import territories
from tlanalysis.lab.choices import (
    CHARTS,
    UNDATED,
    Choice,
    drawn,
    indicator_options,
    perimeter_options,
    rows_of,
    territory_options,
    year_options,
)

CHOICES = [
    Choice(),
    Choice("R53"),
    Choice("FR", "tiers_lieux", "ftl_2023"),
    Choice("FR", "tiers_lieux", year="2019"),
    Choice("FR", "tiers_lieux", year=UNDATED),
    Choice("FR", "personnes_formees", "ftl_2023", "2022"),
    Choice("FR", "part_formation"),
    Choice("R75", "personnes_formees"),
    Choice("D48", "fabriques_de_territoire"),
    Choice("FR", "emplois_directs"),
    Choice("FR", "benevoles"),
]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: "-".join(map(str, vars(choice).values())))
def test_the_code_shown_gives_the_rows_and_the_chart_shown(choice: Choice) -> None:
    names: dict[str, Any] = {}
    exec(choice.typed("fr"), names)
    pd.testing.assert_frame_equal(names["rows"].reset_index(drop=True), rows_of(choice))
    ax = drawn(choice, "fr")
    assert ("ax" in names) == (ax is not None)
    if ax:
        assert caption.of(names["ax"]) == caption.of(ax)


def test_rows_are_those_of_the_file(raw: Any) -> None:
    """Counted with the csv module: figures of France under one perimeter whose period names 2019."""
    expected = [
        row["valeur"]
        for row in read_rows(raw, "observations")
        if "FR" in (row["territoire"], *row["territoires"].split(";"))
        and row["indicateur"] == "tiers_lieux"
        and row["perimetre"] == "cget_2019"
        and "2019" in row["periode"]
    ]
    found = rows_of(Choice("FR", "tiers_lieux", "cget_2019", "2019"))
    assert expected
    assert sorted(map(float, filter(None, expected))) == sorted(found["valeur"].dropna())
    assert len(found) == len(expected)


def test_every_territory_is_offered_once_france_first() -> None:
    values = [value for _, value in territory_options()]
    assert values[0] == "FR"
    assert sorted(values) == sorted(territories.codes())
    assert ("Paris (D75)", "D75") in territory_options()
    assert ("Nouvelle-Aquitaine (R75)", "R75") in territory_options()


@pytest.mark.parametrize("territory", ["R53", "D33"])
def test_the_lists_lead_to_every_figure(territory: str) -> None:
    """The figures behind the offered indicators are all those known; so are those behind the perimeters of each."""
    offered = [value for _, value in indicator_options(territory, "fr", "{name} ({n})")]
    assert sum(len(rows_of(Choice(territory, code))) for code in offered) == len(tl.known_figures(territory))
    every, *perimeters = [value for _, value in perimeter_options(Choice(territory), "fr", "tous")]
    assert sum(len(rows_of(Choice(territory, perimeter=code))) for code in perimeters) == len(
        rows_of(Choice(territory, perimeter=every))
    )


def test_years_come_from_the_periods_and_undated_figures_have_their_own_option() -> None:
    options = [value for _, value in year_options(Choice(), "toutes", "sans date")]
    periods = rows_of(Choice())["periode"]
    assert options == ["", *sorted(options[1:-1], reverse=True), UNDATED]
    assert all(periods.str.contains(year, na=False).any() for year in options[1:-1])
    assert len(rows_of(Choice(year=UNDATED))) == periods.isna().sum() > 0


def test_a_list_that_counts_everywhere_is_offered_where_nothing_is_published() -> None:
    offered = {value: label for label, value in indicator_options("D48", "fr", "{name} ({n})")}
    assert offered == {
        "fabriques_de_territoire": "Fabriques de territoire (0)",
    }


def test_charts_name_public_functions_and_known_indicators() -> None:
    assert set(CHARTS) <= set(tl.load("indicateurs")["indicateur"])
    assert {name for chart in CHARTS.values() for name in (chart.table, chart.plot)} <= set(tl.__all__)


def test_the_texts_say_the_same_things_in_every_language() -> None:
    texts = tomllib.loads((ROOT / "tlanalysis" / "lab" / "texts.toml").read_text(encoding="utf-8"))

    def holes(text: str) -> set[str]:
        return {field for _, field, _, _ in Formatter().parse(text) if field}

    first, *others = ({key: holes(text) for key, text in texts[lang].items()} for lang in LANGS)
    assert others == [first] * (len(LANGS) - 1)


@pytest.mark.parametrize("lang", LANGS)
def test_every_indicator_with_a_value_has_a_chart(lang: str) -> None:
    offered = [value for _, value in indicator_options("FR", lang, "{name} ({n})")]
    lacking = [code for code in offered if drawn(Choice("FR", code), lang) is None]
    assert [code for code in lacking if rows_of(Choice("FR", code))["valeur"].notna().any()] == []


def test_every_figure_with_a_value_has_its_mark() -> None:
    """Six figures of direct jobs, dated or not: as many marks or bars."""
    rows = rows_of(Choice("FR", "emplois_directs"))
    ax = drawn(Choice("FR", "emplois_directs"), "fr")
    assert ax is not None
    points, bounds = rows["valeur"].notna(), rows["valeur_bas"].notna() & rows["valeur_haut"].notna()
    assert len(ax.lines) == points.sum() > 3
    assert len(ax.collections) == (~points & bounds).sum()
