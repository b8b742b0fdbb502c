"""Adopt runs that plain papermill has made: the site, `diff` and `trace` then know them like any other run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput, TlanalysisError
from tlanalysis.figures.trace import read_facts
from tlanalysis.runs import manifest
from tlanalysis.runs.due import ADOPTED, ProjectState
from tlanalysis.runs.lock import locked
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.parameters_cell import cells_in, cells_of
from tlanalysis.runs.plan import Run, grid
from tlanalysis.runs.single_run import remove_times_and_paths

_PUBLISHED = re.compile(r"^([a-z0-9-]+--[\w-]+) +([0-9a-f]{16})\b", re.MULTILINE)
_INJECTED = "injected-parameters"


def adopt(executed: list[Path], out: Path) -> list[Outcome]:
    """Record runs of plain papermill in the manifest of a reports folder, and copy their notebooks there.

    Parameters
    ----------
    executed : list of Path
        Notebooks that papermill wrote.
    out : Path
        The folder that the figures were published to: `reports/`, or `TLANALYSIS_OUT` of papermill.

    Returns
    -------
    list of Outcome
        One outcome per notebook. papermill records no inputs: such a run is due at the next `tlanalysis run`.

    Raises
    ------
    BadInput
        When a file is not an executed notebook of the project as it is now, its run failed, or one of its figures is
        missing. Nothing is recorded then; the message names each file.
    """
    now = ProjectState(out)
    outcomes, mistakes = {}, []
    for path in executed:
        try:
            outcomes[path] = _outcome(path, out, now)
        except TlanalysisError as error:
            mistakes.append(f"{path}: {error}")
    if mistakes:
        raise BadInput("\n".join(mistakes))
    with locked(out):
        for path, outcome in outcomes.items():
            target = files.write_bytes(out / "notebooks" / f"{outcome.name}.ipynb", path.read_bytes())
            remove_times_and_paths(target, outcome.notebook)
        manifest.write(out, manifest.read(out) | {outcome.name: outcome for outcome in outcomes.values()})
    return list(outcomes.values())


def _outcome(path: Path, out: Path, now: ProjectState) -> Outcome:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        about, cells = notebook["metadata"]["papermill"], cells_in(notebook)
        name, given = Path(about["input_path"]).stem, dict(about["parameters"])
        seconds = round(float(about.get("duration") or 0), 2)
        printed = "".join(_printed(cells))
        failed = about.get("exception") or any(_raised(cell) for cell in cells)
        sources = _sources(cells)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadInput("it is not a notebook that papermill has executed.") from None
    run = next(iter(grid(name, given)))
    if failed:
        raise BadInput("its run failed: run it again.")
    try:
        asked = _sources(cells_of(now.notebook(name)))
    except (OSError, ValueError):
        raise BadInput(f"notebooks/{name}.ipynb cannot be read.") from None
    if sources != asked:
        raise BadInput(f"its cells are not those of notebooks/{name}.ipynb: run that notebook again.")
    facts = {figure: _facts(out, figure, digest, run) for figure, digest in _PUBLISHED.findall(printed)}
    return Outcome(
        name=run.name,
        notebook=name,
        parameters=run.parameters.as_dict(),
        status="ok",
        seconds=seconds,
        engine=ADOPTED,
        inputs=dict(sorted(pair for each in facts.values() for pair in each["inputs"].items())),
        figures=list(facts),
        fingerprints={figure: each["fingerprint"] for figure, each in facts.items()},
        **now.shared_fields(name),
    )


def _printed(cells: list[dict[str, Any]]) -> list[str]:
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return ["".join(output["text"]) for output in outputs if output["output_type"] == "stream"]


def _raised(cell: dict[str, Any]) -> bool:
    return any(output["output_type"] == "error" for output in cell.get("outputs", []))


def _sources(cells: list[dict[str, Any]]) -> list[str]:
    """Return the code of the cells, without the cell that papermill has added."""
    kept = [cell for cell in cells if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in kept if _INJECTED not in cell["metadata"].get("tags", [])]


def _facts(out: Path, figure: str, fingerprint: str, run: Run) -> dict[str, Any]:
    path = out / "figures" / f"{figure}.json"
    facts = read_facts(path) if path.is_file() else {}
    if facts.get("fingerprint") != fingerprint or facts["params"] != run.parameters.as_dict():
        raise BadInput(f"its figure {figure} is not in {out / 'figures'}, or another run has replaced it.")
    return facts
