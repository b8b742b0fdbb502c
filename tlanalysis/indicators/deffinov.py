"""DEFFINOV coverage: what sources attest, what they say in part, and what we did not find.

The announcement of the call says how many régions took part, not which. National totals (projects, places, training
bodies, départements) are known without their regional split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded, territories
from tlanalysis.data.evidence import observations, public_since
from tlanalysis.indicators.place_rates import per_inhabitant
from tlanalysis.indicators.sharp_bounds import bounds

if TYPE_CHECKING:
    import pandas as pd

STATUSES = ("atteste", "probable", "partage", "inconnu")


def deffinov_regions(*, as_of: When | None = None) -> pd.DataFrame:
    """Return what is known of each of the 18 régions: one row per région.

    `statut` is `atteste` (a source ties the région to the call by name), `probable` (same purpose and funds, name not
    printed), `partage` (named only within a group of régions) or `inconnu` (we found no source, which does not show
    absence). The announcement says how many of the 18 took part: `attrs["nb_repondantes"]`, missing before that page.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `code_region, nom_region, population, statut, nb_projets, nb_projets_nature` (`exact`, `environ`, missing),
        `enveloppe_eur` (of the call or of the State, the largest), `enveloppe_etat_eur` (money of the State),
        `subvention_max_eur, nb_projets_nommes, nb_sources`. Missing means that we found no figure.

    See Also
    --------
    deffinov_bounds : How many projects each can hold.
    plot_deffinov_regions : Chart of the answer.

    Examples
    --------
    >>> len(deffinov_regions())
    18
    """
    import pandas as pd

    rows = observations(as_of=as_of)
    facts = rows[rows["indicateur"].str.startswith("deffinov_")]
    projects = _public_projects(as_of)
    named = projects[projects["certitude"] == "atteste"].groupby("code_region").size()
    shared = {code[1:] for listed in facts["territoires"].dropna() for code in listed.split(";")}
    table = territories.regions()[["code_region", "nom_region", "population"]]
    records = [_region_facts(facts[facts["territoire"] == f"R{code}"], code in shared) for code in table["code_region"]]
    table = pd.concat([table, pd.DataFrame(records, index=table.index)], axis=1)
    table["nb_projets_nommes"] = table["code_region"].map(named).fillna(0).astype("Int64")
    dtypes = {
        "nb_projets": "Int64",
        "enveloppe_eur": "Int64",
        "enveloppe_etat_eur": "Int64",
        "subvention_max_eur": "Int64",
        "nb_sources": "Int64",
    }
    table = stamp(table.astype(dtypes), facts, projects, inputs=["observations", "regions", "deffinov_projets"])
    table.attrs["enveloppe_nationale_eur"] = float(
        facts.loc[facts["indicateur"] == "deffinov_enveloppe_nationale_eur", "valeur"].max()
    )
    table.attrs["nb_repondantes"] = national_number("deffinov_regions_repondantes", as_of)
    return table


def national_number(indicator: str, as_of: When | None) -> int | None:
    """Return the largest number that a page prints for France, None when no page had printed one by that day."""
    said = observations(indicator, "FR", as_of=as_of)["valeur"].dropna()
    return None if said.empty else int(said.max())


def _public_projects(as_of: When | None) -> pd.DataFrame:
    """Return the projects that a page had named by a day; without a day, all projects."""
    projects = embedded.load("deffinov_projets")
    if as_of is None:
        return projects
    day = periods.last_day(as_of)
    public = [public_since(text) <= day for text in projects["date_publication"]]
    return projects.loc[public].reset_index(drop=True)


def _region_facts(facts: pd.DataFrame, shared: bool) -> dict[str, object]:
    def largest(*indicators: str) -> float:
        return facts.loc[facts["indicateur"].isin(indicators), "valeur"].max()

    took_part = set(facts["indicateur"])
    status = (
        "atteste"
        if "deffinov_participation" in took_part
        else "probable"
        if "deffinov_participation_probable" in took_part
        else "partage"
        if shared
        else "inconnu"
    )
    projects = facts[facts["indicateur"] == "deffinov_projets"]
    return {
        "statut": status,
        "nb_projets": projects["valeur"].max(),
        "nb_projets_nature": None if projects.empty else _exactness(projects),
        "enveloppe_eur": largest("deffinov_enveloppe_appel_eur", "deffinov_enveloppe_etat_eur"),
        "enveloppe_etat_eur": largest("deffinov_enveloppe_etat_eur"),
        "subvention_max_eur": largest("deffinov_subvention_max_eur"),
        "nb_sources": facts["source"].nunique(),
    }


def _exactness(counts: pd.DataFrame) -> str:
    """Return `exact` when a source prints the number without "nearly" or "more than", else `environ`."""
    bare = counts["valeur_bas"].isna() & counts["valeur_haut"].isna()
    return "exact" if bare.any() else "environ"


def deffinov_projects(*, level: float = 0.95, as_of: When | None = None) -> pd.DataFrame:
    """Return projects per million inhabitants where a count is published, and what remains out of 204 for all others.

    Intervals are exact Poisson (Garwood): what a process of the same intensity could have given, not doubt about the
    count. The national total and the remainder are rows too (`territoire` `FR` and `reste`).

    Parameters
    ----------
    level : float
        Level of the intervals.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `territoire` (`R52`, a group such as `R01;R02;R03`, `FR`, `reste`), `nom`, `population`, `nb_projets`,
        `nature_nombre` (`exact`, `environ`, `difference`), `taux_pour_million`, `taux_bas_pour_million`,
        `taux_haut_pour_million`. In `attrs`, `est_minimum` is whether a page says "more than" the total, `declares` the
        codes whose exact number a winner says.

    Raises
    ------
    BadInput
        When no national total is published by that day.

    See Also
    --------
    deffinov_bounds : Bounds for every région.
    plot_deffinov_projects : Chart of the answer.

    Examples
    --------
    >>> {"FR", "reste"} <= set(deffinov_projects()["territoire"])
    True
    """
    import pandas as pd

    rows = observations("deffinov_projets", as_of=as_of)
    national = rows.loc[rows["territoire"] == "FR", "valeur"].dropna()
    if national.empty:
        raise BadInput(f"no national number of DEFFINOV projects was published by {as_of}.")
    known = rows[rows["territoire"] != "FR"].copy()
    known["territoire"] = known["territoire"].fillna(known["territoires"])
    records = [
        (
            codes,
            territories_named(codes),
            *territories.population(codes.split(";")),
            int(group["valeur"].max()),
            _exactness(group),
        )
        for codes, group in known.groupby("territoire")
    ]
    france, total = territories.territory("FR"), int(national.max())
    columns = ["territoire", "nom", *territories.POPULATION, "nb_projets", "nature_nombre"]
    held = pd.DataFrame(records, columns=columns)
    all_people = (france.population, france.population_low, france.population_high)
    left = [most - int(held[name].sum()) for most, name in zip(all_people, territories.POPULATION, strict=True)]
    records.append(("reste", "reste", left[0], left[1], left[2], total - int(held["nb_projets"].sum()), "difference"))
    records.append(("FR", france.name, *all_people, total, "exact"))
    table = pd.DataFrame(records, columns=columns)
    table = table.join(per_inhabitant(table["nb_projets"], table, level, per=1e6, unit="million"))
    table = table.sort_values("taux_pour_million", ascending=False, ignore_index=True)
    table = stamp(table, rows, territories.regions(), inputs=["observations", "regions"])
    declared = known.groupby("territoire")["nature"].agg(lambda natures: set(natures) == {"declare"})
    exact = held.loc[held["nature_nombre"] == "exact", "territoire"]
    table.attrs |= {
        "est_minimum": is_minimum(rows),
        "declares": sorted(code for code in exact if declared[code]),
    }
    return table


def is_minimum(rows: pd.DataFrame) -> bool:
    """Return whether a page says "more than" the national number of projects."""
    national = rows[rows["territoire"] == "FR"]
    return bool((national["valeur_bas"] == national["valeur"].max()).any())


def territories_named(codes: str) -> str:
    """Return the names of one or several territories, joined: `R01;R02` -> "Guadeloupe, Martinique"."""
    return ", ".join(territories.territory(code).name for code in codes.split(";"))


def deffinov_population(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the least and the most of the population that the covered départements can hold.

    85 of the 101 départements are said to be covered, without a list. The least is the 85 smallest, the most the 85
    largest; each is tightened by the départements where a source names a project, which must be among the 85. The
    bounds are attained: no assumption is made. The source does not say how it counts (Saint-Martin, 978, has a
    project but is not a département).

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        One row per `connaissance`: `nombre` (85 known only), `atteste` (with attested départements),
        `probable` (with probable ones too); `nb_nommes`, `population_bas, population_haut, part_bas,
        part_haut` (of the population of France). In `attrs`, `nb_couverts` is the number taken, the least that a page
        gives, and `nb_couverts_max` the largest.

    Raises
    ------
    BadInput
        When no number of départements is published by that day.

    See Also
    --------
    plot_deffinov_population : Chart of the answer.

    Examples
    --------
    >>> deffinov_population()["connaissance"].tolist()
    ['nombre', 'atteste', 'probable']
    """
    import pandas as pd

    rows = observations("deffinov_departements", "FR", as_of=as_of)
    if rows.empty:
        raise BadInput(f"no number of départements covered by DEFFINOV was published by {as_of}.")
    # Another page says "every département": the least number is what both pages support.
    size = int(rows["valeur"].min())
    people = territories.departements().set_index("code_departement")["population"].astype(int)
    projects = _public_projects(as_of)
    projects = projects[projects["code_departement"].isin(people.index)]
    attested = set(projects.loc[projects["certitude"] == "atteste", "code_departement"])
    levels = {"nombre": set(), "atteste": attested, "probable": set(projects["code_departement"])}
    records = []
    for name, inside in levels.items():
        low, high = _reached(people, inside, size)
        records.append((name, len(inside), low, high, low / people.sum(), high / people.sum()))
    columns = ["connaissance", "nb_nommes", "population_bas", "population_haut", "part_bas", "part_haut"]
    table = pd.DataFrame(records, columns=columns)
    inputs = ["observations", "departements", "deffinov_projets"]
    table = stamp(table, rows, projects, territories.departements(), inputs=inputs)
    table.attrs |= {
        "nb_couverts": size,
        "nb_couverts_max": int(rows["valeur"].max()),
        "nb_departements": len(people),
    }
    return table


def _reached(people: pd.Series, inside: set[str], size: int) -> tuple[int, int]:
    """Return the least and the most inhabitants of `size` of the territories when `inside` must be among them."""
    import pandas as pd

    if len(inside) > size:
        raise BadInput(f"{len(inside)} départements are named, more than the {size} that are covered.")
    covered = [1.0 if code in inside else None for code in people.index]
    known = pd.DataFrame({"territoire": people.index, "valeur": covered, "valeur_haut": 1.0})
    found = bounds(known, size, of={"population": people.astype("float64").to_dict()}).loc[0]
    return int(found["borne_basse"]), int(found["borne_haute"])
