"""Run one notebook from Python: a scheduler, a script, another notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.plan import grid

_PLAIN = (str, int, float, bool)


def run(notebook: str, *, out: str | Path | None = None, force: bool = False, **parameters: Any) -> Outcome:
    """Execute a notebook if it is due, as `tlanalysis run` does; return how it ended.

    Parameters
    ----------
    notebook : str
        Name of a notebook of `notebooks/`, e.g. ``"04_territory_profile"``.
    out : str or Path, optional
        Reports folder; `reports/` by default.
    force : bool
        Execute it also when it is up to date.
    **parameters
        Parameters of the notebook, those of its own included: ``territory="R75"``, ``lang="en"``.

    Returns
    -------
    Outcome
        `status` (``"ok"`` or ``"failed"``), `figures` (names), `error`, `seconds`, `fingerprints`. A notebook that is
        up to date returns the outcome of its last execution.

    Raises
    ------
    BadInput
        No such notebook or parameter, a value that is not valid, or another process that runs in the same folder.

    See Also
    --------
    publish : Write a figure; a run calls it.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.run("04_territory_profile", territory="R75").status  # doctest: +SKIP
    'ok'
    """
    name = notebook.removesuffix(".ipynb")
    if wrong := [key for key, value in parameters.items() if not isinstance(value, _PLAIN)]:
        raise BadInput(
            f"{wrong[0]} is {parameters[wrong[0]]!r}: a run takes one value, text, a number, True or False; "
            "call tl.run once per value."
        )
    (asked,) = grid(name, parameters)
    folder = Path(out).absolute() if out is not None else paths.reports()
    done = execute([asked], folder, RunOptions(jobs=1, force=force))
    return done[0] if done else manifest.read(folder)[asked.name]
