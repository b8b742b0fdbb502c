"""Compare forecasts made from the first figures of a series with its later figures, and with naive references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from tlanalysis.core import periods
from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import stamp
from tlanalysis.data.perimeter_facts import editions
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.input_figures import usable
from tlanalysis.forecasting.model import MARKS, Forecast, forecast
from tlanalysis.forecasting.naive_references import NAIVE, references
from tlanalysis.forecasting.reference_spreads import spread
from tlanalysis.forecasting.scores import covered, crps, interval_score, lognormal_crps, pit

if TYPE_CHECKING:
    import pandas as pd

MIXTURE, PERSISTENCE = "melange", "ref_sans_changement"
SIZE, PROPOSALS = 4_000, 12_000
STEPS = 21  # a figure that is an interval is scored at this many values between its bounds, then averaged


def backtest(observations: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Score forecasts made from the first two, three, ... figures of a series against each later figure.

    Parameters
    ----------
    observations : DataFrame
        The columns that `forecast` needs, with figures of at least three years.
    seed : int
        Same seed, same digits.

    Returns
    -------
    DataFrame
        One row per origin, later figure and model: `origine` (year of the last figure known), `annee`, `perimetre`
        (of the later figure), `mesure_bas, mesure_haut`, `modele` (`melange`, the curves, the naive references as
        `ref_...`), `mediane`, `p80_bas, p80_haut`, `crps`, `crps_relatif` (over the later figure), `score_80`
        (interval score), `couvert_80`, `couvert_95`, `pit`. A reference is a distribution too, around its point (see
        `reference_spreads`).

    Raises
    ------
    BadInput
        Fewer than three years have figures.

    See Also
    --------
    backtest_summary : One row per model.
    hindsight : What would have been forecast, beside what others announced.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.backtest(tl.observations("tiers_lieux", "FR"))  # doctest: +SKIP
    """
    import pandas as pd

    rows = usable(observations)
    dates = sorted(set(rows["annee"].astype(int)))
    if len(dates) < 3:
        raise BadInput(f"a back-test needs figures of at least three years, {len(dates)} found.")
    found = []
    for origin in dates[1:-1]:
        # A later publication can turn an earlier figure into a restatement, so it is left out at the origin.
        known = observations.loc[[_until(text, origin) for text in observations["periode"]]]
        seen = usable(known)
        if len(seen) < 2 or seen["annee"].max() - seen["annee"].min() < 0.5:
            continue
        found += _score_origin(known, rows[rows["annee"] >= origin + 1], origin, seed)
    return stamp(pd.DataFrame(found), observations, inputs=observations.attrs.get("inputs", ["observations"]))


def _until(period: object, year: int) -> bool:
    return isinstance(period, str) and periods.middle(period) < year + 1


def _score_origin(known: pd.DataFrame, later: pd.DataFrame, origin: int, seed: int) -> list[dict[str, Any]]:
    horizon = int(later["annee"].max())
    settings: dict[str, Any] = {"horizon": horizon, "seed": seed, "size": SIZE, "proposals": PROPOSALS}
    models: dict[str, Forecast] = {MIXTURE: forecast(known, **settings)}
    for name in CURVES:
        models[name] = forecast(known, weights={other: float(other == name) for other in CURVES}, **settings)
    naive, last = references(known, horizon).set_index("annee"), float(usable(known)["annee"].max())
    scored = []
    for figure in later.itertuples():
        year = int(figure.annee)
        low = figure.valeur if figure.valeur == figure.valeur else figure.valeur_bas
        high = figure.valeur if figure.valeur == figure.valeur else figure.valeur_haut
        came = {"origine": origin, "annee": year, "perimetre": figure.perimetre, "mesure_bas": low, "mesure_haut": high}
        truths = np.unique(np.linspace(low, high, STEPS))
        scored += [came | {"modele": name} | _scores(fc.draws[year].to_numpy(), truths) for name, fc in models.items()]
        for name in NAIVE:
            said = _around(float(naive.loc[year, name]), spread(name, year + 0.5 - last), truths)
            scored.append(came | {"modele": f"ref_{name}"} | said)
    return scored


def _scores(draws: np.ndarray, truths: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(draws, [0.1, 0.9])
    score = float(np.mean([crps(draws, truth) for truth in truths]))
    return {
        "mediane": float(np.median(draws)),
        "p80_bas": float(low),
        "p80_haut": float(high),
        "crps": score,
        "crps_relatif": score / truths.mean(),
        "score_80": float(np.mean([interval_score(low, high, truth, 0.8) for truth in truths])),
        "couvert_80": float(np.mean([covered(draws, truth, 0.80) for truth in truths])),
        "couvert_95": float(np.mean([covered(draws, truth, 0.95) for truth in truths])),
        "pit": float(np.mean([pit(draws, truth) for truth in truths])),
    }


def _around(value: float, sd: float, truths: np.ndarray) -> dict[str, float]:
    """Return the scores of a log-normal distribution around a naive reference."""
    middle = max(value, 0.5)
    at = ndtri(np.array([0.025, 0.1, 0.9, 0.975]))
    lowest, low, high, highest = middle * np.exp(sd * at)
    score = float(np.mean([lognormal_crps(np.log(middle), sd, truth) for truth in truths]))
    return {
        "mediane": value,
        "p80_bas": float(low),
        "p80_haut": float(high),
        "crps": score,
        "crps_relatif": score / truths.mean(),
        "score_80": float(np.mean([interval_score(low, high, truth, 0.8) for truth in truths])),
        "couvert_80": float(np.mean((low <= truths) & (truths <= high))),
        "couvert_95": float(np.mean((lowest <= truths) & (truths <= highest))),
        "pit": float(np.mean(ndtr((np.log(truths) - np.log(middle)) / sd))),
    }


def backtest_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per model of a back-test, best first; each figure that came counts once.

    Parameters
    ----------
    table : DataFrame
        What `backtest` or `backtests` returns.

    Returns
    -------
    DataFrame
        `modele`, `nb_cas` (forecasts), `nb_issues` (figures that came: one per series and year), `crps_relatif`,
        `part_la_plus_lourde` (share of that score that one figure makes), `couvert_80`, `couvert_95`. Forecasts of
        one figure are averaged first, then the figures.

    See Also
    --------
    plot_backtest : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.backtest_summary(tl.backtest(tl.observations("tiers_lieux", "FR")))  # doctest: +SKIP
    """
    check_table(table, "tl.backtest")
    if "modele" not in table:
        raise BadInput("this table has no column modele: give what tl.backtest returns.")
    figure = [name for name in ("serie", "annee") if name in table]
    scored = ["crps_relatif", "couvert_80", "couvert_95"]
    each = table.groupby(["modele", *figure], sort=False)[scored].mean()
    grouped = each.groupby("modele", sort=False)
    found = grouped.mean()
    score = grouped["crps_relatif"]
    found.insert(0, "nb_cas", table.groupby("modele").size())
    found.insert(1, "nb_issues", grouped.size())
    found.insert(3, "part_la_plus_lourde", score.max() / score.sum())
    ordered = found.reset_index().sort_values("crps_relatif", ignore_index=True, kind="stable")
    ordered.attrs = dict(table.attrs)
    return ordered


def backtests(series: dict[str, pd.DataFrame], seed: int = 0) -> pd.DataFrame:
    """Back-test several series; return all their rows, with the name of the series first.

    Parameters
    ----------
    series : dict of DataFrame
        Name -> figures, as for `backtest`.
    seed : int
        Of the draws.

    Returns
    -------
    DataFrame
        As `backtest`, after a column `serie`.

    See Also
    --------
    backtest_summary : One row per model.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.backtests({"France": tl.observations("tiers_lieux", "FR")})  # doctest: +SKIP
    """
    import pandas as pd

    parts = [backtest(rows, seed).assign(serie=name) for name, rows in series.items()]
    table = pd.concat(parts, ignore_index=True)
    table = table[["serie", *(column for column in table.columns if column != "serie")]]
    inputs = sorted({name for rows in series.values() for name in rows.attrs.get("inputs", [])}) or ["observations"]
    return stamp(table, *series.values(), inputs=inputs)


def hindsight(cutoffs: tuple[str, ...] = ("2021-08-31", "2023-09-30"), seed: int = 0) -> pd.DataFrame:
    """Return forecasts for France made on past days and published claims, each scored against the later figures.

    Parameters
    ----------
    cutoffs : tuple of str
        ISO dates. A figure without a publication date counts as public only on the day the evidence was collected.
    seed : int
        Same seed, same digits.

    Returns
    -------
    DataFrame
        One row per cutoff, later figure and forecaster: `connu_le, annee, perimetre, mesure_bas, mesure_haut, qui`
        (`melange`, `ref_sans_changement`, or the publisher of a claim made by then for that year or the one before),
        `p95_bas, p80_bas, mediane, p80_haut, p95_haut` (for a claim, its bounds), `crps_relatif` (missing for a claim,
        which is no distribution), and `ecart_bas, ecart_haut`: how far the median or the claim is from what came, over
        what came, at the least and at the most. A claim of "at least" counts as its lower figure.

    See Also
    --------
    published_forecasts : What was announced.
    plot_hindsight : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> len(tl.hindsight(("2021-08-31",))) > 0
    True
    """
    import pandas as pd

    from tlanalysis.data import embedded
    from tlanalysis.data.evidence import observations, public_since

    everything = observations("tiers_lieux", "FR")
    register = embedded.load("previsions_publiees")
    claims = register[(register["territoire"] == "FR") & (register["indicateur"] == "tiers_lieux")]
    rows = []
    for day in cutoffs:
        known = observations("tiers_lieux", "FR", as_of=day)
        last_known = usable(known)["annee"].max()
        later = usable(everything)
        later = later[(later["annee"] > last_known + 0.5) & later["perimetre"].isin(editions())]
        fc = forecast(known, horizon=int(later["annee"].max()), seed=seed, size=SIZE, proposals=PROPOSALS)
        public = claims[
            claims["date_publication"].map(lambda text, day=day: public_since(text) <= periods.last_day(day))
        ]
        for figure in later.itertuples():
            year = int(figure.annee)
            point = figure.valeur == figure.valeur
            low, high = (figure.valeur, figure.valeur) if point else (figure.valeur_bas, figure.valeur_haut)
            came = {
                "connu_le": day,
                "annee": year,
                "perimetre": figure.perimetre,
                "mesure_bas": low,
                "mesure_haut": high,
            }
            truths = np.unique(np.linspace(low, high, STEPS))
            rows.append(came | {"qui": MIXTURE} | _ours(fc.draws[year].to_numpy(), truths))
            rows.append(came | {"qui": PERSISTENCE} | _persistence(fc, year, truths))
            for claim in public.itertuples():
                if periods.year(claim.periode_cible) in {year - 1, year}:
                    top = claim.valeur_haut if claim.valeur_haut == claim.valeur_haut else claim.valeur_bas
                    said = _claim(float(claim.valeur_bas), float(top), truths)
                    rows.append(came | {"qui": f"{claim.editeur} ({claim.periode_cible})"} | said)
    return stamp(pd.DataFrame(rows), everything, claims, inputs=["observations", "previsions_publiees"])


def _ours(draws: np.ndarray, truths: np.ndarray) -> dict[str, float]:
    found = {name: float(np.rint(np.quantile(draws, q))) for name, q in MARKS.items()}
    score = float(np.mean([crps(draws, truth) for truth in truths])) / truths.mean()
    return found | {"crps_relatif": round(score, 4)} | _missed_by(found["mediane"], found["mediane"], truths)


def _persistence(fc: Forecast, year: int, truths: np.ndarray) -> dict[str, float]:
    """Return the same for the last figure known, with the spread that the corpus shows."""
    value = float(fc.references["sans_changement"].iloc[0])
    sd = spread("sans_changement", year + 0.5 - float(fc.used["annee"].max()))
    found = {name: float(np.rint(value * np.exp(sd * ndtri(q)))) for name, q in MARKS.items()}
    score = _around(value, sd, truths)["crps_relatif"]
    return found | {"crps_relatif": round(score, 4)} | _missed_by(value, value, truths)


def _claim(low: float, high: float, truths: np.ndarray) -> dict[str, float]:
    found = {name: low if name.endswith("bas") else high for name in MARKS} | {"mediane": (low + high) / 2}
    return found | {"crps_relatif": float("nan")} | _missed_by(low, high, truths)


def _missed_by(low: float, high: float, truths: np.ndarray) -> dict[str, float]:
    """Return the least and the most by which numbers said from `low` to `high` miss the values that may have come."""
    least, most = truths.min(), truths.max()
    gap = max(low - most, 0.0) / most + max(least - high, 0.0) / least
    far = max(abs(said - came) / came for said in (low, high) for came in (least, most))
    return {"ecart_bas": round(float(gap), 4), "ecart_haut": round(float(far), 4)}
