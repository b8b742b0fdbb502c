"""Make a published figure again, and say whether the bytes agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlanalysis.core import figure_places, paths, staging
from tlanalysis.core.errors import BadInput, RunFailed, did_you_mean
from tlanalysis.figures.trace import read_facts
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.plan import grid


@dataclass(frozen=True)
class Reproduced:
    """A figure made again: `name`, `command`, files whose bytes are the `same`, files that `differ`, `fingerprints`."""

    name: str
    command: str
    same: tuple[str, ...]
    differ: tuple[str, ...]
    fingerprints: tuple[str, str]

    def __str__(self) -> str:
        """Return what a person reads."""
        before, now = self.fingerprints
        data = f"the data are the same, {now}" if before == now else f"the data differ: {before} then, {now} now"
        bytes_ = "the bytes agree" if not self.differ else f"the bytes of {', '.join(self.differ)} differ"
        same = f" ({', '.join(self.same)} agree)" if self.differ and self.same else ""
        return f"{self.name}: {bytes_}{same}; {data}\n{self.command}"


def reproduce(figure: str | Path) -> Reproduced:
    """Run the notebook of a published figure in a folder of its own; return whether its files have the same bytes.

    Parameters
    ----------
    figure : str or Path
        One of its files, or its name (``"formation-part--FR"``) under `reports/`.

    Raises
    ------
    BadInput
        When the figure is unknown, or does not say which notebook made it.
    RunFailed
        When the notebook fails, or makes no such figure any more.
    """
    sidecar = _sidecar(figure)
    facts = read_facts(sidecar, compare=False)  # an altered table is what the answer tells
    if not facts.get("notebook"):
        raise BadInput(
            f"{sidecar.stem} does not say which notebook made it: it was published from Python, by hand; "
            "the parameters and inputs that tlanalysis trace prints are what is known."
        )
    run = grid(facts["notebook"], facts["params"])
    with staging.temporary() as folder:
        (outcome,) = execute(list(run), folder, RunOptions(jobs=1, force=True))
        if outcome.status != "ok":
            raise RunFailed(f"{outcome.name} failed: {outcome.error}")
        made = folder / "figures" / f"{facts['id']}--{facts['run_key']}.json"
        if not made.is_file():
            raise RunFailed(f"{outcome.name} ran and made no figure {made.stem}: its notebook has changed since.")
        return _compared(sidecar, made, facts)


def _sidecar(figure: str | Path) -> Path:
    path = Path(figure)
    if not path.suffix or not path.is_file():
        folder = paths.reports() / "figures"
        path = folder / f"{path.name}.json"
        if not path.is_file():
            known = [found.stem for found in folder.glob("*.json")]
            raise BadInput(
                f"{str(figure)!r} is no file and no published figure{did_you_mean(str(figure), known)}: "
                "give one of its files, or its name."
            )
    beside = path.with_suffix(".json")
    if not beside.is_file():
        facts = read_facts(path)  # a file that is not ours says so
        raise BadInput(
            f"{path.name} travelled alone: the notebook that made it stands in {facts['id']}--{facts['run_key']}.json, "
            "which is not beside it."
        )
    return beside


def _compared(before: Path, now: Path, facts: dict[str, Any]) -> Reproduced:
    places = {place.removeprefix(f"{before.stem}."): place for place in figure_places.places(before.stem)}
    kinds = [kind for kind, place in places.items() if (before.parent / place).is_file()]
    files = {kind: (before.parent / places[kind], now.parent / places[kind]) for kind in kinds}
    same = {kind: new.is_file() and old.read_bytes() == new.read_bytes() for kind, (old, new) in files.items()}
    return Reproduced(
        before.stem,
        facts["command"],
        tuple(kind for kind in kinds if same[kind]),
        tuple(kind for kind in kinds if not same[kind]),
        (facts["fingerprint"], read_facts(now)["fingerprint"]),
    )
