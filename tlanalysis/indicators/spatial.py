"""Whether neighbouring départements are alike: Moran's I, national and local, through PySAL.

Neighbours are the départements that share a land border (`territories.neighbours`). The five overseas départements have
none: they are left out of every statistic, counted, and shown as such; the two of Corse only have each other.
"""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from tlanalysis.core.errors import BadInput
from tlanalysis.core.extras import missing
from tlanalysis.core.provenance import stamp
from tlanalysis.data import territories
from tlanalysis.indicators.input_checks import by_code

if TYPE_CHECKING:
    import pandas as pd

PERMUTATIONS = 9999
CLUSTERS = ("haut_haut", "bas_bas", "haut_bas", "bas_haut", "indistinct", "sans_voisin")
_QUADRANTS = {1: "haut_haut", 2: "bas_haut", 3: "bas_bas", 4: "haut_bas"}  # PySAL's numbering


def moran(
    table: pd.DataFrame, values: list[str] | None = None, *, permutations: int = PERMUTATIONS, seed: int = 0
) -> pd.DataFrame:
    """Return Moran's I of places per inhabitant, or of other columns: one row per measure.

    For `nb_lieux` the rates are first put on one scale of chance (Assunção and Reis, Statistics in Medicine 18, 1999,
    2147-2162): raw rates vary more where few people live, which alone would look like a pattern. Weights are equal
    among the neighbours of a département. The p-value is two-sided: how often values dealt out at random among the
    same départements lie as far from what is expected.

    Parameters
    ----------
    table : DataFrame
        One row per département: `code` and the columns to look at; `nb_lieux` needs `population` too.
    values : list of str, optional
        Columns; by default ``["nb_lieux"]``.
    permutations : int
        Random deals.
    seed : int
        Their start.

    Returns
    -------
    DataFrame
        `mesure, i, i_attendu, i_hasard_bas, i_hasard_haut` (95 % of the random deals), `p_valeur, nb_territoires,
        nb_sans_voisin, nb_inconnus`.

    Raises
    ------
    BadInput
        PySAL is not installed; a code is no département; a column is missing or the same everywhere; a département
        has no population.

    See Also
    --------
    local_moran : Where alike values gather.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> len(tl.moran(tl.rates("tiers_lieux"), permutations=99))
    1
    """
    import pandas as pd

    esda, _ = _pysal()
    _check_permutations(permutations)
    rng = np.random.default_rng(seed)
    records = []
    for name in values or ["nb_lieux"]:
        rows, weights, apart = _neighbourhood(table, name)
        y = _standardised(rows, weights, name)
        found = esda.Moran(y, weights, permutations=0)
        dealt = _dealt(y, weights, permutations, rng)
        # A deal that gives the value of the map itself counts, also when it differs in its last digits.
        away = np.abs(dealt - dealt.mean()) >= abs(found.I - dealt.mean()) * (1 - 1e-9)
        low, high = np.quantile(dealt, [0.025, 0.975])
        records.append(
            (name, found.I, found.EI, low, high, (away.sum() + 1) / (permutations + 1), len(rows), *apart.values())
        )
    columns = ["mesure", "i", "i_attendu", "i_hasard_bas", "i_hasard_haut", "p_valeur", "nb_territoires"]
    result = pd.DataFrame(records, columns=[*columns, "nb_sans_voisin", "nb_inconnus"])
    return stamp(result, table, inputs=[*table.attrs.get("inputs", []), "departements"])


def _dealt(y: np.ndarray, weights: Any, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Return Moran's I of randomly permuted values; PySAL's own permutations use the global generator of NumPy."""
    z = y - y.mean()
    deals = np.array([rng.permutation(z) for _ in range(permutations)])
    return ((weights.sparse @ deals.T).T * deals).sum(axis=1) * len(z) / (weights.s0 * (z @ z))


def local_moran(
    table: pd.DataFrame, value: str = "nb_lieux", *, fdr: float = 0.05, permutations: int = PERMUTATIONS, seed: int = 0
) -> pd.DataFrame:
    """Return, for each département, whether it and its neighbours are alike beyond chance (local Moran).

    The hundred tests are made together: Benjamini and Hochberg's rule keeps the expected share of false alarms under
    `fdr`.

    Parameters
    ----------
    table, permutations, seed
        As for `moran`.
    value : str
        Column.
    fdr : float
        Share of false alarms that is accepted.

    Returns
    -------
    DataFrame
        One row per row of `table`: `territoire` or `code`, `nom`, `value`, `i_local, p_valeur, p_ajustee, groupe`
        (one of `CLUSTERS`; missing where the value is).

    Raises
    ------
    BadInput
        As `moran`.

    See Also
    --------
    moran : One number for the whole map.
    plot_local_moran : Map of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> len(tl.local_moran(tl.rates("tiers_lieux"), permutations=99))
    101
    """
    from scipy import stats

    esda, _ = _pysal()
    _check_permutations(permutations)
    if not 0 < fdr < 1:
        raise BadInput(f"fdr is {fdr}: the share of false alarms that is accepted lies between 0 and 1, e.g. 0.05.")
    table = table if table.index.is_unique else table.reset_index(drop=True)
    rows, weights, apart = _neighbourhood(table, value)
    y = _standardised(rows, weights, value)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The alternative hypothesis", category=DeprecationWarning)
        found = esda.Moran_Local(y, weights, permutations=permutations, seed=seed)
    # Two-sided p-value from the permutations themselves: PySAL announces a change of its own.
    deals, here = found.rlisas, np.asarray(found.Is)[:, None]
    tail = np.minimum((deals >= here).sum(axis=1), (deals <= here).sum(axis=1))
    p = np.minimum(1.0, 2 * (tail + 1) / (permutations + 1))
    adjusted = stats.false_discovery_control(p)
    named = [column for column in ("territoire", "code", "nom", "population", value) if column in table]
    result = table[list(dict.fromkeys(named))].copy()
    for name, values in {"i_local": found.Is, "p_valeur": p, "p_ajustee": adjusted}.items():
        result.loc[rows.index, name] = values
    groups = np.array([_QUADRANTS[q] for q in found.q])
    result["groupe"] = None
    result.loc[rows.index, "groupe"] = np.where(adjusted <= fdr, groups, "indistinct")
    alone = table[value].notna() & ~table.index.isin(rows.index)
    result.loc[alone, "groupe"] = "sans_voisin"
    result = stamp(result, table, inputs=[*table.attrs.get("inputs", []), "departements"])
    low, high = np.quantile(_dealt(y, weights, permutations, np.random.default_rng(seed)), [0.025, 0.975])
    result.attrs |= {"fdr": fdr, "mesure": value, **apart}
    result.attrs |= {"i": float(esda.Moran(y, weights, permutations=0).I)}
    result.attrs |= {"i_hasard_bas": float(low), "i_hasard_haut": float(high)}
    result.attrs |= {key: table.attrs[key] for key in ("type", "jeu") if key in table.attrs}
    return result


def _pysal() -> tuple[ModuleType, ModuleType]:
    with warnings.catch_warnings():
        # PySAL's progress bar warns about missing widgets and prints a path of this machine; we show no bar.
        warnings.filterwarnings("ignore", message="IProgress not found")
        try:
            import esda
            import libpysal
        except ModuleNotFoundError as error:
            raise missing(error) from error
    return esda, libpysal


def _check_permutations(permutations: int) -> None:
    if permutations < 1:
        raise BadInput(f"permutations is {permutations}: a test needs at least one, and 999 or more to be read.")


def _neighbourhood(table: pd.DataFrame, value: str) -> tuple[pd.DataFrame, Any, dict[str, int]]:
    """Return the rows that have a value and a neighbour with one, their weights, and how many have not."""
    import pandas as pd

    _, libpysal = _pysal()
    if lacking := [name for name in ("code", value) if name not in table]:
        raise BadInput(f"this table has no column {lacking[0]}: one row per département, with its code, is needed.")
    borders = _borders()
    if odd := [str(code) for code in table["code"] if code not in borders]:
        raise BadInput(f"{', '.join(odd[:8])}: no département has this code; neighbours are known by département only.")
    numbers = pd.to_numeric(table[value], errors="coerce").astype("float64")
    if (odd_values := table[value].notna() & ~np.isfinite(numbers)).any():
        named = ", ".join(table.loc[odd_values, "code"].astype(str).head(8))
        raise BadInput(f"{named}: {value} is no finite number there; leave these rows out, or make them missing.")
    if repeated := sorted(set(table.loc[table["code"].duplicated(), "code"])):
        raise BadInput(f"{', '.join(repeated[:8])}: several rows have this code; one row per département is needed.")
    known = by_code(table[table[value].notna()])
    held = set(known["code"])
    links = {code: [other for other in borders[code] if other in held] for code in known["code"]}
    rows = known[[bool(links[code]) for code in known["code"]]]
    if len(rows) < 3:
        raise BadInput(f"{len(rows)} départements have a value and a neighbour that has one: too few to compare.")
    weights = libpysal.weights.W(
        {code: links[code] for code in rows["code"]}, id_order=list(rows["code"]), silence_warnings=True
    )
    weights.transform = "r"
    apart = {"nb_sans_voisin": len(known) - len(rows), "nb_inconnus": len(table) - len(known)}
    return rows, weights, apart


def _borders() -> dict[str, list[str]]:
    frame = territories.departements()
    listed = frame["voisins"].fillna("")
    return {code: text.split(";") if text else [] for code, text in zip(frame["code_departement"], listed, strict=True)}


def _standardised(rows: pd.DataFrame, weights: Any, value: str) -> np.ndarray:
    esda, _ = _pysal()
    y = rows[value].astype("float64").to_numpy()
    if len(np.unique(y)) < 2:
        raise BadInput(f"{value} is the same everywhere: it has no pattern.")
    if value != "nb_lieux":
        return y
    people = rows["population"].astype("float64")
    if not (people > 0).all():
        raise BadInput(f"{', '.join(rows.loc[~(people > 0), 'code'])}: no population; a rate needs one.")
    return np.asarray(esda.Moran_Rate(y, people.to_numpy(), weights, permutations=0).y).ravel()
