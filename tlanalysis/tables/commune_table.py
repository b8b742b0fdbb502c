"""The table of communes: population, position, kind of commune, and the programmes that name it.

One row is one commune of the code officiel géographique. The files of classes carry no licence, so they are fetched and
not embedded; a class whose file is not on this machine is missing, and the answer names the file.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.core.provenance import stamp
from tlanalysis.data import commune_classes, embedded, territories
from tlanalysis.data.reference_files import CENTRES, COMMUNES_WITH_QPV, POPULATIONS, YEARS_OF_COMMUNES
from tlanalysis.data.remote_files import vouched_sha256
from tlanalysis.lists.cells import commune_names
from tlanalysis.lists.cells.commune_names import SPLIT_CITIES, today_code
from tlanalysis.tables.commune_files import centres, read_populations

if TYPE_CHECKING:
    import pandas as pd

_CODE_IN_BRACKETS = re.compile(r"\((\d[\dAB]\d{3})\)")
_CODE = re.compile(r"\d[\dAB]\d{3}")


def communes(year: int = 2026, *, arrondissements: bool = False) -> pd.DataFrame:
    """Return every commune of France with what is known of it: one row per commune.

    Parameters
    ----------
    year : {2025, 2026}
        Edition of the code officiel géographique. The communes of both editions are the same 34,875.
    arrondissements : bool
        Paris, Lyon and Marseille by arrondissement (45 rows) instead of whole (3 rows). An arrondissement has the
        classes and programmes of its city.

    Returns
    -------
    DataFrame
        `code_commune, nom_commune, code_departement, code_region, population` (2023; missing in Mayotte, whose census
        is another), `latitude, longitude` (degrees, one point per commune; that of a split city is the mean of its
        arrondissements, weighed by population; missing for communes younger than the file of points), `densite` (the
        seven levels of Insee), `famille_densite` (its three families), `ruralite`, `centralite`, `taille` (five classes
        of population), `est_avec_qpv` (the commune holds a quartier prioritaire), and one column `est_<programme>` per
        programme of `commune_classes.PROGRAMMES`. A column is missing throughout when its file is not on this machine;
        `attrs["a_recuperer"]` names these files, `attrs["hors_table"]` the communes that a programme's file names and
        that are not in this table (Saint-Martin).

    Raises
    ------
    SourceError
        The populations have not been fetched, or a file is not in its known form.
    BadInput
        An edition that no file of ours holds.

    See Also
    --------
    cross, overlap : What to ask of communes.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> len(tl.communes())  # doctest: +SKIP
    34875
    """
    if year not in YEARS_OF_COMMUNES:
        raise BadInput(f"no edition {year} of the communes: write one of {', '.join(map(str, YEARS_OF_COMMUNES))}.")
    split = split_or_whole(
        listed_communes(),
        read_populations(embedded.read_remote(POPULATIONS)),
        centres(),
        arrondissements=arrondissements,
    )
    city = split["code_commune"].map(today_code)
    missing: list[str] = []
    outside: dict[str, list[str]] = {}
    for name, file in commune_classes.FILES.items():
        known = _is_held(file)
        if not known:
            missing.append(file)
        printed = read_classes(embedded.read_remote(file), file) if known else {}
        split[name] = city.map(commune_classes.codes_of(name, printed)).astype("str")
    split["famille_densite"] = split["densite"].map(commune_classes.families_of("densite")).astype("str")
    split["taille"] = commune_classes.sizes(city.map(split.groupby(city)["population"].sum(min_count=1)))
    flags = {"est_avec_qpv": COMMUNES_WITH_QPV} | {
        f"est_{name}": file for name, file in commune_classes.PROGRAMMES.items()
    }
    for name, file in flags.items():
        if not _is_held(file):
            missing.append(file)
            split[name] = _nothing_known(split)
        else:
            named = {today_code(code) for code in named_communes(embedded.read_remote(file), file)}
            split[name] = city.isin(named).astype("boolean")
            outside[name.removeprefix("est_").removeprefix("avec_")] = sorted(named - set(city))
    used = [POPULATIONS, CENTRES, *(file for file in [*commune_classes.FILES.values(), *flags.values()])]
    used = [file for file in used if file not in missing]
    table = stamp(
        split[_order(split)],
        commune_classes.sources([commune_names.TABLE, "departements", *used]),
        inputs=[commune_names.TABLE, "departements"],
    )
    table.attrs |= {"a_recuperer": missing, "annee": year, "hors_table": outside}
    return table


def _is_held(file: str) -> bool:
    """Return whether an open file is on this machine with a recorded sha256."""
    return embedded.find_remote(file) is not None and vouched_sha256(file) is not None


def _nothing_known(frame: pd.DataFrame) -> pd.Series:
    import pandas as pd

    return pd.Series(pd.NA, index=frame.index, dtype="boolean")


def _order(frame: pd.DataFrame) -> list[str]:
    first = ["code_commune", "nom_commune", "code_departement", "code_region", "population", "latitude", "longitude"]
    first += ["densite", "famille_densite", "ruralite", "centralite", "taille", "est_avec_qpv"]
    return first + [name for name in frame if name not in first]


def listed_communes() -> pd.DataFrame:
    """Return the communes of today and the arrondissements of our régions, one row each.

    The columns are `code_commune, nom_commune, est_arrondissement`. They come from the embedded history of communes,
    so that no file of the code officiel géographique is needed.
    """
    import pandas as pd

    columns = ["code_commune", "nom_commune", "est_arrondissement"]
    table = pd.DataFrame(commune_names.present_communes(), columns=columns)
    known = set(territories.departements()["code_departement"])
    return table[table["code_commune"].map(departement_of).isin(known)].reset_index(drop=True)


def split_or_whole(
    listed: pd.DataFrame, populations: pd.DataFrame, centres: pd.DataFrame, *, arrondissements: bool
) -> pd.DataFrame:
    """Return the communes with population and point, split cities by arrondissement or whole.

    Raises
    ------
    SourceError
        The populations name a commune that the list of communes does not hold, such as one of another edition.
    """
    import pandas as pd

    table = listed
    people = pd.to_numeric(populations.set_index("code_commune")["population"], errors="coerce")
    unknown = sorted(set(people.index) - set(table["code_commune"]))
    if unknown:
        raise SourceError(
            f"{POPULATIONS} names {len(unknown)} communes that are not those of {YEARS_OF_COMMUNES[-1]}: "
            f"{', '.join(unknown[:8])}; fetch the file of that edition."
        )
    table["population"] = table["code_commune"].map(people)
    table = table.merge(centres, on="code_commune", how="left", validate="1:1")
    for city, prefix in SPLIT_CITIES.items():
        inside = table["code_commune"].str.startswith(prefix) & table["est_arrondissement"]
        at = table["code_commune"] == city
        total = table.loc[inside, "population"].sum()
        table.loc[at, "population"] = total
        for axis in ("latitude", "longitude"):
            table.loc[at, axis] = (table.loc[inside, axis] * table.loc[inside, "population"]).sum() / total
    dropped = table["code_commune"].isin(SPLIT_CITIES) if arrondissements else table["est_arrondissement"]
    table = table[~dropped].sort_values("code_commune").reset_index(drop=True)
    table["code_departement"] = table["code_commune"].map(departement_of)
    regions = territories.departements().set_index("code_departement")["code_region"]
    table["code_region"] = table["code_departement"].map(regions)
    table["population"] = table["population"].astype("Int64")
    columns = ["code_commune", "nom_commune", "code_departement", "code_region", "population", "latitude", "longitude"]
    return table[columns]


def departement_of(code: str) -> str:
    """Return the département whose code a commune code begins with: three signs overseas, two elsewhere."""
    return code[:3] if code.startswith("97") else code[:2]


def read_classes(data: bytes, file: str) -> dict[str, str]:
    """Return the class that a file prints for each commune, without blanks around it.

    Raises
    ------
    SourceError
        A column is missing, or a commune stands there twice.
    """
    import pandas as pd

    column = commune_classes.COLUMNS[file]
    table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    _check_columns(table, ["insee_com", column], file)
    if table["insee_com"].duplicated().any():
        twice = table.loc[table["insee_com"].duplicated(), "insee_com"].tolist()
        raise SourceError(f"{file}: communes printed twice: {', '.join(twice[:8])}.")
    return dict(zip(table["insee_com"], table[column].str.strip(), strict=True))


def named_communes(data: bytes, file: str) -> list[str]:
    """Return the communes that a programme's file names, each once, in the order of the file.

    A CSV has them in `insee_com`; a GeoJSON in `insee_com`, `id_geo`, or between brackets in `liste_geo`.

    Raises
    ------
    SourceError
        No such column or property, or a cell that is no code of a commune.
    """
    import pandas as pd

    if data.lstrip()[:1] == b"{":
        properties = [feature["properties"] for feature in json.loads(data)["features"]]
        cells = [_printed_codes(one, file) for one in properties]
    else:
        table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")
        _check_columns(table, ["insee_com"], file)
        cells = [[cell] for cell in table["insee_com"]]
    codes = [code for cell in cells for code in cell]
    odd = [code for code in codes if not _CODE.fullmatch(code)]
    if odd:
        raise SourceError(
            f"{file}: {len(odd)} cells are no code of a commune, such as {odd[0]!r}: is it the right file?"
        )
    return list(dict.fromkeys(codes))


def _printed_codes(properties: dict[str, str], file: str) -> list[str]:
    if found := _CODE_IN_BRACKETS.findall(properties.get("liste_geo") or ""):
        return found
    for name in ("insee_com", "id_geo"):
        if properties.get(name):
            return [properties[name]]
    raise SourceError(f"{file}: a feature has no insee_com, id_geo or liste_geo: its properties have changed.")


def _check_columns(table: pd.DataFrame, wanted: list[str], file: str) -> None:
    absent = [name for name in wanted if name not in table]
    if absent:
        raise SourceError(
            f"{file} has no column {', '.join(absent)} but {', '.join(table.columns[:12])}: its form has changed."
        )
