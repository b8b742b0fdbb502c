"""Recompute what is embedded from the open files (`tlanalysis count`).

Four tables come out: the grid of the départements (see `ingest.grid`); `acces_par_territoire` (see `access_table`);
`lieux_par_departement`, one row per list, kind and département (a list is complete in itself, so a département it does
not name has a true zero, written as such); and `registre_lieux`, what happened to the rows on the way.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from tlanalysis.core import files, paths
from tlanalysis.data import embedded, territories
from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cleaning import Cleaned, clean_open_file
from tlanalysis.lists.publishers.cget import KINDS, LAST_OF_2018
from tlanalysis.maintain.recount_access import access_by_territory

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

    cget = clean_open_file("cget_2019")
    kinds = cget.places["typologie"].map(KINDS).fillna("non_precise")
    of_2019 = replace(cget, places=cget.places.assign(typologie=kinds))
    of_2018 = _up_to(of_2019, LAST_OF_2018)
    both = [*KINDS.values()]
    lists = {"cget_2018": ("cget_2019", of_2018, both), "cget_2019": ("cget_2019", of_2019, [*both, "non_precise"])}
    for name in ("fabriques_de_territoire_2024", "manufactures_de_proximite_2024"):
        kind, labels = name.removesuffix("_2024"), clean_open_file(name)
        lists[name] = (name, replace(labels, places=labels.places.assign(typologie=kind)), [kind])
    counted = [_count(name, file, cleaned.places, kinds) for name, (file, cleaned, kinds) in lists.items()]
    register = [_account(name, cleaned) for name, (_, cleaned, _kinds) in lists.items()]
    return pd.concat(counted, ignore_index=True), pd.concat(register, ignore_index=True)


def _up_to(cleaned: Cleaned, last: int) -> Cleaned:
    """Return the rows of a list up to one, with what was refused in them."""
    return replace(
        cleaned,
        places=cleaned.places[cleaned.places["ligne_source"] <= last],
        rejects=cleaned.rejects[cleaned.rejects["ligne_source"] <= last],
    )


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
    entry = embedded.remote()[file]
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


def _account(name: str, cleaned: Cleaned) -> pd.DataFrame:
    """Say what became of a list's rows, and what grouping by the publisher's own columns would have done."""
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
    """Rewrite the computed tables in `data/raw/` and their checksums; return the names of those that changed."""
    paths.check_own()
    computed = dict(zip(("lieux_par_departement", "registre_lieux"), count_lists(), strict=True))
    computed["acces_par_territoire"] = access_by_territory()
    computed[departement_grid.TABLE] = departement_grid.draw_grid(embedded.read_remote("contours_departements_2022"))
    for name, table in computed.items():
        files.write_text(paths.raw() / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))
    return embedded.seal()
