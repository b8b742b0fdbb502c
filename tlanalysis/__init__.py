"""Open, reproducible analysis of French tiers-lieux and of vocational training in them.

Everything a researcher types hangs off this module; names are loaded when first used, so
that importing it costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> module it lives in.
_HOMES = {
    "data.embedded": ["sources", "load"],
    "tables.data_dictionary": ["describe"],
    "data.evidence": ["observations", "contradictions"],
    "lists.cleaning": ["clean"],
    "figures.citation": ["cite"],
    "data.territories": ["territory", "regions", "departements", "neighbours"],
    "data.parameters": ["params"],
    "indicators.training": ["people_trained", "share_training", "decompose_reach", "trained_by_region"],
    "data.built": ["open_files"],
    "indicators.census": ["census_questions", "share_themes", "share_audiences"],
    "indicators.trainees": ["trainees_declared"],
    "indicators.money": ["public_money", "state_credits", "announced_measures"],
    "indicators.deffinov": [
        "deffinov_regions",
        "deffinov_projects",
        "deffinov_population",
    ],
    "indicators.place_counts": ["places_per_territory", "rates"],
    "indicators.deffinov_capacity": ["deffinov_bounds"],
    "indicators.sharp_bounds": ["bounds"],
    "indicators.place_rates": ["rate_places", "smooth_rates", "rates_from_shares"],
    "indicators.differences": ["territories_that_differ"],
    "indicators.inequalities": [
        "lorenz",
        "lorenz_of",
        "gini",
        "inequality",
        "inequality_of",
        "inequality_change",
    ],
    "indicators.accessibility": [
        "access",
        "access_of",
        "access_profile",
        "communes",
        "catchment_sensitivity",
        "need_and_supply",
        "region_need_and_supply",
        "need_agreement",
    ],
    "indicators.agreement": ["rank_agreement"],
    "indicators.spatial": ["moran", "local_moran"],
    "indicators.growth": ["places_over_time"],
    "indicators.quality": ["holdings", "perimeters", "unknowns", "lists_ledger"],
    "data.embedded_ledger": ["ledger"],
    "indicators.profile": ["known_figures", "compare_rates", "rank_among_peers"],
    "forecasting.model": ["forecast"],
    "forecasting.prior_beliefs": ["priors", "Priors"],
    "forecasting.naive_references": ["references"],
    "forecasting.regional": ["forecast_regions"],
    "forecasting.people": ["forecast_people_trained"],
    "forecasting.what_if": ["scenarios"],
    "forecasting.sensitivity_analysis": ["sensitivity"],
    "forecasting.backtesting": ["backtest", "backtests", "backtest_summary", "hindsight"],
    "forecasting.published": ["published_forecasts"],
    "charts.training": [
        "plot_people_trained",
        "plot_share_training",
        "plot_decomposition",
        "plot_trained_by_region",
        "plot_trained_rate_by_region",
    ],
    "charts.census": ["plot_themes", "plot_audiences"],
    "charts.trainees": ["plot_trainees_declared"],
    "charts.money": ["plot_announced_measures", "plot_state_credits"],
    "charts.deffinov": [
        "plot_deffinov_regions",
        "plot_deffinov_amounts",
        "plot_deffinov_projects",
        "plot_deffinov_population",
    ],
    "charts.maps": ["plot_rates", "plot_access", "plot_local_moran"],
    "charts.funnel": ["plot_funnel", "plot_rates_from_shares"],
    "charts.inequalities": ["plot_lorenz", "plot_inequality", "plot_rank_agreement"],
    "charts.accessibility": ["plot_access_profile", "plot_deffinov_bounds"],
    "charts.growth": ["plot_places_over_time"],
    "charts.published": ["plot_published_forecasts"],
    "charts.forecasts": ["plot_forecast", "plot_regions_forecast", "plot_scenarios", "plot_people_forecast"],
    "charts.forecast_evaluation": ["plot_hindsight", "plot_backtest", "plot_sensitivity"],
    "charts.quality": [
        "plot_holdings",
        "plot_perimeters",
        "plot_contradictions",
        "plot_unknowns",
        "plot_lists_ledger",
    ],
    "charts.profile": ["plot_compare_rates", "plot_rank"],
    "figures.publishing": ["publish", "fingerprint"],
    "lab.exploring": ["explore"],
}
_WHERE = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [*_WHERE]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'tlanalysis' has no attribute {name!r}")
    value = getattr(import_module(f"tlanalysis.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_WHERE, "__version__"])
