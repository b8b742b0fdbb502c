"""Recompute embedded tables from the open files (`tlanalysis count`).

`lieux_par_departement` has one row per list, kind and département; a list is complete, so a département that it does
not name has a true zero, which is written. `registre_lieux` records how many rows were read, placed or contradicted.
`departements` and `regions` come from `recount_territories`, `acces_par_territoire` from `recount_access`, the grid of
the départements from `lists.cells.departement_grid`, the outlines from `draw_outlines`.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from tlanalysis.core import files, paths
from tlanalysis.data import embedded, place_kinds, territories
from tlanalysis.data.reference_files import OUTLINES
from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cleaning import Cleaned, clean_open_file
from tlanalysis.maintain import draw_outlines
from tlanalysis.maintain.recount_access import access_by_territory
from tlanalysis.maintain.recount_communes import commune_tables
from tlanalysis.maintain.recount_territories import departements_and_regions

if TYPE_CHECKING:
    import pandas as pd


def count_lists() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `lieux_par_departement` and `registre_lieux`, counted from the open files.

    Raises
    ------
    SourceError
        When an open file is not on this machine, or not the recorded one.
    """
    import pandas as pd

    place_kinds.check_units()
    counted, register = [], []
    for name, rows in place_kinds.counted_apart().groupby("jeu", sort=False):
        cleaned = _listed(clean_open_file(rows["fichier"].iloc[0]), rows)
        counted.append(_count(str(name), cleaned.places, rows))
        register.append(_account(str(name), cleaned))
    return pd.concat(counted, ignore_index=True), pd.concat(register, ignore_index=True)


def _listed(cleaned: Cleaned, rows: pd.DataFrame) -> Cleaned:
    """Return the part of a file that is one list, its places under our kinds, from the rows of `types_de_lieux`."""
    printed = rows.dropna(subset=["typologie_imprimee"])
    codes = dict(zip(printed["typologie_imprimee"], printed["type"], strict=True))
    kinds = cleaned.places["typologie"].map(codes).astype("str")
    others = rows.loc[rows["typologie_imprimee"].isna(), "type"]
    places = cleaned.places.assign(typologie=kinds.fillna(others.iloc[0]) if len(others) else kinds)
    rejects, last = cleaned.rejects, rows["derniere_ligne"].max()
    if rows["derniere_ligne"].notna().all():
        places, rejects = places[places["ligne_source"] <= last], rejects[rejects["ligne_source"] <= last]
    return replace(cleaned, places=places, rejects=rejects)


def _count(name: str, places: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many places of each kind a list names in each département, zeros included."""
    import pandas as pd

    listed = territories.departements()["code_departement"].tolist()
    elsewhere = sorted(set(places["code_departement"]) - set(listed))
    wanted = pd.MultiIndex.from_product([rows["type"], listed + elsewhere], names=["typologie", "code_departement"])
    table = (
        places.groupby(["typologie", "code_departement"])
        .size()
        .reindex(wanted, fill_value=0)
        .reset_index(name="nb_lieux")
    )
    if table["nb_lieux"].sum() != len(places):
        raise AssertionError(f"{name}: {len(places)} rows read, {table['nb_lieux'].sum()} counted")
    entry = embedded.remote()[rows["fichier"].iloc[0]]
    table = table.assign(
        jeu=name,
        code_region=table["code_departement"].map(territories.region_of),
        nature="compte",
        perimetre=rows["perimetre"].iloc[0],
        editeur=entry["publisher"],
        source=entry["url"],
        date_publication=entry.get("published", entry["vintage"]),
    )
    return table[[field["name"] for field in embedded.resource("lieux_par_departement")["schema"]["fields"]]]


def _account(name: str, cleaned: Cleaned) -> pd.DataFrame:
    """Return how many rows of a list were placed, and how many the publisher's own columns would lose or misplace."""
    import pandas as pd

    places, against = cleaned.places, cleaned.rejects[cleaned.rejects["regle"] == "preuve_contredite"]
    facts = {"lignes_lues": len(places), "lignes_placees": int(places["code_departement"].notna().sum())}
    if cleaned.mapping.known == "cget_2019":
        facts |= {
            "preuves_contradictoires": against["ligne_source"].nunique(),
            "perdues_par_code_region": int((_printed_regions().loc[places["ligne_source"]] == "").sum()),
            "mal_placees_par_code_departement": int((against["champ"] == "departement").sum()),
            "sans_code_commune": int(places["code_commune"].isna().sum()),
            "sans_code_postal": int(places["code_postal"].isna().sum()),
        }
    facts["hors_des_18_regions"] = int(places["code_region"].isna().sum())
    return pd.DataFrame({"jeu": name, "constat": list(facts), "nb_lignes": list(facts.values())})


def _printed_regions() -> pd.Series:
    """Return the région codes that the CGET printed, by row of its list."""
    import pandas as pd

    raw = pd.read_csv(
        io.BytesIO(embedded.read_remote("cget_2019")), usecols=["INSEEREG"], dtype=str, keep_default_na=False
    )
    return raw["INSEEREG"].set_axis(range(1, len(raw) + 1))


def write_counts() -> list[str]:
    """Rewrite the computed tables in `data/raw/` and their checksums; return the names of those that changed.

    The territories come first, because every other table is counted over them.
    """
    paths.check_own()
    changed = _write(dict(zip(("departements", "regions"), departements_and_regions(), strict=True)))
    computed = dict(zip(("lieux_par_departement", "registre_lieux"), count_lists(), strict=True))
    computed["acces_par_territoire"] = access_by_territory()
    computed |= commune_tables()
    contours = embedded.read_remote(OUTLINES["departement"])
    computed[departement_grid.TABLE] = departement_grid.draw_grid(contours)
    computed[draw_outlines.TABLE] = draw_outlines.draw_outlines(contours)
    return changed + _write(computed)


def _write(tables: dict[str, pd.DataFrame]) -> list[str]:
    for name, table in tables.items():
        files.write_text(paths.raw() / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    return embedded.seal()
