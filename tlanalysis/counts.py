"""Recompute the embedded counts of places per département from the open files (`tlanalysis count`).

Three tables come out: `acces_par_territoire` (see `access_table`), `lieux_par_departement`, one row per list, kind
and département (a list is complete in itself, so a département it does not name has a true zero, written as such),
and `registre_lieux`, what happened to the rows on the way.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from tlanalysis import catalog, files, paths, territories
from tlanalysis.access_table import access_by_territory
from tlanalysis.ingest.anct import clean_anct, read_anct
from tlanalysis.ingest.cget import KINDS, clean_cget, read_cget

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

    centres = pd.read_csv(io.BytesIO(catalog.read_remote("communes_centres_2024")), dtype={"code_commune": str})
    cget = clean_cget(read_cget(catalog.read_remote("cget_2019")), centres)
    both = [*KINDS.values()]
    lists = {
        "cget_2018": ("cget_2019", cget[cget["est_liste_2018"]], both),
        "cget_2019": ("cget_2019", cget, [*both, "non_precise"]),
    }
    for name in ("fabriques_de_territoire_2024", "manufactures_de_proximite_2024"):
        kind = name.removesuffix("_2024")
        places = clean_anct(read_anct(catalog.read_remote(name))).assign(typologie=kind)
        lists[name] = (name, places, [kind])
    counted = [_count(name, *entry) for name, entry in lists.items()]
    register = [_account(name, places) for name, (_, places, _kinds) in lists.items()]
    return pd.concat(counted, ignore_index=True), pd.concat(register, ignore_index=True)


def _count(name: str, file: str, places: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    import pandas as pd

    known = territories.departements()["code_departement"].tolist()
    elsewhere = sorted(set(places["code_departement"]) - set(known))
    wanted = pd.MultiIndex.from_product([kinds, known + elsewhere], names=["typologie", "code_departement"])
    table = (
        places.groupby(["typologie", "code_departement"])
        .size()
        .reindex(wanted, fill_value=0)
        .reset_index(name="nb_lieux")
    )
    if table["nb_lieux"].sum() != len(places):
        raise AssertionError(f"{name}: {len(places)} rows read, {table['nb_lieux'].sum()} counted")
    entry = catalog.remote()[file]
    return table.assign(
        jeu=name,
        code_region=table["code_departement"].map(territories.region_of),
        nature="compte",
        perimetre="label_anct" if entry["publisher"] == "ANCT" else name,
        editeur=entry["publisher"],
        source=entry["url"],
        date_publication=entry["vintage"],
    )[
        [
            "jeu",
            "typologie",
            "code_departement",
            "code_region",
            "nb_lieux",
            "nature",
            "perimetre",
            "editeur",
            "source",
            "date_publication",
        ]
    ]


def _account(name: str, places: pd.DataFrame) -> pd.DataFrame:
    """Say what became of a list's rows, and what grouping by the publisher's own columns would have done."""
    import pandas as pd

    facts = {"lignes_lues": len(places), "lignes_placees": int(places["code_departement"].notna().sum())}
    if "region_imprimee" in places:
        facts |= {
            "preuves_contradictoires": int((places["preuves_ecartees"] != "").sum()),
            "perdues_par_code_region": int(places["region_imprimee"].isna().sum()),
            "mal_placees_par_code_departement": int(
                (places["departement_imprime"] != places["code_departement"]).sum()
            ),
            "sans_code_commune": int(places["code_commune"].isna().sum()),
            "sans_code_postal": int(places["code_postal"].isna().sum()),
        }
    facts["hors_des_18_regions"] = int(places["code_region"].isna().sum())
    return pd.DataFrame({"jeu": name, "constat": list(facts), "nb_lignes": list(facts.values())})


def write_counts() -> list[str]:
    """Rewrite the computed tables in `data/raw/` and their checksums; return the names of those that changed."""
    computed = dict(zip(("lieux_par_departement", "registre_lieux"), count_lists(), strict=True))
    computed["acces_par_territoire"] = access_by_territory()
    for name, table in computed.items():
        files.write_text(paths.raw() / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    return catalog.seal()
