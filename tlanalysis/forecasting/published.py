"""Build the register of published forecasts: publisher, figure, target date and verdict.

The module computes each verdict from observations. It uses a measure of a compatible perimeter, for the target period
or the year after it; it prefers counted to estimated to declared figures, then the earliest. Until the target date has
passed the verdict is `a_venir`. A forecast without an upper figure is judged by its lower figure only. A bare number
counts as the interval of its rounding.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tlanalysis.core import periods
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded
from tlanalysis.data.documents import cited
from tlanalysis.data.evidence import COLLECTED_ON, MEASURES, as_intervals, observations, public_since
from tlanalysis.data.perimeter_facts import continued_by
from tlanalysis.indicators.intervals import rounding

if TYPE_CHECKING:
    import pandas as pd

# In order: met in time by a measure of another publisher; met by the forecaster's own measure; undecided, because the
# interval of the measure crosses the announced bounds or the measure is a year late; missed; without a measure or a
# date; still to come.
VERDICTS = ("tenue", "repetee", "indecise", "manquee", "non_verifiable", "a_venir")

WINDOW = timedelta(days=365)


def published_forecasts(*, as_of: When | None = None) -> pd.DataFrame:
    """Return every published forecast or target with its verdict, one row per row of `previsions_publiees`.

    Parameters
    ----------
    as_of : str, int or date, optional
        ISO date; only observations public on that day are used; by default the day the evidence was collected.

    Returns
    -------
    DataFrame
        The register's columns (`source` is the address, empty where the document has none), then `verdict` (one of
        `VERDICTS`), `mesure_bas, mesure_haut, mesure_periode, mesure_perimetre` (the observation used) and `motif`, a
        code of the reason: `dans_la_fourchette`, `en_dessous`, `au_dessus`, `chevauche`, `mesure_tardive`,
        `meme_source`, `sans_date_cible`, `sans_mesure`, `date_future`.

    See Also
    --------
    forecast : Ours.
    plot_published_forecasts : Chart of the answer.

    Examples
    --------
    >>> "verdict" in published_forecasts().columns
    True
    """
    import pandas as pd

    register = embedded.load("previsions_publiees")
    if as_of is not None:
        day = periods.last_day(as_of)
        register = register[register["date_publication"].map(lambda text: public_since(text) <= day)]
    measures = as_intervals(observations(nature=MEASURES, as_of=as_of))
    today = min(periods.last_day(as_of), COLLECTED_ON) if as_of else COLLECTED_ON
    judged = [_judge(row, measures, today) for row in register.itertuples()]
    columns = ["verdict", "mesure_bas", "mesure_haut", "mesure_periode", "mesure_perimetre", "motif"]
    table = pd.concat([register.reset_index(drop=True), pd.DataFrame(judged, columns=columns)], axis=1)
    seen = cited(table.fillna({"date_publication": ""}).to_dict("records"))
    table["source"] = [document["source"] for document in seen]
    used = measures[measures["indicateur"].isin(set(table["indicateur"]))]
    return stamp(table, register, used, inputs=["previsions_publiees", "observations"])


def announced(territory: str, indicator: str, perimeter: str) -> tuple[str, float] | None:
    """Return period and lower figure of the last announcement that counts of a perimeter can judge, or None."""
    register = embedded.load("previsions_publiees")
    rows = register[(register["territoire"] == territory) & (register["indicateur"] == indicator)]
    rows = rows.loc[[perimeter in continued_by(other) for other in rows["perimetre"]]]
    rows = rows[rows["periode_cible"].notna()]
    if rows.empty:
        return None
    last = rows.sort_values("periode_cible", key=lambda column: column.map(periods.last_day)).iloc[-1]
    return str(last["periode_cible"]), float(last["valeur_bas"])


def _judge(row: Any, measures: pd.DataFrame, today: date) -> tuple[object, ...]:
    nothing = (float("nan"), float("nan"), None, None)
    if not isinstance(row.periode_cible, str):
        return ("non_verifiable", *nothing, "sans_date_cible")
    target = periods.last_day(row.periode_cible)
    if target > today:
        return ("a_venir", *nothing, "date_future")
    found = _measure(row, measures)
    if found is None:
        return ("non_verifiable", *nothing, "sans_mesure")
    half = rounding(found["bas"]) if found["bas"] == found["haut"] else 0
    measured_low, measured_high = found["bas"] - half, found["haut"] + half
    seen = (measured_low, measured_high, found["periode"], found["perimetre"])
    low = row.valeur_bas
    high = row.valeur_haut if row.valeur_haut == row.valeur_haut else float("inf")
    missed = "en_dessous" if measured_high < low else "au_dessus" if measured_low > high else ""
    if not missed and (measured_low < low or measured_high > high):
        return ("indecise", *seen, "chevauche")
    if periods.first_day(found["periode"]) > target:  # meanwhile the number may have moved either way
        return ("indecise", *seen, "mesure_tardive")
    if missed:
        return ("manquee", *seen, missed)
    if found["editeur"].split(",")[0] == row.editeur.split(",")[0]:
        return ("repetee", *seen, "meme_source")
    return ("tenue", *seen, "dans_la_fourchette")


def _measure(row: Any, measures: pd.DataFrame) -> pd.Series | None:
    """Return the observation that judges a forecast, or None when nothing compatible was published."""
    start, end = periods.first_day(row.periode_cible), periods.last_day(row.periode_cible) + WINDOW
    kept = measures[
        (measures["indicateur"] == row.indicateur)
        & (measures["territoire"] == row.territoire)
        & measures["perimetre"].isin(continued_by(row.perimetre))
        & measures["periode"].notna()
    ]
    close = kept[kept["periode"].map(lambda text: start <= periods.last_day(text) and periods.first_day(text) <= end)]
    if close.empty:
        return None
    ranked = close.assign(rang=close["nature"].map(MEASURES.index), fin=close["periode"].map(periods.last_day))
    return ranked.sort_values(["rang", "fin"], kind="stable").iloc[0]
