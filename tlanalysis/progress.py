"""Progress of runs: on a terminal a bar that names the notebooks under way, elsewhere one line per finished run."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from tlanalysis.runs.manifest import Outcome
    from tlanalysis.runs.plan import Run


class Progress:
    """A context that is told of runs as they start and finish.

    Parameters
    ----------
    total : int
        Number of runs.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._under_way: list[str] = []
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def started(self, run: Run) -> None:
        """Name a run that starts."""
        self._under_way.append(run.name)
        self._tell()

    def finished(self, outcome: Outcome) -> None:
        """Count a run that ended, and print how."""
        self._done += 1
        self._under_way.remove(outcome.name)
        count = len(outcome.figures)
        figures = f", {count} figure{'s' if count != 1 else ''}" if outcome.status == "ok" else ""
        line = f"{outcome.status:6} {outcome.name}  {outcome.seconds:.1f} s{figures}"
        if self._bar:
            self._bar.console.print(line, highlight=False)
        else:
            print(line, flush=True)
        self._tell()

    def _tell(self) -> None:
        if self._bar and self._task is not None:
            self._bar.update(self._task, completed=self._done, description=", ".join(self._under_way))
