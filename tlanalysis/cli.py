"""The command line: parses, calls, prints. Every mistake ends in one sentence and the exit code of its kind."""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tlanalysis import __version__, cli_folder
from tlanalysis.core import crash
from tlanalysis.core.errors import BadInput, FolderBusy, RunFailed, SourceError, TlanalysisError
from tlanalysis.core.extras import missing

if TYPE_CHECKING:
    from tlanalysis.runs.execute import RunOptions
    from tlanalysis.runs.plan import Run

MOVED = 4  # of `diff`: it worked, and something moved
INTERRUPTED = 130
TERMINATED = 143
CORES = os.cpu_count() or 1

app = typer.Typer(
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
WaitOption = Annotated[float, typer.Option("--wait", help="Minutes to wait while another run holds --out.", min=0)]
HistoryOption = Annotated[int, typer.Option("--history", help="Past states to keep in history/; 0: none.", min=0)]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print only what moved and what failed.")]
FailureOption = Annotated[
    str, typer.Option("--on-failure", help="Shell command that reads the failures, e.g. 'mail -s failed me'.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@dataclass(frozen=True)
class Output:
    """How a session of runs tells its result: `quiet` and `as_json` print no progress."""

    quiet: bool = False
    as_json: bool = False


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
    as_json: JsonOption = False,
) -> None:
    """List the datasets: publisher, licence, vintage, and whether embedded, downloaded or missing."""
    from tlanalysis.data import embedded

    if ids:
        cards = [embedded.card(name) for name in ids]
        if as_json:
            _print_json(cards)
            return
        print("\n\n".join("\n".join(f"{key:10} {value}" for key, value in card.items()) for card in cards))
        return
    if as_json:
        table = embedded.sources().astype(object)
        _print_json(table.where(table.notna(), None).to_dict("records"))
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
    lang: Annotated[
        str | None,
        typer.Option("--lang", help="fr or en: reasons (default fr) and messages (default: that of the locale)."),
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="utf-8, utf-16, cp1252...")] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", help="A character, or comma, semicolon, tab, bar.")
    ] = None,
    header: Annotated[int | None, typer.Option("--header", help="Line of the header; 0: none.", min=0)] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")] = None,
    records: Annotated[str | None, typer.Option("--records", help="Key of the records in a JSON file.")] = None,
    keep: Annotated[list[str] | None, typer.Option("--keep", help="A column to carry through, or all.")] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="A Dask cluster: tcp://host:8786.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that this command did not write.")] = False,
) -> None:
    """Clean a list of places: places.parquet, places.csv, rejects.csv, duplicates.csv, ledger.json, mapping.toml."""
    from tlanalysis.lists.without_pandas import leave_pandas_out

    leave_pandas_out()
    from tlanalysis.core import files, paths
    from tlanalysis.lists import cleaning, messages, output, preparation
    from tlanalysis.lists.accounts import summary
    from tlanalysis.lists.readers.base import ReadingOptions

    messages.speak(lang)
    options = ReadingOptions(encoding, separator, header, sheet, records)
    if propose:
        output.check_targets([propose], [file], ours=False, force=force)
        files.write_text(propose, preparation.propose_mapping(file, options))
        print(messages.say("proposed", path=propose, file=file))
        return
    job = preparation.prepare(file, mapping, lang=lang or "fr", options=options, keep=keep or ())
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
    print(summary(job, entry))
    print(messages.say("written", folder=folder))


@app.command()
def build() -> None:
    """Write data/processed/: Parquet tables, those of fetched files included, and a ledger that adds up."""
    print(_build())


def _build() -> str:
    from tlanalysis.tables.build import build as build_tables

    built = build_tables()
    read, accepted, rejected = (sum(entry[f"lignes_{what}"] for entry in built.ledger) for what in _OUTCOMES)
    return f"{len(built.files)} files in data/processed/: {read} rows read, {accepted} accepted, {rejected} rejected"


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
    wait: WaitOption = 0,
    history: HistoryOption = 100,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
    on_failure: FailureOption = "",
    out: OutOption = None,
) -> None:
    """Execute the notebooks that are due, through papermill; without a name, the runs of notebooks/plan.toml."""
    from tlanalysis.runs.summary import calling_on_failure

    with calling_on_failure(on_failure):
        wanted = _wanted(notebook or [], parameter or [], territories)
        if dry_run:
            _say_why(wanted, _out(out), force, as_json)
            return
        options = _options(jobs, engine, scheduler, force, fail_fast, minutes, memory, wait, history)
        _run(wanted, _out(out), options, Output(quiet, as_json))


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
    wait: WaitOption = 0,
    history: HistoryOption = 100,
    quiet: QuietOption = False,
    on_failure: FailureOption = "",
    out: OutOption = None,
) -> None:
    """Do the main job: build, run what is due of the plan, report."""
    from tlanalysis.report.gallery import report as write_pages
    from tlanalysis.runs.plan import read_plan
    from tlanalysis.runs.summary import calling_on_failure

    with calling_on_failure(on_failure):
        plan = read_plan()
        built = _build()
        if not quiet:
            print(built)
        options = _options(jobs, engine, scheduler, force, fail_fast, minutes, memory, wait, history)
        try:
            _run(plan, _out(out), options, Output(quiet))
        except FolderBusy:  # the other run writes the pages
            raise
        except BaseException:
            write_pages(_out(out))
            raise
        pages = write_pages(_out(out))
    if not quiet:
        print(f"open {pages[0]}")


@app.command()
def diff(
    old: Annotated[
        Path | None, typer.Argument(help="A reports folder, its manifest.json, or a state in history/.")
    ] = None,
    new: Annotated[Path | None, typer.Argument(help="Another one; with --since not needed.")] = None,
    since: Annotated[str, typer.Option("--since", help="Compare with the state at the start of a day, in UTC.")] = "",
    markdown: Annotated[bool, typer.Option("--md", help="Print Markdown, for a summary or an issue.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say which figures' data moved between two runs, by how much, and what changed; ends with 4 when something did.

    `diff OLD NEW` compares two folders; `diff --since 2026-11-01 [FOLDER]` compares a folder with its own past.
    """
    from tlanalysis.runs import diff as differences
    from tlanalysis.runs import snapshots

    if since:
        if new:
            raise BadInput("--since compares one folder with its own past: give one folder, or leave out --since.")
        new = _out(old)
        old = snapshots.since(new, since)
    if not (old and new):
        raise BadInput("give two folders, or one with --since DATE.")
    found = differences.compare(old, new)
    if as_json:
        _print_json({"old": str(old), "new": str(new)} | differences.as_dict(found))
    else:
        print(differences.as_markdown(found) if markdown else differences.as_text(found))
    if found.changed:
        raise typer.Exit(MOVED)


@app.command()
def trace(
    file: Annotated[Path, typer.Argument(help="A published or saved SVG, PNG, PDF, EPS, CSV or JSON.")],
    as_json: JsonOption = False,
) -> None:
    """Say where a figure comes from: sources, parameters, inputs."""
    from tlanalysis.figures import trace as tracing
    from tlanalysis.runs.altered import verify

    facts = tracing.read_facts(file)
    known = verify(file)
    if as_json:
        _print_json(facts)
        return
    print(tracing.written(facts))
    print("\nthe file is the one that its run wrote" if known else "\nnot verified: no manifest beside it records it")


@app.command()
def cite(
    names: Annotated[list[str], typer.Argument(help="Figure ids, or ids of tlanalysis sources.")],
    bib: Annotated[bool, typer.Option("--bib", help="Every document behind them, as BibTeX.")] = False,
    csl: Annotated[bool, typer.Option("--csl", help="Every document behind them, as CSL-JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="Language of the words between: fr or en.")] = "fr",
) -> None:
    """Say how to cite figures and datasets."""
    from tlanalysis.figures import citation

    if bib and csl:
        raise BadInput("--bib and --csl are two styles: give one of them.")
    if bib or csl:
        print(citation.bibliography(*names, style="bibtex" if bib else "csl", lang=lang))
        return
    for name in names:
        print(citation.cite(name, lang=lang))


@app.command()
def reproduce(
    figure: Annotated[str, typer.Argument(help="A file of a published figure, or its name: formation-part--FR.")],
) -> None:
    """Make a figure again, from its notebook, and say whether the bytes agree; ends with 4 when they do not."""
    from tlanalysis.runs.reproduce import reproduce as make_again

    made = make_again(figure)
    print(made)
    if made.differ:
        raise typer.Exit(MOVED)


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="A CSV list of tiers-lieux.")],
    lang: Annotated[str, typer.Option("--lang", help="Language of the sentences: fr or en.")] = "fr",
    as_json: JsonOption = False,
) -> None:
    """Hold a list to the public Table Schema of tiers-lieux; ends with 2 when it does not obey it."""
    from tlanalysis.lists.validation import validate as hold

    found = hold(file, lang)
    if as_json:
        _print_json({"rows": found.rows, "count": found.count, "problems": found.problems})
    elif not found.count:
        print({"fr": f"{found.rows} lignes, aucun écart au schéma", "en": f"{found.rows} rows obey the schema"}[lang])
    if found.count:
        raise BadInput("\n".join([f"{file.name}: {found.count}", *found.problems]))


@app.command()
def check(
    stored: Annotated[bool, typer.Option("--stored", help="Execute the notebooks; say which outputs changed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Hold data, notebooks and plan to the rules."""
    from tlanalysis.maintain import check as checking
    from tlanalysis.runs.plan import notebooks, read_plan

    problems = checking.check()
    if stored and not problems:
        from tlanalysis.maintain.stored_outputs import check_stored

        problems = check_stored(CORES)
    if as_json:
        _print_json({"problems": problems})
    if problems:
        raise BadInput("\n".join(problems))
    if not as_json:
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


app.command()(cli_folder.init)
app.command()(cli_folder.new)
app.command()(cli_folder.adopt)
app.command()(cli_folder.prune)


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


def _print_json(value: Any) -> None:
    from tlanalysis.core import files

    print(files.to_json(value), end="")


def _say_why(runs: list[Run], out: Path, force: bool, as_json: bool) -> None:
    from tlanalysis.runs.execute import due

    reasons = due(runs, out, force=force)
    if as_json:
        _print_json([{"name": name, "due": bool(because), "reasons": because} for name, because in reasons.items()])
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
        _print_json(found.as_dict())
    elif output.quiet and found.moved.changed:
        print(differences.as_text(found.moved))
    elif not silent and len(outcomes) < len(runs):
        print(f"{len(runs) - len(outcomes)} of {len(runs)} runs are up to date")
    if found.failures:
        raise RunFailed("\n".join(found.failures))


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
