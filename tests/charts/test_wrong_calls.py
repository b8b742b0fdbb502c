"""A wrong call of a chart is one sentence: which chart, what the table lacks, where such a table comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import tlanalysis as tl
from tests.charts.drawn import ONE_EACH, Case, case
from tlanalysis.core.errors import BadInput

one_each = pytest.mark.parametrize("one", ONE_EACH, ids=str)


@one_each
def test_another_table_is_refused_by_name(one: Case) -> None:
    other = pd.DataFrame({"x": [1.0, 2.0]})
    with pytest.raises(BadInput) as told:
        getattr(tl, one.plot)(other, *one.extras)
    assert "\n" not in str(told.value)


@one_each
def test_no_table_is_refused_by_name(one: Case) -> None:
    for wrong in (None, 3, [1]):
        with pytest.raises(BadInput) as told:
            getattr(tl, one.plot)(wrong, *one.extras)
        assert "\n" not in str(told.value)


@one_each
def test_a_table_without_rows_is_drawn_or_refused(one: Case) -> None:
    empty = one.table.iloc[:0].copy()
    empty.attrs = one.table.attrs
    try:
        getattr(tl, one.plot)(empty, *one.extras)
    except BadInput as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tl.plot_funnel(case("plot_holdings").table), r"plot_funnel draws what comes from tl\.rates or"),
        (lambda: tl.plot_people_trained(tl.people_trained("R94")), "this table has no row: no figure has"),
        (lambda: tl.plot_holdings(case("plot_holdings").table, ax=3), "ax is a int: give one Axes"),
        (lambda: tl.plot_forecast(case("plot_forecast").table), r"tl\.plot_forecast\(fc\)"),
        (lambda: tl.clean("https://example.org/a.csv"), "is an address: download the file"),
        (lambda: tl.params(territory=53), "territory is 53, not text"),
        (lambda: tl.access_of(pd.DataFrame({"x": [1]})), "no column latitude"),
        (lambda: tl.lorenz_of({}), "no table to draw a curve of"),
        (lambda: tl.gini(pd.DataFrame({"x": [1]})), "no column nb_lieux"),
        (lambda: tl.forecast(tl.observations("tiers_lieux", "FR"), horizon="2030"), "it is a year"),
    ],
)
@pytest.mark.filterwarnings("ignore::tlanalysis.core.emptiness.EmptyResult")
def test_a_wrong_call_is_one_sentence(call: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said) as told:
        call()
    assert "\n" not in str(told.value)


def test_a_misspelled_argument_is_refused() -> None:
    with pytest.raises(TypeError, match=r"plot_holdings\(\) takes no argument 'langue' \(did you mean 'lang'\?\)"):
        tl.plot_holdings(case("plot_holdings").table, langue="fr")  # type: ignore[call-arg]


def test_a_forecast_is_drawn_by_itself() -> None:
    drawn = case("plot_forecast")
    (fc,) = drawn.extras
    alone, both = tl.plot_forecast(fc), drawn.draw()
    assert [line.get_ydata().tolist() for line in alone.lines] == [line.get_ydata().tolist() for line in both.lines]
