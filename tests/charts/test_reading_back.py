"""A table that went through CSV is drawn as before, or the chart says how to read it."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from matplotlib.axes import Axes

from tests.charts.drawn import CASES, Case
from tlanalysis.charts.kit import caption
from tlanalysis.core.errors import BadInput


@pytest.mark.parametrize("drawn", CASES, ids=str)
def test_a_table_read_back_from_csv_is_drawn_alike_or_the_columns_to_read_as_text_are_named(drawn: Case) -> None:
    written = drawn.table.to_csv(index=False)
    reread = pd.read_csv(io.StringIO(written))
    reread.attrs = drawn.table.attrs
    try:
        ax = drawn.on(reread)
    except BadInput as error:
        columns = re.findall(r'"(\w+)": str', str(error))
        assert columns, error
        assert all(name in str(error).split(":")[0] for name in columns)
        reread = pd.read_csv(io.StringIO(written), dtype=dict.fromkeys(columns, str))
        reread.attrs = drawn.table.attrs
        ax = drawn.on(reread)
    own = drawn.draw("fr")
    assert [text.get_text() for text in ax.texts] == [text.get_text() for text in own.texts]
    assert _labels(ax) == _labels(own)
    assert caption.of(ax) == caption.of(own)


def _labels(ax: Axes) -> list[tuple[str, object]]:
    """Return the labels of the rows with their weight: bold is the territory in focus."""
    return [(label.get_text(), label.get_fontweight()) for label in ax.get_yticklabels()]
