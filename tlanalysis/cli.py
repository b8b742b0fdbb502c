"""The command line: parses, calls, prints. Every mistake ends in one sentence and the exit code of its kind."""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from tlanalysis import __version__
from tlanalysis.core import crash
from tlanalysis.core.errors import BadInput, RunFailed, SourceError, TlanalysisError
from tlanalysis.core.extras import missing

if TYPE_CHECKING:
    from tlanalysis.runs.execute import RunOptions
    from tlanalysis.runs.plan import Run

MOVED = 4  # of `diff`: it worked, and something moved
INTERRUPTED = 130
TERMINATED = 143
CORES = os.cpu_count() or 1

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Open, reproducible analysis of French tiers-lieux and of vocational training in them.",
)

OutOption = Annotated[Path | None, typer.Option("--out", help="Folder that stands in for reports/.")]
JobsOption = Annotated[int, typer.Option("--jobs", help="Notebooks at a time.", min=1)]
EngineOption = Annotated[
    str | None, typer.Option("--engine", help="fork (Linux) or kernel; by default fork where it is safe.")
]
SchedulerOption = Annotated[str, typer.Option("--scheduler", help="Dask scheduler, e.g. tcp://10.0.0.1:8786.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Run also what is up to date.")]
FailFastOption = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first run that fails.")]
MinutesOption = Annotated[float, typer.Option("--minutes", help="Most time one run may take; 0: any.", min=0)]
MemoryOption = Annotated[float, typer.Option("--memory", help="Most memory one run may hold, in GB; 0: any.", min=0)]


def _version(asked: bool) -> None:
    if asked:
        print(f"tlanalysis {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None: ...


@app.command()
def sources(
    ids: Annotated[list[str] | None, typer.Argument(help="Datasets to tell everything of; none: list all.")] = None,
) -> None:
    """List the datasets: publisher, licence, vintage, and whether embedded, downloaded or missing."""
    from tlanalysis.data import embedded

    if ids:
        cards = [embedded.card(name) for name in ids]
        print("\n\n".join("\n".join(f"{key:10} {value}" for key, value in card.items()) for card in cards))
        return
    table = embedded.sources()[["id", "editeur", "licence", "millesime", "nb_lignes", "etat"]]
    print(table.to_string(index=False, na_rep="", max_colwidth=48))


@app.command()
def fetch(
    ids: Annotated[list[str] | None, typer.Argument(help="What to fetch; none: all but what is large.")] = None,
    mirror: Annotated[
        Path | None, typer.Option("--mirror", help="Folder that holds the files (default: TLANALYSIS_MIRROR).")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask for newer versions of files that are here.")] = False,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", help="Put in use the newer version kept of this ID.")
    ] = None,
) -> None:
    """Bring open files to data/raw/downloads/: verbatim, verified, resumed where a download stopped."""
    from tlanalysis import fetch as fetching
    from tlanalysis.core import paths
    from tlanalysis.fetch.selection import default_plan

    mirror = mirror or paths.mirror()
    for wish in accept or []:
        print(fetching.accept(wish))
    if accept and not ids:
        return
    if not ids:
        print("\n".join(default_plan(mirror).lines()))
    outcomes = fetching.fetch(ids or [], mirror=mirror, again=again)
    if failed := [outcome.sentence for outcome in outcomes if outcome.failed]:
        raise SourceError("\n".join(failed))


@app.command()
def clean(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, XLS, ODS, GeoJSON, JSON or Parquet.")],
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Which column is what (mapping.toml).")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default: data/processed/listes/NAME.")] = None,
    propose: Annotated[Path | None, typer.Option("--propose", help="Only write a mapping to start from.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the reasons: fr or en.")] = "fr",
    encoding: Annotated[str | None, typer.Option("--encoding", help="utf-8, utf-16, cp1252...")] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", help="A character, or comma, semicolon, tab, bar.")
    ] = None,
    header: Annotated[int | None, typer.Option("--header", help="Line of the header; 0: none.", min=0)] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")] = None,
    records: Annotated[str | None, typer.Option("--records", help="Key of the records in a JSON file.")] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="A Dask cluster: tcp://host:8786.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that this command did not write.")] = False,
) -> None:
    """Clean a list of places: places.parquet, places.csv, rejects.csv, duplicates.csv, ledger.json, mapping.toml."""
    from tlanalysis.core import files, paths
    from tlanalysis.lists import cleaning, output
    from tlanalysis.lists.readers.base import ReadingOptions

    options = ReadingOptions(encoding, separator, header, sheet, records)
    if propose:
        output.check_targets([propose], [file], ours=False, force=force)
        files.write_text(propose, cleaning.start_mapping(file, options).to_toml())
        print(f"{propose}: look at it, then tlanalysis clean {file} --mapping {propose}")
        return
    job = cleaning.prepare(file, mapping, lang=lang, options=options)
    folder = (out or paths.processed() / "listes" / output.folder_name(job.recipe.source)).absolute()
    targets = [folder / name for name in output.FILES]
    output.check_targets(targets, [file, mapping], ours=output.is_ours(folder), force=force)
    if not out and not force:
        output.check_same_list(folder, file)
    if scheduler:
        from tlanalysis.lists.dask import clean_batches_on

        entry = cleaning.clean_to(job, folder, batches=clean_batches_on(scheduler))
    else:
        entry = cleaning.clean_to(job, folder)
    if not out:
        output.record_list(folder, file)
    print(cleaning.summary(job, entry))
    print(f"written to {folder}")


@app.command()
def build() -> None:
    """Write data/processed/: Parquet tables, those of fetched files included, and a ledger that adds up."""
    from tlanalysis.tables.build import build as build_tables

    built = build_tables()
    read, accepted, rejected = (sum(entry[f"lignes_{what}"] for entry in built.ledger) for what in _OUTCOMES)
    print(f"{len(built.files)} files in data/processed/: {read} rows read, {accepted} accepted, {rejected} rejected")


_OUTCOMES = ("lues", "acceptees", "rejetees")


@app.command()
def run(
    notebook: Annotated[list[str] | None, typer.Argument(help="Notebooks to run; none: the plan.")] = None,
    parameter: Annotated[list[str] | None, typer.Option("-p", help="name=value, e.g. territory=R75.")] = None,
    territories: Annotated[str | None, typer.Option("--for", help="regions, departements or all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which runs are due, and why; run nothing.")] = False,
    jobs: JobsOption = CORES,
    engine: EngineOption = None,
    scheduler: SchedulerOption = "",
    force: ForceOption = False,
    fail_fast: FailFastOption = False,
    minutes: MinutesOption = 30,
    memory: MemoryOption = 4,
    out: OutOption = None,
) -> None:
    """Execute the notebooks that are due, through papermill; without a name, the runs of notebooks/plan.toml."""
    wanted = _wanted(notebook or [], parameter or [], territories)
    if dry_run:
        _say_why(wanted, _out(out), force)
        return
    _run(wanted, _out(out), _options(jobs, engine, scheduler, force, fail_fast, minutes, memory))


@app.command()
def report(out: OutOption = None) -> None:
    """Write the gallery from what has run."""
    from tlanalysis.report.gallery import report as write_pages

    print("\n".join(str(page) for page in write_pages(_out(out))))


@app.command()
def figures(
    jobs: JobsOption = CORES,
    engine: EngineOption = None,
    scheduler: SchedulerOption = "",
    force: ForceOption = False,
    fail_fast: FailFastOption = False,
    minutes: MinutesOption = 30,
    memory: MemoryOption = 4,
    out: OutOption = None,
) -> None:
    """Do the main job: build, run what is due of the plan, report."""
    from tlanalysis.report.gallery import report as write_pages
    from tlanalysis.runs.plan import read_plan

    plan = read_plan()
    build()
    try:
        _run(plan, _out(out), _options(jobs, engine, scheduler, force, fail_fast, minutes, memory))
    finally:
        pages = write_pages(_out(out))
    print(f"open {pages[0]}")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A reports folder, or its manifest.json.")],
    new: Annotated[Path, typer.Argument(help="Another one.")],
) -> None:
    """Say which figures' data moved between two runs, by how much, and what changed; ends with 4 when something did."""
    from tlanalysis.runs.diff import as_text, compare

    found = compare(old, new)
    print(as_text(found))
    if found.changed:
        raise typer.Exit(MOVED)


@app.command()
def trace(file: Annotated[Path, typer.Argument(help="A published SVG, PNG, CSV or JSON.")]) -> None:
    """Say where a figure comes from: sources, parameters, inputs."""
    from tlanalysis.figures import trace as tracing
    from tlanalysis.runs.altered import verify

    facts = tracing.read_facts(file)
    known = verify(file)
    print(tracing.written(facts))
    print("\nthe file is the one that its run wrote" if known else "\nnot verified: no manifest beside it records it")


@app.command()
def check() -> None:
    """Hold data, notebooks and plan to the rules."""
    from tlanalysis.maintain import check as checking
    from tlanalysis.runs.plan import notebooks, read_plan

    if problems := checking.check():
        raise BadInput("\n".join(problems))
    print(f"data, {len(notebooks())} notebooks and {len(read_plan())} planned runs obey the rules")


@app.command()
def count() -> None:
    """Recompute the embedded counts per département from the open files (TLANALYSIS_MIRROR or data/raw/downloads/)."""
    from tlanalysis.maintain.recount import write_counts

    changed = write_counts()
    print(f"rewritten: {', '.join(changed)}" if changed else "counted again, nothing changed")


@app.command()
def seal() -> None:
    """Record the checksums of data/raw/ after a reviewed change."""
    from tlanalysis.data import embedded

    changed = embedded.seal()
    print(f"recorded: {', '.join(changed)}" if changed else "checksums were already those recorded")


def _out(given: Path | None) -> Path:
    from tlanalysis.core import paths

    out = given.absolute() if given else paths.reports()
    paths.check_output(out)
    return out


def _wanted(names: list[str], given: list[str], territories: str | None) -> list[Run]:
    from tlanalysis.runs import plan

    if not names:
        if given or territories:
            raise BadInput("-p and --for go with a notebook: the plan has parameters of its own.")
        return plan.read_plan()
    return plan.selected_runs(names, given, territories)


def _options(
    jobs: int, engine: str | None, scheduler: str, force: bool, fail_fast: bool, minutes: float, memory: float
) -> RunOptions:
    from tlanalysis.runs.execute import RunOptions
    from tlanalysis.runs.limits import Limits

    limits = Limits(minutes=minutes, memory_gb=memory)
    chosen = {"engine": engine} if engine else {}
    return RunOptions(jobs=jobs, limits=limits, force=force, fail_fast=fail_fast, scheduler=scheduler, **chosen)


def _say_why(runs: list[Run], out: Path, force: bool) -> None:
    from tlanalysis.runs.execute import due

    reasons = due(runs, out, force=force)
    for name, because in reasons.items():
        if because:
            print(f"would run {name}: {'; '.join(because)}")
    count = sum(map(bool, reasons.values()))
    print(f"{count} of {len(reasons)} runs are due")


def _run(runs: list[Run], out: Path, options: RunOptions) -> None:
    from tlanalysis.runs.execute import RunCallbacks, execute
    from tlanalysis.runs.progress import Progress

    with Progress(len(runs)) as progress:
        outcomes = execute(
            runs, out, options, RunCallbacks(progress.started, progress.at_cell, progress.finished, progress.due)
        )
    if spared := len(runs) - len(outcomes):
        print(f"{spared} of {len(runs)} runs are up to date")
    if failed := [outcome for outcome in outcomes if outcome.status != "ok"]:
        sentences = [f"{outcome.name} failed: {outcome.error}" for outcome in failed]
        raise RunFailed("\n".join(sentences))


_stopped: list[int] = []  # the first signal that asked this process to end


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:
    """Let SIGTERM, which is how schedulers ask, end a command as Ctrl-C does; the second signal ends it at once."""
    if _stopped:
        os.write(2, f"{_INTERRUPTED}\n".encode())
        os._exit(_code_of(_stopped[0]))  # the guard ends the workers, the next run deletes unfinished files
    _stopped.append(number)
    raise KeyboardInterrupt


def _code_of(number: int) -> int:
    return TERMINATED if number == signal.SIGTERM else INTERRUPTED


_INTERRUPTED = "tlanalysis: interrupted; what was finished stays valid."


def main() -> None:
    """Run the command line; the process ends with the exit code of the design."""
    _stopped.clear()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _interrupted)
    for stream in (sys.stdout, sys.stderr):  # None when it is closed; one of another encoding shows escapes
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code, sentence = _call()
    if sentence:
        with suppress(OSError, AttributeError):
            print(sentence, file=sys.stderr, flush=True)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        sys.stdout = None
        with suppress(OSError, AttributeError):
            print(f"tlanalysis: standard output: {error.strerror}.", file=sys.stderr, flush=True)
        code = code or BadInput.exit_code
    sys.exit(code)


def _call() -> tuple[int, str]:
    """Call the command; return the exit code, and what to print on standard error."""
    try:
        app()  # wrong usage ends here, with 2, and an interruption with 130
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return (_code_of(_stopped[0]), _INTERRUPTED) if _stopped else (code, _INTERRUPTED * (code == INTERRUPTED))
    except KeyboardInterrupt:
        return _code_of(_stopped[0] if _stopped else signal.SIGINT), _INTERRUPTED
    except BaseException as error:
        if _stopped:  # an import that Ctrl-C interrupts may end in another error
            return _code_of(_stopped[0]), _INTERRUPTED
        if isinstance(error, Exception):
            return _explained(error)
        raise
    return 0, ""


def _explained(error: Exception) -> tuple[int, str]:
    """Return the exit code of an error, and the sentence for the user."""
    if isinstance(error, ModuleNotFoundError):
        return BadInput.exit_code, f"tlanalysis: {missing(error)}"
    if isinstance(error, TlanalysisError):
        return error.exit_code, f"tlanalysis: {error}"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RunFailed.exit_code, (
            f"tlanalysis: {error.filename or 'the disk'}: the disk is full: make room, then start the command again; "
            "what was finished stays valid."
        )
    if isinstance(error, OSError) and error.strerror:
        return BadInput.exit_code, f"tlanalysis: {error.filename or 'the disk'}: {error.strerror}."
    return crash.EXIT_CODE, f"tlanalysis: {crash.report(error, __version__)}"
