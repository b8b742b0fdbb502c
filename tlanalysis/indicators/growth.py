"""Growth: what was counted when, under which perimeter. Figures of two perimeters are never joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core import periods
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import territories
from tlanalysis.data.evidence import MEASURES, observations, one_row_per_claim

if TYPE_CHECKING:
    import pandas as pd


def places_over_time(
    territory: str | int = "FR", indicator: str = "tiers_lieux", *, as_of: When | None = None
) -> pd.DataFrame:
    """Return dated measures of a count, one row per distinct figure (period, value, bounds, nature, perimeter).

    Parameters
    ----------
    territory : str
        Code or name of a territory; a région overseas and its département have the same figures.
    indicator : str
        A counted indicator.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `periode, annee` (decimal, middle of the period), `valeur, valeur_bas, valeur_haut, nature, perimetre,
        nb_sources, editeurs`, oldest first. Undated figures are left out: `attrs["nb_sans_date"]` counts them.

    See Also
    --------
    forecast : What may come.
    plot_places_over_time : Chart of the answer.

    Examples
    --------
    >>> bool(places_over_time("FR")["annee"].is_monotonic_increasing)
    True
    """
    code = territories.territory(territory).code
    rows = observations(indicator, territories.codes_of_ground(code), nature=MEASURES, as_of=as_of)
    dated = rows[rows["periode"].notna()]
    keys = ["periode", "valeur", "valeur_bas", "valeur_haut", "nature", "perimetre"]
    table = one_row_per_claim(dated, keys)
    table.insert(1, "annee", table["periode"].map(periods.middle).astype("float64"))
    table = table.sort_values(["annee", "perimetre", "valeur"], ignore_index=True)
    columns = [
        "periode",
        "annee",
        "valeur",
        "valeur_bas",
        "valeur_haut",
        "nature",
        "perimetre",
        "nb_sources",
        "editeurs",
    ]
    table = stamp(table[columns], dated, inputs=["observations"])
    table.attrs |= {
        "nb_sans_date": int(len(rows) - len(dated)),
        "territoire": code,
        "indicateur": indicator,
    }
    return table
