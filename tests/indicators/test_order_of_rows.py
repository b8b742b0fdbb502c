"""Random draws follow the territories, not the rows: a table that was sorted gives the same intervals and p-values."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import tlanalysis as tl

MEASURES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "inequality": tl.inequality,
    "moran": lambda table: tl.moran(table, permutations=99),
    "local_moran": lambda table: tl.local_moran(table, permutations=99).sort_values("code", ignore_index=True),
    "rank_agreement": lambda table: tl.rank_agreement(table, [("nb_lieux", "population")]),
}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_a_sorted_table_gives_what_the_table_gives(measure: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    table = tl.rates("fabriques_de_territoire", "departement")
    first = measure(table)
    for column in ("taux_pour_100k", "population"):
        pd.testing.assert_frame_equal(measure(table.sort_values(column, ignore_index=True)), first)
