"""Make a file of whatever `tl.clean` is given: a path, an address, a table in memory or an open file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from tlanalysis.core import staging
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.lists.messages import say

_LARGEST = 5 << 30
_PIECE = 1 << 20
_SECONDS = 60


@contextmanager
def as_file(given: Any) -> Iterator[Path]:
    """Yield the path of a list; a table, an open file or an address is written to a file for the time it is read.

    Raises
    ------
    BadInput
        What is given is none of these.
    SourceError
        An address does not answer.
    """
    if isinstance(given, (str, Path)) and not str(given).startswith(("http://", "https://")):
        yield Path(given)
        return
    with staging.temporary() as folder:
        yield _written(given, folder)


def _written(given: Any, folder: Path) -> Path:
    if isinstance(given, str):
        return _fetched(given, folder)
    if hasattr(given, "to_geo_dict") and getattr(given, "active_geometry_name", None):
        path = folder / "tableau.geojson"
        path.write_text((given if given.crs is None else given.to_crs(4326)).to_json(), encoding="utf-8")
        return path
    if hasattr(given, "to_csv") and hasattr(given, "columns"):
        path = folder / "tableau.csv"
        given.to_csv(path, index=False)
        return path
    if hasattr(given, "read"):
        name = Path(str(getattr(given, "name", "") or "liste")).name
        content = given.read()
        path = folder / (name if name not in {"", ".", ".."} else "liste")
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path
    raise BadInput(say("not_a_list", kind=type(given).__name__))


def _fetched(url: str, folder: Path) -> Path:
    import requests
    from urllib3.exceptions import HTTPError

    from tlanalysis.core import web

    path = folder / (Path(urlparse(url).path).name or "liste")
    try:
        with (
            web.Session() as session,
            session.get(url, stream=True, timeout=_SECONDS) as answer,
            path.open("wb") as file,
        ):
            answer.raise_for_status()
            received = 0
            for piece in web.pieces(answer, _PIECE):
                received += len(piece)
                if received > _LARGEST:
                    raise BadInput(say("sends_too_much", url=url, gib=_LARGEST >> 30))
                file.write(piece)
    except (requests.RequestException, HTTPError) as error:
        raise SourceError(say("no_answer", url=url, why=type(error).__name__)) from error
    return path
