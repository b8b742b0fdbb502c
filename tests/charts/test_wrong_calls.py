"""A wrong call of a chart is one sentence: which chart, what the table lacks, where such a table comes from."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

import tlanalysis as tl
from tests.charts.drawn import ONE_EACH, Case, boxes, case, dots, runs
from tlanalysis.charts.kit import caption
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


def _read_again(table: pd.DataFrame) -> pd.DataFrame:
    held = io.BytesIO()
    table.to_parquet(held)
    return pd.read_parquet(io.BytesIO(held.getvalue()))


def _through_csv(table: pd.DataFrame) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(table.to_csv(index=False)))


HANDLED = {
    "filtered": lambda table: table[[True] * len(table)],
    "merged": lambda table: table.merge(table.iloc[:, :1].drop_duplicates(), how="left"),
    "concatenated": lambda table: pd.concat([table, table.iloc[:0]], ignore_index=True),
    "through Parquet": _read_again,
}
CUT = {
    "through CSV": _through_csv,
    "without attrs": lambda table: pd.DataFrame(table.to_dict("list")),
    "its half": lambda table: table.head(max(1, len(table) // 2)),
    "its last row": lambda table: table.tail(1),
}


@pytest.mark.parametrize("handled", HANDLED)
@one_each
def test_a_table_that_was_handled_draws_the_same(one: Case, handled: str) -> None:
    before, after = one.draw(), one.on(HANDLED[handled](one.table))
    assert caption.of(after) == caption.of(before)
    assert (dots(after), runs(after), boxes(after)) == (dots(before), runs(before), boxes(before))


@pytest.mark.parametrize("cut", CUT)
@one_each
def test_a_table_that_lost_something_is_drawn_or_says_what(one: Case, cut: str) -> None:
    table = CUT[cut](one.table)
    try:
        ax = one.on(table)
    except BadInput as error:
        assert "\n" not in str(error)
        return
    if {"editeur", "source"} <= set(table) or table.attrs.get("sources"):
        assert caption.of(ax).sources


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tl.plot_funnel(case("plot_holdings").table), r"plot_funnel draws what comes from tl\.rates or"),
        (lambda: tl.plot_people_trained(tl.people_trained("R94")), "this table has no row: no figure has"),
        (lambda: tl.plot_holdings(case("plot_holdings").table, ax=3), "ax is a int: give one Axes"),
        (lambda: tl.plot_forecast(case("plot_forecast").table), r"tl\.plot_forecast\(fc\)"),
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
