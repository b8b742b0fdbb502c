"""What each région can hold of the 204 DEFFINOV projects, given the few numbers that are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import territories
from tlanalysis.data.evidence import observations
from tlanalysis.indicators.deffinov import deffinov_regions, is_minimum, national_number
from tlanalysis.indicators.sharp_bounds import bounds

if TYPE_CHECKING:
    import pandas as pd


def deffinov_bounds(*, as_of: When | None = None) -> pd.DataFrame:
    """Return the least and the most projects that each région can hold, given what is published.

    The bounds are sharp given these readings of the sources:

    - The call has 204 projects. One page says "more than 204" (`attrs["est_minimum"]`): with one project more, the
      most of every région without a number of its own is one higher.
    - 17 of 18 régions were labelled by the call: 17 hold one project or more, one holds none.
    - A région holds at least the projects that a page ties to it by name.
    - The number of Normandie is the word of one laureate (`nature` is `declare`).
    - "Nearly 40" is 35 to 40: half of the last printed digit. It is the number of Nouvelle-Aquitaine, and it is
      probable, not attested: if it is not of this call, the bounds of the others are wider.
    - Three régions share one number.

    Parameters
    ----------
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        One row per région, the best known first: `territoire, nom, population, statut, nature` (of the published
        number; missing without one), `groupe` (codes of the régions that share a number), `nb_groupe` (that number),
        `nb_projets_bas, nb_projets_haut, est_connu, taux_bas_pour_million, taux_haut_pour_million`. Of `attrs`:
        `nb_national` is the total, `est_minimum` whether a page calls it a least number, `nb_regions` how many régions
        hold projects (missing when no page says it).

    Raises
    ------
    BadInput
        No national total is published by that day, or the counts cannot all hold.

    See Also
    --------
    bounds : The method, for any counts.
    plot_deffinov_bounds : Chart of the answer.

    Examples
    --------
    >>> bool((deffinov_bounds()["nb_projets_bas"] <= deffinov_bounds()["nb_projets_haut"]).all())
    True
    """
    import pandas as pd

    rows = observations("deffinov_projets", as_of=as_of)
    national = rows.loc[rows["territoire"] == "FR", "valeur"].dropna()
    if national.empty:
        raise BadInput(f"no national number of DEFFINOV projects was published by {as_of}.")
    regions = deffinov_regions(as_of=as_of)
    known = territories.table("region")[["territoire", "nom", *territories.POPULATION]].assign(
        statut=regions["statut"], valeur=float("nan"), valeur_bas=regions["nb_projets_nommes"].astype("float64")
    )
    known[["valeur_haut", "nb_groupe"]] = float("nan")
    known[["nature", "groupe"]] = None
    for row in rows[rows["territoire"].fillna("FR") != "FR"].itertuples():
        at = known["territoire"] == row.territoire
        known.loc[at, "nature"] = row.nature
        if pd.isna(row.valeur_bas) and pd.isna(row.valeur_haut):
            known.loc[at, "valeur"] = row.valeur
        else:
            known.loc[at, ["valeur_bas", "valeur_haut"]] = _about(row.valeur)
    groups = {}
    for row in rows[rows["territoires"].notna()].itertuples():
        members = tuple(row.territoires.split(";"))
        groups[members] = float(row.valeur)
        at = known["territoire"].isin(members)
        known.loc[at, ["nature", "groupe", "nb_groupe"]] = [row.nature, row.territoires, row.valeur]
    labelled = national_number("deffinov_regions_labellisees", as_of)
    found = bounds(known, float(national.max()), groups=groups, positive=labelled)
    known["nb_groupe"] = known["nb_groupe"].astype("Int64")
    table = known[["territoire", "nom", *territories.POPULATION, "statut", "nature", "groupe", "nb_groupe"]].assign(
        nb_projets_bas=found["borne_basse"].astype("Int64"),
        nb_projets_haut=found["borne_haute"].astype("Int64"),
        est_connu=found["est_connu"],
    )
    for side, other in (("bas", "haut"), ("haut", "bas")):
        millions = table[f"population_{other}"].astype("float64") / 1e6
        table[f"taux_{side}_pour_million"] = table[f"nb_projets_{side}"].astype("float64") / millions
    table["ecart"] = table["nb_projets_haut"] - table["nb_projets_bas"]
    table = table.sort_values(["ecart", "nb_projets_bas", "population"], ascending=[True, False, False])
    table = stamp(table.drop(columns="ecart").reset_index(drop=True), rows, regions, inputs=[*regions.attrs["inputs"]])
    table.attrs |= {
        "nb_national": int(national.max()),
        "est_minimum": is_minimum(rows),
        "nb_regions": labelled,
    }
    return table


def _about(value: float) -> tuple[float, float]:
    """Return what "nearly N" allows: N less half of its last digit that is not zero, to N."""
    step = 10 ** (len(str(int(value))) - len(str(int(value)).rstrip("0")))
    return value - step / 2, value
