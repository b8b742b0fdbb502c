"""The end of public support: read from the published credits, for the places of France only."""

from __future__ import annotations

import pytest

from tlanalysis.data.evidence import observations
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.public_support import credits_by_year, ended


def test_credits_by_hand():
    # 18 M€ voted at first for 2024, 13 M€ then 7.5 M€ (spent: 7 M€) in 2025, 0.7 M€ in the bill for 2026.
    credits = credits_by_year()
    assert credits.loc[2024, "max"] == 18_000_000
    assert credits.loc[2026, "min"] == 700_000


@pytest.mark.parametrize(
    ("rows", "over"),
    [
        pytest.param(lambda: observations("tiers_lieux", "FR"), True, id="France-today"),
        pytest.param(lambda: observations("tiers_lieux", "FR", as_of="2023-12-31"), False, id="France-in-2023"),
        pytest.param(lambda: observations("tiers_lieux", "R75", perimetre="coop_naq"), False, id="a-region"),
        pytest.param(lambda: observations("espaces_coworking", "FR"), False, id="another-object"),
    ],
)
def test_support_has_ended(rows, over):
    assert ended(rows()) is over


def test_the_end_of_support_can_be_switched_off():
    rows = observations("tiers_lieux", "FR")
    on, off = (forecast(rows, 2030, size=8000, proposals=12_000, support_ended=said).draws for said in (True, False))
    fell = [(draws[2030] < draws[2026]).mean() for draws in (on, off)]
    assert fell[0] > fell[1] + 0.02
