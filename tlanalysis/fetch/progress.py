"""Show the progress of downloads: a bar on a terminal (bytes, speed, time left), and one line per finished file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tlanalysis.fetch.transport import Watch

if TYPE_CHECKING:
    from rich.progress import Progress

    from tlanalysis.fetch import Outcome


class Transfers:
    """Shows how many bytes of a file have come, and the result for each file."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def watch(self, name: str) -> Watch:
        """Return a function that a download calls with the bytes received and the bytes announced."""
        if not sys.stderr.isatty():
            return lambda here, total: None
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.progress import TransferSpeedColumn as Speed

        columns = (TextColumn(name), BarColumn(bar_width=24), DownloadColumn(), Speed(), TimeRemainingColumn())
        self._bar = bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.start()
        task = bar.add_task("", total=None)
        return lambda here, total: bar.update(task, completed=here, total=total)

    def close(self) -> None:
        """Remove the bar after a file or an interruption."""
        if self._bar:
            self._bar.stop()
            self._bar = None

    def print_result(self, outcome: Outcome) -> None:
        """Print the result for a file, unless it failed: the command prints all failures at the end."""
        self.close()
        if not outcome.failed:
            print(f"{outcome.status:9} {outcome.name}  {outcome.sentence}", flush=True)
