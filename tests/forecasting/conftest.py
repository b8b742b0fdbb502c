from __future__ import annotations

import pytest

from tlanalysis.data.evidence import observations
from tlanalysis.forecasting import backtesting, model, sensitivity_analysis


@pytest.fixture(scope="package")
def france():
    """Return a small forecast of France."""
    return model.forecast(observations("tiers_lieux", "FR"), 2030, size=2000, proposals=6000)


@pytest.fixture(scope="module")
def few_draws(france):  # France comes first: its digits are the same whatever runs
    """Make what forecasts many times over draw little each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "SCOUTS", 300)
        patch.setattr(backtesting, "SIZE", 400)
        patch.setattr(backtesting, "PROPOSALS", 1200)
        patch.setattr(sensitivity_analysis, "PROPOSALS", 1200)
        yield
