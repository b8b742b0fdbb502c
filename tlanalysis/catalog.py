"""Datasets: what the project holds, from whom, under which licence, and whether its bytes are the ones recorded.

Embedded tables lie in `data/raw/` and are declared in `data/raw/datapackage.json`, a Frictionless Data Package with one
Table Schema per table and the sha256 of its bytes. Open files that are too large to embed are named in `remote.toml`
beside this module; they are looked for in `TLANALYSIS_MIRROR`, then in `data/raw/downloads/<id>/`.
"""

from __future__ import annotations

import io
import json
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis import files, paths, reads
from tlanalysis.errors import BadInput, SourceError, did_you_mean

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
    path = paths.raw() / PACKAGE_FILE
    return _parse_package(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _parse_package(path: Path, _mtime: int) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise SourceError(f"{path} is not valid JSON (line {error.lineno}): restore it from git.") from error


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
    for entry in package()["resources"]:
        if entry["name"] == name:
            return entry
    raise BadInput(f"no table called {name!r}{did_you_mean(name, names())}: tl.sources() lists them.")


def recorded_sha256(name: str) -> str:
    """Return the sha256 that the package records for a table."""
    return resource(name)["hash"].removeprefix("sha256:")


def read_raw(name: str) -> bytes:
    """Return the bytes of an embedded table, after comparing their sha256 with the recorded one.

    Raises
    ------
    SourceError
        When the file is missing, or its bytes are not those the package records.
    """
    path = paths.raw() / resource(name)["path"]
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"data/raw/{path.name} is missing: restore it from git.") from None
    if (found := files.sha256(data)) != recorded_sha256(name):
        raise SourceError(
            f"data/raw/{path.name} was altered: its sha256 is {found[:12]}…, datapackage.json records "
            f"{recorded_sha256(name)[:12]}…; restore the file, or record a reviewed change with `tlanalysis seal`."
        )
    return data


def load(name: str) -> pd.DataFrame:
    """Return one embedded table, typed by its Table Schema; one row is what `describe(name)` says.

    Parameters
    ----------
    name : str
        A name that `sources()` lists as embedded, e.g. ``"observations"``, ``"regions"``.

    Returns
    -------
    pandas.DataFrame
        A fresh copy. Codes are text; missing is missing (`NaN`, `<NA>`), never zero.

    Raises
    ------
    BadInput
        Unknown name.
    SourceError
        File missing, altered, or not of the declared columns and types.

    Examples
    --------
    >>> load("regions").loc[0, ["code_region", "nom_region"]].tolist()
    ['01', 'Guadeloupe']
    """
    return _typed(name, read_raw(name)).copy()


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


def describe(name: str) -> pd.DataFrame:
    """Return one row per column of a table: our name, the publisher's, type, meaning.

    Parameters
    ----------
    name : str
        An embedded table, or an open file that the library cleans (``"cget_2019"``).

    Returns
    -------
    pandas.DataFrame
        Columns `colonne`, `colonne_source`, `type`, `description`.
    """
    import pandas as pd

    if name in remote():
        from tlanalysis.ingest import raw_to_clean

        pairs = raw_to_clean(name)
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
            for field in resource(name)["schema"]["fields"]
        ]
    )


@cache
def remote() -> dict[str, dict[str, Any]]:
    """Return the open files that are not embedded: id -> title, publisher, licence, url, file, sha256."""
    return tomllib.loads((Path(__file__).with_name("remote.toml")).read_text(encoding="utf-8"))


def find_remote(name: str) -> Path | None:
    """Return where an open file lies on this machine (mirror first, then downloads), or None."""
    entry = remote()[name]
    folders = [folder for folder in (paths.mirror(), paths.raw() / "downloads" / name) if folder]
    found = next((folder / entry["file"] for folder in folders if (folder / entry["file"]).is_file()), None)
    return reads.searched(name, found)


def read_remote(name: str) -> bytes:
    """Return the bytes of an open file that has been fetched, after checking them against the recorded sha256.

    Raises
    ------
    BadInput
        Unknown id.
    SourceError
        The file is not on this machine, or is not the one recorded.
    """
    if name not in remote():
        raise BadInput(f"no open file called {name!r}{did_you_mean(name, remote())}: `tlanalysis sources` lists them.")
    entry, path = remote()[name], find_remote(name)
    if path is None:
        raise SourceError(
            f"{entry['file']} is not on this machine: save {entry['url']} as "
            f"data/raw/downloads/{name}/{entry['file']}, or set TLANALYSIS_MIRROR to a folder that holds it."
        )
    data = path.read_bytes()
    if (found := files.sha256(data)) != entry["sha256"]:
        raise SourceError(
            f"{path.name} is not the recorded version: sha256 {found[:12]}…, expected {entry['sha256'][:12]}…."
        )
    return data


def sources() -> pd.DataFrame:
    """Return one row per dataset: what we hold, from whom, under which licence, and in which state.

    Returns
    -------
    pandas.DataFrame
        Columns `id`, `titre`, `editeur`, `licence`, `millesime`, `nb_lignes` (embedded tables only) and `etat`:
        `embarque` (in `data/raw/`, checksum verified on reading), `telecharge` (found in the mirror or the downloads)
        or `absent`.
    """
    import pandas as pd

    held = [
        {
            "id": entry["name"],
            "titre": entry["title"],
            "editeur": " ; ".join(source["title"] for source in entry["sources"]),
            "licence": " ; ".join(licence["name"] for licence in entry["licenses"]),
            "millesime": entry["millesime"],
            "nb_lignes": len(load(entry["name"])),
            "etat": "embarque",
        }
        for entry in package()["resources"]
    ]
    fetched = [
        {
            "id": name,
            "titre": entry["title"],
            "editeur": entry["publisher"],
            "licence": entry["licence"],
            "millesime": entry["vintage"],
            "nb_lignes": None,
            "etat": "telecharge" if find_remote(name) else "absent",
        }
        for name, entry in remote().items()
    ]
    return pd.DataFrame(held + fetched).astype({"nb_lignes": "Int64"})


def seal() -> list[str]:
    """Record the present sha256 and size of every embedded table in the package; return the names that changed.

    For the person who has reviewed a change of `data/raw/`: the library itself never alters it.
    """
    content = json.loads((paths.raw() / PACKAGE_FILE).read_text(encoding="utf-8"))
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
