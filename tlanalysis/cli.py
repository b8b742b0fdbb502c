"""The command line: it lists the commands, calls one, and ends with one sentence and the exit code of its kind."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from tlanalysis import __version__, cli_data, cli_figures, cli_folder, cli_lists, cli_runs
from tlanalysis.core import crash
from tlanalysis.core.errors import BadInput, RunFailed, TlanalysisError
from tlanalysis.core.extras import EXTRA_OF, missing

INTERRUPTED = 130
TERMINATED = 143

# In the order of the help.
COMMANDS: tuple[Callable[..., None], ...] = (
    cli_data.sources,
    cli_data.fetch,
    cli_lists.clean,
    cli_data.build,
    cli_runs.run,
    cli_runs.report,
    cli_runs.figures,
    cli_runs.diff,
    cli_figures.trace,
    cli_figures.cite,
    cli_figures.reproduce,
    cli_lists.validate,
    cli_data.check,
    cli_data.count,
    cli_data.seal,
    cli_folder.init,
    cli_folder.new,
    cli_folder.adopt,
    cli_folder.prune,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Open, reproducible analysis of French tiers-lieux and of vocational training in them.",
)
for _command in COMMANDS:
    app.command()(_command)


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
    """Run the command line; the process ends with the exit code of the design.

    A program that calls this function and catches `SystemExit` finds its own signal handlers back.
    """
    with _signals_interrupt():
        code = _run()
    sys.exit(code)


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Make SIGTERM and SIGINT interrupt the command; then put back the handlers of the calling program.

    Only the main thread can set handlers: called from another one, a command leaves them as they are.
    """
    _stopped.clear()
    before: dict[signal.Signals, Any] = {}
    with suppress(ValueError):  # another thread
        for each in (signal.SIGTERM, signal.SIGINT):
            before[each] = signal.signal(each, _interrupted)
    try:
        yield
    finally:
        for each, handler in before.items():
            # None stands for a handler that Python did not set, which Python cannot put back.
            signal.signal(each, signal.SIG_DFL if handler is None else handler)


def _run() -> int:
    """Call the command, print its sentence and flush what it printed; return the exit code."""
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
    return code


def _call() -> tuple[int, str]:
    """Call the command; return the exit code, and what to print on standard error."""
    try:
        app()  # wrong usage ends here, with 2, and an interruption with 130
    except SystemExit as end:
        if isinstance(end.__context__, OSError) and end.__context__.errno == errno.EPIPE:  # typer ends so, with 1
            return BadInput.exit_code, f"tlanalysis: standard output: {end.__context__.strerror}."
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
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in EXTRA_OF:
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
