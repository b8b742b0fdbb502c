"""Read a reports folder: its runs, their figures, and the address of each page, which is the same in every language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import warn
from tlanalysis.core.figure_places import KINDS, PHONE, phone
from tlanalysis.data.parameters import LANGS, Params, mistakes_in, run_key
from tlanalysis.data.territories import FRANCE
from tlanalysis.figures.trace import is_sidecar
from tlanalysis.runs import manifest
from tlanalysis.runs.altered import altered

QUALITY = "00_data_quality"
_SIZES = ("width", "height", "top", "bottom")


@dataclass(frozen=True)
class PlotArea:
    """The part of a picture between its header and its footer, in inches from the top of the page."""

    width: float
    top: float
    bottom: float

    def holds(self, height: float) -> bool:
        """Return whether a height, in inches from the top of the page, is not above or below the area."""
        return not (height < self.top or height > self.bottom)

    @property
    def ratio(self) -> float:
        """The width divided by the height."""
        return self.width / (self.bottom - self.top)

    @property
    def above(self) -> float:
        """The height of the header, as a percentage of the width."""
        return 100 * self.top / self.width


@dataclass(frozen=True)
class Figure:
    """A published figure.

    Attributes
    ----------
    name : str
        `<id>--<run_key>`.
    key : str
        Run key of its parameters without the language.
    folder : Path
        The folder of its files.
    facts : dict or None
        Its sidecar; None when the picture or a readable sidecar is missing.
    kinds : tuple of str
        Kinds of its files that exist.
    phone : bool
        Whether there is a drawing for narrow screens.
    """

    name: str
    key: str
    folder: Path
    facts: dict[str, Any] | None
    kinds: tuple[str, ...]
    phone: bool = False

    @property
    def slug(self) -> str:
        """The address of its page, the same in every language."""
        return f"figure/{self.id}--{self.key}.html"

    @property
    def id(self) -> str:
        """The id of the figure, without its run key."""
        return self.name.split("--")[0]

    @property
    def embed(self) -> str:
        """The address of the page that holds the figure alone."""
        return self.slug.replace("figure/", "embed/", 1)

    @property
    def day(self) -> str:
        """The day, in UTC, of its present files."""
        written = self.path("json").stat().st_mtime
        return datetime.fromtimestamp(written, UTC).date().isoformat()

    @property
    def drawing_for_phones(self) -> Path:
        """The path of its drawing for narrow screens."""
        return self.folder / phone(self.name)

    @property
    def plot_area(self) -> PlotArea | None:
        """The area of the plot in its picture; None when the sidecar does not give one."""
        return _plot_area(self.facts, "plot")

    @property
    def phone_area(self) -> PlotArea | None:
        """The area of the plot in its drawing for narrow screens; None when the sidecar does not give one."""
        return _plot_area(self.facts, "phone")

    def path(self, kind: str) -> Path:
        """Return the path of one of its files."""
        return self.folder / f"{self.name}.{kind}"


@dataclass(frozen=True)
class Run:
    """One run of a notebook and its figures; `key` is its run key without the language."""

    name: str
    notebook: str
    key: str
    lang: str
    territory: str
    status: str
    error: str
    figures: tuple[Figure, ...]
    executed: Path | None
    seconds: float = 0.0

    @property
    def slug(self) -> str:
        """The address of the page of the executed notebook, the same in every language."""
        return f"notebook/{self.notebook}--{self.key}.html"


def read(out: Path) -> list[Run]:
    """Return the runs that the manifest of a reports folder records, ordered by name."""
    runs = []
    for name, outcome in sorted(manifest.read(out).items()):
        if wrong := list(mistakes_in(outcome.parameters)):
            warn(f"{name} has no page: {' '.join(wrong)}")
        else:
            runs.append(_run(outcome, out))
    return runs


def profiled(runs: Iterable[Run]) -> set[str]:
    """Return the notebooks that describe one territory at a time: those that ran for another territory than France."""
    return {run.notebook for run in runs if run.territory != FRANCE}


def _run(outcome: manifest.Outcome, out: Path) -> Run:
    given = Params(**outcome.parameters)
    wrong = list(altered(outcome, out))
    for clause in wrong:
        shown = "that drawing" if clause.startswith(f"{PHONE}/") else "its figure"
        warn(f"{outcome.name}: {clause}: {shown} is not shown until `tlanalysis run` has made it again.")
    executed = out / "notebooks" / f"{outcome.name}.ipynb"
    return Run(
        name=outcome.name,
        notebook=outcome.notebook,
        key=_key(given),
        lang=given.lang,
        territory=given.territory,
        status=outcome.status,
        error=outcome.error,
        figures=tuple(_figure(name, out / "figures", given, wrong) for name in outcome.figures),
        executed=executed if executed.is_file() else None,
        seconds=float(outcome.seconds),
    )


def _key(given: Params) -> str:
    """Return the run key without the language, which the pages of a run share in all languages."""
    return run_key(Params(**given.as_dict() | {"lang": LANGS[0]}))


def _figure(name: str, folder: Path, given: Params, wrong: list[str]) -> Figure:
    changed = any(clause.startswith(f"{name}.") for clause in wrong)
    kinds = tuple(kind for kind in KINDS if (folder / f"{name}.{kind}").is_file())
    facts = _facts(folder / f"{name}.json") if {"svg", "json"} <= set(kinds) and not changed else None
    drawn = (folder / phone(name)).is_file() and not any(clause.startswith(f"{phone(name)} ") for clause in wrong)
    own = Params(**facts["params"]) if facts else given
    named = name.partition("--")[2]
    # A figure whose name and parameters disagree keeps the key of its name, so that two figures never share a page.
    return Figure(name, _key(own) if run_key(own) == named else named, folder, facts, kinds, bool(facts) and drawn)


def _facts(path: Path) -> dict[str, Any] | None:
    """Return the facts of a sidecar; None, which makes the figure missing, when the file is damaged or not ours.

    A disk that does not give the file ends the report: a page without the figure would look up to date ever after.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return facts if is_sidecar(facts) and not any(mistakes_in(facts["params"])) else None


def _plot_area(facts: dict[str, Any] | None, which: str) -> PlotArea | None:
    """Return an area of the sidecar; None when there is none or it lies outside the page."""
    given = (facts or {}).get(which)
    if not isinstance(given, dict):
        return None
    sizes = [size for name in _SIZES if isinstance(size := given.get(name), int | float)]
    if len(sizes) < len(_SIZES):
        return None
    width, height, top, bottom = map(float, sizes)
    return PlotArea(width, top, bottom) if 0 <= top < bottom <= height < 200 and 0 < width < 200 else None
