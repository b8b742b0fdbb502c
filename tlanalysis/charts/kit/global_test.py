"""What the charts of rates say of all territories together, before they say anything of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.charts.kit.facts import fact
from tlanalysis.charts.kit.wording import Words
from tlanalysis.indicators.homogeneity import equal_rates

if TYPE_CHECKING:
    import pandas as pd

# Below this p-value of the global test, a text says that rates differ.
ALPHA = 0.05


def global_test(table: pd.DataFrame, words: Words) -> dict[str, str]:
    """Return what one test of equal rates says of a table when no territory stands out: `p_all`, `finding`."""
    p_value = float(equal_rates(table)["p_valeur"].iloc[0])
    level = words.label("niveaux", fact(table, "niveau"))
    finding = words.label("tests_globaux", "differents" if p_value < ALPHA else "egaux").format(level=level)
    return {"p_all": words.p_value(p_value), "finding": finding}
