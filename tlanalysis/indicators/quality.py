"""The evidence we hold and lack: figures by nature, perimeters over time, gaps, and the outcome of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core import periods
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import embedded, territories
from tlanalysis.data.evidence import MEASURES, NATURES, observations
from tlanalysis.indicators.deffinov import deffinov_regions

if TYPE_CHECKING:
    import pandas as pd

# Questions asked of each région, in the order of the chart.
QUESTIONS = (
    "lieux_2019",
    "lieux_2023",
    "lieux_depuis_2024",
    "deffinov_participation",
    "deffinov_projets",
    "deffinov_enveloppe",
    "personnes_formees",
)


def holdings(*, as_of: When | None = None) -> pd.DataFrame:
    """Return how many published figures we hold, by nature: one row per nature.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `nature, nb_chiffres, nb_editeurs, nb_sans_periode, part` (of all figures).

    See Also
    --------
    plot_holdings : Chart of the answer.

    Examples
    --------
    >>> round(float(holdings()["part"].sum()), 6)
    1.0
    """
    rows = observations(as_of=as_of)
    table = (
        rows.assign(sans_periode=rows["periode"].isna())
        .groupby("nature")
        .agg(
            nb_chiffres=("id_observation", "size"),
            nb_editeurs=("editeur", "nunique"),
            nb_sans_periode=("sans_periode", "sum"),
        )
        .reindex(list(NATURES), fill_value=0)
        .reset_index()
    )
    table["part"] = table["nb_chiffres"] / max(len(rows), 1)
    return stamp(table, rows, inputs=["observations"])


def perimeters(indicator: str = "tiers_lieux", *, as_of: When | None = None) -> pd.DataFrame:
    """Return which perimeter has a figure in which year for an indicator: one row per perimeter, year and nature.

    Parameters
    ----------
    indicator : str
        An indicator of `load("indicateurs")`.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `perimetre, annee, nature, nb_chiffres, nb_territoires`, measures only, dated figures only.

    See Also
    --------
    plot_perimeters : Chart of the answer.

    Examples
    --------
    >>> "ftl_2023" in set(perimeters()["perimetre"])
    True
    """
    rows = observations(indicator, nature=MEASURES, as_of=as_of)
    dated = rows[rows["periode"].notna()]
    table = (
        dated.assign(
            annee=dated["periode"].map(periods.year).astype("int64"),
            lieu=dated["territoire"].fillna(dated["territoires"]),
        )
        .groupby(["perimetre", "annee", "nature"])
        .agg(nb_chiffres=("id_observation", "size"), nb_territoires=("lieu", "nunique"))
        .reset_index()
    )
    first = table.groupby("perimetre")["annee"].transform("min")
    table = (
        table.assign(debut=first)
        .sort_values(["debut", "perimetre", "annee", "nature"], ignore_index=True)
        .drop(columns="debut")
    )
    return stamp(table, dated, inputs=["observations"])


def unknowns(*, as_of: When | None = None) -> pd.DataFrame:
    """Return, for each région, which questions a published figure answers: one row per région and question.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `code_region, nom_region, question, est_connu`. A figure for a group of régions does not answer for one of them.

    See Also
    --------
    plot_unknowns : Chart of the answer.

    Examples
    --------
    >>> unknowns()["code_region"].nunique()
    18
    """
    import pandas as pd

    rows = observations(nature=MEASURES, as_of=as_of)
    places = rows[rows["indicateur"].isin(["tiers_lieux", "tiers_lieux_listes"])]
    years = places["periode"].map(periods.year, na_action="ignore")
    shares = rows[rows["indicateur"] == "part_nationale_tiers_lieux"]
    people = rows[rows["indicateur"] == "personnes_formees"]
    calls = deffinov_regions(as_of=as_of).assign(territoire=lambda t: "R" + t["code_region"])
    answers = {
        "lieux_2019": set(places.loc[years == 2019, "territoire"]),
        "lieux_2023": set(shares["territoire"]) | set(places.loc[years == 2023, "territoire"]),
        "lieux_depuis_2024": set(places.loc[years >= 2024, "territoire"]),
        "deffinov_participation": set(calls.loc[calls["statut"] == "atteste", "territoire"]),
        "deffinov_projets": set(calls.loc[calls["nb_projets"].notna(), "territoire"]),
        "deffinov_enveloppe": set(calls.loc[calls["enveloppe_eur"].notna(), "territoire"]),
        "personnes_formees": set(people["territoire"]),
    }
    regions = territories.regions()
    table = pd.DataFrame(
        [
            (row.code_region, row.nom_region, question, f"R{row.code_region}" in answers[question])
            for row in regions.itertuples()
            for question in QUESTIONS
        ],
        columns=["code_region", "nom_region", "question", "est_connu"],
    )
    return stamp(table, places, shares, people, calls, inputs=["observations", "regions", "deffinov_projets"])


def lists_ledger() -> pd.DataFrame:
    """Return the outcome of the rows of every list of places: read, placed, contradictory, lost by naive grouping.

    Returns
    -------
    DataFrame
        `jeu, constat, nb_lignes, part` (of the rows read).

    See Also
    --------
    ledger : The same for embedded tables.
    plot_lists_ledger : Chart of the answer.

    Examples
    --------
    >>> len(lists_ledger()) > 0
    True
    """
    table = embedded.load("registre_lieux")
    read = table[table["constat"] == "lignes_lues"].set_index("jeu")["nb_lignes"]
    table["part"] = (table["nb_lignes"] / table["jeu"].map(read)).astype("float64")
    return stamp(table, embedded.load("lieux_par_departement"), inputs=["registre_lieux", "lieux_par_departement"])
