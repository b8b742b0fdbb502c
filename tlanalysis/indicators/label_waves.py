"""Fabriques de territoire by wave of the label: in rural communes, in communes with a quartier prioritaire.

The list does not print the wave. It is inferred from the numbers of the identifiers, which the ANCT gave in the order
of the announcements (187, 216, 252, 300 and 382 Fabriques after each wave).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import stamp
from tlanalysis.data import commune_classes, embedded
from tlanalysis.data.reference_files import COMMUNES_WITH_QPV
from tlanalysis.indicators.intervals import clopper_pearson

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 9_999
CRITERIA = ("rural", "qpv")
_FLAGS = {"rural": "est_commune_rurale", "qpv": "est_commune_avec_qpv"}


# Published share -> what it counts; each is printed for a moment that is not that of a wave.
_PUBLISHED = {
    "fabriques_de_territoire_rurales": ("rural", "fr-fabriques_de_territoire-nd-2"),
    "fabriques_de_territoire_qpv": ("qpv", "fr-fabriques_de_territoire-nd-2"),
    "part_fabriques_zrr": ("rural", None),
    "part_fabriques_qpv": ("qpv", None),
}


def waves(criterion: str | None = None, *, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Return the share of Fabriques de territoire in communes of one kind, by inferred wave: one row per wave.

    Parameters
    ----------
    criterion : {"rural", "qpv"}, optional
        Rural communes (the three least dense levels of the grid of Insee), or communes that hold a quartier
        prioritaire (which need not be where the Fabrique stands). By default both, with the shares of all waves
        together and those that others publish.
    confidence : float
        Level of the intervals.
    seed : int
        Of the permutations of the test of trend.

    Returns
    -------
    DataFrame
        `serie` (`vague`; without a criterion also `ensemble` and `publie`), `vague, periode, critere, nb_lieux` (whose
        commune has a known class), `nb_lieux_critere, nb_inconnus` (those whose commune has none), `part, part_bas,
        part_haut` (Clopper-Pearson: what another draw of as many laureates could give; the wave itself is counted
        whole; of a published share, its rounding), `indicateur` and `editeur` of a published share, whose criterion may
        be another (`part_fabriques_zrr`: zones de revitalisation rurale). `attrs["tendances"]` is, per criterion, the
        test that the share does not change from wave to wave: `z` (Cochran-Armitage), `p_valeur` (share of the
        permutations of the waves whose absolute statistic reaches it), `p_valeur_asymptotique`.
        `attrs["hors_table"]` counts, per criterion, the Fabriques whose commune has no known class.

    Raises
    ------
    BadInput
        An unknown criterion.

    See Also
    --------
    cross : Places by class of commune.

    References
    ----------
    Armitage, P. (1955), Biometrics 11, 375-386.

    Examples
    --------
    >>> table = waves("rural")
    >>> int(table["nb_lieux"].sum()), int(table["nb_lieux_critere"].sum())
    (381, 138)
    """
    import pandas as pd

    if criterion is not None and criterion not in CRITERIA:
        raise BadInput(
            f"no criterion called {criterion!r}{did_you_mean(criterion, CRITERIA)}: write one of {', '.join(CRITERIA)}."
        )
    held, parts, tests, outside = embedded.load("fabriques_vagues"), [], {}, {}
    inputs, origin = ["fabriques_vagues"], []
    for one in CRITERIA if criterion is None else [criterion]:
        flags = held[_FLAGS[one]]
        parts.append(_shares(held, one, confidence))
        known = held[flags.notna()]
        hits = flags[flags.notna()].astype(bool).to_numpy()
        tests[one] = trend(hits, known["vague_inferee"].to_numpy(float), seed=seed)
        outside[one] = {"classe_inconnue": int(flags.isna().sum())}
    if criterion is None:
        theirs = embedded.load("observations")
        origin = [theirs[theirs["indicateur"].isin(_PUBLISHED) & theirs["territoire"].eq("FR")]]
        parts.append(_published(theirs))
        inputs.append("observations")
    files = ["fabriques_de_territoire_2024", commune_classes.FILES["densite"], COMMUNES_WITH_QPV]
    table = pd.concat(parts, ignore_index=True)
    rank = [(CRITERIA.index(row.critere), SERIES.index(row.serie)) for row in table.itertuples()]
    table = table.iloc[sorted(range(len(table)), key=lambda at: (rank[at], at))].reset_index(drop=True)
    if criterion is not None:
        table = table[table["serie"] == "vague"].reset_index(drop=True)
    table = stamp(table[_COLUMNS], commune_classes.sources(files), *origin, inputs=inputs)
    table.attrs |= {"tendances": tests, "hors_table": outside, "confiance": confidence}
    return table


SERIES = ("vague", "ensemble", "publie")
_COLUMNS = ["serie", "vague", "periode", "critere", "nb_lieux", "nb_lieux_critere", "nb_inconnus"]
_COLUMNS += ["part", "part_bas", "part_haut", "indicateur", "editeur"]


def _shares(held: pd.DataFrame, criterion: str, confidence: float) -> pd.DataFrame:
    """Return one row per wave, then one for all of them."""
    import pandas as pd

    periods = dict(zip(held["vague_inferee"], held["periode_inferee"], strict=True))
    rows: list[dict[str, Any]] = []
    for wave in [*sorted(periods), None]:
        flags = held.loc[held["vague_inferee"].eq(wave) if wave else held["vague_inferee"].notna(), _FLAGS[criterion]]
        known = flags.dropna().astype(bool)
        low, high = clopper_pearson(int(known.sum()), len(known), confidence)
        counts = {"nb_lieux": len(known), "nb_lieux_critere": int(known.sum()), "nb_inconnus": int(flags.isna().sum())}
        bounds = {"part": known.mean(), "part_bas": low, "part_haut": high}
        about = {"serie": "vague" if wave else "ensemble", "vague": wave, "periode": periods.get(wave)}
        rows.append(about | {"critere": criterion, "indicateur": None, "editeur": None} | counts | bounds)
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(["vague", "nb_lieux", "nb_lieux_critere", "nb_inconnus"], "Int64"))


def _published(theirs: pd.DataFrame) -> pd.DataFrame:
    """Return the shares that others print; a number is divided by the total of the same page."""
    import pandas as pd

    rows = []
    for indicator, (criterion, total) in _PUBLISHED.items():
        found = theirs[theirs["indicateur"].eq(indicator) & theirs["territoire"].eq("FR")].iloc[0]
        about = {"serie": "publie", "critere": criterion, "indicateur": indicator, "editeur": found["editeur"]}
        whole = theirs.loc[theirs["id_observation"] == total, "valeur"] if total else None
        if whole is None:
            bounds = {"part": found["valeur"], "part_bas": found["valeur_bas"], "part_haut": found["valeur_haut"]}
        else:
            share = found["valeur"] / whole.iloc[0]
            about |= {"nb_lieux": int(whole.iloc[0]), "nb_lieux_critere": int(found["valeur"])}
            bounds = dict.fromkeys(("part", "part_bas", "part_haut"), share)
        rows.append(about | {"periode": found["periode"]} | bounds)
    table = pd.DataFrame(rows)
    counts = ["vague", "nb_lieux", "nb_lieux_critere", "nb_inconnus"]
    return table.reindex(columns=_COLUMNS).astype(dict.fromkeys(counts, "Int64"))


def trend(hits: np.ndarray, scores: np.ndarray, *, seed: int = 0, draws: int = DRAWS) -> dict[str, float]:
    """Return the Cochran-Armitage test of trend of a share over ordered groups.

    Parameters
    ----------
    hits : ndarray of bool, shape (n,)
        Which items have the property.
    scores : ndarray of float, shape (n,)
        Score of the group of each item.
    seed : int
        Of the permutations.
    draws : int
        How many permutations.

    Examples
    --------
    >>> found = trend(np.array([False] * 10 + [True] * 10), np.repeat([1.0, 2.0], 10))
    >>> round(found["z"], 3), found["p_valeur"] < 0.001
    (4.472, True)
    """
    from scipy.stats import norm

    hits, n = hits.astype(float), len(hits)
    centred = scores - scores.mean()
    statistic = float(centred @ hits)
    variance = hits.mean() * (1 - hits.mean()) * float(centred @ centred)
    if variance == 0:
        raise BadInput("a trend needs items with the property and without it, in two groups at least.")
    z = statistic / np.sqrt(variance)
    rng = np.random.default_rng(seed)
    drawn = np.array([centred @ hits[rng.permutation(n)] for _ in range(draws)])
    reached = int((np.abs(drawn) >= abs(statistic) - 1e-9).sum())
    return {
        "z": float(z),
        "p_valeur": (1 + reached) / (1 + draws),
        "p_valeur_asymptotique": float(2 * norm.sf(abs(z))),
    }
