"""Open files that are not embedded: their addresses, their paths on this machine, the sha256 they must have.

`remote_files.toml` beside this module is their catalog. A file is looked for in `TLANALYSIS_MIRROR`, then in
`data/raw/downloads/<id>/`, where `tlanalysis fetch` puts it. It must have the sha256 of the catalog or,
where the catalog has none, that of the receipt which the first fetch wrote beside it.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tlanalysis.core import files, paths, recorder
from tlanalysis.core.errors import BadInput, SourceError, did_you_mean


@cache
def remote() -> dict[str, dict[str, Any]]:
    """Return the open files that are not embedded: id -> entry of `remote_files.toml`, whose head names the keys."""
    return tomllib.loads((Path(__file__).with_name("remote_files.toml")).read_text(encoding="utf-8"))


def entry(name: str) -> dict[str, Any]:
    """Return the catalog entry of one open file.

    Raises
    ------
    BadInput
        Unknown id.
    """
    if name not in remote():
        raise BadInput(f"no open file called {name!r}{did_you_mean(name, remote())}: `tlanalysis sources` lists them.")
    return remote()[name]


def address(name: str) -> str | None:
    """Return an address that serves the recorded bytes of an open file, or its zip; None without such an address."""
    found = entry(name)
    return None if found.get("extract") else found.get("url")


def folder(name: str) -> Path:
    """Return where the downloads of an open file lie, whether they are there or not."""
    return paths.downloads() / name


def find_in(mirror: Path, name: str, file: str) -> Path | None:
    """Return where a mirror holds a file of an id, as `<file>` or as `<id>/<file>`, or None."""
    return next((path for path in (mirror / file, mirror / name / file) if path.is_file()), None)


def find_remote(name: str) -> Path | None:
    """Return where an open file lies on this machine (mirror first, then downloads), or None."""
    file, mirror = entry(name)["file"], paths.mirror()
    saved = folder(name) / file
    found = (find_in(mirror, name, file) if mirror else None) or (saved if saved.is_file() else None)
    return recorder.record_search(name, found)


def receipt_path(file: Path) -> Path:
    """Return where the receipt of a downloaded file lies."""
    return file.with_name(f"{file.name}.json")


def receipt(file: Path) -> dict[str, Any] | None:
    """Return the record of a fetched file (address, date, sha256, size), or None.

    Raises
    ------
    SourceError
        When the receipt was damaged.
    """
    path = receipt_path(file)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        texts = {
            key: value for key in ("etag", "last_modified", "date") if isinstance(value := found.get(key, ""), str)
        }
        return {**found, "etag": "", "last_modified": "", "date": "", **texts, "sha256": str(found["sha256"])}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceError(f"{path} is not a receipt: delete it, then `tlanalysis fetch {path.parent.name}`.") from None


def vouched_sha256(name: str) -> str | None:
    """Return the sha256 that an open file must have: the catalog's, else its receipt's, else None."""
    fixed = entry(name).get("sha256")
    written = None if fixed else receipt(folder(name) / entry(name)["file"])
    return fixed or (written["sha256"] if written else None)


def read_remote(name: str) -> bytes:
    """Return the bytes of an open file that has been fetched, after checking them against the recorded sha256.

    Raises
    ------
    BadInput
        Unknown id.
    SourceError
        The file is not on this machine, nothing vouches for it, or it is not the one recorded.
    """
    file, path, expected = entry(name)["file"], find_remote(name), vouched_sha256(name)
    if path is None:
        command = f"`tlanalysis fetch {name}`, or " if address(name) else ""
        raise SourceError(
            f"{file} is not on this machine: {command}save {origin(name)} as {saved_as(name)}, or set "
            f"TLANALYSIS_MIRROR to a folder that holds it."
        )
    if expected is None:
        raise SourceError(f"nothing vouches for {path.name} yet: `tlanalysis fetch {name}` records its sha256.")
    data = path.read_bytes()
    if (found := files.sha256(data)) != expected:
        raise SourceError(
            f"{path.name} is not the recorded version: sha256 {found[:12]}…, expected {expected[:12]}…; put the "
            f"recorded one back, or see what `tlanalysis fetch {name}` says."
        )
    return data


def saved_as(name: str) -> str:
    """Return where a user saves an open file by hand, as seen from the project folder."""
    return f"data/raw/downloads/{name}/{entry(name)['file']}"


def origin(name: str) -> str:
    """Return the end of a sentence that says which file a user saves by hand, and from where."""
    found, served = entry(name), address(name)
    if served:
        return f"{found['member']} of {served}" if "member" in found else served
    return f"it by hand from {found['landing']}" if "landing" in found else f"the extract made of {found['url']}"
