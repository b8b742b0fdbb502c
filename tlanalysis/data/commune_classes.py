"""Classes of communes: which files print them, our code for each printed class, and its name in both languages.

The table `classes_de_communes` has one row per class, in the order from the densest or largest to the least.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tlanalysis.core.errors import SourceError
from tlanalysis.data import embedded
from tlanalysis.data.reference_files import COMMUNES_WITH_QPV, POPULATIONS

if TYPE_CHECKING:
    import pandas as pd

# Classification -> open file that prints it.
FILES = {
    "densite": "communes_densite_2025",
    "ruralite": "communes_ruralite_2025",
    "centralite": "communes_centralite_2025",
}
# Open file -> its column of classes.
COLUMNS = {file: f"niveau_{name}" for name, file in FILES.items()}
# Programme -> open file that names its communes.
PROGRAMMES = {
    "fabriques_de_territoire": "fabriques_de_territoire_2024",
    "france_services": "france_services_2024",
    "petites_villes_de_demain": "petites_villes_de_demain_2024",
    "action_coeur_de_ville": "anct_action_coeur_de_ville",
    "villages_d_avenir": "anct_villages_d_avenir",
    "territoires_d_industrie": "anct_territoires_d_industrie",
    "crte": "anct_crte",
}
# Least number of inhabitants of each class of size, from the largest class.
SIZES = {"t50000": 50_000, "t10000": 10_000, "t2000": 2_000, "t500": 500, "t0": 0}
HISTORY = "communes"  # embedded table of the names and the former codes of communes
UNKNOWN = "inconnue"  # class of what has no commune, or of a commune without the class


# Classification -> open files that it rests on, beside the populations.
FILES_OF = {
    "densite": [FILES["densite"]],
    "famille_densite": [FILES["densite"]],
    "ruralite": [FILES["ruralite"]],
    "centralite": [FILES["centralite"]],
    "taille": [POPULATIONS],
    "qpv": [COMMUNES_WITH_QPV],
    "programme": list(PROGRAMMES.values()),
    "ensemble": [POPULATIONS],
}


def sources(names: Iterable[str]) -> pd.DataFrame:
    """Return the sources of open files and embedded tables: `editeur, source, date_publication`.

    Of `communes`, the first source alone, which gives the names and the codes. Its points are those of an open file:
    a table that rests on them names that file.

    Parameters
    ----------
    names : iterable of str
        Ids of the catalog of open files, or names of embedded tables.
    """
    import pandas as pd

    rows = []
    for name in dict.fromkeys(names):
        if name in embedded.remote():
            entry = embedded.remote()[name]
            address = entry.get("url", entry.get("landing"))
            rows.append((entry["publisher"], address, entry.get("published", entry["vintage"])))
        else:
            held = embedded.resource(name)
            year = re.findall(r"\d{4}", held["millesime"])[0]
            used = held["sources"][:1] if name == HISTORY else held["sources"]
            rows += [(one["title"].split(" (")[0], one["path"], year) for one in used]
    return pd.DataFrame(rows, columns=["editeur", "source", "date_publication"])


def classes(classification: str) -> pd.DataFrame:
    """Return the classes of one classification in their order: `classe, valeur_imprimee, famille, nom_fr, nom_en`."""
    table = embedded.load("classes_de_communes")
    return table[table["classification"] == classification].drop(columns="classification").reset_index(drop=True)


def codes_of(classification: str, printed: dict[str, str]) -> dict[str, str]:
    """Return our code of the class of each commune, from what a file prints.

    Raises
    ------
    SourceError
        A printed class that `classes_de_communes` does not know.
    """
    known = classes(classification)
    codes = dict(zip(known["valeur_imprimee"], known["classe"], strict=True))
    odd = sorted(set(printed.values()) - set(codes))
    if odd:
        raise SourceError(
            f"{FILES[classification]} prints the class {odd[0]!r}, which data/raw/classes_de_communes.csv does not "
            "know: add its row there."
        )
    return {commune: codes[value] for commune, value in printed.items()}


def families_of(classification: str) -> dict[str, str]:
    """Return class -> family."""
    known = classes(classification)
    return dict(zip(known["classe"], known["famille"], strict=True))


def sizes(population: pd.Series) -> pd.Series:
    """Return the class of size of each population; missing where the population is.

    Examples
    --------
    >>> import pandas as pd
    >>> sizes(pd.Series([49_999, 50_000, 0])).tolist()
    ['t10000', 't50000', 't0']
    """
    import pandas as pd

    people = population.astype("float64")
    result = pd.Series(pd.NA, index=population.index, dtype="str")
    for name, least in reversed(SIZES.items()):
        result = result.mask(people >= least, name)
    return result
