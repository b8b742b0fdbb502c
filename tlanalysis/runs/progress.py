"""Show the progress of runs: on a terminal a line per current run and the time left, elsewhere a line per ended run."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from tlanalysis.runs.manifest import Outcome


class Progress:
    """A context manager whose methods are called when runs start, reach a cell and end.

    Parameters
    ----------
    total : int
        Number of runs.
    silent : bool
        Show nothing.
    """

    def __init__(self, total: int, *, silent: bool = False) -> None:
        self._total = total
        self._silent = silent
        self._done = 0
        self._started_at = time.monotonic()
        self._bar: Bar | None = None
        self._lines: dict[str, TaskID] = {}

    def __enter__(self) -> Progress:
        if sys.stderr.isatty() and not self._silent:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._all = self._bar.add_task("runs", total=self._total)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def due(self, count: int) -> None:
        """Set the number of runs that are due."""
        self._total = count
        if self._bar:
            self._bar.update(self._all, total=count)

    def started(self, name: str) -> None:
        """Show a run that starts."""
        if self._bar:
            self._lines[name] = self._bar.add_task(name, total=None)

    def at_cell(self, name: str, number: int, total: int) -> None:
        """Show the number of the cell that a run executes."""
        if self._bar and name in self._lines:
            self._bar.update(self._lines[name], completed=number, total=total)

    def finished(self, outcome: Outcome) -> None:
        """Count a run that has ended, and print its status."""
        self._done += 1
        if self._silent:
            return
        line = self._line(outcome)
        if self._bar is None:
            print(line, flush=True)
            return
        if (shown := self._lines.pop(outcome.name, None)) is not None:
            self._bar.remove_task(shown)
        self._bar.console.print(line, highlight=False)
        self._bar.update(self._all, completed=self._done, description=f"runs, {self.time_left()}")

    def _line(self, outcome: Outcome) -> str:
        count = len(outcome.figures)
        figures = f", {count} figure{'s' if count != 1 else ''}" if outcome.status == "ok" else ""
        return f"{outcome.status:6} {outcome.name}  {outcome.seconds:.1f} s{figures}"

    def time_left(self) -> str:
        """Return an estimate of the time left, from the mean time of the runs that have ended."""
        seconds = (time.monotonic() - self._started_at) / max(self._done, 1) * (self._total - self._done)
        if seconds < 90:
            return f"about {seconds:.0f} s left"
        return f"about {seconds / 60:.0f} min left"
