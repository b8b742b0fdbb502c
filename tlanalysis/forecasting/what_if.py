"""Compute scenarios: each is a line under one stated assumption, without probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.argument_checks import check_kind
from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data.evidence import observations
from tlanalysis.data.perimeter_facts import latest_with_unknown_states
from tlanalysis.forecasting.model import Forecast, check_is_of_france

if TYPE_CHECKING:
    import pandas as pd

SCENARIOS = ("soutien_prend_fin", "soutien_revient", "definition_se_resserre")


def scenarios(fc: Forecast, *, as_of: When | None = None) -> pd.DataFrame:
    """Return three lines from the last figure's year to the horizon, each under one assumption from a published figure.

    `soutien_prend_fin` assumes no opening, and closures at the only published yearly rate, which is that of coworking
    floor area (closed over total). `soutien_revient` assumes the growth of Nouvelle-Aquitaine between its counts of
    2019 and 2022, years of public support; both counts use one definition. Both lines start from the forecast's median
    level in that year. `definition_se_resserre` starts from the number of listed places whose state is known, and
    follows the median of the forecast.

    Parameters
    ----------
    fc : Forecast
        The forecast of France.
    as_of : str, int or date, optional
        ISO date; only figures public on that day are used.

    Returns
    -------
    DataFrame
        `scenario, annee, valeur, hypothese` (the assumed yearly growth, or for the last the share of listed places
        that is kept). ``attrs["chiffres"]`` holds the figures that the forecast was made from.

    Raises
    ------
    BadInput
        A figure that an assumption uses is not published by that day.

    See Also
    --------
    forecast : The forecast without them.
    plot_scenarios : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> fc = tl.forecast(tl.observations("tiers_lieux", "FR"), size=500, proposals=1200, recalibrate=False)
    >>> tl.scenarios(fc)["scenario"].nunique() > 1
    True
    """
    import pandas as pd

    check_kind(fc, Forecast, "tl.forecast")
    check_is_of_france(fc, "the scenarios")
    start = int(fc.used["annee"].max())
    median = fc.levels.median()
    closing, rows_closing = _ratio("surface_coworking_fermee_m2", "surface_coworking_totale_m2", as_of)
    naq = observations("tiers_lieux", "R75", perimetre="coop_naq", nature="compte", as_of=as_of)
    first, last = (naq.loc[naq["periode"] == year, "valeur"].max() for year in ("2019", "2022"))
    known, listed, rows_known = _known_places(as_of)
    if pd.isna(first) or pd.isna(last):
        raise BadInput("the counts of Nouvelle-Aquitaine of 2019 and 2022 are not both published: no pace to assume.")
    growth = (last / first) ** (1 / 3) - 1
    lines = []
    for year in [int(year) for year in fc.levels.columns if int(year) >= start]:
        ahead = year - start
        lines.append(("soutien_prend_fin", year, median[start] * (1 - closing) ** ahead, -closing))
        lines.append(("soutien_revient", year, median[start] * (1 + growth) ** ahead, growth))
        lines.append(("definition_se_resserre", year, known * median[year] / median[start], known / listed))
    table = pd.DataFrame(lines, columns=["scenario", "annee", "valeur", "hypothese"])
    order = {name: rank for rank, name in enumerate(SCENARIOS)}
    table = table.sort_values(
        ["scenario", "annee"], key=lambda c: c.map(order) if c.name == "scenario" else c, ignore_index=True
    )
    holder = pd.DataFrame()
    holder.attrs = dict(fc.attrs)
    stamped = stamp(table, holder, rows_closing, naq, rows_known, inputs=["observations"])
    seen = fc.used[["annee", "perimetre", "nature", "valeur", "valeur_bas", "valeur_haut"]].astype(object)
    stamped.attrs["chiffres"] = seen.where(seen.notna(), None).to_dict("records")
    return stamped


def _ratio(part: str, whole: str, as_of: When | None) -> tuple[float, pd.DataFrame]:
    import pandas as pd

    rows = pd.concat([observations(name, "FR", as_of=as_of) for name in (part, whole)], ignore_index=True)
    values = rows.groupby("indicateur")["valeur"].max()
    if part not in values or whole not in values:
        raise BadInput(f"{part} and {whole} are not both published: no rate to assume.")
    return float(values[part] / values[whole]), rows


def _known_places(as_of: When | None) -> tuple[float, float, pd.DataFrame]:
    """Return how many listed places have a known state, and how many are listed, in the latest such count."""
    rows = observations("tiers_lieux", "FR", perimetre=latest_with_unknown_states(), as_of=as_of)
    spans = rows[rows["valeur"].isna()]
    if spans.empty:
        raise BadInput("no count with places of unknown state is published: no narrower definition to assume.")
    last = spans.iloc[-1]
    return float(last["valeur_bas"]), float(last["valeur_haut"]), rows
