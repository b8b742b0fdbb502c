"""Trainees that training bodies declare, by région: all bodies of the public list (LPOF), in tiers-lieux or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tlanalysis.core import periods
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import built, embedded, territories

if TYPE_CHECKING:
    import pandas as pd

OUTSIDE, UNKNOWN = "hors_des_18_regions", "non_renseignee"
# The top of the list: one declaration in a hundred, rounded up.
TOP = 100

COLUMNS = (
    "territoire",
    "code_region",
    "nom_region",
    "perimetre",
    "nature",
    "nb_declarations",
    "nb_organismes",
    "nb_qualiopi",
    "nb_qualiopi_inconnu",
    "nb_stagiaires",
    "nb_stagiaires_confies",
    "nb_sans_effectif",
    "nb_effectif_nul",
    "quartile_1",
    "mediane",
    "quartile_3",
    "nb_premiers",
    "part_premiers",
    "exercice",
    "part_exercice",
)


def trainees_declared(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the trainees declared by the training bodies of each région: France first, then one row per région.

    Bodies declare once a year (bilan pédagogique et financier) how many trainees they had: a person who follows two
    trainings counts twice. `nb_stagiaires_confies`, those another body entrusted, are counted by both bodies: never add
    the two columns. No column says which bodies lie in a tiers-lieu, nor where the training took place: the région is
    that of the body.

    There is no sampling, hence no confidence interval: the list holds every body up to date with its declaration, and
    nothing says how wrong a declaration is. What a total hides is its shape: more than half of the bodies may declare
    none, and few of them most. So the quartiles stand beside the total, and the share of the largest hundredth of the
    declarations.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day; the date of the list is that of its latest declaration.

    Returns
    -------
    DataFrame
        `territoire` (`FR`, `R..`, ``hors_des_18_regions`` for collectivities, ``non_renseignee``), `code_region,
        nom_region, perimetre` (`lpof`), `nature` (`declare`), `nb_declarations, nb_organismes` (distinct SIREN; those
        of France are fewer than the sum, a body may declare in several régions), `nb_qualiopi, nb_qualiopi_inconnu`
        (the four cells empty), `nb_stagiaires`, `nb_stagiaires_confies, nb_sans_effectif` (number left empty: unknown,
        not zero), `nb_effectif_nul, quartile_1, mediane, quartile_3, nb_premiers, part_premiers` (declarations of the
        largest hundredth, their share of the trainees), `exercice, part_exercice` (year most accounts end in, and the
        share of the dated ones that do). Empty when the list has not been built: `tl.open_files()` says how to get it.

    See Also
    --------
    plot_trainees_declared : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.trainees_declared()  # doctest: +SKIP
    """
    import pandas as pd

    rows = _declarations(as_of)
    if rows is None:
        return stamp(pd.DataFrame(columns=list(COLUMNS)), inputs=[])
    regions = territories.regions()
    names = dict(zip(regions["code_region"], regions["nom_region"], strict=True))
    where = rows["code_region"].map(lambda code: f"R{code}", na_action="ignore")
    where = where.where(where.notna(), rows["est_hors_des_18_regions"].map({True: OUTSIDE}).fillna(UNKNOWN))
    groups = [("FR", rows)] + [
        (code, rows[where == code]) for code in (*(f"R{code}" for code in names), OUTSIDE, UNKNOWN)
    ]
    records = [
        {
            "territoire": code,
            "code_region": code[1:] if code[1:] in names else None,
            "nom_region": names.get(code[1:]),
        }
        | _totals_and_quartiles(part)
        for code, part in groups
        if len(part) or code.startswith("R")
    ]
    counts = [name for name in COLUMNS if name.startswith("nb_")]
    table = pd.DataFrame(records).assign(perimetre="lpof", nature="declare")[list(COLUMNS)]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    entry = embedded.remote()["lpof"]
    source = {"editeur": entry["publisher"], "source": entry["landing"], "date_publication": _day(rows)}
    return stamp(table, pd.DataFrame([source]), inputs=[built.DECLARATIONS, "regions"])


def _declarations(as_of: When | None) -> pd.DataFrame | None:
    if built.DECLARATIONS not in built.built():
        return None
    rows = embedded.load(built.DECLARATIONS)
    late = as_of is not None and _day(rows) > periods.last_day(as_of).isoformat()
    return None if late else rows


def _day(rows: pd.DataFrame) -> str:
    """Return the day of the latest declaration; empty when none is dated."""
    return max(rows["date_derniere_declaration"].dropna(), default="")


def _totals_and_quartiles(part: pd.DataFrame) -> dict[str, Any]:
    """Return totals and quartiles for a group of declarations.

    A région without declarations counts 0; an empty cell stays missing.
    """
    trainees = part["nb_stagiaires"].dropna().astype("int64")
    least = 1 if len(part) else 0
    total = part["nb_stagiaires"].sum(min_count=least)
    top = -(-len(trainees) // TOP)
    ends = part["fin_exercice"].dropna().str[:4].value_counts(sort=False).sort_index()
    year = ends.idxmax() if len(ends) else None
    quartiles = trainees.quantile([0.25, 0.5, 0.75]).tolist()
    return {
        "nb_declarations": len(part),
        "nb_organismes": part["id_organisme"].nunique(),
        "nb_qualiopi": int(part["est_qualiopi"].sum()),
        "nb_qualiopi_inconnu": int(part["est_qualiopi"].isna().sum()),
        "nb_stagiaires": total,
        "nb_stagiaires_confies": part["nb_stagiaires_confies"].sum(min_count=least),
        "nb_sans_effectif": int(part["nb_stagiaires"].isna().sum()),
        "nb_effectif_nul": int((trainees == 0).sum()),
        "quartile_1": quartiles[0],
        "mediane": quartiles[1],
        "quartile_3": quartiles[2],
        "nb_premiers": top,
        "part_premiers": trainees.nlargest(top).sum() / trainees.sum() if trainees.sum() else float("nan"),
        "exercice": year,
        "part_exercice": ends[year] / ends.sum() if year else float("nan"),
    }
