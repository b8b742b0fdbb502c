"""What a reports folder holds, read once: runs, their figures, and the name of each thing in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlanalysis.data.parameters import LANGS, Params, run_key
from tlanalysis.runs import manifest

KINDS = ("svg", "png", "csv", "json")
QUALITY = "00_data_quality"
_FACTS = {"id", "title", "lecture", "champ", "alt", "source", "sources", "params", "inputs", "fingerprint"}


_SIZES = ("width", "height", "top", "bottom")


@dataclass(frozen=True)
class Zone:
    """Part of a picture that lies between its header and its footer: inches, from the top of the page."""

    width: float
    top: float
    bottom: float

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / (self.bottom - self.top)

    @property
    def above(self) -> float:
        """What lies above it, as a percentage of the width."""
        return 100 * self.top / self.width


@dataclass(frozen=True)
class Figure:
    """A published figure: `name` (`<id>--<run_key>`), `key` without its language, `facts` (None without files)."""

    name: str
    key: str
    folder: Path
    facts: dict[str, Any] | None
    kinds: tuple[str, ...]

    @property
    def slug(self) -> str:
        """Where its page lies, in whichever language."""
        return f"figure/{self.name.split('--')[0]}--{self.key}.html"

    @property
    def zone(self) -> Zone | None:
        """Where the plot stands in its picture."""
        return _zone(self.facts)

    def path(self, kind: str) -> Path:
        """Return where one of its files lies."""
        return self.folder / f"{self.name}.{kind}"


@dataclass(frozen=True)
class Run:
    """One run of a notebook and the figures that stand; `key` is its run key without the language."""

    name: str
    notebook: str
    key: str
    lang: str
    territory: str
    status: str
    error: str
    figures: tuple[Figure, ...]
    executed: Path | None

    @property
    def slug(self) -> str:
        """Where the page of the executed notebook lies, in whichever language."""
        return f"notebook/{self.notebook}--{self.key}.html"


def read(out: Path) -> list[Run]:
    """Return the runs a reports folder tells of, ordered by name."""
    return [_run(outcome, out) for _, outcome in sorted(manifest.read(out).items())]


def profiled(runs: Iterable[Run]) -> set[str]:
    """Return the notebooks that are about one territory at a time: those that ran for another one than France."""
    return {run.notebook for run in runs if run.territory != "FR"}


def _run(outcome: manifest.Outcome, out: Path) -> Run:
    given = Params(**outcome.parameters)
    executed = out / "notebooks" / f"{outcome.name}.ipynb"
    return Run(
        name=outcome.name,
        notebook=outcome.notebook,
        key=_key(given),
        lang=given.lang,
        territory=given.territory,
        status=outcome.status,
        error=outcome.error,
        figures=tuple(_figure(name, out / "figures", given) for name in outcome.figures),
        executed=executed if executed.is_file() else None,
    )


def _key(given: Params) -> str:
    """Return the run key without the language: what the pages of a run share in all languages."""
    return run_key(Params(**given.as_dict() | {"lang": LANGS[0]}))


def _figure(name: str, folder: Path, given: Params) -> Figure:
    kinds = tuple(kind for kind in KINDS if (folder / f"{name}.{kind}").is_file())
    facts = _facts(folder / f"{name}.json") if {"svg", "json"} <= set(kinds) else None
    return Figure(name, _key(given), folder, facts, kinds)


def _facts(path: Path) -> dict[str, Any] | None:
    """Return a sidecar's facts; None when it is cut short or is not ours: the page then says the figure is missing."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return facts if isinstance(facts, dict) and facts.keys() >= _FACTS else None


def _zone(facts: dict[str, Any] | None) -> Zone | None:
    """Return where a picture's plot stands, if its sidecar says so and can be meant."""
    said = (facts or {}).get("plot")
    if not isinstance(said, dict):
        return None
    sizes = [size for name in _SIZES if isinstance(size := said.get(name), int | float)]
    if len(sizes) < len(_SIZES):
        return None
    width, height, top, bottom = map(float, sizes)
    return Zone(width, top, bottom) if 0 <= top < bottom <= height < 200 and 0 < width < 200 else None
