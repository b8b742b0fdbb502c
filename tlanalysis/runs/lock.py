"""A lock on a reports folder, so that one process at a time writes to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tlanalysis.core import staging
from tlanalysis.core.errors import BadInput

FILE = ".lock"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Lock a reports folder; the system releases the lock when this process ends for any reason.

    Raises
    ------
    BadInput
        When another process holds the lock.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / FILE).open("a+") as file:
        if not staging.lock(file.fileno()):
            file.seek(0)
            raise BadInput(
                f"another run is writing to {out} (process {file.read().strip() or 'unknown'}): "
                "wait until it ends, or choose another folder with --out."
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
