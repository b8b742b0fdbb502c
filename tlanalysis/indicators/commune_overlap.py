"""Do two programmes name the same communes: counted, and beside what chance gives for communes alike.

Both programmes may prefer the same kind of commune without regard for each other. So chance is taken within strata of
density and size: each programme keeps its number of communes in every stratum, and falls on them at random.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput, SourceError, did_you_mean
from tlanalysis.core.provenance import inputs_of, stamp
from tlanalysis.data import commune_classes, embedded
from tlanalysis.data.reference_files import COMMUNES_WITH_QPV, POPULATIONS
from tlanalysis.indicators import commune_mix
from tlanalysis.indicators.intervals import check_level
from tlanalysis.lists.cells.commune_names import today_code

if TYPE_CHECKING:
    import pandas as pd

STRATA = ["densite", "taille"]
QPV = "qpv"
LISTED = "lieux"  # places that the caller brings
_COUNTS = ["nb_communes", "nb_a", "nb_b", "nb_les_deux"]


def overlap(
    first: str | pd.DataFrame | None = None, second: str | pd.DataFrame | None = None, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Return how many communes two programmes share, beside what chance would give: one row per pair.

    Parameters
    ----------
    first, second : str, DataFrame or None
        A programme (see `programmes`; ``"qpv"`` is the communes with a quartier prioritaire); or one whose communes we
        do not hold (``"action_coeur_de_ville"``, ``"villages_d_avenir"``, ``"territoires_d_industrie"``, ``"crte"``),
        or places with `code_commune`: these need the files of `tl.communes`. Without both, every pair of the
        programmes we hold.
    confidence : float
        Level of the interval of the odds ratio, and of the range of what chance gives.

    Returns
    -------
    DataFrame
        `programme_a, programme_b, nb_communes` (with known inhabitants), `nb_hors_table` (communes that one of the two
        names and that are left out: those of Mayotte, or of no known density), `nb_a, nb_b,
        nb_les_deux, nb_a_seul, nb_b_seul, nb_aucun`, `nb_les_deux_attendu, nb_les_deux_attendu_bas,
        nb_les_deux_attendu_haut` (communes with both under chance: mean and central range), `rapport_au_hasard`
        (both, over the mean under chance), `rapport_de_cotes,
        rapport_de_cotes_bas, rapport_de_cotes_haut` (Mantel-Haenszel over the strata, interval of Robins, Breslow and
        Greenland), `p_valeur` (exact, two-sided: chance of a number at most as likely as the one seen).
        `attrs["hors_table"]` says, for each list of places, how many have no commune, or one that is not in the table.

    Raises
    ------
    BadInput
        An unknown programme, one programme alone, or places without the column `code_commune`.
    SourceError
        Files that have not been fetched, for places of one's own or a programme that we do not hold.

    See Also
    --------
    cross : Places by class of commune.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959), JNCI 22, 719-748; Robins, J., Breslow, N. and Greenland, S. (1986), Biometrics
    42, 311-323.

    Examples
    --------
    >>> table = overlap("fabriques_de_territoire", "petites_villes_de_demain")
    >>> int(table["nb_a"].iloc[0])
    339
    """
    import pandas as pd

    check_level(confidence)
    if (first is None) != (second is None):
        raise BadInput("an overlap needs two programmes, or none for every pair: give both, or neither.")
    if first is None or second is None:
        pairs = list(combinations(programmes(), 2))
        strata = [(a, b, _held(a, b)) for a, b in pairs]
    elif all(isinstance(one, str) and one in programmes() for one in (first, second)):
        strata = [(str(first), str(second), _held(str(first), str(second)))]
    else:
        for one in (first, second):
            _check_known(one)
        if isinstance(first, str) and isinstance(second, str) and first == second:
            raise BadInput(f"{first} is compared with itself: name two programmes.")
        own = [one if isinstance(one, str) else LISTED for one in (first, second)]
        own[1] += "_2" if own[0] == own[1] else ""
        strata = [(own[0], own[1], _counted(first, second))]
    rows = [{"programme_a": a, "programme_b": b} | _compared(table, confidence) for a, b, table in strata]
    given = [one for one in (first, second) if not isinstance(one, str | None)]
    names = list(dict.fromkeys(name for a, b, _ in strata for name in (a, b)))
    inputs = ["communes_croisements", commune_mix.LISTS_TABLE, "communes"]
    inputs += [name for one in given for name in inputs_of(one)]
    table = stamp(pd.DataFrame(rows), *given, commune_classes.sources(_files(names)), inputs=inputs)
    outside = {name: commune_mix.outside_held(name) for name in names if name in commune_mix.lists_by_class()}
    if given:
        from tlanalysis.tables.commune_table import communes

        homes = communes()
        for name, one in zip(names, (first, second), strict=True):
            if not isinstance(one, str | None):
                outside[name] = commune_mix.outside_of(homes, one)
    table.attrs |= {"niveau": "france", "hors_table": outside, "confiance": confidence}
    return table


def _compared(table: pd.DataFrame, confidence: float) -> dict[str, float]:
    inside = table["densite"] != commune_classes.UNKNOWN
    beyond = table.loc[~inside, _COUNTS].sum()
    left_out = int(beyond["nb_a"] + beyond["nb_b"] - beyond["nb_les_deux"])
    return {"nb_hors_table": left_out} | compare_strata(table.loc[inside, _COUNTS].to_numpy(int), confidence)


def _files(names: list[str]) -> list[str]:
    """Return the open files and embedded tables behind the overlap of some programmes."""
    held = commune_mix.lists_by_class()
    flags = commune_classes.PROGRAMMES | {QPV: COMMUNES_WITH_QPV}
    used = [
        commune_mix.files_of_list(name) if name in held else flags[name]
        for name in names
        if not name.startswith(LISTED)
    ]
    return [*used, commune_classes.FILES["densite"], POPULATIONS, "communes"]


def programmes() -> list[str]:
    """Return the programmes whose communes are counted together, in the order of the table."""
    table = embedded.load("communes_croisements")
    return list(dict.fromkeys([*table["programme_a"], *table["programme_b"]]))


def _check_known(which: str | pd.DataFrame) -> None:
    known = list(dict.fromkeys([*programmes(), *commune_classes.PROGRAMMES]))
    if isinstance(which, str) and which not in known:
        raise BadInput(f"no programme called {which!r}{did_you_mean(which, known)}: it is one of {', '.join(known)}.")


def _held(first: str, second: str) -> pd.DataFrame:
    if first == second:
        raise BadInput(f"{first} is compared with itself: name two programmes.")
    table = embedded.load("communes_croisements")
    found = table[(table["programme_a"] == first) & (table["programme_b"] == second)]
    if len(found):
        return found
    found = table[(table["programme_a"] == second) & (table["programme_b"] == first)]
    return found.rename(columns={"nb_a": "nb_b", "nb_b": "nb_a"})


def _counted(first: str | pd.DataFrame, second: str | pd.DataFrame) -> pd.DataFrame:
    from tlanalysis.tables.commune_table import communes

    homes = communes()
    return count_strata(homes, _members(homes, first), _members(homes, second))


def _members(homes: pd.DataFrame, which: str | pd.DataFrame) -> pd.Series:
    if isinstance(which, str):
        if which in commune_mix.lists_by_class():
            points = embedded.load("communes_reperes")
            return homes["code_commune"].isin(points.loc[points[f"nb_{which}"] > 0, "code_commune"].map(today_code))
        column = "est_avec_qpv" if which == QPV else f"est_{which}"
        if homes[column].isna().all():
            file = COMMUNES_WITH_QPV if which == QPV else commune_classes.PROGRAMMES[which]
            raise SourceError(
                f"the communes of {which} are not on this machine: `tlanalysis fetch {file}` brings their file."
            )
        return homes[column].fillna(False).astype(bool)
    if "code_commune" not in which:
        raise BadInput("these places have no column code_commune: clean the list first, or name its column so.")
    return homes["code_commune"].isin(which["code_commune"].map(today_code, na_action="ignore"))


def count_strata(homes: pd.DataFrame, first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """Return communes with one programme, the other and both, by stratum of density and size.

    Parameters
    ----------
    homes : DataFrame
        What `tl.communes()` returns.
    first, second : Series of bool
        Which communes each programme names.

    Returns
    -------
    DataFrame
        `densite, taille, nb_communes, nb_a, nb_b, nb_les_deux`, one row per stratum that has a commune, and one row
        `inconnue, inconnue` for the communes whose density or inhabitants are not known, if there are any.
    """
    table = homes.assign(nb_communes=1, nb_a=first, nb_b=second, nb_les_deux=first & second)
    unknown = table["population"].isna() | table["densite"].isna()
    table[STRATA] = table[STRATA].mask(unknown, commune_classes.UNKNOWN)
    return table.groupby(STRATA, as_index=False)[_COUNTS].sum()


def compare_strata(counts: np.ndarray, confidence: float = 0.95) -> dict[str, float]:
    """Return what `overlap` says of one pair, from the counts of its strata.

    Parameters
    ----------
    counts : ndarray of int, shape (strata, 4)
        Communes, communes of the first programme, of the second, of both.
    confidence : float
        Level.

    Examples
    --------
    One stratum of ten communes, two of each programme, one of both: chance gives 0.4 in the mean.

    >>> answer = compare_strata(np.array([[10, 2, 2, 1]]))
    >>> round(answer["nb_les_deux_attendu"], 3), round(answer["p_valeur"], 4), round(answer["rapport_de_cotes"], 6)
    (0.4, 0.3778, 7.0)
    """
    total, a, b, both = (int(column.sum()) for column in counts.T)
    least, chances = _number_of_both(counts)
    values = least + np.arange(len(chances))
    cumulated = np.cumsum(chances)
    tail = (1 - confidence) / 2
    seen = float(chances[both - least])
    odds, low, high = _common_odds(counts, confidence)
    expected = float(values @ chances)
    return {
        "nb_communes": int(total),
        "nb_a": int(a),
        "nb_b": int(b),
        "nb_les_deux": int(both),
        "nb_a_seul": int(a - both),
        "nb_b_seul": int(b - both),
        "nb_aucun": int(total - a - b + both),
        "nb_les_deux_attendu": expected,
        "nb_les_deux_attendu_bas": int(values[int(np.searchsorted(cumulated, tail))]),
        "nb_les_deux_attendu_haut": int(values[min(int(np.searchsorted(cumulated, 1 - tail)), len(values) - 1)]),
        "rapport_au_hasard": both / expected if expected else math.nan,
        "rapport_de_cotes": odds,
        "rapport_de_cotes_bas": low,
        "rapport_de_cotes_haut": high,
        "p_valeur": min(1.0, float(chances[chances <= seen * (1 + 1e-9)].sum())),
    }


def _number_of_both(counts: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the least number of communes of both programmes, and the chance of that number and of each next one.

    Within a stratum the number is hypergeometric; strata are independent, so their chances are convolved.
    """
    from scipy.stats import hypergeom

    start, chances = 0, np.ones(1)
    for total, a, b in counts[:, :3].tolist():
        low, high = max(0, a + b - total), min(a, b)
        chances = np.convolve(chances, hypergeom.pmf(np.arange(low, high + 1), total, a, b))
        start += int(low)
    return start, chances / chances.sum()


def _common_odds(counts: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return the Mantel-Haenszel odds ratio of the strata and its interval; missing where it is not identified."""
    from scipy.stats import norm

    total, a, b, both = counts.T.astype(float)
    neither = total - a - b + both
    r, s = both * neither / total, (a - both) * (b - both) / total
    if not r.sum() or not s.sum():
        return math.nan, math.nan, math.nan
    p, q = (both + neither) / total, (a + b - 2 * both) / total
    variance = (p @ r) / (2 * r.sum() ** 2) + (p @ s + q @ r) / (2 * r.sum() * s.sum()) + (q @ s) / (2 * s.sum() ** 2)
    odds, half = r.sum() / s.sum(), norm.ppf((1 + confidence) / 2) * math.sqrt(variance)
    return float(odds), float(odds * math.exp(-half)), float(odds * math.exp(half))
