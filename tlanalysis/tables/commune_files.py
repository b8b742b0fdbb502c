"""Join the communes of two files: INSEE's populations and La Poste's centres.

Paris, Lyon and Marseille are split by arrondissement. Mayotte has its own census and is not in the populations, so its
communes have a point and a missing population. Twelve communes that merged or split since have inhabitants and no
point. All of them are kept.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from tlanalysis.core.errors import SourceError
from tlanalysis.data import embedded, territories
from tlanalysis.data.reference_files import CENTRES, COMMUNES, POPULATIONS

if TYPE_CHECKING:
    import pandas as pd

# Open file -> publisher's column -> ours.
RAW_TO_CLEAN = {
    POPULATIONS: {"COM": "code_commune", "Commune": "nom_commune", "PMUN": "population"},
    CENTRES: {name: name for name in ("code_commune", "latitude", "longitude")},
    COMMUNES: {"COM": "code_commune", "LIBELLE": "nom_commune", "DEP": "code_departement", "REG": "code_region"},
}
_POPULATIONS = RAW_TO_CLEAN[POPULATIONS]


def read_populations(data: bytes) -> pd.DataFrame:
    """Return the file as text: one row per commune or arrondissement, `code_commune, nom_commune, population`."""
    import pandas as pd

    table = pd.read_csv(io.BytesIO(data), sep=";", dtype=str, usecols=list(_POPULATIONS), keep_default_na=False)
    return table[list(_POPULATIONS)].rename(columns=_POPULATIONS)


def read_centres(data: bytes) -> pd.DataFrame:
    """Return one row per commune: `code_commune, latitude, longitude` (degrees, WGS 84)."""
    import pandas as pd

    return pd.read_csv(io.BytesIO(data), dtype={"code_commune": str})


def centres() -> pd.DataFrame:
    """Return a point per commune: those of the open file where it has been fetched, else the embedded ones.

    The embedded points are those of the file, to the nearest thousandth of a degree; the file itself has no address
    that serves it.

    Returns
    -------
    DataFrame
        `code_commune, latitude, longitude`.
    """
    if embedded.find_remote(CENTRES) is not None:
        return read_centres(embedded.read_remote(CENTRES))
    held = embedded.load("communes").dropna(subset=["latitude"])
    return held[["code_commune", "latitude", "longitude"]].reset_index(drop=True)


def clean_communes(populations: pd.DataFrame, centres: pd.DataFrame) -> pd.DataFrame:
    """Return one row per commune of either file, with the columns of both.

    A centre without inhabitants is kept only where the populations leave out a whole département (Mayotte): elsewhere
    it is a commune that no longer exists, whose inhabitants are counted under another code.

    Returns
    -------
    DataFrame
        `code_commune, nom_commune, code_departement, code_region, population` (missing where unknown), `latitude,
        longitude` (missing where unknown), ordered by code.

    Raises
    ------
    SourceError
        A commune is there twice, or a population is not a number.
    """
    import pandas as pd

    for frame in (populations, centres):
        if frame["code_commune"].duplicated().any():
            twice = frame.loc[frame["code_commune"].duplicated(), "code_commune"].tolist()
            raise SourceError(f"communes printed twice: {', '.join(twice[:8])}.")
    odd = ~populations["population"].str.fullmatch(r"\d+")
    if odd.any():
        raise SourceError(f"populations that are no number: {', '.join(populations.loc[odd, 'code_commune'][:8])}.")
    table = populations.merge(centres, on="code_commune", how="outer", validate="1:1").sort_values("code_commune")
    table["code_departement"] = table["code_commune"].map(_departement)
    counted = set(table.loc[table["population"].notna(), "code_departement"])
    table = table[table["population"].notna() | ~table["code_departement"].isin(counted)]
    departements = territories.departements().set_index("code_departement")["code_region"]
    return table.assign(
        population=pd.to_numeric(table["population"]).astype("Int64"),
        code_region=table["code_departement"].map(departements),
    )[
        [
            "code_commune",
            "nom_commune",
            "code_departement",
            "code_region",
            "population",
            "latitude",
            "longitude",
        ]
    ].reset_index(drop=True)


def _departement(code_commune: str) -> str:
    """Return the département whose code a commune code begins with: three signs overseas, two elsewhere."""
    return code_commune[:3] if code_commune.startswith("97") else code_commune[:2]
