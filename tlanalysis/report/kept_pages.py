"""Keep the pages of the present site whose contents would not change, instead of rendering them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from tlanalysis.core import files
from tlanalysis.report.results import Figure, Run

INDEX = "pages.json"
_PACKAGE = Path(__file__).resolve().parents[1]


class KeptPages:
    """The pages of the present site, each with the key of what it was made from.

    Parameters
    ----------
    folder : Path
        The folder of the present site, inside the reports folder.
    common : str
        What all pages depend on besides the code of the package: the links between them, the titles of notebooks.
    """

    def __init__(self, folder: Path, common: str) -> None:
        self._out, self._common = folder.parent, f"{_digest_of_code()}\n{common}"
        self._keys: dict[str, list[str]] = {}
        try:
            known = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):  # no site yet, or a damaged index: every page is made
            known = {}
        self._known = known if isinstance(known, dict) else {}

    def page(self, path: str, inputs: Iterable[str | bytes], make: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """Return the path and the HTML of a page; call `make` unless its inputs are those of the page that is there.

        Parameters
        ----------
        path : str
            Path of the page inside the reports folder.
        inputs : iterable of str or bytes
            All that the page depends on.
        make : callable
            Returns the path and the HTML.
        """
        parts = [part.encode() if isinstance(part, str) else part for part in (self._common, path, *inputs)]
        key = files.sha256("".join(map(files.sha256, parts)).encode())
        html = self._present(path, key)
        if html is None:
            _, html = make()
        self._keys[path] = [key, files.sha256(html.encode())]
        return path, html

    def _present(self, path: str, key: str) -> str | None:
        """Return a page of the present site; None when it was made from something else, or is not what we wrote."""
        try:
            data = (self._out / path).read_bytes()
        except OSError:
            return None
        return data.decode() if self._known.get(path) == [key, files.sha256(data)] else None

    def index(self) -> bytes:
        """Return the file that the next site reads."""
        return files.to_json(dict(sorted(self._keys.items()))).encode()


def described(run: Run, *figures: Figure) -> str:
    """Return what a page says of a run and of figures; wherever the reports folder lies, this is the same."""
    named = tuple(replace(figure, folder=Path()) for figure in figures)
    return repr(replace(run, figures=named, executed=run.executed and Path(run.executed.name)))


def drawings(*figures: Figure) -> str:
    """Return the digests of the drawings that a page holds, those for narrow screens too, and the days of figures."""
    found: list[str] = []
    for figure in figures:
        if figure.facts:
            paths = (figure.path("svg"), figure.drawing_for_phones)
            found += [figure.day, *(files.sha256(path.read_bytes()) if path.is_file() else "" for path in paths)]
    return repr(found)


@cache
def _digest_of_code() -> str:
    """Return the digest of the code, texts and templates of the package, and of the versions of libraries."""
    from tlanalysis.runs.due import installed_libraries

    found = [json.dumps(installed_libraries(), sort_keys=True)]
    for path in sorted(_PACKAGE.rglob("*")):
        inside = path.relative_to(_PACKAGE)
        if path.is_file() and inside.parts[0] != "_project" and "__pycache__" not in inside.parts:
            found += [inside.as_posix(), files.sha256(path.read_bytes())]
    return files.sha256("\n".join(found).encode())
