"""Compare forecasts made from the first figures of a series with its later figures, and with naive references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tlanalysis.core import periods
from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import stamp
from tlanalysis.data.perimeter_facts import editions
from tlanalysis.forecasting.curves import CURVES
from tlanalysis.forecasting.input_figures import usable
from tlanalysis.forecasting.model import MARKS, Forecast, forecast
from tlanalysis.forecasting.naive_references import NAIVE, references
from tlanalysis.forecasting.scores import covered, crps, interval_score, pit

if TYPE_CHECKING:
    import pandas as pd

MIXTURE = "melange"
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
        (interval score), `couvert_80`, `couvert_95`, `pit`. References are points: their CRPS is the absolute error,
        and they have no interval.

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
    naive = references(known, horizon).set_index("annee")
    scored = []
    for figure in later.itertuples():
        year = int(figure.annee)
        low = figure.valeur if figure.valeur == figure.valeur else figure.valeur_bas
        high = figure.valeur if figure.valeur == figure.valeur else figure.valeur_haut
        came = {"origine": origin, "annee": year, "perimetre": figure.perimetre, "mesure_bas": low, "mesure_haut": high}
        truths = np.unique(np.linspace(low, high, STEPS))
        scored += [came | {"modele": name} | _scores(fc.draws[year].to_numpy(), truths) for name, fc in models.items()]
        scored += [came | {"modele": f"ref_{name}"} | _point(float(naive.loc[year, name]), truths) for name in NAIVE]
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


def _point(value: float, truths: np.ndarray) -> dict[str, float]:
    error = float(np.abs(value - truths).mean())
    nothing = dict.fromkeys(("p80_bas", "p80_haut", "score_80", "couvert_80", "couvert_95", "pit"), float("nan"))
    return {"mediane": value, "crps": error, "crps_relatif": error / truths.mean()} | nothing


def backtest_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per model of a back-test: number of cases, mean relative CRPS, coverage; best first.

    Parameters
    ----------
    table : DataFrame
        What `backtest` or `backtests` returns.

    Returns
    -------
    DataFrame
        `modele, nb_cas, crps_relatif, couvert_80, couvert_95`.

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
    grouped = table.groupby("modele", sort=False)
    found = grouped.agg(
        nb_cas=("crps", "size"),
        crps_relatif=("crps_relatif", "mean"),
        couvert_80=("couvert_80", "mean"),
        couvert_95=("couvert_95", "mean"),
    )
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
        (`melange` or the publisher of a claim made by then for that year or the one before), `p95_bas, p80_bas,
        mediane, p80_haut, p95_haut` (for a claim, its bounds), `crps_relatif`. A claim of "at least" counts as its
        lower figure; every value of a range is equally likely.

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
            rows.append(came | {"qui": MIXTURE} | _quantiles_and_score(fc.draws[year].to_numpy(), truths))
            for claim in public.itertuples():
                if periods.year(claim.periode_cible) in {year - 1, year}:
                    top = claim.valeur_haut if claim.valeur_haut == claim.valeur_haut else claim.valeur_bas
                    said = _quantiles_and_score(np.linspace(claim.valeur_bas, top, STEPS), truths)
                    said |= dict.fromkeys(("p95_bas", "p80_bas"), claim.valeur_bas)
                    said |= dict.fromkeys(("p80_haut", "p95_haut"), top)
                    rows.append(came | {"qui": f"{claim.editeur} ({claim.periode_cible})"} | said)
    return stamp(pd.DataFrame(rows), everything, claims, inputs=["observations", "previsions_publiees"])


def _quantiles_and_score(draws: np.ndarray, truths: np.ndarray) -> dict[str, float]:
    found = {name: float(np.rint(np.quantile(draws, q))) for name, q in MARKS.items()}
    score = float(np.mean([crps(draws, truth) for truth in truths])) / truths.mean()
    return found | {"crps_relatif": round(score, 4)}
