"""Fabriques de territoire by wave of the label: in rural communes, in communes with a quartier prioritaire.

The list does not print the wave. It is inferred from the numbers of the identifiers, which the ANCT gave in the order
of the announcements (187, 216, 252, 300 and 382 Fabriques after each wave).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import stamp
from tlanalysis.data import commune_classes, embedded
from tlanalysis.indicators.intervals import clopper_pearson

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 9_999
CRITERIA = ("rural", "qpv")
_FLAGS = {"rural": "est_commune_rurale", "qpv": "est_commune_avec_qpv"}


def waves(criterion: str = "rural", *, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Return the share of Fabriques de territoire in communes of one kind, by inferred wave: one row per wave.

    Parameters
    ----------
    criterion : {"rural", "qpv"}
        Rural communes (the three least dense levels of the grid of Insee), or communes that hold a quartier
        prioritaire (which need not be where the Fabrique stands).
    confidence : float
        Level of the intervals.
    seed : int
        Of the permutations of the test of trend.

    Returns
    -------
    DataFrame
        `vague, periode, critere, nb_lieux` (whose commune has a known class), `nb_lieux_critere, nb_inconnus` (those
        whose commune has none), `part, part_bas, part_haut` (Clopper-Pearson: what another
        draw of as many laureates could give; the wave itself is counted whole). `attrs["tendance"]` is the test that
        the share does not change from wave to wave: `z` (Cochran-Armitage), `p_valeur` (share of the permutations of
        the waves whose absolute statistic reaches it), `p_valeur_asymptotique`.

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
    (380, 137)
    """
    import pandas as pd

    if criterion not in CRITERIA:
        raise BadInput(
            f"no criterion called {criterion!r}{did_you_mean(criterion, CRITERIA)}: write one of {', '.join(CRITERIA)}."
        )
    held = embedded.load("fabriques_vagues")
    unknown = held[_FLAGS[criterion]].isna()
    held, absent = held[~unknown], held.loc[unknown, "vague_inferee"].value_counts()
    flags = held[_FLAGS[criterion]].astype(bool)
    grouped = flags.groupby(held["vague_inferee"])
    table = (
        pd.DataFrame({"nb_lieux": grouped.size(), "nb_lieux_critere": grouped.sum()}).rename_axis("vague").reset_index()
    )
    table["periode"] = table["vague"].map(dict(zip(held["vague_inferee"], held["periode_inferee"], strict=True)))
    table["critere"] = criterion
    table["part"] = table["nb_lieux_critere"] / table["nb_lieux"]
    bounds = [
        clopper_pearson(int(k), int(n), confidence)
        for k, n in zip(table["nb_lieux_critere"], table["nb_lieux"], strict=True)
    ]
    table[["part_bas", "part_haut"]] = np.array(bounds)
    table["nb_inconnus"] = table["vague"].map(absent).fillna(0).astype(int)
    columns = [
        "vague",
        "periode",
        "critere",
        "nb_lieux",
        "nb_lieux_critere",
        "nb_inconnus",
        "part",
        "part_bas",
        "part_haut",
    ]
    table = stamp(table[columns], _source(), inputs=["fabriques_vagues"])
    table.attrs["critere"] = criterion
    table.attrs["tendance"] = trend(flags.to_numpy(), held["vague_inferee"].to_numpy(float), seed=seed)
    return table


def trend(hits: np.ndarray, scores: np.ndarray, *, seed: int = 0) -> dict[str, float]:
    """Return the Cochran-Armitage test of trend of a share over ordered groups.

    Parameters
    ----------
    hits : ndarray of bool, shape (n,)
        Which items have the property.
    scores : ndarray of float, shape (n,)
        Score of the group of each item.
    seed : int
        Of the permutations.

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
    drawn = np.array([centred @ hits[rng.permutation(n)] for _ in range(DRAWS)])
    reached = int((np.abs(drawn) >= abs(statistic) - 1e-9).sum())
    return {
        "z": float(z),
        "p_valeur": (1 + reached) / (1 + DRAWS),
        "p_valeur_asymptotique": float(2 * norm.sf(abs(z))),
    }


def _source() -> pd.DataFrame:
    import pandas as pd

    files = ["fabriques_de_territoire_2024", commune_classes.FILES["densite"], "communes_avec_qpv_2024"]
    entries = [embedded.remote()[name] for name in files]
    return pd.DataFrame(
        {
            "editeur": [entry["publisher"] for entry in entries],
            "source": [entry.get("url", entry.get("landing")) for entry in entries],
            "date_publication": [entry.get("published", entry["vintage"]) for entry in entries],
        }
    )
