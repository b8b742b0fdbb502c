"""Commands that start, complete and tidy a folder; `tlanalysis.cli` adds them to the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OutOption = Annotated[Path | None, typer.Option("--out", help="Folder that stands in for reports/.")]


def init(folder: Annotated[Path, typer.Argument(help="A new folder.")]) -> None:
    """Copy tables, notebooks and plan to a new folder, to work without a clone."""
    from tlanalysis.maintain import start_project

    made = start_project.init(folder.absolute())
    print(f"{made} is ready: cd {made}, then tlanalysis figures")


def new(name: Annotated[str, typer.Argument(help="e.g. my_subject; the next number is put before it.")]) -> None:
    """Write a notebook that obeys the rules, and plan its run."""
    from tlanalysis.maintain import start_project

    path = start_project.new_notebook(name)
    print(f"notebooks/{path.name} is written and planned: write its cells, then tlanalysis run {path.stem}")


def adopt(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks that papermill has executed.")],
    out: OutOption = None,
) -> None:
    """Record runs that plain papermill has made, so that the site and diff show them."""
    from tlanalysis.core import paths
    from tlanalysis.runs.adopting import adopt as adopt_runs

    for outcome in adopt_runs(notebooks, out.absolute() if out else paths.reports()):
        print(f"adopted {outcome.name}, {len(outcome.figures)} figures")


def prune(
    keep: Annotated[int, typer.Option("--keep", help="Past states to keep in history/.", min=0)] = 100,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    out: OutOption = None,
) -> None:
    """Remove the runs that are not in the plan, with their files, and old states of the history."""
    from tlanalysis.core import paths
    from tlanalysis.runs.plan import read_plan
    from tlanalysis.runs.pruning import prune as prune_folder

    planned = {run.name for run in read_plan()}
    gone = prune_folder(out.absolute() if out else paths.reports(), planned, history=keep, dry_run=dry_run)
    for name in gone.runs:
        print(f"{'would remove' if dry_run else 'removed'} {name}")
    print(f"{len(gone.runs)} runs, {len(gone.files)} files and {len(gone.states)} past states")
