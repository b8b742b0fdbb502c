"""A table that a researcher changed or reloaded is drawn, or refused in one sentence that says what it lacks."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import tlanalysis as tl
from tests.charts.drawn import CASES, Case
from tlanalysis.charts.kit.facts import fact
from tlanalysis.core.errors import BadInput


def _merged(table: pd.DataFrame) -> pd.DataFrame:
    key = table.columns[0]
    return table.merge(table[[key]].drop_duplicates().assign(mien=1), on=key, how="left")


def _reloaded(table: pd.DataFrame) -> pd.DataFrame:
    codes = dict.fromkeys(("code", "code_region", "code_departement", "periode"), str)
    return pd.read_csv(io.StringIO(table.to_csv(index=False)), dtype=codes)


CHANGES = {"merge": _merged, "concat": lambda table: pd.concat([table]), "csv": _reloaded}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("case", [case for case in CASES if case.place == "FR"], ids=str)
def test_a_changed_table_is_drawn_or_refused_in_one_sentence(case: Case, change: str) -> None:
    try:
        case.on(CHANGES[change](case.table.copy()))
    except BadInput as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)


def test_a_forecast_names_its_territory_whatever_became_of_its_table() -> None:
    fc = tl.forecast(tl.observations("tiers_lieux", "D33"), horizon=2030)
    title = tl.plot_forecast(_merged(fc.table()), fc).caption.title
    assert title == tl.plot_forecast(fc.table(), fc).caption.title
    assert title.startswith("Gironde")


def test_the_level_is_read_from_the_codes_when_the_table_lost_it() -> None:
    table = tl.rates("fabriques_de_territoire", "region")
    table.attrs = {}
    assert fact(table, "niveau") == "region"


def test_a_lost_fact_is_named_with_the_way_to_bring_it_back() -> None:
    table = tl.rates("fabriques_de_territoire").merge(pd.DataFrame({"code": ["01"], "mien": [1]}), how="left")
    with pytest.raises(BadInput, match=r"does not say its 'fdr'.*`new\.attrs = old\.attrs`"):
        tl.plot_rates(table)
    table.attrs = tl.rates("fabriques_de_territoire").attrs
    assert tl.plot_rates(table).caption.title
