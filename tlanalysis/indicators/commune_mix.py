"""Places by class of commune: where they stand beside where people live.

The embedded table `communes_classes` holds the counts of the lists we hold, so that a user fetches nothing. For any
other list the classes come from the fetched files of the communes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.provenance import inputs_of, stamp
from tlanalysis.data import commune_classes, embedded, territories
from tlanalysis.data.reference_files import POPULATIONS
from tlanalysis.indicators.homogeneity import equal_rates
from tlanalysis.indicators.intervals import clopper_pearson, garwood
from tlanalysis.lists.cells.commune_names import present_communes, today_code

if TYPE_CHECKING:
    import pandas as pd

PER = 1e5
# Classification -> column of the table of communes that holds it.
COLUMNS = {
    "densite": "densite",
    "famille_densite": "famille_densite",
    "ruralite": "ruralite",
    "centralite": "centralite",
    "taille": "taille",
    "qpv": "est_avec_qpv",
}
OVERLAPPING = "programme"  # a commune may have several programmes: they are no classes of one whole
WHOLE = "ensemble"  # row of the counts: all communes whose class and inhabitants are known
BY_DEPARTEMENT = ("famille_densite", "qpv", OVERLAPPING)  # whose counts are held by département too
LISTS_TABLE = "communes_listes"  # what became of the places of each list we hold
_OUTSIDE = ("sans_commune", "commune_inconnue", "population_inconnue")
LEVELS = ("france", "region", "departement")


def cross(
    places: str | Sequence[str] | pd.DataFrame,
    by: str = "densite",
    level: str = "france",
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Return where places stand and where people live: one row per list, territory and class of commune.

    Parameters
    ----------
    places : str, sequence of str, or DataFrame
        A list we hold (see `lists_by_class`), several of them, or one row per place with `code_commune` (INSEE, text),
        e.g. `tl.clean(file).places`; the last needs the files of `tl.communes`.
    by : {"densite", "famille_densite", "ruralite", "centralite", "taille", "qpv", "programme"}
        Classification of communes. Programmes overlap, so the shares of ``by="programme"`` do not add up to one.
    level : {"france", "region", "departement"}
        Territories.
    confidence : float
        Level of the intervals.
    seed : int
        Of the draws of the test of all classes together.

    Returns
    -------
    DataFrame
        `type, territoire, classement, classe, nom_fr, nom_en, nb_communes, population, part_population, nb_lieux,
        part_lieux, part_lieux_bas, part_lieux_haut` (Clopper-Pearson), `taux_pour_100k, taux_bas_pour_100k,
        taux_haut_pour_100k` (Garwood), `rapport_aux_habitants, rapport_aux_habitants_bas,
        rapport_aux_habitants_haut` (share of places over share of inhabitants, which is also the rate of the class over
        that of the territory), `p_valeur` (exact binomial test that places fall on the class in proportion to
        inhabitants), `p_ajustee` (Benjamini and Hochberg, over the classes of the territory).

        The class `inconnue` holds the places whose commune, class or number of inhabitants is not known (Mayotte); it
        has no share and no rate, and the shares leave it out. `attrs["hors_table"]` says, per list, how many places
        have no commune, a commune that is not in the table, or one without a number of inhabitants. At the level
        France, for classes that do not overlap, `attrs["tests"]` is, per list, the test of all classes together
        (`chi2`, `ddl`, `p_valeur`).

    Raises
    ------
    BadInput
        An unknown list, classification or level, no list at all, or no column `code_commune`.
    SourceError
        Files of the communes that have not been fetched, for a list of one's own.

    See Also
    --------
    overlap : Two programmes in the same communes.
    nearness : Inhabitants near a place, by class.

    Examples
    --------
    >>> table = cross("fabriques_de_territoire", "famille_densite")
    >>> int(table["nb_lieux"].sum())
    382
    """
    import pandas as pd

    _check_choice(by, [*COLUMNS, OVERLAPPING], "classification")
    _check_choice(level, LEVELS, "level")
    tables = [LISTS_TABLE, "communes_classes"]
    if isinstance(places, pd.DataFrame):
        from tlanalysis.tables.commune_table import communes

        homes = communes()
        counted = {"lieux": count_by_class(homes, places, [by])}
        outside = {"lieux": outside_of(homes, places)}
        tables, files = inputs_of(places), _files(by, set(counted["lieux"]["classe"]))
    else:
        names = [places] if isinstance(places, str) else list(dict.fromkeys(places))
        if not names:
            raise BadInput(f"no list to cross: name one of {', '.join(lists_by_class())}.")
        counted = {name: _held(name, by, level) for name in names}
        outside = {name: outside_held(name) for name in names}
        files = [*(files_of_list(name) for name in names), *_files(by, set(counted[names[0]]["classe"]))]
    initial = {"france": "F", "region": "R", "departement": "D"}[level]
    parts = [
        _compared(counts[counts["territoire"].str.startswith(initial)], confidence).assign(type=name)
        for name, counts in counted.items()
    ]
    table = _named(pd.concat(parts, ignore_index=True), by, list(counted))
    territory_tables = [] if level == "france" else ["departements", "regions"]
    origin = [places] if isinstance(places, pd.DataFrame) else []
    sources = commune_classes.sources([*files, *territory_tables])
    table = stamp(table, *origin, sources, inputs=[*tables, "communes", *territory_tables])
    table.attrs |= {"types": list(counted), "classement": by, "niveau": level, "hors_table": outside}
    table.attrs["confiance"] = confidence
    if level == "france" and by != OVERLAPPING:
        table.attrs["tests"] = {name: _test(table[table["type"] == name], seed) for name in counted}
    return table


def _named(table: pd.DataFrame, by: str, types: list[str]) -> pd.DataFrame:
    names = commune_classes.classes(by)[["classe", "ordre", "nom_fr", "nom_en"]]
    table = table.merge(names, on="classe", how="left", validate="m:1")
    unknown = table["classe"] == commune_classes.UNKNOWN
    table.loc[unknown, ["nom_fr", "nom_en"]] = ["Commune ou population inconnue", "Commune or population unknown"]
    ranked = table.assign(rang=table["type"].map(types.index))
    ranked = ranked.sort_values(["rang", "territoire", "ordre"], kind="stable", na_position="last")
    return ranked[_COLUMNS].reset_index(drop=True)


def _test(table: pd.DataFrame, seed: int) -> dict[str, float]:
    """Return the test that places fall on the classes in proportion to inhabitants; missing without a place."""
    whole = table[~table["classe"].eq(commune_classes.UNKNOWN)]
    if not whole["nb_lieux"].sum():
        return dict.fromkeys(("chi2", "ddl", "p_valeur"), np.nan)
    test = equal_rates(whole[["nb_lieux", "population"]].reset_index(drop=True), seed=seed).iloc[0]
    return {key: float(test[key]) for key in ("chi2", "ddl", "p_valeur")}


def _files(by: str, classes: set[str]) -> list[str]:
    """Return the open files and embedded tables behind a classification; of the programmes, those that were counted."""
    if by == OVERLAPPING:
        used = [file for name, file in commune_classes.PROGRAMMES.items() if name in classes]
    else:
        used = commune_classes.FILES_OF[by]
    return ["communes", POPULATIONS, *used]


def files_of_list(name: str) -> str:
    """Return the open file that a list we hold is read from."""
    table = embedded.load(LISTS_TABLE).set_index("type")
    return str(table.loc[name, "jeu"])


def outside_held(name: str) -> dict[str, int]:
    """Return what `outside_of` says of a list we hold."""
    row = embedded.load(LISTS_TABLE).set_index("type").loc[name]
    return {key: int(row[f"nb_{key}"]) for key in _OUTSIDE}


def outside_of(homes: pd.DataFrame, places: pd.DataFrame) -> dict[str, int]:
    """Return how many places stand in no commune with inhabitants, by reason.

    The reasons are `sans_commune`, `commune_inconnue` and `population_inconnue`.

    Parameters
    ----------
    homes : DataFrame
        What `tl.communes()` returns.
    places : DataFrame
        One row per place, with `code_commune`.
    """
    code = _codes(places)
    listed, known = homes["code_commune"], homes.loc[homes["population"].notna(), "code_commune"]
    counts = (code.isna(), code.notna() & ~code.isin(listed), code.isin(listed) & ~code.isin(known))
    return dict(zip(_OUTSIDE, (int(count.sum()) for count in counts), strict=True))


def names_of_communes() -> dict[str, str]:
    """Return the name of each commune of today and of each arrondissement."""
    return {code: name for code, name, _ in present_communes()}


def _codes(places: pd.DataFrame) -> pd.Series:
    """Return the commune of today of each place."""
    from pandas.api.types import is_numeric_dtype

    if "code_commune" not in places:
        raise BadInput("these places have no column code_commune: clean the list first, or name its column so.")
    for name in {"code_commune", "code_departement"} & set(places):
        if places[name].notna().any() and is_numeric_dtype(places[name]):
            raise BadInput(f"{name} holds numbers: codes are text, such as 01004 or 2A; read the list with dtype=str.")
    return places["code_commune"].map(today_code, na_action="ignore")


_MEASURES = [
    "part_population",
    *(f"part_lieux{end}" for end in ("", "_bas", "_haut")),
    *(f"taux_{end}pour_100k" for end in ("", "bas_", "haut_")),
    *(f"rapport_aux_habitants{end}" for end in ("", "_bas", "_haut")),
    "p_valeur",
    "p_ajustee",
]
_COLUMNS = [
    "type",
    "territoire",
    "classement",
    "classe",
    "nom_fr",
    "nom_en",
    "nb_communes",
    "population",
    "part_population",
]
_COLUMNS += ["nb_lieux", *_MEASURES[1:]]


def lists_by_class() -> list[str]:
    """Return the lists whose places are counted by class of commune."""
    return embedded.load("communes_classes")["type"].unique().tolist()


def _check_choice(value: str, known: list[str] | tuple[str, ...], what: str) -> None:
    if value not in known:
        raise BadInput(f"no {what} called {value!r}{did_you_mean(value, known)}: it is one of {', '.join(known)}.")


def _held(name: str, by: str, level: str) -> pd.DataFrame:
    _check_choice(name, lists_by_class(), "list")
    if level == "departement" and by not in BY_DEPARTEMENT:
        raise BadInput(
            f"the counts of {name} by {by} are held for France and the régions, and by {', '.join(BY_DEPARTEMENT)} for "
            "the départements: give the cleaned list instead of its name."
        )
    table = embedded.load("communes_classes")
    return table[(table["type"] == name) & (table["classement"] == by)].drop(columns="type")


def count_by_class(homes: pd.DataFrame, places: pd.DataFrame, classifications: list[str]) -> pd.DataFrame:
    """Return communes, inhabitants and places of each class, in France, each région and each département.

    Parameters
    ----------
    homes : DataFrame
        What `tl.communes()` returns.
    places : DataFrame
        One row per place, with `code_commune`; an arrondissement or a former commune counts for the commune of today.
    classifications : list of str
        See `cross`.

    Returns
    -------
    DataFrame
        `territoire, classement, classe, nb_communes, population, nb_lieux`; classes without a commune have no row. The
        class `ensemble` is all communes whose class and inhabitants are known; the class `inconnue` counts the places
        of the territory that stand in none of them, and has no commune and no population.
    """
    import pandas as pd

    code = _codes(places)
    homes = homes.assign(nb_lieux=homes["code_commune"].map(code.value_counts()).fillna(0).astype(int))
    known = homes[homes["population"].notna()]
    everywhere = _places_by_territory(places, code, homes)
    parts = []
    for classification in classifications:
        labelled, placed = _labelled(known, classification)
        sums = pd.concat([_sums(labelled), _sums(placed.assign(classe=WHOLE))])
        inside = sums.loc[sums["classe"] == WHOLE].set_index("territoire")["nb_lieux"]
        rest = everywhere - inside.reindex(everywhere.index, fill_value=0)
        unknown = pd.DataFrame({"territoire": rest.index, "nb_lieux": rest.to_numpy()})
        unknown = unknown[unknown["territoire"].isin(inside.index) | (unknown["nb_lieux"] > 0)]
        unknown = unknown.assign(classe=commune_classes.UNKNOWN, nb_communes=0, population=0)
        parts.append(pd.concat([sums, unknown]).assign(classement=classification))
    table = pd.concat(parts, ignore_index=True)
    order = ["territoire", "classement", "classe", "nb_communes", "population", "nb_lieux"]
    return table[order].astype({"nb_communes": int, "population": int, "nb_lieux": int})


def _labelled(homes: pd.DataFrame, classification: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the communes with their class (several rows for several programmes), and those whose class is known."""
    import pandas as pd

    if classification == OVERLAPPING:
        flags = {name: homes[f"est_{name}"] for name in commune_classes.PROGRAMMES}
        named = [homes[flag.fillna(False)].assign(classe=name) for name, flag in flags.items() if flag.notna().any()]
        return pd.concat([homes.iloc[:0].assign(classe=""), *named]), homes
    labels = homes[COLUMNS[classification]]
    if classification == "qpv":
        labels = labels.map({True: "avec", False: "sans"}).astype("str")
    labelled = homes.assign(classe=labels)[labels.notna()]
    return labelled, labelled


def _sums(homes: pd.DataFrame) -> pd.DataFrame:
    """Return communes, inhabitants and places by territory of the three levels and by class."""
    import pandas as pd

    keys = ["FR", "R" + homes["code_region"], "D" + homes["code_departement"]]
    counted = homes[["classe", "population", "nb_lieux"]].assign(nb_communes=1)
    parts = [counted.assign(territoire=key) for key in keys]
    return pd.concat(parts).groupby(["territoire", "classe"], sort=False, as_index=False).sum()


def _places_by_territory(places: pd.DataFrame, code: pd.Series, homes: pd.DataFrame) -> pd.Series:
    """Return how many places stand in each territory, those without a commune included."""
    import pandas as pd

    departement = code.map(dict(zip(homes["code_commune"], homes["code_departement"], strict=True)))
    if "code_departement" in places:  # of the places whose commune is not known
        departement = departement.fillna(places["code_departement"].astype("str"))
    region = departement.map(territories.regions_by_departement())
    counts = {"FR": len(places)}
    for level, codes in (("region", region), ("departement", departement)):
        found = codes.value_counts()
        counts |= {level[0].upper() + one: int(found.get(one, 0)) for one in territories.table(level)["code"]}
    return pd.Series(counts)


def _compared(counts: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return the counts with shares, rates, ratios, intervals and tests; those of a territory are compared together."""
    whole = counts["classe"] == WHOLE  # no row where no number of inhabitants is known (Mayotte)
    sums = counts[whole].groupby("territoire")[["population", "nb_lieux"]].sum()
    totals = {row.Index: (float(row.population), int(row.nb_lieux)) for row in sums.itertuples()}
    table = counts[~whole].reset_index(drop=True)
    people, number = table["population"].to_numpy(float), table["nb_lieux"].to_numpy(int)
    values = {name: np.full(len(table), np.nan) for name in _MEASURES}
    classed = (table["classe"] != commune_classes.UNKNOWN).to_numpy() & (people > 0)
    for territory, rows in table.groupby("territoire", sort=False).indices.items():
        if territory in totals:
            _compare(values, rows[classed[rows]], people, number, *totals[territory], confidence)
    return table.assign(**values)


def _compare(
    values: dict[str, np.ndarray],
    rows: np.ndarray,
    people: np.ndarray,
    number: np.ndarray,
    everybody: float,
    every_place: int,
    confidence: float,
) -> None:
    """Fill the measures of the classes of one territory, whose inhabitants and places are given in all."""
    from scipy.stats import binomtest, false_discovery_control

    for at in rows:
        count, expected = int(number[at]), people[at] / everybody
        values["part_population"][at] = expected
        for name, value in zip(("", "bas_", "haut_"), (count, *garwood(count, confidence)), strict=True):
            values[f"taux_{name}pour_100k"][at] = value / people[at] * PER
        if every_place:
            bounds = (count / every_place, *clopper_pearson(count, every_place, confidence))
            for name, value in zip(("", "_bas", "_haut"), bounds, strict=True):
                values[f"part_lieux{name}"][at] = value
                values[f"rapport_aux_habitants{name}"][at] = value / expected
            values["p_valeur"][at] = binomtest(count, every_place, expected).pvalue
    if every_place and len(rows):
        values["p_ajustee"][rows] = false_discovery_control(values["p_valeur"][rows])
