"""Progress of downloads: on a terminal a bar (bytes, speed, time left), everywhere one line per file that ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tlanalysis.fetch.transport import Watch

if TYPE_CHECKING:
    from rich.progress import Progress

    from tlanalysis.fetch import Outcome


class Transfers:
    """Told of files as their bytes come, and of how each ended."""

    def __init__(self) -> None:
        self._bar: Progress | None = None

    def watch(self, name: str) -> Watch:
        """Return what a download calls with the bytes that are here and the bytes announced."""
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
        """Take the bar away: the file ended, or the work was interrupted."""
        if self._bar:
            self._bar.stop()
            self._bar = None

    def tell(self, outcome: Outcome) -> None:
        """Print how a file ended; failures are told together when all is over."""
        self.close()
        if not outcome.failed:
            print(f"{outcome.status:9} {outcome.name}  {outcome.sentence}", flush=True)
