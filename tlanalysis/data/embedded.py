"""Datasets: the tables that the project holds, their publishers and licences, and the sha256 of their bytes.

Embedded tables lie in `data/raw/` and are declared in `data/raw/datapackage.json`, a Frictionless Data Package with one
Table Schema per table and the sha256 of its bytes. Open files that are too large to embed are named in
`remote_files.toml` beside this module; `tlanalysis.data.remote_files` says where they lie and which checksum they have.
"""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis.core import files, paths
from tlanalysis.core.errors import BadInput, SourceError, did_you_mean
from tlanalysis.core.own_list import own_list
from tlanalysis.data import built
from tlanalysis.data.remote_files import address, find_remote, remote, vouched_sha256
from tlanalysis.data.remote_files import read_remote as read_remote  # callers load every table from here

if TYPE_CHECKING:
    import pandas as pd

PACKAGE_FILE = "datapackage.json"

# Table Schema type -> pandas dtype. Dates stay text: ours may be reduced ("2021", "2021-08", "2018/2023").
DTYPES = {
    "string": "str",
    "date": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}


def package() -> dict[str, Any]:
    """Return the content of `data/raw/datapackage.json`."""
    return _package_of(paths.raw())


def _package_of(folder: Path) -> dict[str, Any]:
    path = folder / PACKAGE_FILE
    return _parse_package(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _parse_package(path: Path, _mtime: int) -> dict[str, Any]:
    return _read_package(path)


def _read_package(path: Path) -> dict[str, Any]:
    """Return the package; raise `SourceError` when its file is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise SourceError(f"{path} is not valid JSON (line {error.lineno}): restore it from git.") from error
    except UnicodeDecodeError:
        raise SourceError(f"{path} is not UTF-8 text: restore it from git.") from None
    except RecursionError:
        raise SourceError(f"{path} is nested too deeply: restore it from git.") from None
    resources = content.get("resources") if isinstance(content, dict) else None
    if not isinstance(resources, list) or not all(map(_is_resource, resources)):
        raise SourceError(f"{path} does not describe tables as it should: restore it from git.")
    return content


def _is_resource(entry: Any) -> bool:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("name", "path")):
        return False
    return isinstance(entry.get("hash", ""), str)  # a new table has none before `seal`


def names() -> list[str]:
    """Return the names of the embedded tables, in the order of the package."""
    return [resource["name"] for resource in package()["resources"]]


def resource(name: str) -> dict[str, Any]:
    """Return one table's entry of the package: path, schema, licences, sources, hash.

    Raises
    ------
    BadInput
        When no embedded table has this name.
    """
    return _resource_in(paths.raw(), name)


def _resource_in(folder: Path, name: str) -> dict[str, Any]:
    for entry in _package_of(folder)["resources"]:
        if entry["name"] == name:
            return entry
    raise BadInput(f"no table called {name!r}{did_you_mean(name, names())}: tl.sources() lists them.")


def path_of(name: str) -> Path:
    """Return where the CSV of an embedded table lies."""
    folder = paths.raw()
    return folder / _resource_in(folder, name)["path"]


def recorded_sha256(name: str) -> str:
    """Return the sha256 that the package records for a table."""
    return _sha256_in(resource(name))


def _sha256_in(entry: dict[str, Any]) -> str:
    return entry["hash"].removeprefix("sha256:")


def input_facts(name: str) -> tuple[str, list[str]]:
    """Return the sha256 and the licences of an embedded CSV, of an open file, of the file that a table was built from.

    The sha256 of a list of the user's own stands in its name; its licence is not known.

    Raises
    ------
    BadInput
        Unknown name.
    SourceError
        A table that has not been built.
    """
    if signed := own_list(name):
        return signed.sha256, []
    files_of = built.open_file_of()
    if name in remote() and name not in names():
        return vouched_sha256(name) or "", [remote()[name]["licence"]]
    if name not in files_of:
        return recorded_sha256(name), [licence["name"] for licence in resource(name)["licenses"]]
    if name not in built.built():
        raise SourceError(f"{name} has not been built: run `tlanalysis build`.")
    return built.built()[name]["sha256"], [remote()[files_of[name]]["licence"]]


def read_raw(name: str) -> bytes:
    """Return the bytes of an embedded table, after comparing their sha256 with the recorded one.

    Raises
    ------
    SourceError
        When the file is missing, or its bytes are not those the package records.
    """
    folder = paths.raw()
    entry = _resource_in(folder, name)
    path, recorded = folder / entry["path"], _sha256_in(entry)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"data/raw/{path.name} is missing: restore it from git.") from None
    if (found := files.sha256(data)) != recorded:
        raise SourceError(
            f"data/raw/{path.name} was altered: its sha256 is {found[:12]}…, datapackage.json records "
            f"{recorded[:12]}…; restore the file, or record a reviewed change with `tlanalysis seal`."
        )
    return data


def read_texts(name: str) -> dict[str, list[str]]:
    """Return the columns of an embedded table as text, the empty string where missing; without pandas.

    Examples
    --------
    >>> read_texts("regions")["nom_region"][:2]
    ['Guadeloupe', 'Martinique']
    """
    header, *rows = csv.reader(io.StringIO(read_raw(name).decode("utf-8"), newline=""))
    return {title: [row[at] for row in rows] for at, title in enumerate(header)}


def verify() -> None:
    """Compare every embedded table with its recorded checksum.

    Raises
    ------
    SourceError
        When tables are missing or altered; the message names each on one line.
    """
    problems = []
    for name in names():
        try:
            read_raw(name)
        except SourceError as error:
            problems.append(str(error))
    if problems:
        raise SourceError("\n".join(problems))


def load(name: str) -> pd.DataFrame:
    """Return one table, typed: embedded, by its Table Schema, or built from an open file that was fetched.

    On the command line, `tlanalysis build` writes the second kind.

    Parameters
    ----------
    name : str
        A name that `sources()` lists as embedded, e.g. ``"observations"``, ``"regions"``, or that `open_files()` lists
        as built, e.g. ``"recensement_2026_activites"``; one row is what `describe(name)` says.

    Returns
    -------
    pandas.DataFrame
        A fresh copy. Codes are text; missing is missing (`NaN`, `<NA>`), never zero.

    Raises
    ------
    BadInput
        Unknown name.
    SourceError
        File missing, altered, not of the declared columns and types, or not built.

    See Also
    --------
    sources : Which tables there are.
    places : The places of an open list.

    Examples
    --------
    >>> load("regions").loc[0, ["code_region", "nom_region"]].tolist()
    ['01', 'Guadeloupe']
    """
    if name in built.open_file_of():
        return built.load(name)
    if name in remote() and name not in names():
        raise BadInput(_how_to_read(name))
    return _typed(name, read_raw(name)).copy()


def _how_to_read(name: str) -> str:
    """Return how to get what a file of the catalog holds: it is no table of ours."""
    card_ = remote()[name]
    said = f"{name} is a file of {card_['publisher']}, not a table"
    if tables := [table for table, file in built.open_file_of().items() if file == name]:
        return f"{said}: `tlanalysis fetch {name}`, then `tlanalysis build`, then tl.load({tables[0]!r})."
    if path := find_remote(name):
        here = f"it lies in {path}"
    elif address(name):
        here = f"`tlanalysis fetch {name}` brings it"
    else:
        here = f"no address serves it as such, its publisher shows it at {card_.get('landing', 'no page')}"
    reads = f"tl.places({name!r}) reads it" if card_.get("unit") else "pandas or geopandas reads it"
    return f"{said}: {here}, and {reads}."


@lru_cache(maxsize=32)
def _typed(name: str, data: bytes) -> pd.DataFrame:
    import pandas as pd

    fields = resource(name)["schema"]["fields"]
    frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, na_values=[""])
    declared = [field["name"] for field in fields]
    if list(frame.columns) != declared:
        odd = sorted(set(frame.columns) ^ set(declared))
        raise SourceError(
            f"data/raw/{name}.csv does not have the columns of its schema: look at {odd or 'their order'}."
        )
    for field in fields:
        try:
            frame[field["name"]] = _as_type(frame[field["name"]], field["type"])
        except (ValueError, TypeError) as error:
            raise SourceError(f"data/raw/{name}.csv, column {field['name']}: {error}.") from error
    return frame


def _as_type(column: pd.Series, kind: str) -> pd.Series:
    if kind == "boolean":
        if odd := sorted(set(column.dropna()) - {"true", "false"}):
            raise ValueError(f"{odd[0]!r} is neither true nor false")
        return column.map({"true": True, "false": False}).astype("boolean")
    if kind == "integer":
        return column.astype("float64").astype("Int64")
    return column.astype(DTYPES[kind])


OF_SOURCES = ("id", "titre", "editeur", "licence", "millesime", "unite", "nb_lignes", "etat")


def sources() -> pd.DataFrame:
    """Return one row per dataset: what we hold, from whom, under which licence, and in which state.

    On the command line: `tlanalysis sources`.

    Returns
    -------
    pandas.DataFrame
        Columns `id`, `titre`, `editeur`, `licence`, `millesime`, `unite` (of a list: what one identifier
        is), `nb_lignes` (embedded tables only) and `etat`:
        `embarque` (in `data/raw/`, checksum verified on reading), `telecharge` (found in the mirror or the downloads)
        or `absent`.

    See Also
    --------
    describe : The columns of one table.
    load : One table.
    cite : How to cite one.

    Examples
    --------
    >>> table = sources().set_index("id")
    >>> table.loc["regions", ["editeur", "etat"]].tolist()
    ['INSEE', 'embarque']
    """
    import pandas as pd

    rows = [card(name) | {"nb_lignes": len(load(name))} for name in names()] + [card(name) for name in remote()]
    french = {"title": "titre", "publisher": "editeur", "licence": "licence", "vintage": "millesime", "unit": "unite"}
    return pd.DataFrame(rows).rename(columns=french)[[*OF_SOURCES]].astype({"nb_lignes": "Int64"})


def card(name: str) -> dict[str, Any]:
    """Return the catalog entry of one dataset: the keys of `remote_files.toml`, and `etat` as in `sources`.

    Raises
    ------
    BadInput
        Unknown id.
    """
    if name in remote():
        return {"id": name, **remote()[name], "etat": _state(name)}
    if name not in names():
        known = [*names(), *remote()]
        raise BadInput(f"no dataset called {name!r}{did_you_mean(name, known)}: `tlanalysis sources` lists them.")
    entry = resource(name)
    return {
        "id": name,
        "title": entry["title"],
        "publisher": " ; ".join(source["title"] for source in entry["sources"]),
        "licence": " ; ".join(licence["name"] for licence in entry["licenses"]),
        "vintage": entry["millesime"],
        "file": f"data/raw/{entry['path']}",
        "bytes": entry["bytes"],
        "sha256": recorded_sha256(name),
        "etat": "embarque",
    }


def _state(name: str) -> str:
    return "telecharge" if find_remote(name) else "absent"


def seal() -> list[str]:
    """Record the present sha256 and size of every embedded table in the package; return the names that changed.

    For the person who has reviewed a change of `data/raw/`: the library itself never alters it.
    """
    paths.check_own()
    content = _read_package(paths.raw() / PACKAGE_FILE)
    changed = []
    for entry in content["resources"]:
        data = (paths.raw() / entry["path"]).read_bytes()
        recorded = {"hash": f"sha256:{files.sha256(data)}", "bytes": len(data)}
        if any(entry.get(key) != value for key, value in recorded.items()):
            changed.append(entry["name"])
            entry.update(recorded)
    if changed:
        files.write_text(paths.raw() / PACKAGE_FILE, files.to_json(content))
    return changed
