"""Commands about runs: execute, report, compare; `tlanalysis.cli` lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tlanalysis import cli_options
from tlanalysis.cli_data import build_tables
from tlanalysis.core.errors import BadInput, FolderBusy, RunFailed, warn

if TYPE_CHECKING:
    from tlanalysis.runs.execute import RunOptions
    from tlanalysis.runs.plan import Run

JobsOption = Annotated[int, typer.Option("--jobs", help="Notebooks at a time.", min=1)]
EngineOption = Annotated[
    str | None, typer.Option("--engine", help="fork (Linux) or kernel; by default fork where it is safe.")
]
SchedulerOption = Annotated[str, typer.Option("--scheduler", help="Dask scheduler, e.g. tcp://10.0.0.1:8786.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Run also what is up to date.")]
FailFastOption = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first run that fails.")]
MinutesOption = Annotated[float, typer.Option("--minutes", help="Most time one run may take; 0: any.", min=0)]
MemoryOption = Annotated[float, typer.Option("--memory", help="Most memory one run may hold, in GB; 0: any.", min=0)]
WaitOption = Annotated[float, typer.Option("--wait", help="Minutes to wait while another run holds --out.", min=0)]
HistoryOption = Annotated[int, typer.Option("--history", help="Past states to keep in history/; 0: none.", min=0)]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print only what moved and what failed.")]
FailureOption = Annotated[
    str, typer.Option("--on-failure", help="Shell command that reads the failures, e.g. 'mail -s failed me'.")
]


@dataclass(frozen=True)
class Output:
    """How a session of runs tells its result: `quiet` and `as_json` print no progress."""

    quiet: bool = False
    as_json: bool = False


def run(
    notebook: Annotated[list[str] | None, typer.Argument(help="Notebooks to run; none: the plan.")] = None,
    parameter: Annotated[list[str] | None, typer.Option("-p", help="name=value, e.g. territory=R75.")] = None,
    territories: Annotated[str | None, typer.Option("--for", help="regions, departements or all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which runs are due, and why; run nothing.")] = False,
    jobs: JobsOption = cli_options.CORES,
    engine: EngineOption = None,
    scheduler: SchedulerOption = "",
    force: ForceOption = False,
    fail_fast: FailFastOption = False,
    minutes: MinutesOption = 30,
    memory: MemoryOption = 4,
    wait: WaitOption = 0,
    history: HistoryOption = 100,
    quiet: QuietOption = False,
    as_json: cli_options.JsonOption = False,
    on_failure: FailureOption = "",
    out: cli_options.OutOption = None,
) -> None:
    """Execute the notebooks that are due, through papermill; without a name, the runs of notebooks/plan.toml."""
    from tlanalysis.runs.summary import calling_on_failure

    with calling_on_failure(on_failure):
        wanted = _wanted(notebook or [], parameter or [], territories)
        if dry_run:
            _say_why(wanted, cli_options.out_folder(out), force, as_json)
            return
        options = _options(jobs, engine, scheduler, force, fail_fast, minutes, memory, wait, history)
        _run(wanted, cli_options.out_folder(out), options, Output(quiet, as_json))


def report(out: cli_options.OutOption = None, base_url: cli_options.BaseUrlOption = "") -> None:
    """Write the gallery from what has run."""
    from tlanalysis.report.gallery import report as write_pages

    print("\n".join(str(page) for page in write_pages(cli_options.out_folder(out), base_url)))


def figures(
    jobs: JobsOption = cli_options.CORES,
    engine: EngineOption = None,
    scheduler: SchedulerOption = "",
    force: ForceOption = False,
    fail_fast: FailFastOption = False,
    minutes: MinutesOption = 30,
    memory: MemoryOption = 4,
    wait: WaitOption = 0,
    history: HistoryOption = 100,
    quiet: QuietOption = False,
    on_failure: FailureOption = "",
    out: cli_options.OutOption = None,
    base_url: cli_options.BaseUrlOption = "",
) -> None:
    """Do the main job: build, run what is due of the plan, report."""
    from tlanalysis.report import sitemap
    from tlanalysis.report.gallery import report as write_pages
    from tlanalysis.runs.plan import read_plan
    from tlanalysis.runs.summary import calling_on_failure

    with calling_on_failure(on_failure):
        sitemap.checked(base_url)
        plan = read_plan()
        built = build_tables()
        if not quiet:
            print(built)
        options = _options(jobs, engine, scheduler, force, fail_fast, minutes, memory, wait, history)
        try:
            _run(plan, cli_options.out_folder(out), options, Output(quiet))
        except FolderBusy:  # the other run writes the pages
            raise
        except BaseException:
            write_pages(cli_options.out_folder(out), base_url)
            raise
        pages = write_pages(cli_options.out_folder(out), base_url)
    if not quiet:
        print(f"open {pages[0]}")


def diff(
    old: Annotated[
        Path | None, typer.Argument(help="A reports folder, its manifest.json, or a state in history/.")
    ] = None,
    new: Annotated[Path | None, typer.Argument(help="Another one; with --since not needed.")] = None,
    since: Annotated[str, typer.Option("--since", help="Compare with the state at the start of a day, in UTC.")] = "",
    markdown: Annotated[bool, typer.Option("--md", help="Print Markdown, for a summary or an issue.")] = False,
    as_json: cli_options.JsonOption = False,
) -> None:
    """Say which figures' data moved between two runs, by how much, and what changed; ends with 4 when something did.

    `diff OLD NEW` compares two folders; `diff --since 2026-11-01 [FOLDER]` compares a folder with its own past.
    """
    from tlanalysis.runs import diff as differences
    from tlanalysis.runs import snapshots

    if since:
        if new:
            raise BadInput("--since compares one folder with its own past: give one folder, or leave out --since.")
        new = cli_options.out_folder(old)
        old = snapshots.since(new, since)
        if old.name > since:
            warn(f"no state is older than {since}: this compares with the oldest one, {old.name}.")
    if not (old and new):
        raise BadInput("give two folders, or one with --since DATE.")
    found = differences.compare(old, new)
    if as_json:
        cli_options.print_json({"old": str(old), "new": str(new)} | differences.as_dict(found))
    else:
        print(differences.as_markdown(found) if markdown else differences.as_text(found))
    if found.changed:
        raise typer.Exit(cli_options.MOVED)


def _wanted(names: list[str], given: list[str], territories: str | None) -> list[Run]:
    from tlanalysis.runs import plan

    if not names:
        if given or territories:
            raise BadInput("-p and --for go with a notebook: the plan has parameters of its own.")
        return plan.read_plan()
    return plan.selected_runs(names, given, territories)


def _options(
    jobs: int,
    engine: str | None,
    scheduler: str,
    force: bool,
    fail_fast: bool,
    minutes: float,
    memory: float,
    wait: float,
    history: int,
) -> RunOptions:
    from tlanalysis.runs.execute import RunOptions
    from tlanalysis.runs.limits import Limits

    limits = Limits(minutes=minutes, memory_gb=memory)
    chosen = {"engine": engine} if engine else {}
    return RunOptions(
        jobs=jobs,
        limits=limits,
        force=force,
        fail_fast=fail_fast,
        scheduler=scheduler,
        wait=wait,
        history=history,
        **chosen,
    )


def _say_why(runs: list[Run], out: Path, force: bool, as_json: bool) -> None:
    from tlanalysis.runs.execute import due

    reasons = due(runs, out, force=force)
    if as_json:
        cli_options.print_json(
            [{"name": name, "due": bool(because), "reasons": because} for name, because in reasons.items()]
        )
        return
    for name, because in reasons.items():
        if because:
            print(f"would run {name}: {'; '.join(because)}")
    count = sum(map(bool, reasons.values()))
    print(f"{count} of {len(reasons)} runs are due")


def _run(runs: list[Run], out: Path, options: RunOptions, output: Output) -> None:
    from tlanalysis.runs import diff as differences
    from tlanalysis.runs import manifest
    from tlanalysis.runs.execute import RunCallbacks, execute
    from tlanalysis.runs.progress import Progress
    from tlanalysis.runs.summary import summarise

    silent = output.quiet or output.as_json
    before = manifest.read(out)
    with Progress(len(runs), silent=silent) as progress:
        callbacks = RunCallbacks(progress.started, progress.at_cell, progress.finished, progress.due)
        outcomes = execute(runs, out, options, callbacks)
    found = summarise(out, len(runs), outcomes, before)
    if output.as_json:
        cli_options.print_json(found.as_dict())
    elif output.quiet and found.moved.changed:
        print(differences.as_text(found.moved))
    elif not silent and len(outcomes) < len(runs):
        print(f"{len(runs) - len(outcomes)} of {len(runs)} runs are up to date")
    if found.failures:
        raise RunFailed("\n".join(found.failures))
