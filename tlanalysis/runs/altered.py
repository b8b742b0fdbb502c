"""Find the files of a run that are missing from a reports folder, or are no longer those that the run wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tlanalysis.core import recorder
from tlanalysis.core.errors import SourceError
from tlanalysis.core.figure_places import PHONE
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome


def altered(outcome: Outcome, out: Path) -> Iterator[str]:
    """Yield one clause per file of a run that is missing, or that another program changed.

    Parameters
    ----------
    outcome : Outcome
        The recorded outcome; one of an older version records no digests, and its files are not compared.
    out : Path
        Reports folder.
    """
    for name, digest in outcome.files.items():
        path, shown = out / name, name.partition("/")[2]
        if not path.is_file():
            yield f"{shown} is missing from its results"
        elif recorder.digest_file(path) != digest:
            yield f"{shown} was altered after the run"


def verify(file: Path) -> bool:
    """Compare a file of a figure with the manifest of its reports folder.

    Returns
    -------
    bool
        False when there is no such manifest, or it does not record the file: a picture that travelled alone.

    Raises
    ------
    SourceError
        When the file is not the one that the run wrote.
    """
    inside = file.absolute().parent
    figures = inside.parent if inside.name == PHONE else inside
    out = figures.parent
    if figures.name != "figures" or not (out / manifest.FILE).is_file():
        return False
    name = file.absolute().relative_to(out).as_posix()
    for outcome in manifest.read(out).values():
        if name in outcome.files:
            if recorder.digest_file(file) != outcome.files[name]:
                raise SourceError(f"{file} was altered after the run that wrote it: `tlanalysis run` makes it again.")
            return True
    return False
