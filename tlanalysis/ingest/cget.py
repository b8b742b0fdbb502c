"""The CGET list of 2019 (Mission coworking): 1,512 rows, of which the first 1,463 are the list of 2018.

What naive grouping gets wrong in this file: by `INSEEREG`, seven rows vanish (six overseas and Audierne have no
région); by `INSEEDEP`, Guadeloupe and Martinique count as Guyane (973) and La Réunion as Corse-du-Sud (2A), because the
column was filled from the nearest commune of a list without them; and one place of Viroflay counts in Hauts-de-Seine.
Code communes are worse on two rows (a Sophia Antipolis place in Calvados, a Paris one in Saint-Ouen). See `placement`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from tlanalysis import territories
from tlanalysis.ingest import placement

if TYPE_CHECKING:
    import pandas as pd

# Publisher's column -> ours. CONTACT and MAIL are people, TWITTER and FACEBOOK accounts: never read.
RAW_TO_CLEAN = {
    "ID": "id_source",
    "NOM_TL": "nom",
    "INSEECOM": "code_commune",
    "NOMCOM": "commune",
    "CP": "code_postal",
    "INSEEDEP": "departement_imprime",
    "INSEEREG": "region_imprimee",
    "LAT": "latitude",
    "LONG": "longitude",
    "TYPO": "typologie",
    "WEB": "site_web",
}
LAST_OF_2018 = 1463

# The WEB column also holds an e-mail address and a person's name: only what reads as a web address is kept.
WEB_ADDRESS = r"[^@\s]+\.[^@\s]+"
KINDS = {"Tiers lieux à dominante coworking": "coworking", "Tiers lieux à dominante fablab": "fablab"}


def read_cget(data: bytes) -> pd.DataFrame:
    """Return the file as text: one row per listed place, publisher's values, our column names; no personal data."""
    import pandas as pd

    return pd.read_csv(
        io.BytesIO(data), usecols=list(RAW_TO_CLEAN), dtype=str, keep_default_na=False, encoding="utf-8"
    )[list(RAW_TO_CLEAN)].rename(columns=RAW_TO_CLEAN)


def clean_cget(raw: pd.DataFrame, centres: pd.DataFrame) -> pd.DataFrame:
    """Return one row per listed place, placed in the département where it really is; no row is lost.

    Parameters
    ----------
    raw : DataFrame
        What `read_cget` returns.
    centres : DataFrame
        Commune centres (`code_commune`, `latitude`, `longitude`), for the evidence of the coordinates.

    Returns
    -------
    DataFrame
        `raw`'s columns with blanks trimmed and the missing code "0" made missing, plus `ligne_source`, `typologie` in
        {coworking, fablab, non_precise}, `code_departement`, `code_region`, `preuves_ecartees`, `est_liste_2018`.
    """
    import pandas as pd

    text = raw.apply(lambda column: column.str.strip()).replace("", None)
    places = text.assign(
        code_commune=text["code_commune"].replace("0", None),
        code_postal=text["code_postal"].replace("0", None),
        latitude=pd.to_numeric(text["latitude"], errors="raise"),
        longitude=pd.to_numeric(text["longitude"], errors="raise"),
        site_web=text["site_web"].where(text["site_web"].str.fullmatch(WEB_ADDRESS).fillna(False).astype(bool), None),
        typologie=text["typologie"].map(KINDS).fillna("non_precise"),
        ligne_source=range(2, len(text) + 2),
    )
    nearest = placement.nearest_commune(places, centres)
    placed = placement.place(
        pd.DataFrame(
            {
                "code_postal": places["code_postal"].map(placement.departement_of_postal_code),
                "code_commune": places["code_commune"].map(placement.departement_of_commune),
                "departement_imprime": places["departement_imprime"],
                "coordonnees": nearest.map(placement.departement_of_commune),
            }
        )
    )
    return places.join(placed).assign(
        code_region=placed["code_departement"].map(territories.region_of),
        est_liste_2018=places["id_source"].astype(int) <= LAST_OF_2018,
    )
