"""The CGET list of 2019 (Mission coworking): 1,512 rows, of which the first 1,463 are the list of 2018.

What naive grouping gets wrong in this file: by `INSEEREG`, seven rows vanish (six overseas and Audierne have no
région); by `INSEEDEP`, Guadeloupe and Martinique count as Guyane (973) and La Réunion as Corse-du-Sud (2A), because the
column was filled from the nearest commune of a list without them; and one place of Viroflay counts in Hauts-de-Seine.
Code communes are worse on two rows (a Sophia Antipolis place in Calvados, a Paris one in Saint-Ouen). See `placement`.
"""

from __future__ import annotations

from tlanalysis.lists.corrections import Correction
from tlanalysis.lists.publishers.published_list import PublishedList

# Publisher's column -> ours. CONTACT and MAIL are people, TWITTER and FACEBOOK accounts: never read.
RAW_TO_CLEAN = {
    "ID": "id_source",
    "NOM_TL": "nom",
    "INSEECOM": "code_commune",
    "NOMCOM": "commune",
    "CP": "code_postal",
    "INSEEDEP": "departement",
    "INSEEREG": "region",
    "ADRESSE": "adresse",
    "LAT": "latitude",
    "LONG": "longitude",
    "TYPO": "typologie",
    "WEB": "site_web",
}

LIST = PublishedList(
    RAW_TO_CLEAN,
    frozenset({"NOM_TL", "INSEECOM", "INSEEDEP", "TYPO"}),
    files=("cget_2019",),
    corrections=(
        Correction(
            rows={"WEB": "www.la-cordee.netla-cordee-opera"},
            set={"WEB": "www.la-cordee.net/la-cordee-opera"},
            hits=1,
            reason="Barre oblique perdue entre le domaine et la page.",
        ),
        Correction(
            rows={"WEB": "www.la-cordee.netla-cordee-liberte-guillotiere"},
            set={"WEB": "www.la-cordee.net/la-cordee-liberte-guillotiere"},
            hits=1,
            reason="Barre oblique perdue entre le domaine et la page.",
        ),
        Correction(
            rows={"WEB": "https://atelier-d-cales.jimdo.com|site web"},
            set={"WEB": "https://atelier-d-cales.jimdo.com"},
            hits=1,
            reason="Reste d'une syntaxe de wiki après l'adresse.",
        ),
        Correction(
            rows={"WEB": "http://fablab-vignes.org|fablab-vignes.org]]"},
            set={"WEB": "http://fablab-vignes.org"},
            hits=1,
            reason="Reste d'une syntaxe de wiki après l'adresse.",
        ),
    ),
)
