"""Summarise a session of runs, for a mail or a program: what moved, and what failed at which cell of which file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlanalysis.core.errors import FolderBusy, TlanalysisError
from tlanalysis.runs import diff, snapshots
from tlanalysis.runs.diff import Difference
from tlanalysis.runs.manifest import Outcome

COMMAND_TIME = 120.0  # seconds that the command of --on-failure may take


@dataclass(frozen=True)
class Summary:
    """The result of one session.

    Attributes
    ----------
    out : Path
        Reports folder.
    wanted : int
        Number of runs that were asked for; those that are up to date were not executed.
    outcomes : list of Outcome
        Outcomes of the executed runs.
    moved : Difference
        The differences between the reports before and after.
    """

    out: Path
    wanted: int
    outcomes: list[Outcome]
    moved: Difference

    @property
    def failures(self) -> list[str]:
        """One sentence per failed run: the run, its cell and its error, and the files that show it."""
        failed = [outcome for outcome in self.outcomes if outcome.status != "ok"]
        return [f"{outcome.name} failed: {outcome.error}{self._files(outcome)}" for outcome in failed]

    def _files(self, outcome: Outcome) -> str:
        named = [str(path) for path in failed_files(self.out, outcome.name) if path]
        return f" (see {' and '.join(named)})" if named else ""

    def as_dict(self) -> dict[str, Any]:
        """Return the summary, ready for JSON."""
        return {
            "status": "failed" if self.failures else "ok",
            "wanted": self.wanted,
            "up_to_date": self.wanted - len(self.outcomes),
            "runs": [self._run(outcome) for outcome in self.outcomes],
            "moved": diff.as_dict(self.moved),
        }

    def _run(self, outcome: Outcome) -> dict[str, Any]:
        notebook, log = failed_files(self.out, outcome.name) if outcome.status != "ok" else (None, None)
        if outcome.status == "ok":
            notebook = self.out / "notebooks" / f"{outcome.name}.ipynb"
        return {
            "name": outcome.name,
            "notebook": outcome.notebook,
            "parameters": outcome.parameters,
            "status": outcome.status,
            "seconds": outcome.seconds,
            "figures": outcome.figures,
            "error": outcome.error,
            "cell": _failing_cell(notebook) if outcome.status != "ok" else None,
            "file": str(notebook) if notebook else None,
            "log": str(log) if log else None,
        }


def summarise(out: Path, wanted: int, outcomes: list[Outcome], before: Mapping[str, Outcome]) -> Summary:
    """Return the summary of a session.

    Parameters
    ----------
    out : Path
        Reports folder.
    wanted : int
        Number of runs that were asked for.
    outcomes : list of Outcome
        Outcomes of the executed runs.
    before : mapping
        Run name -> outcome before the session. The former tables come from `history/`.
    """
    after = dict(before) | {outcome.name: outcome for outcome in outcomes}
    former = out / snapshots.FOLDER / "before"  # a state that has no folder of its own
    return Summary(out, wanted, outcomes, diff.compare_outcomes(before, after, former, out))


def failed_files(out: Path, run: str) -> tuple[Path | None, Path | None]:
    """Return the notebook and the log that a failed run has left; None for a file that does not exist."""
    paths = (out / "failed" / f"{run}{suffix}" for suffix in (".ipynb", ".log"))
    notebook, log = (path if path.is_file() else None for path in paths)
    return notebook, log


def _failing_cell(notebook: Path | None) -> int | None:
    """Return the execution count of the cell that raised; None when no cell did (out of time, killed)."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"] if notebook else []
        raised = [cell for cell in cells if any(each["output_type"] == "error" for each in cell.get("outputs", []))]
        return raised[0]["execution_count"] if raised else None
    except (ValueError, KeyError, TypeError, OSError):
        return None


@contextmanager
def calling_on_failure(command: str) -> Iterator[None]:
    """Call a shell command when the block fails; it reads the sentences of the failure on its standard input.

    The command is not called when another run holds the lock of the folder: nothing has failed then.

    Parameters
    ----------
    command : str
        Command for the shell; empty for none. Its own failure is printed, and changes no exit code.
    """
    try:
        yield
    except FolderBusy:
        raise
    except (TlanalysisError, OSError) as error:
        if command:
            _call(command, f"{error}\n")
        raise


def _call(command: str, text: str) -> None:
    try:
        # The user of the command line gives the command, and a mail command has pipes and quotes.
        done = subprocess.run(command, shell=True, input=text, text=True, timeout=COMMAND_TIME, check=False)  # noqa: S602
        problem = f"ended with {done.returncode}" if done.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"took more than {COMMAND_TIME:g} seconds"
    except OSError as error:
        problem = f"could not start ({error.strerror})"
    if problem:
        print(f"tlanalysis: the command of --on-failure {problem}: {command}", file=sys.stderr)
