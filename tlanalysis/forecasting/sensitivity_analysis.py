"""Repeat the forecast under other priors, to show which priors change the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.forecasting.input_figures import usable
from tlanalysis.forecasting.model import PROPOSALS, forecast
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.forecasting.published import announced

if TYPE_CHECKING:
    import pandas as pd

EXACT = (0.03, 0.0)  # how well counts were believed to be good before repeated counts were compared
ANNOUNCED = 5000.0  # announced for the places of France
A_FIFTH = 0.207  # log(1800 / 1463): what the mission of 2018 believed that its list missed


def variants(base: Priors = DEFAULT) -> dict[str, Priors]:
    """Return the priors to try: each doubles, halves, removes or restores one belief."""
    offsets = base.offsets_used()
    wide = {name: (mean, 2 * sd) for name, (mean, sd) in offsets.items()}
    flat = {name: (0.0, sd) for name, (_, sd) in offsets.items()}
    doubled = {name: (2 * median, spread) for name, (median, spread) in base.error.items()}
    room, spread = base.room
    chance, size = base.turn
    return {
        "reference": base,
        "definitions_inconnues_confondues": replace(base, publishers_apart=False),
        "nombre_sans_methode_compte": replace(base, method_required=False),
        "comptages_bons_a_3_pour_cent": replace(base, error=dict(base.error) | {"compte": EXACT}),
        "erreurs_deux_fois_plus_grandes": replace(base, error=doubled),
        "liste_complete": replace(base, list_misses=(0.0, 0.0), list_exceeds=(0.0, 0.0)),
        "liste_manque_un_cinquieme": replace(base, list_misses=(A_FIFTH, base.list_misses[1])),
        "sans_retournement": replace(base, turn=(0.0, size)),
        "retournements_deux_fois_plus_frequents": replace(base, turn=(min(2 * chance, 1.0), size)),
        "fin_du_soutien_sans_effet": replace(base, support_ends=1.0),
        "couverture_deux_fois_moins_sure": replace(
            base, offsets=wide, default_offset=(0.0, 2 * base.default_offset[1])
        ),
        "definitions_sans_effet_attendu": replace(base, offsets=flat),
        "marge_divisee_par_deux": replace(base, room=(room / 2, spread)),
        "marge_doublee": replace(base, room=(2 * room, spread)),
        "sans_essoufflement": replace(base, waning=0.0),
        "croissance_initiale_nulle": replace(base, growth=(0.0, base.growth[1])),
    }


def sensitivity(
    observations: pd.DataFrame,
    horizon: int = 2030,
    seed: int = 0,
    *,
    at_least: float | None = None,
    base: Priors = DEFAULT,
) -> pd.DataFrame:
    """Return the forecast at the horizon when one prior changes, one row per variant.

    Parameters
    ----------
    observations, horizon, seed
        As for `forecast`.
    at_least : float, optional
        The table gives the probability that a count reads this much or more: by default the last number announced for
        these counts, or 5,000.
    base : Priors
        The priors that each variant changes.

    Returns
    -------
    DataFrame
        `variante, p80_bas, mediane, p80_haut, probabilite, plafond_appris` (share of the prior spread of the logistic
        ceiling that the figures removed), `annee` (the horizon), `seuil` (the number whose probability is given).

    See Also
    --------
    Priors : The beliefs that are varied.
    plot_sensitivity : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.sensitivity(tl.observations("tiers_lieux", "FR"))  # doctest: +SKIP
    """
    import pandas as pd

    at_least = _announced(observations) if at_least is None else float(at_least)
    rows = []
    for name, beliefs in variants(base).items():
        fc = forecast(observations, horizon, seed, priors=beliefs, proposals=PROPOSALS)
        low, middle, high = np.rint(np.quantile(fc.draws[horizon], [0.1, 0.5, 0.9]))
        chance, learned = fc.probability(horizon, at_least), fc.diagnostics["ceiling_learned"]
        said = (round(chance, 3), round(learned, 2), horizon, at_least)
        rows.append((name, int(low), int(middle), int(high), *said))
    columns = ["variante", "p80_bas", "mediane", "p80_haut", "probabilite", "plafond_appris", "annee", "seuil"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs = {key: value for key, value in observations.attrs.items() if key in {"inputs", "sources"}}
    return table


def _announced(observations: pd.DataFrame) -> float:
    """Return the last number announced for what some observations count, or 5,000."""
    rows = usable(observations)
    if rows.empty or not {"territoire", "indicateur"} <= set(observations):
        return ANNOUNCED
    territory, indicator = observations[["territoire", "indicateur"]].iloc[0]
    found = announced(territory, indicator, rows["perimetre"].iloc[-1])
    return found[1] if found else ANNOUNCED
