"""Data dictionary: the columns of every table, and the publisher's name of each."""

from __future__ import annotations

import pandas as pd

from tlanalysis.core.errors import BadInput
from tlanalysis.data import built, embedded
from tlanalysis.data.reference_files import OUTLINES
from tlanalysis.data.remote_files import remote
from tlanalysis.lists.publishers.registry import list_of_file
from tlanalysis.tables import census_modules, commune_files, training_bodies

# Open files that are not lists of places.
_OTHERS = {
    **commune_files.RAW_TO_CLEAN,
    OUTLINES["region"]: {"insee_reg": "code_region", "lib_reg": "nom_region"},
    OUTLINES["departement"]: {"insee_dep": "code_departement", "lib_dep": "nom_departement"},
}


def describe(name: str) -> pd.DataFrame:
    """Return one row per column of a table: our name, the publisher's, type, meaning.

    Parameters
    ----------
    name : str
        An embedded table, an open file that the library cleans (``"cget_2019"``), or a table built from one.

    Returns
    -------
    pandas.DataFrame
        Columns `colonne`, `colonne_source`, `type`, `description`.

    Raises
    ------
    BadInput
        The name is unknown, or names an open file that the library fetches but does not clean.

    See Also
    --------
    load : The table itself.
    sources : Which tables there are.

    Examples
    --------
    >>> describe("regions").shape[0] > 5
    True
    """
    if name in remote() or name == built.DECLARATIONS:
        try:
            pairs = raw_to_clean(name)
        except KeyError:
            raise BadInput(
                f"{name} is fetched as it is: the library has no column map for {remote()[name]['file']}."
            ) from None
        return pd.DataFrame(
            [
                {"colonne": clean, "colonne_source": raw, "type": "string", "description": ""}
                for raw, clean in pairs.items()
            ]
        )
    return pd.DataFrame(
        [
            {
                "colonne": field["name"],
                "colonne_source": field.get("source", ""),
                "type": field["type"],
                "description": field.get("description", ""),
            }
            for field in embedded.resource(name)["schema"]["fields"]
        ]
    )


def raw_to_clean(name: str) -> dict[str, str]:
    """Return publisher's column -> ours for an open file the library reads.

    Raises
    ------
    KeyError
        The library has no map of that file.
    """
    if name == built.DECLARATIONS:
        return training_bodies.DECLARED_TO_CLEAN
    if name in built.open_file_of() and not name.endswith(built.IDENTITY):
        return census_modules.RAW_TO_CLEAN
    published = list_of_file(name)
    return published.raw_to_clean if published else _OTHERS[name]
